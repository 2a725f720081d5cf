//! What the trials of an agent say about the one that was chosen.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::clusters::{effective_trials, strided};
use super::deflated::{DeflatedInput, deflated_sharpe, min_backtest_years};
use super::pbo::{Pbo, pbo, pbo_blocks};
use super::track_record::{
    CHANCE_CONFIDENCE, TrackRecord, min_track_record_bars, probabilistic_sharpe,
};
use crate::metrics::{BarClock, standard_deviation};

/// Trials that PBO compares; of more, so many at equal steps.
const PBO_TRIALS_MAX: usize = 10_000;

/// The returns of one trial on the bars that agents are chosen on.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct TrialReturns {
    /// What the trial is called, such as `study/7`.
    pub name: String,
    /// Which bars the returns are of: trials with the same text and the same number of returns are compared
    /// bar by bar.
    pub period: String,
    /// Returns per bar after costs, less the safe return if there is one; empty if the trial came to none,
    /// which counts as tried all the same.
    pub returns: Vec<f64>,
}

/// How much of a choice among trials is luck.
///
/// Ratios are annual here, unlike inside the formulas. A figure without a value says why in `missing`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Overfitting {
    /// The trial that was chosen.
    pub chosen: String,
    /// All trials, those that failed or were stopped early included.
    pub trials_counted: usize,
    /// Trials with a Sharpe ratio, the ones that could have been chosen.
    pub trials_compared: usize,
    /// Number of independent trials that these are worth.
    pub effective_trials: Option<f64>,
    /// Annual Sharpe ratio of the chosen trial.
    pub sharpe: Option<f64>,
    /// Annual Sharpe ratio that the luckiest of so many worthless trials is expected to show.
    pub expected_max_sharpe: Option<f64>,
    /// Probability that the chosen trial's ratio is above that; below 0.95 luck is a fair explanation.
    pub deflated_sharpe: Option<f64>,
    /// Standard deviation of the trials' annual Sharpe ratios.
    pub sharpe_spread: Option<f64>,
    /// The deflated ratio with the variance over the trials instead of that of luck, as the paper has it.
    pub deflated_sharpe_by_spread: Option<f64>,
    /// Probability that its ratio is above 0, were it the only trial.
    pub probabilistic_sharpe: Option<f64>,
    /// Probability of backtest overfitting.
    pub pbo: Option<f64>,
    /// Share of the splits in which the best trial of one half lost on the other half.
    pub loss_probability: Option<f64>,
    /// How the Sharpe ratio on the other half follows the one that chose.
    pub degradation_slope: Option<f64>,
    /// Years of bars that were chosen on.
    pub track_record_years: Option<f64>,
    /// Years it takes to tell the chosen trial's ratio from 0 with 95 % confidence.
    pub min_track_record_years: Option<f64>,
    /// Years after which worthless trials are no longer expected to show its ratio.
    pub min_backtest_years: Option<f64>,
    /// All of this in words, a sentence a line.
    pub assessment: String,
    /// Why a figure has no value, by its name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub missing: BTreeMap<String, String>,
    /// What was left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// The splits behind `pbo`.
    #[serde(skip)]
    pub splits: Option<Pbo>,
}

impl Overfitting {
    /// The trial with the best Sharpe ratio, the first of equals; `None` if none has one.
    #[must_use]
    pub fn best(trials: &[TrialReturns]) -> Option<usize> {
        let sharpe = |trial: &TrialReturns| Some(TrackRecord::of(&trial.returns)?.sharpe);
        let known = trials.iter().enumerate().filter_map(|(n, trial)| Some((n, sharpe(trial)?)));
        let better = |best: (usize, f64), next: (usize, f64)| {
            if next.1 > best.1 { next } else { best }
        };
        known.reduce(better).map(|(index, _)| index)
    }

    /// Judges the choice of trial number `chosen` among all `trials`.
    ///
    /// The variance of a worthless trial's ratio per bar is `1/(T − 1)`: that is what luck means here. The paper
    /// takes the variance over the trials for it, which is less where trials resemble each other and far more where
    /// some are good or ruin themselves by their costs; `deflated_sharpe_by_spread` shows what that gives.
    #[must_use]
    pub fn compute(trials: &[TrialReturns], chosen: usize, clock: BarClock) -> Self {
        let records: Vec<TrackRecord> =
            trials.iter().filter_map(|trial| TrackRecord::of(&trial.returns)).collect();
        let mut found = Self {
            trials_counted: trials.len(),
            trials_compared: records.len(),
            effective_trials: effective(trials),
            ..Self::default()
        };
        found.note_left_out(trials);
        if let Some(own) = trials.get(chosen) {
            own.name.clone_into(&mut found.chosen);
            found.track_record_years = Some(own.returns.len() as f64 / clock.bars_per_year);
            found.judge_ratio(&own.returns, &records, clock);
            found.judge_choice(trials, own);
        }
        found.explain_missing(trials.get(chosen));
        found.assessment = found.words();
        found
    }

