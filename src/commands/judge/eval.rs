//! `releat eval`: a frozen bundle on any range.

use std::path::{Path, PathBuf};

use crate::base::{DateRange, Digest, write_atomic};
use crate::commands::place::{load_bundle, store_failure};
use crate::commands::session::{device, ensure_data};
use crate::commands::tune::ledger_returns;
use crate::commands::{Failure, FailureKind, SessionOptions};
use crate::config::{Agent, FillRule, Source, from_bundle_yaml};
use crate::dataset::Lake;
use crate::evaluate::report::{overview_png, render};
use crate::evaluate::{
    AgentStrategy, Evaluation, EvaluationDocument, Judgement, PreparedMarket, ReportFacts,
    audit_csv, evaluate, report_input, stream_start, trades_csv,
};
use crate::features::{FeatureDocument, FeatureError};
use crate::gym::ActionTable;
use crate::learners::Policy;
use crate::learners::bundle::Bundle;
use crate::store::{GateVerdict, LedgerRow, Store};

/// Options of `eval`.
#[derive(Debug, Clone)]
pub struct EvalOptions {
    /// The agent bundle.
    pub bundle: PathBuf,
    /// Days to judge on; the bundle's data.test if absent.
    pub range: Option<DateRange>,
    /// Allow days that the agent was trained on.
    pub in_sample: bool,
    /// File for one row per step.
    pub audit: Option<PathBuf>,
    /// File for one row per closed trade.
    pub trades: Option<PathBuf>,
    /// File for the report.
    pub report: Option<PathBuf>,
    /// File for a picture of equity and drawdown.
    pub picture: Option<PathBuf>,
}

impl EvalOptions {
    /// A bundle on its test range, and no files.
    pub(in crate::commands) fn of(bundle: &Path) -> Self {
        Self {
            bundle: bundle.to_owned(),
            range: None,
            in_sample: false,
            audit: None,
            trades: None,
            report: None,
            picture: None,
        }
    }
}

/// A bundle, ready to trade or to be judged on a range.
pub(in crate::commands) struct Candidate {
    pub(in crate::commands) agent: Agent,
    pub(in crate::commands) digest: Digest,
    pub(in crate::commands) bundle: Bundle,
    pub(in crate::commands) table: ActionTable,
    pub(in crate::commands) market: PreparedMarket,
    pub(in crate::commands) range: DateRange,
    pub(in crate::commands) rows: std::ops::Range<usize>,
    pub(in crate::commands) warnings: Vec<String>,
}

impl Candidate {
    pub(in crate::commands) fn bundle(&self) -> &Bundle {
        &self.bundle
    }

    pub(in crate::commands) fn judgement(&self) -> Judgement<'_> {
        Judgement {
            agent: &self.agent,
            market: &self.market,
            table: &self.table,
            range: self.range,
            rows: self.rows.clone(),
        }
    }
}

/// Judges a frozen bundle beside the baselines.
///
/// # Errors
/// [`FailureKind::No`] if the gate says no, [`FailureKind::Data`] for a damaged bundle, missing data or
/// an overlap with the training range.
pub fn eval(options: &SessionOptions, command: &EvalOptions) -> Result<(), Failure> {
    refuse_frozen_settings(options)?;
    let lake = Lake::new(options.place()?.store.lake_dir);
    let candidate = load_candidate(options, &lake, command)?;
    let (evaluation, document) = judge(options, &candidate)?;
    write_files(command, &candidate, &evaluation)?;
    options.console.document(&document, || document.to_text())?;
    if document.gate.passed {
        return Ok(());
    }
    let failed = document.gate.checks.iter().filter(|check| !check.passed);
    let names: Vec<&str> = failed.map(|check| check.name.as_str()).collect();
    Err(Failure::new(FailureKind::No, format!("the gate says no: {}", names.join(", "))))
}

