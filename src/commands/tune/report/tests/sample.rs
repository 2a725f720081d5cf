//! Made-up studies that look like real ones.

use serde_json::json;

use crate::base::{DateRange, Rng, SeedStream, Timestamp, parse_date};
use crate::commands::tune::report::{
    CostSweep, OverfittingFigures, ParamRange, PboFigures, ReportFold, ReportJob, ReportParam,
    ReportTrial, StudyReportInput, TrialEnd, WalkForwardFigures,
};

const BUDGETS: [u64; 4] = [20_000, 60_000, 180_000, 540_000];
const START: i64 = 1_760_000_000;

/// A study of so many trials under successive halving by threes.
pub(crate) fn study(count: usize, seed: u64) -> StudyReportInput {
    let mut rng = SeedStream::new(seed).child("study").rng();
    let mut trials: Vec<ReportTrial> = (0..count).map(|number| trial(number, &mut rng)).collect();
    halve(&mut trials, &mut rng);
    let complete = trials.iter().filter(|trial| trial.state == TrialEnd::Complete);
    let best = complete.max_by(|a, b| a.value.unwrap().total_cmp(&b.value.unwrap()));
    let best = best.map(|trial| trial.number);
    StudyReportInput {
        name: "quickstart-2026-10-09".to_owned(),
        agent: "quickstart".to_owned(),
        metric: "validation.sharpe".to_owned(),
        sampler: "tpe".to_owned(),
        scheduler: "asha".to_owned(),
        warnings: vec!["The market is synthetic.".to_owned()],
        params: params(),
        best,
        bundle: best.map(|number| format!("runs/studies/quickstart/trials/{number:05}/best")),
        importances: [0.46, 0.24, 0.13, 0.09, 0.05, 0.03]
            .into_iter()
            .zip([2, 0, 4, 1, 3, 5])
            .map(|(share, index)| (params()[index].name.clone(), share))
            .collect(),
        overfitting: overfitting(&trials, best, &mut rng),
        jobs: jobs(&trials),
        walk_forward: Some(walk_forward(24)),
        cost_sweep: Some(cost_sweep()),
        config_yaml: "name: quickstart # <tag>\ntune:\n  trials: 32\n".to_owned(),
        provenance: vec![("Seed".to_owned(), seed.to_string())],
        trials,
    }
}

fn params() -> Vec<ReportParam> {
    let param = |name: &str, range: ParamRange| ReportParam { name: name.to_owned(), range };
    vec![
        param("learner.ppo.learning_rate", ParamRange::Log(1e-5, 1e-2)),
        param("learner.ppo.gamma", ParamRange::Linear(0.9, 0.999)),
        param("model.encoder.kind", ParamRange::Choice(vec![json!("mlp"), json!("gru")])),
        param("learner.ppo.minibatches", ParamRange::Linear(1.0, 8.0)),
        param("learner.ppo.num_steps", ParamRange::Log(16.0, 512.0)),
        param(
            "model.encoder.hidden",
            ParamRange::Choice(vec![json!([64]), json!([64, 64]), json!([256, 256])]),
        ),
    ]
}

fn trial(number: usize, rng: &mut Rng) -> ReportTrial {
    let log = |rng: &mut Rng, low: f64, high: f64| low * (high / low).powf(rng.uniform());
    let is_gru = rng.uniform() < 0.55;
    let mut settings = vec![
        ("learner.ppo.learning_rate".to_owned(), json!(log(rng, 1e-5, 1e-2))),
        ("learner.ppo.gamma".to_owned(), json!(0.9 + 0.099 * rng.uniform())),
        ("model.encoder.kind".to_owned(), json!(if is_gru { "gru" } else { "mlp" })),
        ("learner.ppo.minibatches".to_owned(), json!(1 + rng.below(8))),
        ("learner.ppo.num_steps".to_owned(), json!(log(rng, 16.0, 512.0).round() as i64)),
    ];
    if !is_gru {
        let hidden = [json!([64]), json!([64, 64]), json!([256, 256])];
        settings.push(("model.encoder.hidden".to_owned(), hidden[rng.below(3)].clone()));
    }
    ReportTrial {
        number,
        state: TrialEnd::Pruned,
        value: None,
        params: settings,
        reports: Vec::new(),
        started: None,
        ended: None,
        worker: None,
    }
}

fn quality(trial: &ReportTrial) -> f64 {
    let number = |name: &str| {
        let found = trial.params.iter().find(|(own, _)| own == name);
        found.and_then(|(_, value)| value.as_f64()).unwrap_or(0.0)
    };
    let rate = (number("learner.ppo.learning_rate") / 4e-4).ln();
    let steps = (number("learner.ppo.num_steps") / 128.0).ln();
    let kind = if trial.params.len() == 5 { 0.35 } else { 0.0 };
    1.2 - 0.09 * rate * rate - 0.05 * steps * steps
        + kind
        + 4.0 * (number("learner.ppo.gamma") - 0.97)
}

