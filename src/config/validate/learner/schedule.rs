//! Rules of a number that changes over a run.

use crate::config::Schedule;
use crate::config::validate::check::Check;

/// Both ends must lie in `0..=most`.
pub(super) fn schedule(check: &mut Check, key: &str, schedule: Schedule, most: f64) {
    let ends = match schedule {
        Schedule::Constant(value) => return check.within(key, value, 0.0..=most),
        Schedule::Linear { from, to } => [("linear.from", from), ("linear.to", to)],
        Schedule::Cosine { from, to } => [("cosine.from", from), ("cosine.to", to)],
    };
    for (end, value) in ends {
        check.within(&format!("{key}.{end}"), value, 0.0..=most);
    }
}

/// The same for a step size, which must not be 0 all the way.
pub(super) fn learning_rate(check: &mut Check, key: &str, rate: Schedule) {
    schedule(check, key, rate, 1.0);
    if rate.ends() == (0.0, 0.0) {
        check.deny(&[key], format!("`{key}` must be above 0 somewhere, was 0 all the way"));
    }
}
