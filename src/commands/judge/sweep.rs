//! `releat eval --sweep`: a frozen bundle under hardship.

use std::path::PathBuf;

use serde::Serialize;

use super::eval::{Candidate, EvalOptions, load_candidate};
use super::folds::{percent, ratio};
use crate::base::{DateRange, Digest, write_atomic};
use crate::commands::{Failure, FailureKind, SessionOptions};
use crate::config::{Stress, from_bundle_yaml};
use crate::dataset::Lake;
use crate::evaluate::stress::{BreakEven, Stand, StressError, StressOutcome, stress};
use crate::evaluate::{AgentStrategy, Figures, Strategy};
use crate::learners::Policy;

/// The settings of a bundle that may be given anew: they change how it is judged, not what it does.
const OPEN_KEYS: &str = "eval.stress";

/// Options of `eval --sweep`.
#[derive(Debug, Clone)]
pub struct SweepOptions {
    /// The agent bundle.
    pub bundle: PathBuf,
    /// Days to judge on; the bundle's data.test if absent.
    pub range: Option<DateRange>,
    /// Allow days that the agent was trained on.
    pub in_sample: bool,
    /// File for the document.
    pub file: Option<PathBuf>,
}

/// What `eval --sweep` prints.
#[derive(Debug, Clone, Serialize)]
pub struct SweepDocument {
    /// Version of this layout.
    pub schema_version: u32,
    /// Name of the agent.
    pub agent: String,
    /// Digest of the bundle.
    pub bundle_digest: Digest,
    /// Digest of the data that was judged on.
    pub data_fingerprint: Digest,
    /// The days.
    pub range: DateRange,
    /// What hardship came to.
    pub stress: StressOutcome,
    /// What a reader must know.
    pub warnings: Vec<String>,
}

/// Judges a frozen bundle under dearer trading, late orders and worse markets.
///
/// # Errors
/// As `eval`; there is no gate.
pub fn sweep(options: &SessionOptions, command: &SweepOptions) -> Result<(), Failure> {
    let (open, frozen): (Vec<String>, Vec<String>) =
        options.sets.iter().cloned().partition(|set| set.starts_with(OPEN_KEYS));
    let rest = SessionOptions { sets: frozen, ..options.clone() };
    super::eval::refuse_frozen_settings(&rest)?;
    let lake = Lake::new(rest.place()?.store.lake_dir);
    let mut candidate = load_candidate(&rest, &lake, &eval_options(command))?;
    candidate.agent.eval.stress = stress_settings(&candidate, command, &open)?;
    let document = document(options, &candidate)?;
    if let Some(path) = &command.file {
        let text = serde_json::to_string_pretty(&document)
            .map_err(|error| Failure::new(FailureKind::Bug, error))?;
        write_atomic(path, text.as_bytes())
            .map_err(|error| Failure::new(FailureKind::Data, error))?;
    }
    options.console.document(&document, || document.to_text())
}

fn eval_options(command: &SweepOptions) -> EvalOptions {
    let SweepOptions { bundle, range, in_sample, .. } = command;
    EvalOptions { range: *range, in_sample: *in_sample, ..EvalOptions::of(bundle) }
}

/// The hardships of the bundle, with those in their place that the user names.
fn stress_settings(
    candidate: &Candidate,
    command: &SweepOptions,
    sets: &[String],
) -> Result<Stress, Failure> {
    let name = command.bundle.join("agent.yaml");
    let agent = from_bundle_yaml(candidate.bundle.agent_yaml(), &name.display().to_string(), sets)
        .map_err(|error| Failure::new(FailureKind::Usage, error.to_string()))?;
    Ok(agent.eval.stress)
}

fn document(options: &SessionOptions, candidate: &Candidate) -> Result<SweepDocument, Failure> {
    let judgement = candidate.judgement();
    let make = || -> Result<Box<dyn Strategy>, StressError> {
        Ok(Box::new(AgentStrategy::new(Policy::from_bundle(&candidate.bundle)?)))
    };
    let progress = options.progress();
    let found = stress(&Stand { judgement: &judgement, make: &make }, &progress);
    progress.finish();
    let stress = found.map_err(|error| match error {
        StressError::Market(error) => error.into(),
        error => Failure::new(FailureKind::Data, error),
    })?;
    Ok(SweepDocument {
        schema_version: 1,
        agent: candidate.agent.name.clone(),
        bundle_digest: candidate.digest,
        data_fingerprint: candidate.market.fingerprint,
        range: candidate.range,
        stress,
        warnings: candidate.warnings.clone(),
    })
}

impl SweepDocument {
    /// Every hardship as a line of a table.
    #[must_use]
    pub fn to_text(&self) -> String {
        let stress = &self.stress;
        let mut text = format!("{} on {}, under hardship\n\n", self.agent, self.range);
        let names = ["return", "sharpe", "drawdown", "turnover", "cost"];
        let names: String = names.iter().map(|name| format!("{name:>12}")).collect();
        text += &format!("{:<28}{names}\n", "");
        text += &line("as it is", &stress.unstressed);
        for point in &stress.costs {
            text += &line(&format!("costs x {}", point.multiple), &point.figures);
        }
        for point in &stress.delays {
            text += &line(&format!("orders {} bars late", point.delay_bars), &point.figures);
        }
        for scenario in &stress.scenarios {
            let runs = scenario.runs.len();
            let Some((median, worst)) = scenario.median().zip(scenario.worst()) else {
                text += &format!("{:<28}{:>12}\n", scenario.name, "nothing held");
                continue;
            };
            if runs > 1 {
                text += &line(&format!("{}, median of {runs}", scenario.name), median);
            }
            let name =
                if runs > 1 { format!("{}, worst", scenario.name) } else { scenario.name.clone() };
            text += &line(&name, worst);
        }
        text += &format!("\nbreak-even: {}\n", self.break_even_text());
        for scenario in &stress.scenarios {
            text += &format!("{}: {}\n", scenario.name, scenario.description);
        }
        for warning in &self.warnings {
            text += &format!("warning: {warning}\n");
        }
        text
    }

    fn break_even_text(&self) -> String {
        let StressOutcome { break_even_multiple, break_even_bps, .. } = &self.stress;
        let multiple = match break_even_multiple {
            BreakEven::At(multiple) => format!("{multiple:.2} times the costs"),
            BreakEven::LosesForFree => return "earns no more than cash even for free".to_owned(),
            BreakEven::Above(multiple) => format!("above {multiple:.0} times the costs"),
        };
        match break_even_bps {
            BreakEven::At(bps) => format!("{multiple}, or {bps:.1} bps of traded notional"),
            BreakEven::Above(bps) => {
                format!("{multiple}, or above {bps:.0} bps of traded notional")
            }
            BreakEven::LosesForFree => multiple,
        }
    }
}

fn line(name: &str, figures: &Figures) -> String {
    let cells = [
        percent(figures.total_return, 12),
        ratio(figures.sharpe, 12),
        percent(figures.max_drawdown, 12),
        percent(figures.turnover_mean, 12),
        percent(figures.cost_total, 12),
    ];
    format!("{name:<28}{}\n", cells.concat())
}
