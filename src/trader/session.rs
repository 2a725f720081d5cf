//! A session on recorded rows: the shell around the engine.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::{Decision, Effect, Engine, Event, Ledger, LedgerHead, Record, TraderError};
use crate::connectors::simulated::SimulatedVenue;
use crate::domain::{MarketRow, Panel};
use crate::ports::{Broker, BrokerEvent};

/// Differences of venue and trader beyond this fraction are no rounding.
const RECONCILE_TOLERANCE: f64 = 1e-9;

/// Version of [`PaperDocument`].
const SCHEMA_VERSION: u32 = 1;

/// Recorded rows and the part of them that is traded; the rows before it warm the features up.
#[derive(Debug, Clone)]
pub struct Recording<'a> {
    /// All rows.
    pub panel: &'a Panel,
    /// Positions of the rows to trade on; the last one only ends the session.
    pub traded: Range<usize>,
}

/// What a session did.
#[derive(Debug, Clone)]
pub struct SessionReport {
    /// The name of the session.
    pub session: String,
    /// Decisions made.
    pub decisions: usize,
    /// Orders sent to the venue.
    pub orders: usize,
    /// Fills, protective orders included.
    pub fills: usize,
    /// Orders that the venue refused.
    pub rejects: usize,
    /// Orders that the risk gate refused, by code.
    pub denials: BTreeMap<String, usize>,
    /// Value of the account at the first decision, currency units.
    pub equity_start: f64,
    /// Value of the account at the last row, currency units.
    pub equity_end: f64,
    /// Everything in order.
    pub ledger: Ledger,
}

/// The result of a session as scripts read it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PaperDocument {
    /// Version of this layout.
    pub schema_version: u32,
    /// The name of the session.
    pub session: String,
    /// Decisions made.
    pub decisions: usize,
    /// Orders sent to the venue.
    pub orders: usize,
    /// Fills, protective orders included.
    pub fills: usize,
    /// Value of the account at the first decision, currency units.
    pub equity_start: f64,
    /// Value of the account at the last row, currency units.
    pub equity_end: f64,
    /// Length and digest of the ledger.
    pub ledger: LedgerHead,
    /// Orders that the risk gate refused, by code.
    pub denials: BTreeMap<String, usize>,
}

impl SessionReport {
    fn new(session: &str, equity_start: f64) -> Self {
        Self {
            session: session.to_owned(),
            decisions: 0,
            orders: 0,
            fills: 0,
            rejects: 0,
            denials: BTreeMap::new(),
            equity_start,
            equity_end: equity_start,
            ledger: Ledger::new(session),
        }
    }

    /// The document that scripts read.
    #[must_use]
    pub fn document(&self) -> PaperDocument {
        PaperDocument {
            schema_version: SCHEMA_VERSION,
            session: self.session.clone(),
            decisions: self.decisions,
            orders: self.orders,
            fills: self.fills,
            equity_start: self.equity_start,
            equity_end: self.equity_end,
            ledger: self.ledger.head(),
            denials: self.denials.clone(),
        }
    }

    fn count(&mut self, record: &Record) {
        match record {
            Record::Decision(decision) => self.count_decision(decision),
            Record::Broker(BrokerEvent::Filled(_) | BrokerEvent::Protected { .. }) => {
                self.fills += 1;
            }
            Record::Broker(BrokerEvent::Rejected { .. }) => self.rejects += 1,
            Record::Closed { equity, .. } => self.equity_end = *equity,
            Record::Broker(BrokerEvent::CashPosted { .. }) | Record::NoSignal { .. } => {}
        }
    }

    fn count_decision(&mut self, decision: &Decision) {
        self.decisions += 1;
        self.orders += decision.orders.len();
        for denied in &decision.denials {
            *self.denials.entry(denied.denial.code().to_owned()).or_default() += 1;
        }
    }
}

/// Plays a recording to an engine and a simulated venue, as fast as possible.
///
/// # Errors
/// [`TraderError`] if the recording is too short, a decision fails, or venue and trader disagree.
pub fn run(
    session: &str,
    recording: &Recording<'_>,
    engine: &mut Engine,
    venue: &mut SimulatedVenue,
) -> Result<SessionReport, TraderError> {
    let rows = recording.panel.rows.get(recording.traded.clone()).unwrap_or_default();
    let [rows @ .., last] = rows else { return Err(TraderError::TooFewRows { found: 0 }) };
    if rows.is_empty() {
        return Err(TraderError::TooFewRows { found: 1 });
    }
    for row in &recording.panel.rows[..recording.traded.start] {
        venue.watch(row);
        engine.process(Event::History(row))?;
    }
    let mut report = SessionReport::new(session, engine.equity());
    for row in rows {
        pass_bar(row, engine, venue, &mut report)?;
        let effects = engine.process(Event::Bar(row))?;
        carry_out(effects, venue, &mut report)?;
    }
    pass_bar(last, engine, venue, &mut report)?;
    let effects = engine.process(Event::LastBar(last))?;
    carry_out(effects, venue, &mut report)?;
    reconcile(engine, venue)?;
    Ok(report)
}

/// Lets the market and the venue move to `row`. The account lives from the first decision on.
fn pass_bar(
    row: &MarketRow,
    engine: &mut Engine,
    venue: &mut SimulatedVenue,
    report: &mut SessionReport,
) -> Result<(), TraderError> {
    if !engine.has_begun() {
        venue.watch(row);
        return Ok(());
    }
    venue.advance(row);
    for event in venue.poll().map_err(|source| TraderError::Broker { source })? {
        let effects = engine.process(Event::Broker(event))?;
        carry_out(effects, venue, report)?;
    }
    Ok(())
}

fn carry_out(
    effects: Vec<Effect>,
    broker: &mut dyn Broker,
    report: &mut SessionReport,
) -> Result<(), TraderError> {
    for effect in effects {
        match effect {
            Effect::Record(record) => {
                report.count(&record);
                report.ledger.append(record)?;
            }
            Effect::Submit(order) => {
                broker.submit(order).map_err(|source| TraderError::Broker { source })?;
            }
        }
    }
    Ok(())
}

/// The account at the venue must be the account that the fills make.
fn reconcile(engine: &Engine, broker: &dyn Broker) -> Result<(), TraderError> {
    let account = broker.account().map_err(|source| TraderError::Broker { source })?;
    let ours = engine.holdings();
    check_equal("cash", ours.cash, account.cash)?;
    for (position, (symbol, quantity)) in ours.positions.iter().zip(&account.positions) {
        check_equal(symbol.as_str(), position.quantity, *quantity)?;
    }
    Ok(())
}

fn check_equal(what: &str, ours: f64, theirs: f64) -> Result<(), TraderError> {
    let scale = ours.abs().max(theirs.abs()).max(1.0);
    if (ours - theirs).abs() <= RECONCILE_TOLERANCE * scale {
        return Ok(());
    }
    Err(TraderError::Reconcile { what: what.to_owned(), ours, theirs })
}
