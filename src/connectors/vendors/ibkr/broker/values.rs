//! Numbers and times as the broker writes them.

use jiff::tz::TimeZone;

use crate::base::Timestamp;

/// Above this a number means "unset": the broker writes the largest `f64` for what it does not have.
///
/// # Source
/// TWS API, `Double.MAX_VALUE` of commissions, profits and prices.
const UNSET: f64 = 1e300;
/// The same for whole numbers, where they were read as fractions.
const UNSET_WHOLE: [f64; 2] = [2_147_483_647.0, 9_223_372_036_854_775_807.0];

/// When something came.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Moment {
    /// By the venue's clock.
    pub(super) time: Timestamp,
    /// By a clock of this process, seconds.
    pub(super) at: f64,
}

/// A number, or none where the broker has none.
pub(super) fn known(number: f64) -> Option<f64> {
    let is_set = number.abs() < UNSET && !UNSET_WHOLE.contains(&number.abs());
    (number.is_finite() && is_set).then_some(number)
}

/// A price; none unless it is one.
pub(super) fn price(number: f64) -> Option<f64> {
    known(number).filter(|&price| price > 0.0)
}

/// A number of shares or contracts; none where the broker has none, or a negative one.
pub(super) fn quantity(number: f64) -> Option<f64> {
    known(number).filter(|&number| number >= 0.0)
}

/// A number that came as text.
pub(super) fn decimal(text: &str) -> Option<f64> {
    known(text.trim().parse().ok()?)
}

/// An instant that came as text: `20260102-15:30:00` in UTC, `20260102 10:30:00 US/Eastern`, or
/// without a zone, where `zone` holds.
pub(super) fn instant(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    let text = text.trim();
    let (date, rest) = text.split_at_checked(8)?;
    let is_utc = rest.starts_with('-');
    let mut words = rest.trim_start_matches('-').split_whitespace();
    let clock = words.next()?;
    let named = words.next().and_then(|name| TimeZone::get(name).ok());
    let number = |text: Option<&str>| text.and_then(|text| text.parse::<i32>().ok());
    let date = jiff::civil::Date::strptime("%Y%m%d", date).ok()?;
    let mut parts = clock.split(':');
    let (hour, minute) = (number(parts.next())?, number(parts.next())?);
    let second = parts.next().map_or(Some(0), |text| number(text.split('.').next()))?;
    let is_clock =
        (0..24).contains(&hour) && (0..60).contains(&minute) && (0..61).contains(&second);
    let seconds = hour * 3600 + minute * 60 + second;
    let zone = if is_utc { &TimeZone::UTC } else { named.as_ref().unwrap_or(zone) };
    is_clock.then(|| Timestamp::from_civil(date, seconds, zone))
}

#[cfg(test)]
mod tests {
    use super::*;

    // fault: numbers_unset
    #[test]
    fn sentinels_are_no_numbers() {
        let whole = [f64::from(i32::MAX), -f64::from(i32::MAX), i64::MAX as f64];
        let unset = [f64::MAX, -f64::MAX, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300];
        for bad in unset.into_iter().chain(whole) {
            assert_eq!((known(bad), price(bad), quantity(bad)), (None, None, None));
        }
        for bad in ["", "1.7976931348623157E308", "2147483647", "9223372036854775807", "nan", "x"] {
            assert_eq!(decimal(bad), None, "{bad}");
        }
        assert_eq!((price(0.0), price(-1.0), quantity(-1.0)), (None, None, None));
        assert_eq!(
            (known(-2.5), quantity(0.0), decimal("-1e3")),
            (Some(-2.5), Some(0.0), Some(-1e3))
        );
    }

    #[test]
    fn times_have_three_spellings() {
        let zone = TimeZone::get("America/New_York").unwrap();
        let check = |text: &str, expected: Option<&str>| {
            let found = instant(text, &zone).map(|time| time.to_string());
            assert_eq!(found.as_deref(), expected, "{text}");
        };
        check("20260102-15:30:00", Some("2026-01-02T15:30:00Z"));
        check("20260102 10:30:00 US/Eastern", Some("2026-01-02T15:30:00Z"));
        check("20260102  10:30:00", Some("2026-01-02T15:30:00Z"));
        check("20260102 16:30:01 Europe/Berlin", Some("2026-01-02T15:30:01Z"));
        check("20260102 25:00:00", None);
        check("2026", None);
        check("", None);
    }
}
