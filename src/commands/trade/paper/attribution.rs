//! Paper minus backtest, at the end of a session on recorded rows.

use std::borrow::Cow;
use std::ops::Range;

use super::engine::engine_of;
use super::opening::Opened;
use crate::base::Timestamp;
use crate::commands::judge::Candidate;
use crate::commands::trade::ledger::ledger_failure;
use crate::commands::{Failure, FailureKind};
use crate::evaluate::attribution::{AttributionDocument, Backtest, Rules, SessionTrace, attribute};
use crate::evaluate::{AgentStrategy, PreparedMarket, simulate};
use crate::gym::EnvParams;
use crate::learners::Policy;
use crate::trader::{self, Event, session_folder};

/// The split of a session, and the backtest that it was compared with.
pub(in crate::commands::trade) struct Explained {
    pub(super) document: AttributionDocument,
    /// Equity of the backtest at the close of each row.
    pub(super) backtest: Vec<(Timestamp, f64)>,
}

/// Runs the agent through the account of `eval` on the lake's rows, and on those that the session saw where they
/// differ, and splits the difference.
///
/// # Errors
/// [`FailureKind::Data`] if there is nothing to compare: too few rows, or a venue that never answered.
pub(super) fn explain(candidate: &Candidate, opened: &Opened) -> Result<Explained, Failure> {
    let trace = trace(opened)?;
    let data =
        |error: Box<dyn std::error::Error + Send + Sync>| Failure::new(FailureKind::Data, error);
    let lake = &candidate.market;
    let backtest = run(candidate, lake, candidate.rows.clone())?;
    let panel = trace.panel_over(&lake.panel);
    let rerun = if panel == lake.panel {
        Cow::Borrowed(&backtest)
    } else {
        let seen = lake.with_panel(&candidate.agent, panel).map_err(|error| data(error.into()))?;
        let rows = rows_of(&seen, &trace);
        Cow::Owned(run(candidate, &seen, rows)?)
    };
    let rules = Rules::from(&params(candidate, lake));
    let split = attribute(&trace, (&backtest, rerun.as_ref()), &rules, &lake.calendar)
        .map_err(|error| data(error.into()))?;
    drop(rerun);
    let document = AttributionDocument::new(&opened.session, split);
    Ok(Explained { document, backtest: backtest.equities })
}

/// What the session did, from its ledger: while it ran nothing of this was kept in memory.
fn trace(opened: &Opened) -> Result<SessionTrace, Failure> {
    let session = &opened.session;
    let mut engine = engine_of(&opened.manifest)?;
    let mut trace = SessionTrace::new(engine.symbols());
    let mut process = |event: Event| {
        let effects = engine.process(event.clone())?;
        trace.note(&event, &effects);
        Ok(effects)
    };
    let folder = session_folder(&opened.runs_dir, session);
    let found = trader::replay(&opened.store, session, &folder, &mut process);
    let found = found.map_err(ledger_failure)?;
    if found.divergence.is_some() || found.fault.is_some() {
        let text = format!("the ledger of session {session} does not come out again");
        return Err(
            Failure::new(FailureKind::Refused, text).hint(format!("releat replay {session}"))
        );
    }
    Ok(trace)
}

fn params(candidate: &Candidate, market: &PreparedMarket) -> EnvParams {
    EnvParams::new(&candidate.agent.env, market.tape.bars_per_year())
}

/// The rows of a tape from the first to the last that the session decided on or ended with.
fn rows_of(market: &PreparedMarket, trace: &SessionTrace) -> Range<usize> {
    let times = market.tape.times();
    let (Some(first), Some(last)) = (trace.rows().first(), trace.rows().last()) else {
        return 0..0;
    };
    let start = times.partition_point(|time| *time < first.time);
    let end = times.partition_point(|time| *time <= last.time);
    start..end
}

fn run(
    candidate: &Candidate,
    market: &PreparedMarket,
    rows: Range<usize>,
) -> Result<Backtest, Failure> {
    let policy = Policy::from_bundle(candidate.bundle())
        .map_err(|error| Failure::new(FailureKind::Data, error))?;
    let mut strategy = AgentStrategy::new(policy);
    let params = params(candidate, market);
    let done = simulate(&mut strategy, &market.tape, rows, &params, &candidate.table)
        .map_err(|error| Failure::new(FailureKind::Data, error))?;
    Ok(Backtest::of(&done, &market.tape))
}
