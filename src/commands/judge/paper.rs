//! `releat paper`: a bundle on the simulated venue.

use std::path::PathBuf;

use super::eval::{Candidate, EvalOptions, load_candidate, refuse_frozen_settings};
use crate::base::{DateRange, write_atomic};
use crate::commands::{Failure, FailureKind, SessionOptions};
use crate::config::{Agent, Trade};
use crate::connectors::simulated::SimulatedVenue;
use crate::dataset::Lake;
use crate::gym::EnvParams;
use crate::signals::BundleSignal;
use crate::trader::{self, Engine, PaperDocument, Record, Recording, SessionReport, TraderError};

/// Options of `paper`.
#[derive(Debug, Clone)]
pub struct PaperOptions {
    /// The agent bundle.
    pub bundle: PathBuf,
    /// Days to trade; the bundle's data.test if absent.
    pub range: Option<DateRange>,
    /// Allow days that the agent was trained on.
    pub in_sample: bool,
    /// File for one row per decision.
    pub decisions: Option<PathBuf>,
}

/// Trades a bundle on a recorded stream and a simulated venue.
///
/// # Errors
/// As [`super::eval()`] has it for bundle and data; [`FailureKind::Refused`] if venue and trader disagree.
pub fn paper(options: &SessionOptions, command: &PaperOptions) -> Result<(), Failure> {
    if options.configs.is_empty() {
        refuse_frozen_settings(options)?;
    }
    let place = options.place()?;
    let lake = Lake::new(place.store.lake_dir);
    let wanted = EvalOptions {
        bundle: command.bundle.clone(),
        range: command.range,
        in_sample: command.in_sample,
        audit: None,
        trades: None,
        report: None,
        picture: None,
    };
    let candidate = load_candidate(options, &lake, &wanted)?;
    let limits = limits(options, &candidate.agent)?;
    let report = trade(&candidate, &limits)?;
    for warning in &candidate.warnings {
        options.console.say(&format!("warning: {warning}"));
    }
    if let Some(path) = &command.decisions {
        let text = decisions_csv(&report, &candidate);
        write_atomic(path, text.as_bytes())
            .map_err(|error| Failure::new(FailureKind::Data, error))?;
    }
    let document = report.document();
    options.console.document(&document, || text(&document))
}

/// The limits of the session: those of the named agent file, else those of the bundle.
fn limits(options: &SessionOptions, agent: &Agent) -> Result<Trade, Failure> {
    if options.configs.is_empty() {
        return Ok(agent.trade);
    }
    let named = options.load()?.loaded.agent;
    if named.name != agent.name {
        let text =
            format!("the bundle is of agent `{}`, --config is of `{}`", agent.name, named.name);
        return Err(Failure::new(FailureKind::Usage, text));
    }
    Ok(named.trade)
}

fn trade(candidate: &Candidate, limits: &Trade) -> Result<SessionReport, Failure> {
    let market = &candidate.market;
    let symbols = market.tape.symbols();
    let bars_per_year = market.tape.bars_per_year();
    let signal = BundleSignal::load(&candidate.bundle)
        .map_err(|error| Failure::new(FailureKind::Data, error))?;
    let params = EnvParams::new(&candidate.agent.env, bars_per_year);
    let mut engine =
        Engine::try_new(symbols, params, candidate.table.clone(), limits, Box::new(signal))
            .map_err(trader_failure)?;
    let mut venue = SimulatedVenue::new(&candidate.agent.env, bars_per_year, symbols);
    // Rows that only warm the features up come before the tape.
    let cut = market.panel.rows.len() - market.tape.len();
    let traded = candidate.rows.start + cut..candidate.rows.end + cut;
    let recording = Recording { panel: &market.panel, traded };
    let first = market.time(candidate.rows.start);
    let session =
        format!("{}-{first}-{}", candidate.agent.name, &candidate.digest.to_string()[..8]);
    trader::run(&session, &recording, &mut engine, &mut venue).map_err(trader_failure)
}

fn trader_failure(error: TraderError) -> Failure {
    let kind = match error {
        TraderError::TooFewRows { .. } | TraderError::Signal { .. } => FailureKind::Data,
        TraderError::Risk { .. } => FailureKind::Usage,
        TraderError::Record { .. } => FailureKind::Bug,
        _ => FailureKind::Refused,
    };
    Failure::new(kind, error)
}

fn decisions_csv(report: &SessionReport, candidate: &Candidate) -> String {
    let symbols = candidate.market.tape.symbols();
    let names = symbols.iter().map(|symbol| format!(",weight.{symbol}"));
    let mut text = format!(
        "time,action,action_name,confidence,equity,orders,denials,weight.CASH{}\n",
        names.collect::<String>()
    );
    for record in report.ledger.records() {
        let Record::Decision(decision) = record else { continue };
        let weights = decision.weights.iter().map(|weight| format!(",{weight}"));
        text += &format!(
            "{},{},{},{},{},{},{}{}\n",
            decision.time,
            decision.action,
            candidate.table.names()[decision.action],
            decision.confidence,
            decision.equity,
            decision.orders.len(),
            decision.denials.len(),
            weights.collect::<String>()
        );
    }
    text
}

fn text(document: &PaperDocument) -> String {
    let change = document.equity_end / document.equity_start - 1.0;
    let mut text = format!(
        "session {}\n{} decisions, {} orders, {} fills\nequity {:.2} -> {:.2} ({:+.2} %)\n",
        document.session,
        document.decisions,
        document.orders,
        document.fills,
        document.equity_start,
        document.equity_end,
        100.0 * change
    );
    for (code, count) in &document.denials {
        text += &format!("denied {code}: {count}\n");
    }
    text + &format!("ledger: {} rows, head {}", document.ledger.rows, document.ledger.head)
}