    fn judge_ratio(&mut self, returns: &[f64], records: &[TrackRecord], clock: BarClock) {
        let Some(record) = TrackRecord::of(returns) else { return };
        let year = clock.bars_per_year;
        self.sharpe = Some(record.sharpe * year.sqrt());
        self.probabilistic_sharpe = probabilistic_sharpe(&record, 0.0);
        let bars = min_track_record_bars(&record, 0.0, CHANCE_CONFIDENCE);
        self.min_track_record_years = bars.map(|bars| bars / year);
        let Some(trials) = self.effective_trials else { return };
        self.min_backtest_years = min_backtest_years(record.sharpe * year.sqrt(), trials);
        let luck = 1.0 / (record.bars - 1) as f64;
        let deflated = |sharpe_variance: f64| {
            deflated_sharpe(&DeflatedInput { record, trials, sharpe_variance })
        };
        let Some(by_luck) = deflated(luck) else { return };
        self.deflated_sharpe = Some(by_luck.probability);
        self.expected_max_sharpe = Some(by_luck.expected_max_sharpe * year.sqrt());
        let ratios: Vec<f64> = records.iter().map(|record| record.sharpe).collect();
        let Some(spread) = standard_deviation(&ratios) else { return };
        self.sharpe_spread = Some(spread * year.sqrt());
        self.deflated_sharpe_by_spread = deflated(spread * spread).map(|found| found.probability);
    }

    fn judge_choice(&mut self, trials: &[TrialReturns], own: &TrialReturns) {
        let rivals: Vec<&[f64]> = trials
            .iter()
            .filter(|trial| is_comparable(trial, own))
            .map(|trial| trial.returns.as_slice())
            .collect();
        let kept: Vec<&[f64]> =
            strided(rivals.len(), PBO_TRIALS_MAX).map(|index| rivals[index]).collect();
        if kept.len() < rivals.len() {
            let text = format!("pbo compares {} of {} trials", kept.len(), rivals.len());
            self.notes.push(text);
        }
        let blocks = pbo_blocks(own.returns.len());
        let Some(splits) = blocks.and_then(|blocks| pbo(&kept, blocks)) else { return };
        self.pbo = Some(splits.probability);
        self.loss_probability = Some(splits.loss_probability);
        self.degradation_slope = splits.degradation_slope;
        self.splits = Some(splits);
    }

    fn note_left_out(&mut self, trials: &[TrialReturns]) {
        let silent = trials.iter().filter(|trial| trial.returns.is_empty()).count();
        let rest = self.trials_counted - self.trials_compared - silent;
        for (count, what) in [(silent, "without returns"), (rest, "that never moved")] {
            if count > 0 {
                let trials = if count == 1 { "trial" } else { "trials" };
                self.notes.push(format!("{count} {trials} {what} could not be chosen"));
            }
        }
        let periods = periods(trials).len();
        if periods > 1 {
            self.notes.push(format!(
                "trials of {periods} different periods: they count as unrelated, and pbo compares those of the \
                 chosen trial's period"
            ));
        }
    }

    fn explain_missing(&mut self, own: Option<&TrialReturns>) {
        let bars = own.map_or(0, |own| own.returns.len());
        let record = match own {
            None => "the ledger does not have the trial that was chosen".to_owned(),
            Some(_) if bars < 2 => format!("the chosen trial needs 2 returns or more, has {bars}"),
            Some(_) => "the chosen trial never moved or has returns that are no numbers".to_owned(),
        };
        let never =
            "the chosen trial's Sharpe ratio is not above 0: no length is enough".to_owned();
        let has_record = self.sharpe.is_some();
        let years = if has_record { never } else { record.clone() };
        let choice = if own.is_none() {
            record.clone()
        } else if pbo_blocks(bars).is_none() {
            format!("splitting needs 20 bars or more, the chosen trial has {bars}")
        } else {
            "splitting needs two different trials on the same bars".to_owned()
        };
        let figures = [
            ("sharpe", self.sharpe, &record),
            ("deflated_sharpe", self.deflated_sharpe, &record),
            ("expected_max_sharpe", self.expected_max_sharpe, &record),
            ("probabilistic_sharpe", self.probabilistic_sharpe, &record),
            ("min_track_record_years", self.min_track_record_years, &years),
            ("min_backtest_years", self.min_backtest_years, &years),
            ("pbo", self.pbo, &choice),
        ];
        for (name, value, reason) in figures {
            if value.is_none() {
                self.missing.insert(name.to_owned(), reason.clone());
            }
        }
    }

