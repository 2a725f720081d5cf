//! What a study report is made from: plain data, nothing to look up.

use serde::Serialize;
use serde_json::Value;

use crate::base::{DateRange, Timestamp};
use crate::config::SearchRange;

/// Everything the report of a study shows.
#[derive(Debug, Clone, Default)]
pub struct StudyReportInput {
    /// The name of the study.
    pub name: String,
    /// The agent whose settings were searched.
    pub agent: String,
    /// What a trial is worth, such as `validation.sharpe`; higher is better.
    pub metric: String,
    /// How values were chosen, in a word, such as `tpe`.
    pub sampler: String,
    /// Which trials went on, in a word, such as `asha`.
    pub scheduler: String,
    /// What a reader must know before trusting a number, such as `synthetic data`.
    pub warnings: Vec<String>,
    /// What was searched, in the order of the tables; parameters that only trials have come after.
    pub params: Vec<ReportParam>,
    /// In any order.
    pub trials: Vec<ReportTrial>,
    /// The number of the winner.
    pub best: Option<usize>,
    /// Where the bundle of the winner is.
    pub bundle: Option<String>,
    /// Share of each parameter in the differences between trials, the largest first.
    pub importances: Vec<(String, f64)>,
    /// How far the winner can be believed.
    pub overfitting: OverfittingFigures,
    /// Who worked on what; empty where unknown.
    pub jobs: Vec<ReportJob>,
    /// The winner's settings, trained and judged fold by fold.
    pub walk_forward: Option<WalkForwardFigures>,
    /// The winner under other costs.
    pub cost_sweep: Option<CostSweep>,
    /// The effective configuration.
    pub config_yaml: String,
    /// More facts about where the numbers come from: version, seed, revision, store.
    pub provenance: Vec<(String, String)>,
}

/// A parameter and its range.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportParam {
    /// Its key in the agent file.
    pub name: String,
    /// Where its values come from.
    pub range: ParamRange,
}

/// Where the values of a parameter come from.
#[derive(Debug, Clone, PartialEq)]
pub enum ParamRange {
    /// Numbers from low to high.
    Linear(f64, f64),
    /// Numbers from low to high, above 0, alike on a logarithmic scale.
    Log(f64, f64),
    /// One of these values.
    Choice(Vec<Value>),
}

impl From<&SearchRange> for ParamRange {
    /// A range without a kind, which no valid configuration has, becomes an empty choice.
    fn from(range: &SearchRange) -> Self {
        let whole = |[low, high]: [i64; 2]| (low as f64, high as f64);
        if let Some([low, high]) = range.uniform {
            Self::Linear(low, high)
        } else if let Some((low, high)) = range.integer.map(whole) {
            Self::Linear(low, high)
        } else if let Some([low, high]) = range.log_uniform {
            Self::Log(low, high)
        } else if let Some((low, high)) = range.log_integer.map(whole) {
            Self::Log(low, high)
        } else {
            Self::Choice(range.choice.clone().unwrap_or_default())
        }
    }
}

/// One trial.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportTrial {
    /// Its number, from 0.
    pub number: usize,
    /// How it ended.
    pub state: TrialEnd,
    /// What it is worth; `None` or a number that is not finite if it has no score.
    pub value: Option<f64>,
    /// Its settings; those that do not count for it are absent.
    pub params: Vec<(String, Value)>,
    /// Environment steps and score then, in order; a score that is not finite counts as absent.
    pub reports: Vec<(u64, f64)>,
    /// When it first ran.
    pub started: Option<Timestamp>,
    /// When it last ended.
    pub ended: Option<Timestamp>,
    /// Who ran it, if it was one; the picture of the work needs it where `jobs` are unknown.
    pub worker: Option<String>,
}

/// How a trial ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TrialEnd {
    /// It has not ended.
    Running,
    /// It reached the last rung.
    Complete,
    /// It stopped at an earlier one.
    Pruned,
    /// It has no score.
    Failed,
}

/// One piece of work.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportJob {
    /// Who did it.
    pub worker: String,
    /// The trial.
    pub trial: usize,
    /// The rung, from 0.
    pub rung: usize,
    /// When it began.
    pub started: Timestamp,
    /// When it ended; `None` while it runs.
    pub ended: Option<Timestamp>,
    /// Whether it ended without a score.
    pub is_failed: bool,
}

/// How far the winner can be believed. Sharpe ratios are per bar, not per year.
#[derive(Debug, Clone, PartialEq)]
pub struct OverfittingFigures {
    /// Trials of this agent that the ledger has counted, over all studies; 0 if unknown.
    pub ledger_trials: usize,
    /// How many independent trials those amount to.
    pub effective_trials: Option<f64>,
    /// Bars per year.
    pub bars_per_year: f64,
    /// Bars on which the trials were judged.
    pub bars: usize,
    /// Sharpe ratio of every counted trial that has one.
    pub trial_sharpes: Vec<f64>,
    /// Sharpe ratio of the winner.
    pub chosen_sharpe: Option<f64>,
    /// The Sharpe ratio that the best of so many trials without skill would show.
    pub expected_max_sharpe: Option<f64>,
    /// Probability that the winner's true Sharpe ratio is above zero after all those trials.
    pub deflated_sharpe: Option<f64>,
    /// The least of it that is believed.
    pub deflated_sharpe_min: f64,
    /// Bars that a record like the winner's must have to be told from luck.
    pub min_track_record_bars: Option<f64>,
    /// Probability of back-test over-fitting.
    pub pbo: Option<PboFigures>,
    /// The most of it that is believed.
    pub pbo_max: f64,
    /// What the figures leave out, a sentence each.
    pub notes: Vec<String>,
}

