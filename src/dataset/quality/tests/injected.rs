//! Faults put in at random places are found there.

use super::super::{Suspect, SuspectKind, find_suspects};
use super::market::{calendar, made_up, rng, sessions, split};
use crate::base::Rng;
use crate::domain::{Bar, CorporateAction, Session};

/// Faults put into series of one kind.
const TRIES: usize = 400;

/// A series with a fault and what should be found.
struct Faulty {
    bars: Vec<Bar>,
    actions: Vec<CorporateAction>,
    /// The bar at which it should be found.
    index: usize,
    kind: SuspectKind,
}

type Fault = fn(&mut Rng, Vec<Bar>, &[Session]) -> Faulty;

/// At least 99 % must be found, at their place and under their name.
fn check(name: &'static str, fault: Fault) {
    let (calendar, sessions) = (calendar(), sessions());
    let clean: Vec<Vec<Bar>> = (0..40).map(|seed| made_up(&sessions, 1000 + seed)).collect();
    let mut rng = rng(7, name);
    let mut missed = Vec::new();
    for number in 0..TRIES {
        let bars = clean[number % clean.len()].clone();
        let faulty = fault(&mut rng, bars, &sessions);
        let found = find_suspects(&faulty.bars, &faulty.actions, calendar.zone());
        let time = faulty.bars[faulty.index].open_time;
        let is_it = |s: &Suspect| {
            s.kind == faulty.kind && s.time <= time && time <= s.until.unwrap_or(s.time)
        };
        if !found.iter().any(is_it) {
            missed.push((number, faulty.kind, time, found));
        }
    }
    assert!(missed.len() * 100 <= TRIES, "{} missed, such as {:?}", missed.len(), missed[0]);
}

fn place(rng: &mut Rng, bars: &[Bar]) -> usize {
    25 + rng.below(bars.len() - 50)
}

fn pick<T: Copy>(rng: &mut Rng, choices: &[T]) -> T {
    choices[rng.below(choices.len())]
}

fn scale(bars: &mut [Bar], factor: f64) {
    for bar in bars {
        bar.open *= factor;
        bar.high *= factor;
        bar.low *= factor;
        bar.close *= factor;
    }
}

#[test]
fn a_run_of_another_scale() {
    check("scale run", |rng, mut bars, _| {
        let index = place(rng, &bars);
        let length = (1 + rng.below(60)).min(bars.len() - 2 - index);
        let factor = pick(rng, &[10.0, 100.0, 1000.0, 0.1, 0.01, 0.001]);
        scale(&mut bars[index..index + length], factor);
        Faulty { bars, actions: Vec::new(), index, kind: SuspectKind::WrongScale }
    });
}

#[test]
fn another_scale_to_the_end() {
    check("scale stays", |rng, mut bars, _| {
        let index = place(rng, &bars);
        scale(&mut bars[index..], pick(rng, &[100.0, 1000.0, 0.01, 0.001]));
        Faulty { bars, actions: Vec::new(), index, kind: SuspectKind::WrongScale }
    });
}

#[test]
fn a_spike() {
    check("spike", |rng, mut bars, _| {
        let index = place(rng, &bars);
        let factor = pick(rng, &[0.4, 0.5, 0.6, 1.6, 2.0, 3.0]);
        let bar = &mut bars[index];
        bar.close *= factor;
        (bar.high, bar.low) = (bar.high.max(bar.close), bar.low.min(bar.close));
        Faulty { bars, actions: Vec::new(), index, kind: SuspectKind::Spike }
    });
}

#[test]
fn a_feed_that_stands_still() {
    check("stale", |rng, mut bars, _| {
        let index = place(rng, &bars);
        let length = (5 + rng.below(15)).min(bars.len() - index);
        let keeps_volume = rng.below(2) == 0;
        let before = bars[index - 1];
        for bar in &mut bars[index..index + length] {
            let volume = if keeps_volume { bar.volume } else { 0.0 };
            let (open_time, available_at) = (bar.open_time, bar.available_at);
            *bar = Bar { open_time, available_at, volume, ..before };
            if rng.below(4) == 0 {
                bar.high *= 1.001;
            }
        }
        Faulty { bars, actions: Vec::new(), index, kind: SuspectKind::Stale }
    });
}

/// Prices and volume as after a split that begins at `index`.
fn apply_split(bars: &mut [Bar], index: usize, ratio: f64) {
    scale(&mut bars[index..], 1.0 / ratio);
    bars[index..].iter_mut().for_each(|bar| bar.volume *= ratio);
}

