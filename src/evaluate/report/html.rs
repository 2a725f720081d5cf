//! Text and numbers as HTML.

use crate::metrics::{Estimate, Unit};

/// Text that HTML takes literally, in elements and in quoted attributes.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            _ => safe.push(c),
        }
    }
    safe
}

/// A number with its unit; a dash if undefined.
pub(super) fn number(value: Option<f64>, unit: Unit) -> String {
    let Some(value) = value else { return "–".to_owned() };
    let (shown, suffix) = match unit {
        Unit::Fraction => (format!("{:.1}", 100.0 * value), " %"),
        Unit::SmallFraction => (format!("{:.3}", 100.0 * value), " %"),
        Unit::Ratio => (format!("{value:.2}"), ""),
        Unit::Bars if value.fract() == 0.0 || value.abs() >= 50.0 => (format!("{value:.0}"), ""),
        Unit::Bars => (format!("{value:.1}"), ""),
        Unit::Count => (format!("{value:.0}"), ""),
    };
    let is_zero = shown.chars().all(|c| matches!(c, '-' | '0' | '.'));
    let digits = shown.trim_start_matches('-');
    let sign = if shown.starts_with('-') && !is_zero { "−" } else { "" };
    format!("{sign}{digits}{suffix}")
}

/// A number as it is, at most four digits after the point.
pub(super) fn plain(value: Option<f64>) -> String {
    let Some(value) = value else { return "undefined".to_owned() };
    let shown = format!("{value:.4}");
    let shown = shown.trim_end_matches('0').trim_end_matches('.');
    if shown == "-0" { "0".to_owned() } else { shown.replacen('-', "−", 1) }
}

/// `low … high`, or nothing without an interval.
pub(super) fn interval(estimate: &Estimate, unit: Unit) -> Option<String> {
    let (low, high) = (estimate.low?, estimate.high?);
    let low = number(Some(low), unit);
    let low = low.strip_suffix(" %").unwrap_or(&low);
    Some(format!("{low} … {}", number(Some(high), unit)))
}

/// Whole units with a comma between thousands.
pub(super) fn money(value: f64) -> String {
    let digits = format!("{:.0}", value.abs());
    let mut shown = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    if value < 0.0 && digits != "0" { format!("−{shown}") } else { shown }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_leave_its_place() {
        assert_eq!(escape("<b a='\"'>&"), "&lt;b a=&#39;&quot;&#39;&gt;&amp;");
    }

    #[test]
    fn numbers_show_their_unit() {
        assert_eq!(number(Some(-0.1234), Unit::Fraction), "−12.3 %");
        assert_eq!(number(Some(-0.000_001), Unit::Fraction), "0.0 %");
        assert_eq!(number(Some(3.5), Unit::Bars), "3.5");
        assert_eq!(number(None, Unit::Ratio), "–");
        assert_eq!(money(1_234_567.4), "1,234,567");
        assert_eq!((money(-999.0), money(0.0)), ("−999".to_owned(), "0".to_owned()));
        let estimate = Estimate { value: None, low: Some(-0.1), high: Some(0.2) };
        assert_eq!(interval(&estimate, Unit::Fraction).unwrap(), "−10.0 … 20.0 %");
        assert_eq!(plain(Some(0.25)), "0.25");
        assert_eq!(plain(Some(-3.0)), "−3");
        assert_eq!(plain(None), "undefined");
    }
}
