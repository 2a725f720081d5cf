//! How long to wait before a repetition.

use jiff::fmt::rfc2822::DateTimeParser;

use crate::base::{Rng, Timestamp};
use crate::config::Limits;

/// A pause with full jitter: uniform between nothing and `pause_s · 2^(tries − 1)`, at most
/// `pause_max_s`.
///
/// # Source
/// M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
pub(super) fn jittered(limits: &Limits, tries: u32, chance: &mut Rng) -> f64 {
    chance.uniform() * ceiling(limits, tries)
}

/// A pause of a whole vendor that gave no time itself: from half of the ceiling upwards, since
/// nobody gains from asking at once.
pub(super) fn after_refusal(limits: &Limits, tries: u32, chance: &mut Rng) -> f64 {
    (0.5 + 0.5 * chance.uniform()) * ceiling(limits, tries)
}

fn ceiling(limits: &Limits, tries: u32) -> f64 {
    let doublings = i32::try_from(tries.saturating_sub(1).min(30)).unwrap_or(30);
    (limits.pause_s * 2_f64.powi(doublings)).min(limits.pause_max_s)
}

/// The seconds that a `Retry-After` header asks for: a number, or a date such as
/// `Wed, 21 Oct 2015 07:28:00 GMT`; `None` for any other text.
pub(super) fn retry_after(text: &str, now: Timestamp) -> Option<f64> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<f64>() {
        return (seconds.is_finite() && seconds >= 0.0).then_some(seconds);
    }
    let date = DateTimeParser::new().parse_timestamp(text).ok()?;
    let nanos = date.as_nanosecond() - i128::from(now.nanos());
    Some((nanos as f64 / 1e9).max(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::SeedStream;

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now: Timestamp = "2015-10-21T07:27:30Z".parse().unwrap();
        let check = |text: &str, expected: Option<f64>| {
            assert_eq!(retry_after(text, now), expected, "{text}");
        };
        check("120", Some(120.0));
        check(" 1.5 ", Some(1.5));
        check("Wed, 21 Oct 2015 07:28:00 GMT", Some(30.0));
        check("Wed, 21 Oct 2015 07:27:00 GMT", Some(0.0));
        for other in ["", "soon", "-1", "inf", "2015-10-21"] {
            check(other, None);
        }
    }

    #[test]
    fn pauses_double_up_to_the_longest() {
        let limits = Limits { pause_s: 1.0, pause_max_s: 5.0, ..Limits::default() };
        let mut chance = SeedStream::new(1).rng();
        for (tries, most) in [(1, 1.0), (2, 2.0), (3, 4.0), (4, 5.0), (99, 5.0)] {
            for _ in 0..50 {
                assert!((0.0..=most).contains(&jittered(&limits, tries, &mut chance)));
                let whole = after_refusal(&limits, tries, &mut chance);
                assert!((0.5 * most..=most).contains(&whole), "{whole}");
            }
        }
    }
}
