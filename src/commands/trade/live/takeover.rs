//! An account that was reached, before its session begins: nobody else trades it, and what it holds is explained.

use std::path::Path;

use super::prepare::Prepared;
use super::standing::Unfit;
use crate::base::{LockError, LockFile};
use crate::commands::place::store_failure;
use crate::commands::{Failure, FailureKind};
use crate::domain::Symbol;
use crate::ports::{Broker, BrokerSnapshot, MarketStream};
use crate::store::{SessionRecord, Store};
use crate::trader::{Event, StoredStep};

/// Rows of a ledger that are read at once.
const ROWS: usize = 256;
/// Differences beyond this fraction are no rounding.
const TOLERANCE: f64 = 1e-9;

/// Takes an account for this session until the lock is dropped; also a second session of this process gets none.
pub(super) fn claim(runs_dir: &Path, account: &str) -> Result<LockFile, Failure> {
    let plain = |c: char| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '-' };
    let name: String = account.chars().map(plain).collect();
    let path = runs_dir.join("accounts").join(format!("{name}.lock"));
    LockFile::try_acquire(&path).map_err(|error| match error {
        LockError::Held { holder, .. } => {
            let text =
                format!("account `{account}` is traded by another session already ({holder})");
            Failure::new(FailureKind::Remote, text)
                .hint("one session trades an account; several --agent of one make an ensemble")
        }
        LockError::Io { .. } => Failure::new(FailureKind::Data, error),
    })
}

/// Whether a new session may take over what nobody explains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Adoption {
    /// On paper, and where real money was told so.
    Allowed,
    /// Real money.
    Refused,
}

/// A position that our ledgers do not explain.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Unexplained {
    pub(super) symbol: Symbol,
    pub(super) held: f64,
    pub(super) explained: f64,
}

/// What a new session takes over is looked at: on paper it is told, real money wants to be told so.
///
/// A session that goes on compares by itself what it holds with what its ledger has.
pub(super) fn take_over(
    prepared: &Prepared,
    account: &str,
    broker: &mut dyn Broker,
    stream: &mut dyn MarketStream,
) -> Result<(), Failure> {
    let store = Store::open_existing(&prepared.place.store.url).map_err(store_failure)?;
    let known = match &store {
        Some(store) => store.session(&prepared.session).map_err(store_failure)?,
        None => None,
    };
    if known.is_some_and(|record| record.rows > 0) {
        return Ok(());
    }
    let heard = stream.venue_time().and_then(|time| broker.snapshot(time));
    let snapshot = match (heard, prepared.adoption()) {
        (Ok(snapshot), _) => snapshot,
        (Err(error), Adoption::Refused) => return Err(Failure::new(FailureKind::Remote, error)),
        // The engine asks again before it sends anything.
        (Err(_), Adoption::Allowed) => return Ok(()),
    };
    let symbols = &prepared.members[0].agent.universe.symbols;
    let found = unexplained(store.as_ref(), account, symbols, &snapshot)?;
    for text in explain(account, found, prepared.adoption())? {
        prepared.options.console.say(&format!("warning: {text}; it is taken over"));
    }
    Ok(())
}

/// What is told of positions that no ledger explains; an error where they may not be taken over.
pub(super) fn explain(
    account: &str,
    found: Vec<Unexplained>,
    adoption: Adoption,
) -> Result<Vec<String>, Unfit> {
    let text = |Unexplained { symbol, held, explained }: Unexplained| {
        format!("account `{account}` holds {held} {symbol}, our ledgers explain {explained}")
    };
    let texts: Vec<String> = found.into_iter().map(text).collect();
    match adoption {
        Adoption::Allowed => Ok(texts),
        Adoption::Refused => {
            let remedy = |text| format!("{text}; --adopt-positions takes it over");
            Unfit::if_any(texts.into_iter().map(remedy).collect(), &[])?;
            Ok(Vec::new())
        }
    }
}

