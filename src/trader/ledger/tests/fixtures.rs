//! A session in a database of its own, and events to fill it with.

use std::path::PathBuf;
use std::sync::Arc;

use tempfile::TempDir;

use crate::base::Timestamp;
use crate::domain::{Bar, MarketRow, OrderId};
use crate::store::{SessionDraft, SessionRow, Store};
use crate::trader::ledger::Recorder;
use crate::trader::{Command, Effect, Event};

pub(super) const NAME: &str = "turtle-1";

pub(super) struct Place {
    pub(super) url: String,
    pub(super) folder: PathBuf,
    _kept: TempDir,
}

impl Place {
    pub(super) fn new() -> Self {
        let kept = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", kept.path().join("releat.db").display());
        let folder = kept.path().join("sessions").join(NAME);
        let place = Self { url, folder, _kept: kept };
        begin(&place.store(), &place.folder);
        place
    }

    pub(super) fn store(&self) -> Arc<Store> {
        Arc::new(Store::open(&self.url).unwrap())
    }

    pub(super) fn recorder(&self) -> Recorder {
        Recorder::open(self.store(), NAME, "sim", &self.folder).unwrap()
    }

    pub(super) fn rows(&self) -> Vec<SessionRow> {
        self.store().ledger_rows(NAME, 0, usize::MAX >> 1).unwrap()
    }
}

pub(super) fn begin(store: &Store, folder: &std::path::Path) {
    let draft = SessionDraft {
        session: NAME.to_owned(),
        agent: "turtle".to_owned(),
        account: "sim".to_owned(),
        venue: "sim".to_owned(),
        folder: folder.to_owned(),
        manifest: "{}".to_owned(),
        started_at: at(0),
    };
    store.begin_session(&draft).unwrap();
}

pub(super) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(1_767_600_000 + seconds)
}

/// Nobody tells it again: must be on the disk.
pub(super) fn news(seconds: i64) -> Event {
    Event::Command { command: Command::Pause, by: "cli".to_owned(), time: at(seconds) }
}

/// May wait.
pub(super) fn timer(seconds: i64) -> Event {
    Event::Timer { time: at(seconds) }
}

pub(super) fn bar(seconds: i64, close: f64) -> Event {
    let time = at(seconds);
    let bar = Bar {
        open_time: time,
        available_at: time,
        open: close,
        high: close,
        low: close,
        close,
        volume: 0.1 + 0.2,
    };
    Event::Bar(MarketRow { time, bars: vec![Some(bar), None] })
}

/// What a small engine makes of an event: it cancels an order for every bar that closes above the one before.
#[derive(Default)]
pub(super) struct Falling {
    last: f64,
}

impl Falling {
    pub(super) fn process(&mut self, event: &Event) -> Vec<Effect> {
        let Event::Bar(row) = event else { return Vec::new() };
        let close = row.bars[0].map_or(0.0, |bar| bar.close);
        let rises = close > self.last;
        self.last = close;
        let closed = Effect::Closed { time: row.time, equity: close * 1.1 };
        if rises { vec![Effect::Cancel(OrderId(close as u64)), closed] } else { vec![] }
    }
}
