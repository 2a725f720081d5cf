//! Numbers as they are shown.

/// A number with so many digits after the point; a dash if there is none.
pub(super) fn number(value: Option<f64>, places: usize) -> String {
    let Some(value) = value.filter(|value| value.is_finite()) else { return "–".to_owned() };
    let shown = format!("{:.places$}", value.abs());
    let is_zero = shown.chars().all(|c| matches!(c, '0' | '.'));
    if value < 0.0 && !is_zero { format!("−{shown}") } else { shown }
}

/// A share in percent with one digit after the point; a dash if there is none.
pub(super) fn percent(value: Option<f64>) -> String {
    match value.filter(|value| value.is_finite()) {
        Some(value) => format!("{} %", number(Some(100.0 * value), 1)),
        None => "–".to_owned(),
    }
}

/// A whole number with a comma between thousands.
pub(super) fn count(value: usize) -> String {
    let digits = value.to_string();
    let mut shown = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

/// `1 trial`, `32 trials`.
pub(super) fn counted(value: usize, one: &str, many: &str) -> String {
    let noun = if value == 1 { one } else { many };
    format!("{} {noun}", count(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_readable() {
        assert_eq!(number(Some(-1.256), 2), "−1.26");
        assert_eq!(number(Some(-0.001), 2), "0.00");
        assert_eq!((number(Some(f64::NAN), 2), number(None, 2)), ("–".to_owned(), "–".to_owned()));
        assert_eq!((percent(Some(0.125)), percent(None)), ("12.5 %".to_owned(), "–".to_owned()));
        assert_eq!((count(999), count(12_870)), ("999".to_owned(), "12,870".to_owned()));
        assert_eq!(counted(1, "trial", "trials"), "1 trial");
    }
}