impl Default for OverfittingFigures {
    fn default() -> Self {
        Self {
            ledger_trials: 0,
            effective_trials: None,
            bars_per_year: 252.0,
            bars: 0,
            trial_sharpes: Vec::new(),
            chosen_sharpe: None,
            expected_max_sharpe: None,
            deflated_sharpe: None,
            deflated_sharpe_min: 0.95,
            min_track_record_bars: None,
            pbo: None,
            pbo_max: 0.1,
            notes: Vec::new(),
        }
    }
}

/// Probability of back-test over-fitting by combinatorially symmetric cross-validation.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PboFigures {
    /// Share of the splits in which the best of one half is below the median of the other.
    pub probability: f64,
    /// Logit of the rank out of sample, one for each split.
    pub logits: Vec<f64>,
    /// In-sample and out-of-sample Sharpe ratio per bar of the best, one for each split; may be empty.
    pub sharpes: Vec<(f64, f64)>,
}

/// A procedure that was repeated fold after fold.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct WalkForwardFigures {
    /// In order of time.
    pub folds: Vec<ReportFold>,
    /// When each bar's return was complete, strictly increasing: the test ranges, stitched together.
    pub times: Vec<Timestamp>,
    /// Simple return per bar after costs, one for each time.
    pub returns: Vec<f64>,
    /// A baseline on the same bars.
    pub baseline: Option<(String, Vec<f64>)>,
    /// Annual Sharpe ratio of each path of the combinatorial purged cross-validation.
    pub path_sharpes: Vec<f64>,
}

/// One fold. Sharpe ratios are annual.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportFold {
    /// Its test range.
    pub test: DateRange,
    /// The first time of its test range.
    pub test_start: Timestamp,
    /// Sharpe ratio on its validation range.
    pub validation_sharpe: Option<f64>,
    /// Sharpe ratio on its test range.
    pub test_sharpe: Option<f64>,
    /// Total return on its test range.
    pub test_return: Option<f64>,
}

/// The same policy under other costs and delays. Sharpe ratios are annual.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CostSweep {
    /// Multiple of the configured costs and Sharpe ratio.
    pub costs: Vec<(f64, Option<f64>)>,
    /// The multiple at which nothing is left of the gain, over cash; absent if there is none.
    pub break_even: Option<f64>,
    /// Bars that an order is late and Sharpe ratio; may be empty.
    pub delays: Vec<(usize, Option<f64>)>,
}

impl ReportTrial {
    /// Its value, if it is a number.
    pub(super) fn score(&self) -> Option<f64> {
        self.value.filter(|value| value.is_finite())
    }

    /// The setting of a parameter.
    pub(super) fn param(&self, name: &str) -> Option<&Value> {
        self.params.iter().find(|(own, _)| own == name).map(|(_, value)| value)
    }
}

impl StudyReportInput {
    /// The winner.
    pub(super) fn winner(&self) -> Option<&ReportTrial> {
        self.trials.iter().find(|trial| Some(trial.number) == self.best)
    }

    /// How many trials ended so.
    pub(super) fn count(&self, state: TrialEnd) -> usize {
        self.trials.iter().filter(|trial| trial.state == state).count()
    }

    /// The trials in the order of their numbers.
    pub(super) fn sorted(&self) -> Vec<&ReportTrial> {
        let mut trials: Vec<&ReportTrial> = self.trials.iter().collect();
        trials.sort_by_key(|trial| trial.number);
        trials
    }

    /// All parameters: those with a range, then those that only trials have, with a range of their
    /// values.
    pub(super) fn all_params(&self) -> Vec<ReportParam> {
        let mut params = self.params.clone();
        let known = |params: &[ReportParam], name: &str| params.iter().any(|p| p.name == name);
        for (name, _) in self.trials.iter().flat_map(|trial| &trial.params) {
            if !known(&params, name) {
                let range = self.seen_range(name);
                params.push(ReportParam { name: name.clone(), range });
            }
        }
        params
    }

    fn seen_range(&self, name: &str) -> ParamRange {
        let values: Vec<&Value> = self.trials.iter().filter_map(|t| t.param(name)).collect();
        let numbers: Vec<f64> = values.iter().filter_map(|value| value.as_f64()).collect();
        if numbers.len() == values.len() && !numbers.is_empty() {
            let low = numbers.iter().copied().fold(f64::INFINITY, f64::min);
            let high = numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            return if low > 0.0 && high > 100.0 * low {
                ParamRange::Log(low, high)
            } else {
                ParamRange::Linear(low, high)
            };
        }
        let mut choices: Vec<Value> = Vec::new();
        for value in values {
            if !choices.contains(value) {
                choices.push(value.clone());
            }
        }
        ParamRange::Choice(choices)
    }
}
