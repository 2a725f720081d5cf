//! Round numbers along an axis.

use super::frame::Scale;

/// How numbers are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberFormat {
    /// A fraction in percent.
    Percent,
    /// A number as it is; large ones in k and M.
    Plain,
    /// A multiple of the start, with `×`.
    Multiple,
    /// A whole number; large ones in k and M.
    Whole,
}

impl NumberFormat {
    /// `value` with the digits that a step of `step` needs.
    #[must_use]
    pub fn show(self, value: f64, step: f64) -> String {
        let (value, step, suffix) = match self {
            Self::Percent => (value * 100.0, step * 100.0, " %"),
            Self::Multiple => (value, step, "×"),
            Self::Plain | Self::Whole if step.abs() >= 1e6 => (value / 1e6, step / 1e6, "M"),
            Self::Plain | Self::Whole if step.abs() >= 1e3 => (value / 1e3, step / 1e3, "k"),
            Self::Plain => (value, step, ""),
            Self::Whole => (value, step.max(1.0), ""),
        };
        let shown = format!("{:.*}", decimals(step), value.abs());
        let is_zero = shown.chars().all(|c| matches!(c, '0' | '.'));
        let sign = if value < 0.0 && !is_zero { "−" } else { "" };
        if is_zero && matches!(suffix, "k" | "M") {
            return "0".to_owned();
        }
        format!("{sign}{shown}{suffix}")
    }

    /// About `wanted` round values inside `low..=high`, whole ones where only those make sense.
    pub(super) fn ticks(self, low: f64, high: f64, wanted: usize) -> Ticks {
        let found = linear(low, high, wanted);
        if self != Self::Whole || found.step >= 1.0 {
            return found;
        }
        let whole = low.ceil() as i64..=high.floor() as i64;
        Ticks { values: whole.map(|value| value as f64).collect(), step: 1.0 }
    }

    /// Marks along the bottom and what they are called.
    pub(super) fn labels(self, low: f64, high: f64, scale: Scale) -> Vec<(f64, String)> {
        let marks = match scale {
            Scale::Linear => self.ticks(low, high, 8),
            Scale::Log => logarithmic(low, high, 6),
        };
        let is_even = scale == Scale::Linear || high / low < 5.0;
        let label = |value: f64| match is_even {
            true => self.show(value, marks.step),
            false => short(value),
        };
        marks.values.iter().map(|&value| (value, label(value))).collect()
    }
}

/// About `wanted` round values inside `low..=high` for an axis of its own.
#[must_use]
pub fn round_marks(low: f64, high: f64, scale: Scale, wanted: usize) -> Vec<f64> {
    match scale {
        Scale::Linear => linear(low, high, wanted).values,
        Scale::Log => logarithmic(low, high, wanted).values,
    }
}

/// At most three digits that count, such as `0.01`, `2.5e-5`, `64`, `1.5M`.
#[must_use]
pub fn short(value: f64) -> String {
    let size = value.abs();
    let sign = if value < 0.0 { "−" } else { "" };
    let digits = |scaled: f64| {
        let places = if scaled >= 100.0 {
            0
        } else if scaled >= 10.0 {
            1
        } else {
            2
        };
        let shown = format!("{scaled:.places$}");
        let is_fraction = shown.contains('.');
        let trimmed = shown.trim_end_matches('0').trim_end_matches('.');
        if is_fraction { trimmed.to_owned() } else { shown }
    };
    match size {
        0.0 => "0".to_owned(),
        _ if !size.is_finite() => "–".to_owned(),
        _ if size >= 1e12 => format!("{sign}{size:.1e}"),
        _ if size >= 999_500.0 => format!("{sign}{}M", digits(size / 1e6)),
        _ if size >= 9_995.0 => format!("{sign}{}k", digits(size / 1e3)),
        _ if size >= 0.995 => format!("{sign}{}", digits(size)),
        _ if size >= 0.000_995 => {
            let places = (2.0 - size.log10().floor()) as usize;
            let shown = format!("{size:.places$}");
            format!("{sign}{}", shown.trim_end_matches('0'))
        }
        _ => {
            let shown = format!("{size:.2e}");
            let (mantissa, power) = shown.split_once('e').unwrap_or((&shown, "0"));
            let mantissa = mantissa.trim_end_matches('0').trim_end_matches('.');
            format!("{sign}{mantissa}e{power}")
        }
    }
}

/// Marks of an axis and the step between them.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Ticks {
    pub(super) values: Vec<f64>,
    pub(super) step: f64,
}

