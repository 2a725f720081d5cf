//! Everything about a study that a report shows.

use std::collections::BTreeMap;
use std::path::Path;

use crate::base::write_atomic;
use crate::commands::place::store_failure;
use crate::commands::tune::report::{
    OverfittingFigures, PboFigures, ReportParam, ReportTrial, StudyReportInput, TrialEnd,
    overview_png, render,
};
use crate::commands::tune::study::{metric_name, sharpe_per_bar};
use crate::commands::{Failure, FailureKind};
use crate::config::{Agent, Sampler, Scheduler, Source, effective_yaml};
use crate::domain::Calendar;
use crate::metrics::{BarClock, Overfitting, TrialReturns};
use crate::store::{LedgerRow, Store, TrialRow};
use crate::tuner::{Trial, TrialState, importances};

/// A study with its figures.
pub(in crate::commands::tune) struct Overview {
    pub(in crate::commands::tune) input: StudyReportInput,
    pub(in crate::commands::tune) overfitting: Option<Overfitting>,
}

impl Overview {
    /// Gathers what store and search know. `best` is the number of the winner, `bundle` where it lies.
    ///
    /// # Errors
    /// As the store.
    pub(in crate::commands::tune) fn of(
        store: &Store,
        agent: &Agent,
        name: &str,
        trials: &[Trial],
        (best, bundle): (Option<usize>, Option<&Path>),
    ) -> Result<Self, Failure> {
        let rows = store.trials(name).map_err(store_failure)?;
        let ledger = store.ledger(&agent.name).map_err(store_failure)?;
        let clock = clock(agent);
        let returns = ledger_returns(&ledger);
        let chosen = best
            .and_then(|best| ledger.iter().position(|row| row.study == name && row.trial == best));
        let overfitting = chosen.map(|chosen| Overfitting::compute(&returns, chosen, clock));
        let known: BTreeMap<usize, &TrialRow> = rows.iter().map(|row| (row.number, row)).collect();
        let space = agent.tune.space.iter();
        let input = StudyReportInput {
            name: name.to_owned(),
            agent: agent.name.clone(),
            metric: metric_name(agent),
            sampler: sampler_name(&agent.tune.sampler).to_owned(),
            scheduler: scheduler_name(&agent.tune.scheduler).to_owned(),
            warnings: warnings(agent),
            params: space
                .map(|(key, range)| ReportParam { name: key.clone(), range: range.into() })
                .collect(),
            trials: trials
                .iter()
                .map(|trial| report_trial(trial, known.get(&trial.number).copied()))
                .collect(),
            best,
            bundle: bundle.map(|path| path.display().to_string()),
            importances: importances(trials),
            overfitting: figures(overfitting.as_ref(), &returns, chosen, clock),
            config_yaml: effective_yaml(agent),
            provenance: vec![
                ("releat".to_owned(), env!("CARGO_PKG_VERSION").to_owned()),
                ("seed".to_owned(), agent.seed.to_string()),
                ("store".to_owned(), store.url().to_owned()),
            ],
            ..StudyReportInput::default()
        };
        Ok(Self { input, overfitting })
    }

    /// Writes the report and, beside it, its overview as PNG.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub(in crate::commands::tune) fn write(&self, path: &Path) -> Result<(), Failure> {
        let picture =
            overview_png(&self.input).map_err(|error| Failure::new(FailureKind::Bug, error))?;
        write_atomic(&path.with_extension("png"), &picture)
            .map_err(|error| Failure::new(FailureKind::Data, error))?;
        write_atomic(path, render(&self.input).as_bytes())
            .map_err(|error| Failure::new(FailureKind::Data, error))
    }
}

/// Bars in a year of the agent's universe.
fn clock(agent: &Agent) -> BarClock {
    let calendar = Calendar::new(agent.universe.calendar);
    let timeframe = agent.universe.timeframe;
    let (sessions, seconds) = (calendar.sessions_per_year(), calendar.session_seconds());
    BarClock { bars_per_year: timeframe.bars_per_year(sessions, seconds) }
}

/// The ledger as the statistics take it.
pub(in crate::commands) fn ledger_returns(ledger: &[LedgerRow]) -> Vec<TrialReturns> {
    ledger
        .iter()
        .map(|row| TrialReturns {
            name: format!("{}/{}", row.study, row.trial),
            period: row.period.clone(),
            returns: row.returns.clone(),
        })
        .collect()
}

fn figures(
    found: Option<&Overfitting>,
    returns: &[TrialReturns],
    chosen: Option<usize>,
    clock: BarClock,
) -> OverfittingFigures {
    let year = clock.bars_per_year;
    let own = chosen.map_or(&[][..], |chosen| &returns[chosen].returns);
    let mut figures = OverfittingFigures {
        ledger_trials: returns.len(),
        bars_per_year: year,
        bars: own.len(),
        trial_sharpes: returns.iter().filter_map(|trial| sharpe_per_bar(&trial.returns)).collect(),
        chosen_sharpe: sharpe_per_bar(own),
        ..OverfittingFigures::default()
    };
    let Some(found) = found else { return figures };
    figures.notes = found.notes.clone();
    figures.effective_trials = found.effective_trials;
    figures.expected_max_sharpe = found.expected_max_sharpe.map(|annual| annual / year.sqrt());
    figures.deflated_sharpe = found.deflated_sharpe;
    figures.min_track_record_bars = found.min_track_record_years.map(|years| years * year);
    figures.pbo = found.splits.as_ref().map(|splits| PboFigures {
        probability: splits.probability,
        logits: splits.logits.clone(),
        sharpes: splits
            .in_sample
            .iter()
            .copied()
            .zip(splits.out_of_sample.iter().copied())
            .collect(),
    });
    figures
}

fn report_trial(trial: &Trial, row: Option<&TrialRow>) -> ReportTrial {
    ReportTrial {
        number: trial.number,
        state: match trial.state {
            TrialState::Running => TrialEnd::Running,
            TrialState::Complete => TrialEnd::Complete,
            TrialState::Pruned => TrialEnd::Pruned,
            TrialState::Failed => TrialEnd::Failed,
        },
        value: trial.value,
        params: trial.params.clone().into_iter().collect(),
        reports: trial
            .reports
            .iter()
            .map(|report| (report.budget_env_steps, report.score.unwrap_or(f64::NAN)))
            .collect(),
        started: row.and_then(|row| row.started_at),
        ended: row.and_then(|row| row.ended_at),
        worker: None,
    }
}

fn warnings(agent: &Agent) -> Vec<String> {
    let mut warnings = Vec::new();
    if matches!(agent.data.source, Source::Synthetic(_)) {
        warnings.push("the market is made up: figures say nothing about real markets".to_owned());
    }
    warnings
}

const fn sampler_name(sampler: &Sampler) -> &'static str {
    match sampler {
        Sampler::Random => "random",
        Sampler::Grid => "grid",
        Sampler::Tpe(_) => "tpe",
    }
}

const fn scheduler_name(scheduler: &Scheduler) -> &'static str {
    match scheduler {
        Scheduler::None => "none",
        Scheduler::Asha(_) => "asha",
        Scheduler::Hyperband(_) => "hyperband",
        Scheduler::MedianStop(_) => "median_stop",
        Scheduler::Pbt(_) => "pbt",
    }
}
