//! What a stream says, sorted: bars to rows, best prices to events, doubts to a list.

use std::collections::BTreeMap;

use super::{RowBuilder, SessionClock};
use crate::base::{Stopwatch, Timestamp};
use crate::domain::{BookTop, CalendarError, MarketRow, Symbol};
use crate::ports::{BrokerError, MarketStream, StreamEvent};

/// The stream has said nothing new for so long: what is missing will not come any more, seconds.
const QUIET_S: f64 = 1.0;

/// Something about the data that a human should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LiveNotice {
    /// No position of this symbol is made larger until its data is good again; of all symbols: nothing is decided.
    Stale {
        /// Which symbol; all of them if absent.
        symbol: Option<Symbol>,
        /// Why.
        reason: String,
    },
    /// It is good again.
    Fresh {
        /// Which symbol; all of them if absent.
        symbol: Option<Symbol>,
    },
    /// A row came so late that it only counts as history.
    Late {
        /// The row.
        time: Timestamp,
    },
    /// A bar came after its row had gone out without it.
    LateBars {
        /// How many have, in this session.
        num_late: u64,
    },
    /// A row that was due did not come.
    Silent {
        /// When it was over.
        since: Timestamp,
    },
    /// Rows come again.
    Heard {
        /// The first one.
        time: Timestamp,
    },
    /// Something happened at the venue that changes nothing.
    Note {
        /// What.
        text: String,
    },
}

/// A stream and what became of its news so far.
pub struct LiveFeed<'a> {
    stream: &'a mut dyn MarketStream,
    rows: RowBuilder,
    clock: SessionClock,
    stale: BTreeMap<Option<Symbol>, String>,
    quotes: Vec<(Symbol, BookTop)>,
    notices: Vec<LiveNotice>,
    changes: Vec<Doubt>,
    num_late: u64,
    last_bar: Stopwatch,
}

/// Data came into doubt, or is good again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Doubt {
    /// Which symbol; all of them if absent.
    pub(super) symbol: Option<Symbol>,
    /// Why; absent if it is good again.
    pub(super) reason: Option<String>,
    /// When it was noticed.
    pub(super) time: Timestamp,
}

/// The stream or the calendar gave up.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    /// The stream ended.
    #[error(transparent)]
    Stream(#[from] BrokerError),
    /// A bar of a day that nobody knows.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
}

impl<'a> LiveFeed<'a> {
    /// Rows from a stream.
    #[must_use]
    pub fn new(stream: &'a mut dyn MarketStream, rows: RowBuilder, clock: SessionClock) -> Self {
        Self {
            stream,
            rows,
            clock,
            stale: BTreeMap::new(),
            quotes: Vec::new(),
            notices: Vec::new(),
            changes: Vec::new(),
            num_late: 0,
            last_bar: Stopwatch::start(),
        }
    }

    /// Takes everything in that the stream has to say.
    ///
    /// # Errors
    /// [`FeedError`] if nothing more will come.
    pub fn listen(&mut self) -> Result<(), FeedError> {
        for event in self.stream.poll()? {
            match event {
                StreamEvent::Bar { symbol, bar, span } => {
                    self.rows.take(&symbol, bar, span)?;
                    self.last_bar = Stopwatch::start();
                }
                StreamEvent::Quote { symbol, top } => self.quotes.push((symbol, top)),
                StreamEvent::Stale { symbol, reason, time } => self.doubt(symbol, reason, time),
                StreamEvent::Fresh { symbol, time } => self.trust(symbol, time),
                StreamEvent::Note { text, .. } => self.notices.push(LiveNotice::Note { text }),
            }
        }
        let num_late = self.rows.num_late();
        if num_late > self.num_late {
            self.num_late = num_late;
            self.notices.push(LiveNotice::LateBars { num_late });
        }
        Ok(())
    }

    fn doubt(&mut self, symbol: Option<Symbol>, reason: String, time: Timestamp) {
        if self.stale.insert(symbol.clone(), reason.clone()).is_none() {
            let told = Some(reason.clone());
            self.changes.push(Doubt { symbol: symbol.clone(), reason: told, time });
            self.notices.push(LiveNotice::Stale { symbol, reason });
        }
    }

    fn trust(&mut self, symbol: Option<Symbol>, time: Timestamp) {
        if self.stale.remove(&symbol).is_some() {
            self.changes.push(Doubt { symbol: symbol.clone(), reason: None, time });
            self.notices.push(LiveNotice::Fresh { symbol });
        }
    }

    /// The oldest row that is whole.
    pub fn row(&mut self) -> Option<MarketRow> {
        let is_quiet = self.last_bar.seconds() >= QUIET_S;
        self.rows.next(self.clock.now(), is_quiet)
    }

    /// Best prices since the last call, oldest first; those of doubtful symbols are left out.
    pub fn quotes(&mut self) -> Vec<(Symbol, BookTop)> {
        let mut quotes = std::mem::take(&mut self.quotes);
        quotes.retain(|(symbol, _)| !self.is_in_doubt(symbol));
        quotes
    }

    /// Whether nothing of what comes may be decided on: the data of every symbol is in doubt.
    #[must_use]
    pub fn is_stale(&self) -> bool {
        self.rows.symbols().iter().all(|symbol| self.is_in_doubt(symbol))
    }

    /// A row as it may be decided on: without the bars of symbols whose data is in doubt.
    #[must_use]
    pub fn without_doubt(&self, mut row: MarketRow) -> MarketRow {
        for (symbol, bar) in self.rows.symbols().iter().zip(&mut row.bars) {
            if self.is_in_doubt(symbol) {
                *bar = None;
            }
        }
        row
    }

    /// A row that was due and has not come for `patience` nanoseconds: when it was over.
    #[must_use]
    pub fn missing_since(&self, patience: i64) -> Option<Timestamp> {
        let end = self.rows.next_end()?;
        (end.saturating_add_nanos(patience) < self.clock.now()).then_some(end)
    }

    /// How long a row lasts, nanoseconds; none for a day and longer.
    #[must_use]
    pub fn row_nanos(&self) -> Option<i64> {
        self.rows.row_nanos()
    }

    /// Whose data came into doubt or is good again since the last call, oldest first.
    pub(super) fn changes(&mut self) -> Vec<Doubt> {
        std::mem::take(&mut self.changes)
    }

    fn is_in_doubt(&self, symbol: &Symbol) -> bool {
        self.stale.contains_key(&None) || self.stale.contains_key(&Some(symbol.clone()))
    }

    /// What a human should know, once.
    pub fn notices(&mut self) -> Vec<LiveNotice> {
        std::mem::take(&mut self.notices)
    }

    /// Adds something that a human should know.
    pub(super) fn notice(&mut self, notice: LiveNotice) {
        self.notices.push(notice);
    }

    /// Whether the past is in: every symbol has the newest bar that had ended at `time`.
    #[must_use]
    pub fn has_all_until(&self, time: Timestamp) -> bool {
        self.rows.has_all_until(time) || self.rows.passed() >= time
    }

    /// Rows up to here are known from elsewhere.
    pub fn pass(&mut self, time: Timestamp) {
        self.rows.pass(time);
    }

    /// What time it is.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Venue time of one second of ours.
    #[must_use]
    pub const fn speed(&self) -> f64 {
        self.clock.speed()
    }
}
