//! The tree-structured Parzen estimator.

use std::cmp::Ordering;

use serde_json::Value;

use super::parzen::Mixture;
use super::{Seen, Standing};
use crate::base::Rng;
use crate::config::TpeSampler;
use crate::tuner::space::{Parameter, Range};
use crate::tuner::{Params, Space};

/// Good trials at most.
const MOST_GOOD: usize = 25;
/// Other trials at most; a density of more would show nothing finer, and a choice takes time in
/// proportion to them.
const MOST_OTHERS: usize = 400;
/// One in so many trials is good.
const GOOD_SHARE: usize = 10;

/// Settings for a new trial: for each key the draw from the density of good trials that is likeliest
/// there as against the density of the others.
///
/// Trials that ended at a higher rung are better than any that ended lower, as in Optuna; failed trials
/// and those that have not reported yet are among the others, so that failures and values at work are
/// avoided. Of more than 400 others an even choice over all ranks is taken.
///
/// # Source
/// Bergstra et al., "Algorithms for Hyper-Parameter Optimization", NIPS 2011, §4; the share of good
/// trials, min(⌈n/10⌉, 25), is Optuna's.
pub(super) fn choose(
    space: &Space,
    settings: &TpeSampler,
    seen: &[Seen<'_>],
    rng: &mut Rng,
) -> Params {
    let known = seen.iter().filter(|seen| seen.standing != Standing::Waiting).count();
    if known < settings.startup_trials.max(1) {
        return space.draw(rng);
    }
    let mut ranked = seen.to_vec();
    ranked.sort_by(|a, b| order(a.standing, b.standing));
    space.fill(|parameter| {
        let split = Split::of(parameter, &ranked);
        let candidates = settings.candidates.max(1);
        match parameter.range.choices() {
            Some(choices) => choice(choices, &split, candidates, rng),
            None => number(&parameter.range, &split, candidates, rng),
        }
    })
}

/// Better ones first; the sort is stable, so that earlier ones come first among equals.
fn order(a: Standing, b: Standing) -> Ordering {
    match (a, b) {
        (Standing::Scored(rung_a, a), Standing::Scored(rung_b, b)) => {
            rung_b.cmp(&rung_a).then(b.total_cmp(&a))
        }
        (Standing::Scored(..), _) => Ordering::Less,
        (_, Standing::Scored(..)) => Ordering::Greater,
        _ => Ordering::Equal,
    }
}

/// Where good and other trials lie on the scale of one key.
struct Split {
    good: Vec<f64>,
    others: Vec<f64>,
}

impl Split {
    fn of(parameter: &Parameter, ranked: &[Seen<'_>]) -> Self {
        let mut places = Vec::with_capacity(ranked.len());
        let (mut scored, mut known) = (0, 0);
        for seen in ranked {
            let value = seen.params.get(&parameter.key);
            let Some(place) = value.and_then(|value| parameter.range.place(value)) else {
                continue;
            };
            places.push(place);
            scored += usize::from(matches!(seen.standing, Standing::Scored(..)));
            known += usize::from(seen.standing != Standing::Waiting);
        }
        let good = known.div_ceil(GOOD_SHARE).min(MOST_GOOD).min(scored);
        let others = thinned(&places.split_off(good));
        Self { good: places, others }
    }
}

/// At most [`MOST_OTHERS`] of them, from all ranks alike.
fn thinned(places: &[f64]) -> Vec<f64> {
    let kept = places.len().min(MOST_OTHERS);
    (0..kept).map(|at| places[at * places.len() / kept]).collect()
}

fn number(range: &Range, split: &Split, candidates: usize, rng: &mut Rng) -> Value {
    let Some(ends) = range.ends() else { return range.draw(rng) };
    let good = Mixture::new(ends, &split.good);
    let others = Mixture::new(ends, &split.others);
    let drawn = (0..candidates).map(|_| {
        let value = range.value(good.draw(rng));
        let gain = match (range.own_share(&value), range.place(&value)) {
            (Some(share), _) => good.log_mass(share) - others.log_mass(share),
            (None, Some(place)) => good.log_density(place) - others.log_density(place),
            (None, None) => f64::NEG_INFINITY,
        };
        (gain, value)
    });
    best(drawn).unwrap_or_else(|| range.value(ends.0))
}

fn choice(choices: &[Value], split: &Split, candidates: usize, rng: &mut Rng) -> Value {
    let good = frequencies(&split.good, choices.len());
    let others = frequencies(&split.others, choices.len());
    let drawn = (0..candidates).map(|_| {
        let mut left = rng.uniform();
        let place = good.iter().position(|share| {
            left -= share;
            left < 0.0
        });
        let place = place.unwrap_or(choices.len() - 1);
        (good[place].ln() - others[place].ln(), choices[place].clone())
    });
    best(drawn).unwrap_or_default()
}

/// How often each choice was seen, with one more trial spread over all of them.
fn frequencies(places: &[f64], choices: usize) -> Vec<f64> {
    let mut counts = vec![1.0 / choices as f64; choices];
    for place in places {
        counts[*place as usize] += 1.0;
    }
    let sum = places.len() as f64 + 1.0;
    counts.iter().map(|count| count / sum).collect()
}

/// The value with the largest gain, the first of equals.
fn best(drawn: impl Iterator<Item = (f64, Value)>) -> Option<Value> {
    let better = |best: (f64, Value), next: (f64, Value)| if next.0 > best.0 { next } else { best };
    drawn.reduce(better).map(|(_, value)| value)
}