    fn words(&self) -> String {
        let mut sentences = vec![self.luck_in_words()];
        if let Some(deflated) = self.deflated_sharpe {
            let meaning = if deflated >= CHANCE_CONFIDENCE {
                "luck alone is an unlikely explanation"
            } else {
                "luck is a fair explanation"
            };
            sentences.push(format!("Deflated Sharpe ratio {deflated:.3}: {meaning}."));
        }
        if let Some(splits) = &self.splits {
            sentences.push(format!(
                "In {:.0} % of {} splits the best trial of one half of the bars was no better than the \
                 median on the other half (PBO).",
                100.0 * splits.probability,
                splits.logits.len()
            ));
        }
        if let (Some(needed), Some(years)) = (self.min_track_record_years, self.track_record_years)
        {
            sentences.push(format!(
                "A single agent would need {needed:.2} years of bars to show that its ratio is above 0, \
                 there are {years:.2}."
            ));
        }
        sentences.join("\n")
    }

    fn luck_in_words(&self) -> String {
        let trials = match self.trials_counted {
            1 => "1 trial".to_owned(),
            all => format!("{all} trials"),
        };
        let (Some(luck), Some(own), Some(effective)) =
            (self.expected_max_sharpe, self.sharpe, self.effective_trials)
        else {
            let reason = self.missing.get("deflated_sharpe").map_or("", String::as_str);
            return format!("{trials} tried; what luck would show is not known: {reason}.");
        };
        if luck == 0.0 {
            return format!(
                "{trials} tried, worth one: nothing was chosen among, and a Sharpe ratio of {own:.2} stands \
                 for itself."
            );
        }
        let places = usize::from(effective < 100.0);
        format!(
            "{trials} tried, worth {effective:.places$} independent ones; a Sharpe ratio of {luck:.2} is what the \
             luckiest of {effective:.places$} worthless agents would show, the chosen one shows {own:.2}."
        )
    }
}

fn is_comparable(one: &TrialReturns, other: &TrialReturns) -> bool {
    one.period == other.period
        && one.returns.len() == other.returns.len()
        && one.returns.iter().all(|value| value.is_finite())
}

/// Trials that can be compared bar by bar.
fn periods(trials: &[TrialReturns]) -> BTreeMap<(&str, usize), Vec<&[f64]>> {
    let mut periods: BTreeMap<_, Vec<&[f64]>> = BTreeMap::new();
    for trial in trials.iter().filter(|trial| !trial.returns.is_empty()) {
        let key = (trial.period.as_str(), trial.returns.len());
        periods.entry(key).or_default().push(&trial.returns);
    }
    periods
}

