//! Bars where a command needs them.

use super::{Failure, FailureKind, SessionOptions};
use crate::base::{DateRange, Interrupt, NoProgress};
use crate::config::{Agent, Connectors};
use crate::connectors::{FetchJob, FetchMode, fetch, open_source};
use crate::dataset::{Lake, PanelRequest, panel_shortfall, source_folder};
use crate::domain::Calendar;
use crate::ports::SourceError;

/// Makes sure that the lake has what the agent needs in `range`.
///
/// Files and made-up markets are read on the way, because asking them costs nothing and needs
/// nobody; a vendor is asked by `fetch` alone.
pub(in crate::commands) fn ensure_data(
    options: &SessionOptions,
    lake: &Lake,
    agent: &Agent,
    range: DateRange,
) -> Result<(), Failure> {
    let calendar = Calendar::new(agent.universe.calendar);
    let source = source_folder(&agent.data.source, &agent.universe.symbols);
    let request = PanelRequest {
        source: source.clone(),
        symbols: agent.universe.symbols.clone(),
        timeframe: agent.universe.timeframe,
        adjust: agent.data.adjust,
        range,
    };
    let shortfalls = panel_shortfall(lake, &request, &calendar)?;
    let Some(first) = shortfalls.first() else { return Ok(()) };
    if !agent.data.source.is_local() {
        let days: Vec<String> = first.missing.iter().map(ToString::to_string).collect();
        let text = format!("the lake has no bars of `{}` for {}", first.symbol, days.join(", "));
        return Err(
            Failure::new(FailureKind::Data, text).hint("releat fetch with the same configuration")
        );
    }
    // Local sources have no address.
    let connector = open_source(
        &agent.data.source,
        &agent.universe,
        &Connectors::default(),
        &Interrupt::never(),
    )
    .map_err(source_failure)?;
    let job = FetchJob {
        lake,
        source,
        symbols: &agent.universe.symbols,
        timeframe: agent.universe.timeframe,
        range,
        calendar: &calendar,
        mode: FetchMode::Missing,
    };
    let outcome = fetch(&job, connector.as_ref(), &NoProgress, &Interrupt::never())?;
    for one in outcome.symbols {
        if let Some(error) = one.error {
            return Err(fetch_failure(error));
        }
        let (rows, symbol) = (one.fetched.report.rows_added, &one.symbol);
        if rows > 0 {
            options.console.detail(&format!("fetched {rows} bars of {symbol}"));
        }
    }
    Ok(())
}

/// A source that did not deliver.
pub(in crate::commands) fn source_failure(error: SourceError) -> Failure {
    let hint = match &error {
        SourceError::Remote(remote) => remote.hint(),
        _ => Some("check data.source, or choose another with --set data.source=…".to_owned()),
    };
    let failure = Failure::new(FailureKind::from_exit_code(error.exit_code()), error);
    match hint {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}

/// A symbol that could not be fetched.
pub(in crate::commands) fn fetch_failure(error: crate::connectors::FetchError) -> Failure {
    match error {
        crate::connectors::FetchError::Source(error) => source_failure(error),
        crate::connectors::FetchError::Lake(error) => error.into(),
    }
}
