//! Text and numbers as HTML.

use crate::metrics::{Estimate, Unit};

/// Text that HTML takes literally, in elements and in quoted attributes.
pub(super) fn escape(text: &str) -> String {
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
        Unit::FractionPerBar => (format!("{:.3}", 100.0 * value), " %"),
        Unit::Ratio => (format!("{value:.2}"), ""),
        Unit::Bars if value.fract() == 0.0 => (format!("{value:.0}"), ""),
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
    Some(format!("{} … {}", number(Some(low), unit), number(Some(high), unit)))
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
        assert_eq!(plain(Some(0.25)), "0.25");
        assert_eq!(plain(Some(-3.0)), "−3");
        assert_eq!(plain(None), "undefined");
    }
}
