//! The command.

use std::path::PathBuf;

use comfy_table::{Table, presets};
use serde::Serialize;

use super::card::{STEPS, Step, card_text};
use crate::base::now;
use crate::commands::trade::live::BrokerKind;
use crate::commands::{Failure, FailureKind, SessionOptions};
use crate::config::Universe;
use crate::domain::{CalendarName, Symbol, Timeframe};
use crate::ports::{Finding, FindingOutcome, VenueWish};

/// Options of `doctor`.
#[derive(Debug, Clone)]
pub struct DoctorOptions {
    /// Which broker.
    pub broker: BrokerKind,
    /// The account; the only one of the login if absent.
    pub account: Option<String>,
    /// Whether the account is one with real money.
    pub is_live: bool,
    /// Print the acceptance card instead.
    pub card: bool,
}

/// What `doctor` prints.
#[derive(Debug, Serialize)]
struct DoctorDocument {
    schema_version: u32,
    broker: &'static str,
    can_trade: bool,
    findings: Vec<Finding>,
}

/// What `doctor --card` prints.
#[derive(Debug, Serialize)]
struct CardDocument {
    schema_version: u32,
    broker: &'static str,
    steps: Vec<CardStep>,
}

#[derive(Debug, Serialize)]
struct CardStep {
    number: usize,
    part: &'static str,
    step: &'static str,
    expected: &'static str,
}

/// Looks at everything that trading at a broker needs. Nothing is bought or sold.
///
/// # Errors
/// [`FailureKind::Remote`] if the broker cannot be reached, [`FailureKind::No`] if another check failed.
pub fn doctor(options: &SessionOptions, command: &DoctorOptions) -> Result<(), Failure> {
    let broker = command.broker.kind().label();
    if command.card {
        let step = |(index, &(part, step, expected)): (usize, &Step)| CardStep {
            number: index + 1,
            part,
            step,
            expected,
        };
        let steps = STEPS.iter().enumerate().map(step).collect();
        let document = CardDocument { schema_version: 1, broker, steps };
        return options.console.document(&document, || card_text(broker));
    }
    let place = options.place()?;
    let universe = match options.configs.is_empty() {
        true => None,
        false => Some(options.load()?.loaded.agent.universe),
    };
    let wish = wish(universe, command, place.store.runs_dir.join("accounts"))?;
    let findings = command.broker.examine(&place.connectors, &wish);
    let failed = |finding: &&Finding| finding.outcome == FindingOutcome::Failed;
    let names: Vec<&str> = findings.iter().filter(failed).map(|finding| finding.check).collect();
    let text = findings_text(&findings);
    let document = DoctorDocument {
        schema_version: 1,
        broker,
        can_trade: names.is_empty(),
        findings: findings.clone(),
    };
    options.console.document(&document, || text)?;
    match names.as_slice() {
        [] => Ok(()),
        ["connect", ..] => Err(Failure::new(FailureKind::Remote, "the broker cannot be reached")
            .hint("docs/BROKERS.md tells how to set it up")),
        names => {
            let text = format!("not ready to trade: {}", names.join(", "));
            Err(Failure::new(FailureKind::No, text).hint("docs/BROKERS.md"))
        }
    }
}

/// What an agent would ask for; without one, days of a fund that every account may trade.
fn wish(
    universe: Option<Universe>,
    command: &DoctorOptions,
    memory_dir: PathBuf,
) -> Result<VenueWish, Failure> {
    let example = || "SPY".parse::<Symbol>().map_err(|error| Failure::new(FailureKind::Bug, error));
    let (symbols, timeframe, calendar, currency) = match universe {
        Some(universe) => {
            (universe.symbols, universe.timeframe, universe.calendar, universe.currency)
        }
        None => (vec![example()?], Timeframe::Day, CalendarName::Xnys, "USD".to_owned()),
    };
    Ok(VenueWish {
        session: "doctor".to_owned(),
        account: command.account.clone(),
        is_live: command.is_live,
        symbols,
        timeframe,
        calendar,
        currency,
        history_since: now(),
        quotes: true,
        delayed_data: false,
        memory_dir,
    })
}

fn findings_text(findings: &[Finding]) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["check", "", "found", "what to do"]);
    for finding in findings {
        let outcome = match finding.outcome {
            FindingOutcome::Passed => "ok",
            FindingOutcome::Warned => "warning",
            FindingOutcome::Failed => "FAILED",
            FindingOutcome::Skipped => "skipped",
        };
        table.add_row([finding.check, outcome, &finding.detail, &finding.remedy]);
    }
    table.trim_fmt()
}
