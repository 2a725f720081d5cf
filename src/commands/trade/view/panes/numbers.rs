//! Numbers and times as a person reads them.

use crate::base::Timestamp;

/// An amount of money with two digits and commas between thousands; a dash if there is none.
pub(in crate::commands::trade) fn money(value: Option<f64>) -> String {
    value
        .filter(|value| value.is_finite())
        .map_or_else(|| "–".to_owned(), |value| grouped(value, 2))
}

/// A change in percent with its sign; a dash if there is none.
pub(in crate::commands::trade) fn change(value: Option<f64>) -> String {
    let Some(value) = value.filter(|value| value.is_finite()) else { return "–".to_owned() };
    let shown = format!("{:.2}", 100.0 * value.abs());
    let sign = if value < 0.0 && !is_zero(&shown) { "−" } else { "+" };
    format!("{sign}{shown} %")
}

/// A share in percent; a dash if there is none.
pub(in crate::commands::trade) fn percent(value: Option<f64>) -> String {
    let Some(value) = value.filter(|value| value.is_finite()) else { return "–".to_owned() };
    let shown = format!("{:.1}", 100.0 * value.abs());
    let sign = if value < 0.0 && !is_zero(&shown) { "−" } else { "" };
    format!("{sign}{shown} %")
}

/// A quantity without zeros at its end.
pub(in crate::commands::trade) fn quantity(value: f64) -> String {
    let shown = grouped(value, 4);
    shown.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A number as short as it can be told apart: `0.012`, `3.5`, `120`, `48,000`.
pub(in crate::commands::trade) fn short(value: f64) -> String {
    if !value.is_finite() {
        return "–".to_owned();
    }
    let places = match value.abs() {
        size if size >= 100.0 => 0,
        size if size >= 10.0 => 1,
        size if size >= 1.0 => 2,
        _ => 4,
    };
    let shown = grouped(value, places);
    if shown.contains('.') {
        shown.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        shown
    }
}

/// Date and time of day, UTC.
pub(in crate::commands::trade) fn clock(time: Option<Timestamp>) -> String {
    time.map_or_else(
        || "–".to_owned(),
        |time| time.to_jiff().strftime("%Y-%m-%d %H:%M:%S").to_string(),
    )
}

/// Date and minute, UTC, without the year.
pub(in crate::commands::trade) fn minute(time: Timestamp) -> String {
    time.to_jiff().strftime("%m-%d %H:%M").to_string()
}

/// Hour and minute, UTC.
pub(in crate::commands::trade) fn time_of_day(time: Timestamp) -> String {
    time.to_jiff().strftime("%H:%M").to_string()
}

fn grouped(value: f64, places: usize) -> String {
    let shown = format!("{:.places$}", value.abs());
    let (whole, rest) = shown.split_once('.').map_or((shown.as_str(), ""), |parts| parts);
    let mut text = String::new();
    if value < 0.0 && !is_zero(&shown) {
        text.push('−');
    }
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if !rest.is_empty() {
        text.push('.');
        text.push_str(rest);
    }
    text
}

fn is_zero(shown: &str) -> bool {
    shown.chars().all(|c| matches!(c, '0' | '.' | ','))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_readable() {
        assert_eq!(money(Some(1_234_567.891)), "1,234,567.89");
        assert_eq!(money(Some(-0.001)), "0.00");
        assert_eq!((money(None), money(Some(f64::NAN))), ("–".to_owned(), "–".to_owned()));
        assert_eq!(
            (change(Some(0.1234)), change(Some(-0.05))),
            ("+12.34 %".into(), "−5.00 %".into())
        );
        assert_eq!((percent(Some(0.6)), percent(Some(-0.25))), ("60.0 %".into(), "−25.0 %".into()));
        assert_eq!((quantity(12.5), quantity(-1_000.0)), ("12.5".into(), "−1,000".into()));
        assert_eq!(
            (short(0.0123), short(3.5), short(48_000.0)),
            ("0.0123".into(), "3.5".into(), "48,000".into())
        );
        assert_eq!(short(120.0), "120");
    }

    #[test]
    fn times_are_utc() {
        let time: Timestamp = "2024-03-01T21:00:05Z".parse().unwrap();
        assert_eq!(clock(Some(time)), "2024-03-01 21:00:05");
        assert_eq!(minute(time), "03-01 21:00");
    }
}