const RATIOS: [f64; 10] = [2.0, 3.0, 4.0, 7.0, 10.0, 20.0, 0.5, 0.25, 0.1, 0.05];

#[test]
fn a_split_that_is_not_listed() {
    check("missing split", |rng, mut bars, _| {
        let index = place(rng, &bars);
        apply_split(&mut bars, index, pick(rng, &RATIOS));
        Faulty { bars, actions: Vec::new(), index, kind: SuspectKind::MissingSplit }
    });
}

#[test]
fn a_split_that_did_not_happen() {
    check("false split", |rng, bars, sessions| {
        let index = place(rng, &bars);
        let actions = vec![split(sessions[index].date, pick(rng, &RATIOS))];
        Faulty { bars, actions, index, kind: SuspectKind::SplitWithoutJump }
    });
}

#[test]
fn a_split_on_another_day() {
    check("misdated split", |rng, mut bars, sessions| {
        let index = place(rng, &bars);
        let ratio = pick(rng, &RATIOS);
        let there =
            if rng.below(2) == 0 { index + 1 + rng.below(3) } else { index - 1 - rng.below(3) };
        apply_split(&mut bars, there, ratio);
        let actions = vec![split(sessions[index].date, ratio)];
        Faulty { bars, actions, index, kind: SuspectKind::MisdatedSplit }
    });
}

#[test]
fn a_split_that_is_listed_twice() {
    check("double split", |rng, mut bars, sessions| {
        let index = place(rng, &bars);
        let ratio = pick(rng, &RATIOS);
        let first = index - 1 - rng.below(10);
        apply_split(&mut bars, first, ratio);
        let actions = vec![split(sessions[first].date, ratio), split(sessions[index].date, ratio)];
        Faulty { bars, actions, index, kind: SuspectKind::DoubleSplit }
    });
}

#[test]
fn a_split_that_was_applied_twice() {
    check("twice applied", |rng, mut bars, sessions| {
        let index = place(rng, &bars);
        let ratio = pick(rng, &RATIOS);
        let wrong = if rng.below(2) == 0 { ratio * ratio } else { 1.0 / ratio };
        apply_split(&mut bars, index, wrong);
        let actions = vec![split(sessions[index].date, ratio)];
        Faulty { bars, actions, index, kind: SuspectKind::DoubleSplit }
    });
}

#[test]
fn prices_that_are_adjusted_already() {
    check("adjusted", |rng, bars, sessions| {
        let index = 25 + rng.below(1000);
        let later = index + 100 + rng.below(1000);
        let dates = [sessions[index].date, sessions[later].date];
        let actions = dates.map(|date| split(date, pick(rng, &RATIOS))).to_vec();
        Faulty { bars, actions, index, kind: SuspectKind::AdjustedPrices }
    });
}

#[test]
fn another_company_under_the_same_name() {
    check("ticker reuse", |rng, mut bars, _| {
        let index = 25 + rng.below(bars.len() - 300);
        let end = index + 40 + rng.below(200);
        scale(&mut bars[end..], pick(rng, &[0.05, 0.1, 10.0, 20.0]));
        bars.drain(index..end);
        Faulty { bars, actions: Vec::new(), index, kind: SuspectKind::TickerReuse }
    });
}

#[test]
fn a_wild_high_or_low() {
    check("wild range", |rng, mut bars, _| {
        let index = place(rng, &bars);
        let bar = &mut bars[index];
        match rng.below(3) {
            0 => bar.high *= pick(rng, &[2.0, 10.0, 100.0]),
            1 => bar.low *= pick(rng, &[0.5, 0.1, 0.01]),
            _ => {
                bar.open *= 100.0;
                bar.high = bar.open;
            }
        }
        Faulty { bars, actions: Vec::new(), index, kind: SuspectKind::WildRange }
    });
}

#[test]
fn days_without_volume() {
    check("zero volume", |rng, mut bars, _| {
        let index = place(rng, &bars);
        let length = 1 + rng.below(4);
        bars[index..index + length].iter_mut().for_each(|bar| bar.volume = 0.0);
        Faulty { bars, actions: Vec::new(), index, kind: SuspectKind::ZeroVolume }
    });
}

#[test]
fn lots_instead_of_shares() {
    check("volume scale", |rng, mut bars, _| {
        let index = 60 + rng.below(bars.len() - 120);
        let factor = pick(rng, &[0.01, 0.001, 100.0, 1000.0]);
        bars[index..].iter_mut().for_each(|bar| bar.volume *= factor);
        Faulty { bars, actions: Vec::new(), index, kind: SuspectKind::VolumeScale }
    });
}