/// Trials of different periods count as unrelated, the same returns again as nothing new; `None` if no trial can be
/// counted.
fn effective(trials: &[TrialReturns]) -> Option<f64> {
    let count = |own: &Vec<&[f64]>| {
        let mut seen = BTreeSet::new();
        let bits = |returns: &[f64]| returns.iter().map(|r| r.to_bits()).collect::<Vec<_>>();
        let unlike: Vec<&[f64]> = own.iter().copied().filter(|r| seen.insert(bits(r))).collect();
        effective_trials(&unlike).effective
    };
    let sum: f64 = periods(trials).values().map(count).sum();
    (sum >= 1.0 - 1e-9).then(|| sum.max(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::SeedStream;

    const DAILY: BarClock = BarClock { bars_per_year: 252.0 };

    fn trial(number: u64, bars: usize, drift: f64) -> TrialReturns {
        let mut rng = SeedStream::new(number).rng();
        let returns = (0..bars).map(|_| 0.01 * (drift + rng.normal())).collect();
        TrialReturns { name: format!("demo/{number}"), period: "2019".to_owned(), returns }
    }

    #[test]
    fn a_planted_winner_among_noise() {
        let mut trials: Vec<TrialReturns> = (0..12).map(|n| trial(n, 252, 0.0)).collect();
        trials[5] = trial(5, 252, 0.6);
        assert_eq!(Overfitting::best(&trials), Some(5));
        let found = Overfitting::compute(&trials, 5, DAILY);
        assert_eq!((found.chosen.as_str(), found.trials_counted), ("demo/5", 12));
        assert!(found.deflated_sharpe.unwrap() > 0.95 && found.pbo.unwrap() < 0.05, "{found:?}");
        assert!(found.assessment.starts_with("12 trials tried, worth 1"), "{}", found.assessment);
        assert!(found.assessment.contains("unlikely explanation"));
        assert!(found.missing.is_empty() && found.notes.is_empty());
        assert_eq!(found.track_record_years, Some(1.0));
        assert!(found.min_backtest_years.unwrap() < 0.2);
    }

    #[test]
    fn a_single_trial_is_judged_by_itself() {
        let found = Overfitting::compute(&[trial(1, 252, 0.2)], 0, DAILY);
        assert_eq!(found.expected_max_sharpe, Some(0.0));
        assert_eq!(found.deflated_sharpe, found.probabilistic_sharpe);
        assert_eq!(found.missing.keys().collect::<Vec<_>>(), ["pbo"]);
        assert!(found.assessment.starts_with("1 trial tried, worth one"));
    }

    #[test]
    fn every_figure_without_a_value_has_a_reason() {
        let none = Overfitting::compute(&[], 0, DAILY);
        assert_eq!((none.trials_counted, none.effective_trials), (0, None));
        assert_eq!(none.missing.len(), 7);
        assert!(none.missing["pbo"].contains("does not have the trial"));
        assert_eq!(Overfitting::best(&[TrialReturns::default()]), None);

        let flat = TrialReturns { returns: vec![0.0; 252], ..trial(0, 0, 0.0) };
        let trials = [flat, trial(1, 252, 0.0), TrialReturns::default(), trial(3, 100, 0.0)];
        let found = Overfitting::compute(&trials, 0, DAILY);
        assert!(found.missing["deflated_sharpe"].contains("never moved"));
        assert!(found.pbo.is_some());
        assert_eq!(found.notes.len(), 3, "{:?}", found.notes);
        assert_eq!((found.trials_counted, found.trials_compared), (4, 2));
        assert_eq!(found.effective_trials, Some(2.0));

        let short = Overfitting::compute(&[trial(1, 9, -3.0), trial(2, 9, 0.0)], 0, DAILY);
        assert!(short.missing["pbo"].contains("20 bars"));
        assert!(short.missing["min_track_record_years"].contains("not above 0"));
    }

    #[test]
    fn a_study_that_is_run_again_is_nothing_new() {
        let once: Vec<TrialReturns> = (0..8).map(|n| trial(n, 252, 0.0)).collect();
        let twice = [once.clone(), once.clone()].concat();
        let (once, twice) =
            (Overfitting::compute(&once, 0, DAILY), Overfitting::compute(&twice, 0, DAILY));
        assert_eq!((once.trials_counted, twice.trials_counted), (8, 16));
        assert_eq!(once.effective_trials, twice.effective_trials);
    }

    #[test]
    fn alike_trials_are_not_free_of_luck() {
        let one = trial(1, 252, 0.1);
        let shaken = |n: u64| {
            let noise = trial(n, 252, 0.0).returns;
            let returns = one.returns.iter().zip(noise).map(|(r, e)| r + 0.3 * e).collect();
            TrialReturns { name: format!("demo/{n}"), returns, ..one.clone() }
        };
        let trials: Vec<TrialReturns> = (2..34).map(shaken).collect();
        let found = Overfitting::compute(&trials, 0, DAILY);
        let effective = found.effective_trials.unwrap();
        assert!(effective > 2.0 && effective < 6.0, "{effective}");
        // They vary less among themselves than luck does.
        assert!(found.sharpe_spread.unwrap() < 0.5, "{found:?}");
        assert!(found.expected_max_sharpe.unwrap() > 0.5, "{found:?}");
        assert!(found.deflated_sharpe < found.deflated_sharpe_by_spread);
    }

    #[test]
    fn it_survives_json() {
        let trials: Vec<TrialReturns> = (0..3).map(|n| trial(n, 60, 0.0)).collect();
        let best = Overfitting::best(&trials).unwrap();
        let mut found = Overfitting::compute(&trials, best, DAILY);
        let text = serde_json::to_string(&found).unwrap();
        assert!(!text.contains("logits") && !text.contains("missing"));
        found.splits = None;
        let read: Overfitting = serde_json::from_str(&text).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), text);
        assert_eq!(read.assessment, found.assessment);
    }
}
