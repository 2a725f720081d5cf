//! Studies of worthless agents must be seen through, a planted signal must not be thrown away.

use super::*;
use crate::base::SeedStream;
use crate::metrics::BarClock;

const DAILY: BarClock = BarClock { bars_per_year: 252.0 };

/// A family of studies: each chooses the best of some trials by its Sharpe ratio.
#[derive(Debug, Clone, Copy)]
struct Family {
    trials: usize,
    bars: usize,
    /// Correlation of the returns of any two trials.
    shared: f64,
    /// Trials with a true edge.
    planted: usize,
    /// Their annual Sharpe ratio.
    edge: f64,
    /// Unrelated series of which each trial keeps the best, as a training keeps its best checkpoint.
    looks: usize,
    /// Whether returns have fat tails, a t distribution with four degrees of freedom.
    tails: bool,
}

impl Family {
    const fn noise(trials: usize, bars: usize, shared: f64) -> Self {
        Self { trials, bars, shared, planted: 0, edge: 0.0, looks: 1, tails: false }
    }

    fn study(&self, number: usize) -> Overfitting {
        let mut rng = SeedStream::new(20_141).child("study").index(number).rng();
        let mut draw = || if self.tails { rng.student_t(4) } else { rng.normal() };
        let common: Vec<f64> = (0..self.bars).map(|_| draw()).collect();
        let trials: Vec<TrialReturns> = (0..self.trials)
            .map(|trial| {
                let edge = if trial < self.planted { self.edge / 252.0_f64.sqrt() } else { 0.0 };
                let (shared, own) = (self.shared.sqrt(), (1.0 - self.shared).sqrt());
                let mut look = || {
                    let bar = |common: &f64| 0.01 * (edge + shared * common + own * draw());
                    common.iter().map(bar).collect::<Vec<f64>>()
                };
                let sharpe = |returns: &Vec<f64>| TrackRecord::of(returns).unwrap().sharpe;
                let looks = (0..self.looks).map(|_| look());
                let returns = looks.max_by(|a, b| sharpe(a).total_cmp(&sharpe(b))).unwrap();
                TrialReturns { name: trial.to_string(), period: String::new(), returns }
            })
            .collect();
        Overfitting::compute(&trials, Overfitting::best(&trials).unwrap(), DAILY)
    }
}

/// Shares of studies whose winner passes.
#[derive(Debug, Default)]
struct Shares {
    deflated: f64,
    by_spread: f64,
    undeflated: f64,
    pbo_mean: f64,
    /// At most 0.05, 0.1, 0.2, 0.5.
    pbo: [f64; 4],
    /// Deflated and PBO at most 0.1.
    both: f64,
    effective: f64,
}

fn measure(family: Family, studies: usize) -> Shares {
    let mut shares = Shares::default();
    let one = 1.0 / studies as f64;
    for number in 0..studies {
        let found = family.study(number);
        let (deflated, pbo) = (found.deflated_sharpe.unwrap() >= 0.95, found.pbo.unwrap());
        let passes = |holds: bool| if holds { one } else { 0.0 };
        shares.deflated += passes(deflated);
        shares.by_spread += passes(found.deflated_sharpe_by_spread.unwrap() >= 0.95);
        shares.undeflated += passes(found.probabilistic_sharpe.unwrap() >= 0.95);
        shares.pbo_mean += one * pbo;
        for (share, limit) in shares.pbo.iter_mut().zip([0.05, 0.1, 0.2, 0.5]) {
            *share += passes(pbo <= limit);
        }
        shares.both += passes(deflated && pbo <= 0.1);
        shares.effective += one * found.effective_trials.unwrap();
    }
    shares
}

#[test]
fn winners_of_pure_noise_are_rejected() {
    let shares = measure(Family::noise(32, 126, 0.0), 200);
    assert!(shares.undeflated > 0.5, "the winners look good: {shares:?}");
    assert!(shares.deflated <= 0.05 && shares.both <= 0.05, "{shares:?}");
    assert!((shares.pbo_mean - 0.5).abs() < 0.1 && shares.pbo[1] <= 0.05, "{shares:?}");
    assert!(shares.effective > 29.0, "{shares:?}");
}

#[test]
fn winners_of_noise_that_resembles_itself_are_rejected() {
    for shared in [0.5, 0.9] {
        let shares = measure(Family::noise(16, 126, shared), 200);
        assert!(shares.deflated <= 0.05 && shares.both <= 0.05, "{shared}: {shares:?}");
    }
}

#[test]
fn a_planted_signal_is_accepted() {
    let planted = Family { planted: 8, edge: 8.0, ..Family::noise(32, 252, 0.0) };
    let shares = measure(planted, 50);
    assert!(shares.both >= 0.95, "{shares:?}");
}

#[test]
#[ignore = "prints the table of docs/TUNING.md, takes a minute"]
fn table_of_shares() {
    println!(
        "trials bars shared planted edge looks tails | dsr spread psr pbo<=.05,.1,.2,.5 mean both effective"
    );
    let noise = [16, 64].into_iter().flat_map(|trials| {
        [126, 504]
            .into_iter()
            .flat_map(move |bars| [0.0, 0.5, 0.9].map(|shared| Family::noise(trials, bars, shared)))
    });
    let others = [
        Family { tails: true, ..Family::noise(64, 252, 0.0) },
        Family { looks: 5, ..Family::noise(32, 252, 0.0) },
        Family { looks: 10, ..Family::noise(32, 252, 0.0) },
        Family { looks: 30, ..Family::noise(32, 252, 0.0) },
        Family { looks: 10, ..Family::noise(32, 252, 0.5) },
        Family { looks: 10, ..Family::noise(32, 252, 0.9) },
    ];
    let signals = [(1, 3.0), (1, 6.0), (8, 3.0), (8, 6.0), (32, 2.0), (32, 3.0), (32, 6.0)];
    let planted =
        signals.map(|(planted, edge)| Family { planted, edge, ..Family::noise(32, 252, 0.0) });
    for family in noise.chain(others).chain(planted) {
        let s = measure(family, 200);
        println!(
            "{:3} {:3} {:.1} {:2} {:.0} {:2} {} | {:.3} {:.3} {:.3} {:.3?} {:.3} {:.3} {:.1}",
            family.trials,
            family.bars,
            family.shared,
            family.planted,
            family.edge,
            family.looks,
            family.tails,
            s.deflated,
            s.by_spread,
            s.undeflated,
            s.pbo,
            s.pbo_mean,
            s.both,
            s.effective
        );
    }
}

#[test]
#[ignore = "takes seconds in a build without optimization"]
fn ten_thousand_trials_take_seconds() {
    let found = Family::noise(10_000, 500, 0.3).study(0);
    assert!(found.deflated_sharpe.unwrap() < 0.95 && found.pbo.is_some());
    println!("{}", found.assessment);
}
