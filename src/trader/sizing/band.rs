//! The band within which a weight is left alone.

/// Keeps the held weight of every symbol that is off by no more than `band`; cash takes the difference.
///
/// What is kept must not borrow: if cash would fall below 0, or below the target's where that borrows already, the
/// symbols that are held above their target are traded after all. Cash first in both; a band of 0 changes nothing.
pub(super) fn keep_within(band: f64, target: Vec<f64>, held: &[f64]) -> Vec<f64> {
    if band <= 0.0 || target.len() != held.len() {
        return target;
    }
    let is_kept = |index: usize| (target[index] - held[index]).abs() <= band;
    let pick = |from: usize, is_kept: &dyn Fn(usize) -> bool| {
        (from..target.len())
            .map(|index| if is_kept(index) { held[index] } else { target[index] })
            .collect::<Vec<f64>>()
    };
    let mut risky = pick(1, &is_kept);
    if risky.iter().zip(&target[1..]).all(|(weight, aim)| weight.to_bits() == aim.to_bits()) {
        return target;
    }
    let least = target.first().map_or(0.0, |&cash| cash.min(0.0));
    if 1.0 - risky.iter().sum::<f64>() < least {
        risky = pick(1, &|index| is_kept(index) && held[index] <= target[index]);
    }
    let cash = 1.0 - risky.iter().sum::<f64>();
    std::iter::once(cash).chain(risky).collect()
}