/// The positions of a session's symbols that are others than what the last session on each symbol left.
pub(super) fn unexplained(
    store: Option<&Store>,
    account: &str,
    symbols: &[Symbol],
    snapshot: &BrokerSnapshot,
) -> Result<Vec<Unexplained>, Failure> {
    let mut books = Vec::new();
    if let Some(store) = store {
        let all = store.sessions().map_err(store_failure)?;
        for record in all.iter().rev().filter(|record| record.draft.account == account) {
            books.push(Book::read(store, record)?);
        }
    }
    let mut found = Vec::new();
    for symbol in symbols {
        let held = held_of(snapshot, symbol);
        let explained = books.iter().find_map(|book| book.held(symbol)).unwrap_or(0.0);
        if (held - explained).abs() > TOLERANCE * held.abs().max(explained.abs()).max(1.0) {
            found.push(Unexplained { symbol: symbol.clone(), held, explained });
        }
    }
    Ok(found)
}

/// What a session left: the venue's own last word in its ledger, and what was filled after it.
struct Book {
    last: Option<BrokerSnapshot>,
    /// Shares of each symbol that traded, and of them those after the last word.
    traded: Vec<(String, f64)>,
}

impl Book {
    fn read(store: &Store, record: &SessionRecord) -> Result<Self, Failure> {
        let session = &record.draft.session;
        let last = last_snapshot(store, session)?;
        let row = last.as_ref().map_or(0, |(row, _)| *row);
        let fills = store.session_fills(session).map_err(store_failure)?;
        let traded = fills.into_iter().map(|fill| {
            let sign = if fill.side == "buy" { 1.0 } else { -1.0 };
            let is_later = fill.ledger_row > row;
            (fill.symbol, if is_later { sign * fill.quantity } else { 0.0 })
        });
        Ok(Self { last: last.map(|(_, snapshot)| snapshot), traded: traded.collect() })
    }

    /// What it left of a symbol; `None` if it had nothing to do with it.
    fn held(&self, symbol: &Symbol) -> Option<f64> {
        let mut traded = self.traded.iter().filter(|(name, _)| name == symbol.as_str()).peekable();
        let last = self.last.as_ref();
        let is_listed =
            |last: &BrokerSnapshot| last.account.positions.iter().any(|(held, _)| held == symbol);
        if traded.peek().is_none() && !last.is_some_and(is_listed) {
            return None;
        }
        let before = last.map_or(0.0, |last| held_of(last, symbol));
        Some(before + traded.map(|(_, quantity)| quantity).sum::<f64>())
    }
}

fn held_of(snapshot: &BrokerSnapshot, symbol: &Symbol) -> f64 {
    let of_symbol = snapshot.account.positions.iter().filter(|(held, _)| held == symbol);
    of_symbol.map(|(_, quantity)| quantity).sum()
}

/// The last time that a session heard all of its venue: the row of its ledger, and what it heard.
pub(super) fn last_snapshot(
    store: &Store,
    session: &str,
) -> Result<Option<(u64, BrokerSnapshot)>, Failure> {
    let Some(tail) = store.ledger_tail(session).map_err(store_failure)? else { return Ok(None) };
    let mut end = tail.number + 1;
    while end > 1 {
        let from = end.saturating_sub(ROWS as u64).max(1);
        let count = usize::try_from(end - from).unwrap_or(ROWS);
        let rows = store.ledger_rows(session, from, count).map_err(store_failure)?;
        for row in rows.iter().rev().filter(|row| row.json.starts_with(SNAPSHOT)) {
            let step: StoredStep = serde_json::from_str(&row.json).map_err(|error| {
                let text = format!("row {} of session {session}: {error}", row.number);
                Failure::new(FailureKind::Data, text)
            })?;
            if let Event::Snapshot { snapshot, .. } = step.event {
                return Ok(Some((row.number, snapshot)));
            }
        }
        end = from;
    }
    Ok(None)
}

/// How a row begins that holds a snapshot.
const SNAPSHOT: &str = r#"{"event":{"snapshot":"#;