/// Loads a bundle and the market of a range that it has not seen.
pub(in crate::commands) fn load_candidate(
    options: &SessionOptions,
    lake: &Lake,
    command: &EvalOptions,
) -> Result<Candidate, Failure> {
    device(&options.device)?;
    let bundle = load_bundle(&command.bundle)?;
    let name = command.bundle.join("agent.yaml");
    let agent = from_bundle_yaml(bundle.agent_yaml(), &name.display().to_string(), &[])
        .map_err(|error| Failure::new(FailureKind::Data, error.to_string()))?;
    let data = |error: String| Failure::new(FailureKind::Data, error);
    let features = FeatureDocument::from_json(bundle.features_json())
        .map_err(|error| Failure::new(FailureKind::Data, error))?;
    let table: ActionTable = serde_json::from_str(bundle.actions_json())
        .map_err(|error| data(format!("actions.json of the bundle is damaged: {error}")))?;
    let range = command.range.unwrap_or(agent.data.test);
    let mut warnings = Vec::new();
    match features.transforms().check_unseen(range) {
        // Days inside the training range that neither policy nor transforms have learned from.
        _ if agent.data.is_left_out(range) => {}
        Err(error @ FeatureError::FitOverlap { .. }) if !command.in_sample => {
            return Err(Failure::new(FailureKind::Data, error)
                .hint("choose days after the training range, or say --in-sample"));
        }
        Err(_) => {
            warnings.push("the range overlaps the training range: figures flatter".to_owned());
        }
        Ok(()) => {}
    }
    if agent.data.validation.overlaps(range) {
        warnings.push("the range overlaps the validation range that chose the agent".to_owned());
    }
    let start = stream_start(&agent, range.start());
    let needed = DateRange::try_new(start, range.end())
        .map_err(|error| Failure::new(FailureKind::Usage, error))?;
    ensure_data(options, lake, &agent, needed)?;
    let market = PreparedMarket::for_bundle(lake, &agent, features, range)?;
    // A range that the user makes up is taken as it is; the agent's own begin after the embargo.
    let is_own = range == agent.data.test || range == agent.data.validation;
    let embargo = if is_own { agent.data.embargo_bars } else { 0 };
    let rows = market.rows_in(range, embargo)?;
    warnings.extend(missing_days(&market, range, &rows));
    warnings.extend(warnings_of(&agent, &bundle, market.training_fingerprint));
    let digest = bundle.bundle_digest();
    Ok(Candidate { agent, digest, bundle, table, market, range, rows, warnings })
}

/// A bundle's settings are part of it; a setting that would be ignored is an error.
pub(in crate::commands) fn refuse_frozen_settings(options: &SessionOptions) -> Result<(), Failure> {
    let Some(set) = options.sets.iter().find(|set| !set.starts_with("store.")) else {
        return Ok(());
    };
    let text = format!("the settings of a bundle are frozen, `--set {set}` would change nothing");
    Err(Failure::new(FailureKind::Usage, text).hint("releat train --set … makes another bundle"))
}

/// Days of the range that the bars do not reach.
fn missing_days(
    market: &PreparedMarket,
    range: DateRange,
    rows: &std::ops::Range<usize>,
) -> Option<String> {
    let last = market.calendar.session_day(market.time(rows.end - 1));
    let next = market.calendar.next_session(last).ok()?;
    (next.date <= range.end()).then(|| format!("the bars end on {last}, before the range does"))
}

fn warnings_of(agent: &Agent, bundle: &Bundle, data: Option<Digest>) -> Vec<String> {
    let mut warnings = Vec::new();
    if matches!(agent.data.source, Source::Synthetic(_)) {
        warnings.push("the market is made up: figures say nothing about real markets".to_owned());
    }
    if agent.env.fill == FillRule::SameClose {
        warnings.push("orders fill at the close they are decided on: optimistic".to_owned());
    }
    if matches!(agent.env.fill, FillRule::Quotes(_)) {
        warnings.push("fills inside a bar are interpolated from its open and close".to_owned());
    }
    let trained_on = &bundle.manifest().origin.data_fingerprint;
    if data.is_some_and(|data| data.to_string() != *trained_on) {
        warnings.push("the lake holds other data now than when the agent was trained".to_owned());
    }
    warnings
}