/// About `wanted` round values inside `low..=high`.
pub(super) fn linear(low: f64, high: f64, wanted: usize) -> Ticks {
    let span = high - low;
    if !(span.is_finite() && span > 0.0) {
        return Ticks { values: vec![low], step: low.abs().max(1.0) };
    }
    let rough = span / wanted.max(1) as f64;
    let magnitude = 10_f64.powf(rough.log10().floor());
    let lead = rough / magnitude;
    let factor = [1.0, 2.0, 2.5, 5.0].into_iter().find(|f| lead <= *f).unwrap_or(10.0);
    let step = factor * magnitude;
    let first = (low / step - 1e-9).ceil();
    let last = (high / step + 1e-9).floor();
    let count = ((last - first).max(0.0) as usize).min(50);
    let values = (0..=count).map(|index| (first + index as f64) * step).collect();
    Ticks { values, step }
}

/// Round values inside `low..=high` (above 0) for a logarithmic axis.
pub(super) fn logarithmic(low: f64, high: f64, wanted: usize) -> Ticks {
    if !(low > 0.0 && high > low) || high / low < 5.0 {
        return linear(low, high, wanted);
    }
    let decades = (high / low).log10();
    let factors: &[f64] = if decades > wanted as f64 / 2.0 { &[1.0] } else { &[1.0, 2.0, 5.0] };
    let range = low.log10().floor() as i32..=high.log10().ceil() as i32;
    let values: Vec<f64> = range
        .flat_map(|power| factors.iter().map(move |factor| factor * 10_f64.powi(power)))
        .filter(|value| (low..=high).contains(value))
        .collect();
    let step = values.first().copied().unwrap_or(low);
    Ticks { values, step }
}

/// Digits after the point that show every multiple of `step`.
fn decimals(step: f64) -> usize {
    let whole = |digits: &usize| {
        let scaled = step.abs() * 10_f64.powi(*digits as i32);
        scaled >= 0.999 && (scaled - scaled.round()).abs() < 1e-6 * scaled.max(1.0)
    };
    (0..=6).find(whole).unwrap_or(if step.abs() >= 1.0 { 0 } else { 6 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(low: f64, high: f64, expected: &[&str]) {
        let ticks = linear(low, high, 5);
        let shown: Vec<String> =
            ticks.values.iter().map(|v| NumberFormat::Plain.show(*v, ticks.step)).collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn ticks_are_round() {
        check(0.0, 1.0, &["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        check(-0.3, 0.13, &["−0.3", "−0.2", "−0.1", "0.0", "0.1"]);
        check(990.0, 5_100.0, &["1k", "2k", "3k", "4k", "5k"]);
        check(1.0, 1.0, &["1"]);
    }

    #[test]
    fn numbers_show_their_unit() {
        assert_eq!(NumberFormat::Percent.show(-0.125, 0.005), "−12.5 %");
        assert_eq!(NumberFormat::Multiple.show(1.5, 0.5), "1.5×");
        assert_eq!(NumberFormat::Plain.show(-0.0, 1.0), "0");
        assert_eq!(NumberFormat::Plain.show(2.5e6, 5e5), "2500k");
        assert_eq!(NumberFormat::Whole.show(0.0, 2e3), "0");
    }

    #[test]
    fn whole_numbers_have_no_halves() {
        assert_eq!(NumberFormat::Whole.ticks(-0.5, 0.5, 8).values, [0.0]);
        assert_eq!(NumberFormat::Whole.ticks(0.0, 3.0, 8).values, [0.0, 1.0, 2.0, 3.0]);
        assert_eq!(NumberFormat::Whole.ticks(0.0, 100.0, 5).values.len(), 6);
        assert_eq!(NumberFormat::Whole.show(3.0, 0.5), "3");
    }

    #[test]
    fn short_numbers_keep_three_digits() {
        let shown =
            [0.0, 1e-5, 2.5e-5, 0.0003, 0.001, 0.0123, 0.5, 1.0, 64.0, 120.0, 2_048.0].map(short);
        let expected =
            ["0", "1e-5", "2.5e-5", "3e-4", "0.001", "0.0123", "0.5", "1", "64", "120", "2048"];
        assert_eq!(shown, expected);
        assert_eq!([-0.25, 20_000.0, 1e6, 1.5e6].map(short), ["−0.25", "20k", "1M", "1.5M"]);
        assert_eq!([9.999e-6, 0.9999, 999_999.0].map(short), ["1e-5", "1", "1M"]);
    }

    #[test]
    fn log_ticks_are_one_two_five() {
        assert_eq!(logarithmic(0.9, 11.0, 6).values, [1.0, 2.0, 5.0, 10.0]);
        assert_eq!(logarithmic(1.0, 2.0, 5).step, 0.2);
    }
}