/// Each rung keeps the best third; one trial in thirty diverges.
fn halve(trials: &mut [ReportTrial], rng: &mut Rng) {
    let mut going: Vec<usize> = (0..trials.len()).collect();
    for (rung, budget) in BUDGETS.into_iter().enumerate() {
        for &index in &going {
            let trial = &mut trials[index];
            if rng.uniform() < 0.03 {
                (trial.state, trial.value) = (TrialEnd::Failed, None);
                continue;
            }
            let learned = 1.0 - 0.7 * (-(rung as f64 + 0.3)).exp();
            let score = quality(trial) * learned + 0.25 * rng.normal() / (1.0 + rung as f64);
            trial.reports.push((budget, score));
            trial.value = Some(trial.value.map_or(score, |best| best.max(score)));
        }
        going.retain(|&index| trials[index].state != TrialEnd::Failed);
        going.sort_by(|&a, &b| trials[b].value.unwrap().total_cmp(&trials[a].value.unwrap()));
        if rung + 1 < BUDGETS.len() {
            going.truncate(going.len().div_ceil(3));
        }
    }
    for index in going {
        trials[index].state = TrialEnd::Complete;
    }
}

fn jobs(trials: &[ReportTrial]) -> Vec<ReportJob> {
    let mut free = [0.0_f64; 4];
    let mut jobs = Vec::new();
    for (rung, budget) in BUDGETS.into_iter().enumerate() {
        for trial in trials.iter().filter(|trial| trial.reports.len() > rung) {
            let worker = (0..4).min_by(|&a, &b| free[a].total_cmp(&free[b])).unwrap();
            let length = budget as f64 / 6_000.0 * (1.0 + 0.1 * (trial.number % 5) as f64);
            let at = |seconds: f64| {
                Timestamp::from_nanos(START * 1_000_000_000 + (seconds * 1e9) as i64)
            };
            jobs.push(ReportJob {
                worker: format!("host-a/{worker}"),
                trial: trial.number,
                rung,
                started: at(free[worker]),
                ended: Some(at(free[worker] + length)),
                is_failed: trial.state == TrialEnd::Failed && rung + 1 == trial.reports.len(),
            });
            free[worker] += length + 0.4;
        }
    }
    jobs
}

fn overfitting(trials: &[ReportTrial], best: Option<usize>, rng: &mut Rng) -> OverfittingFigures {
    let year = 252.0_f64.sqrt();
    let own = trials.iter().filter_map(|trial| trial.value).map(|sharpe| sharpe / year);
    let more = if trials.len() > 1 { 86 } else { 0 };
    let trial_sharpes: Vec<f64> =
        own.chain((0..more).map(|_| (0.7 + 0.45 * rng.normal()) / year)).collect();
    if trials.len() < 2 {
        return OverfittingFigures { bars: 504, trial_sharpes, ..OverfittingFigures::default() };
    }
    let winner = best.and_then(|number| trials[number].value);
    let logits = (0..12_870).map(|_| 0.5 + 1.3 * rng.normal()).collect();
    let pair = |rng: &mut Rng| {
        let inside = 0.1 + 0.025 * rng.normal();
        (inside, 0.09 - 0.5 * inside + 0.04 * rng.normal())
    };
    OverfittingFigures {
        ledger_trials: trials.len() + 86,
        effective_trials: Some(41.0),
        bars: 504,
        chosen_sharpe: winner.map(|sharpe| sharpe / year),
        expected_max_sharpe: Some(1.42 / year),
        deflated_sharpe: Some(0.713),
        notes: vec!["2 trials without returns".to_owned()],
        min_track_record_bars: Some(1_040.0),
        pbo: Some(PboFigures {
            probability: 0.352,
            logits,
            sharpes: (0..12_870).map(|_| pair(rng)).collect(),
        }),
        trial_sharpes,
        ..OverfittingFigures::default()
    }
}

/// A walk over so many folds of 63 days.
pub(crate) fn walk_forward(num_folds: usize) -> WalkForwardFigures {
    let mut rng = SeedStream::new(11).child("walk").rng();
    let days = num_folds * 21 + 42;
    let first = Timestamp::midnight_utc(parse_date("2016-01-04").unwrap());
    let time = |day: usize| {
        Timestamp::from_nanos(first.nanos() + (day as i64 * 7 / 5) * 86_400_000_000_000)
    };
    let fold = |index: usize, rng: &mut Rng| {
        let validation = 1.2 + 0.5 * rng.normal();
        ReportFold {
            test: DateRange::try_new(time(index * 21).date_utc(), time(index * 21 + 62).date_utc())
                .unwrap(),
            test_start: time(index * 21),
            validation_sharpe: Some(validation),
            test_sharpe: Some(0.4 * validation + 0.7 * rng.normal()),
            test_return: Some(0.02 + 0.04 * rng.normal()),
        }
    };
    WalkForwardFigures {
        folds: (0..num_folds).map(|index| fold(index, &mut rng)).collect(),
        times: (0..days).map(time).collect(),
        returns: (0..days).map(|_| 0.0006 + 0.009 * rng.normal()).collect(),
        baseline: Some((
            "buy and hold SPY".to_owned(),
            (0..days).map(|_| 0.0004 + 0.011 * rng.normal()).collect(),
        )),
        path_sharpes: (0..45).map(|_| 0.7 + 0.6 * rng.normal()).collect(),
    }
}

/// Costs from nothing to five times, and three delays.
pub(crate) fn cost_sweep() -> CostSweep {
    let multiples = [0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0];
    CostSweep {
        costs: multiples.map(|multiple| (multiple, Some(1.61 - 0.47 * multiple))).to_vec(),
        break_even: Some(3.43),
        delays: vec![(0, Some(1.14)), (1, Some(0.82)), (2, Some(0.31)), (5, Some(-0.12))],
    }
}