/// Runs the agent and the baselines.
pub(in crate::commands) fn judge(
    options: &SessionOptions,
    candidate: &Candidate,
) -> Result<(Evaluation, EvaluationDocument), Failure> {
    let policy = Policy::from_bundle(&candidate.bundle)
        .map_err(|error| Failure::new(FailureKind::Data, error))?;
    let judgement = candidate.judgement();
    let progress = options.progress();
    let evaluation = evaluate(&judgement, &mut AgentStrategy::new(policy), &progress)
        .map_err(|error| Failure::new(FailureKind::Data, error))?;
    progress.finish();
    let evaluation = with_ledger(options, candidate, evaluation)?;
    let document = EvaluationDocument::new(
        &candidate.agent.name,
        candidate.digest,
        candidate.market.fingerprint,
        &evaluation,
        candidate.warnings.clone(),
    );
    keep_verdict(options, candidate, &document)?;
    Ok((evaluation, document))
}

/// Keeps what the gate said where `live` asks for it, if this place has a database and the days were unseen.
fn keep_verdict(
    options: &SessionOptions,
    candidate: &Candidate,
    document: &EvaluationDocument,
) -> Result<(), Failure> {
    let (data, range) = (&candidate.agent.data, candidate.range);
    if data.train.overlaps(range) || data.validation.overlaps(range) {
        return Ok(());
    }
    let url = options.place()?.store.url;
    let Some(store) = Store::open_existing(&url).map_err(store_failure)? else { return Ok(()) };
    let checks = serde_json::to_string(&document.gate.checks)
        .map_err(|error| Failure::new(FailureKind::Bug, error))?;
    let verdict = GateVerdict {
        bundle: candidate.digest,
        range,
        agent: candidate.agent.name.clone(),
        passed: document.gate.passed,
        checks,
        data: candidate.market.fingerprint,
    };
    store.put_gate(&verdict).map_err(store_failure)
}

/// Adds what the number of trials behind the bundle does to its figures, if this place has counted any.
///
/// The trial of a bundle is the one with its seed and, bit for bit, its validation score.
fn with_ledger(
    options: &SessionOptions,
    candidate: &Candidate,
    evaluation: Evaluation,
) -> Result<Evaluation, Failure> {
    let url = options.place()?.store.url;
    let Some(store) = Store::open_existing(&url).map_err(store_failure)? else {
        return Ok(evaluation);
    };
    let ledger = store.ledger(&candidate.agent.name).map_err(store_failure)?;
    let origin = &candidate.bundle.manifest().origin;
    let own = origin.validation_score.map(f64::to_bits);
    let is_own = |row: &LedgerRow| {
        row.seed == origin.seed && own.is_some() && row.score.map(f64::to_bits) == own
    };
    let chosen = ledger.iter().rposition(is_own);
    Ok(evaluation.with_trials(&candidate.judgement(), &ledger_returns(&ledger), chosen))
}

/// Writes the files that the user asked for.
pub(in crate::commands) fn write_files(
    command: &EvalOptions,
    candidate: &Candidate,
    evaluation: &Evaluation,
) -> Result<(), Failure> {
    let tape = &candidate.market.tape;
    if let Some(path) = &command.audit {
        let fill = candidate.agent.env.fill;
        let text = audit_csv(&evaluation.trajectory, tape, &candidate.table, fill);
        write(path, text.as_bytes())?;
    }
    if let Some(path) = &command.trades {
        write(path, trades_csv(&evaluation.trades).as_bytes())?;
    }
    if command.report.is_none() && command.picture.is_none() {
        return Ok(());
    }
    let input = report_input(
        evaluation,
        &candidate.market,
        &candidate.table,
        &ReportFacts {
            agent: &candidate.agent,
            agent_yaml: candidate.bundle.agent_yaml(),
            bundle_digest: candidate.digest.to_string(),
            warnings: &candidate.warnings,
        },
    );
    let failed = |error| Failure::new(FailureKind::Bug, error);
    if let Some(path) = &command.report {
        write(path, render(&input).map_err(failed)?.as_bytes())?;
    }
    if let Some(path) = &command.picture {
        write(path, &overview_png(&input).map_err(failed)?)?;
    }
    Ok(())
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    write_atomic(path, bytes).map_err(|error| Failure::new(FailureKind::Data, error))
}
