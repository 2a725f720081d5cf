//! Round numbers along an axis.

/// How numbers are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberFormat {
    /// A fraction in percent.
    Percent,
    /// A number as it is; large ones in k and M.
    Plain,
    /// A multiple of the start, with `×`.
    Multiple,
}

impl NumberFormat {
    /// `value` with the digits that a step of `step` needs.
    #[must_use]
    pub fn show(self, value: f64, step: f64) -> String {
        let (value, step, suffix) = match self {
            Self::Percent => (value * 100.0, step * 100.0, " %"),
            Self::Multiple => (value, step, "×"),
            Self::Plain if step.abs() >= 1e6 => (value / 1e6, step / 1e6, "M"),
            Self::Plain if step.abs() >= 1e3 => (value / 1e3, step / 1e3, "k"),
            Self::Plain => (value, step, ""),
        };
        let shown = format!("{:.*}", decimals(step), value.abs());
        let is_zero = shown.chars().all(|c| matches!(c, '0' | '.'));
        let sign = if value < 0.0 && !is_zero { "−" } else { "" };
        format!("{sign}{shown}{suffix}")
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
    }

    #[test]
    fn log_ticks_are_one_two_five() {
        assert_eq!(logarithmic(0.9, 11.0, 6).values, [1.0, 2.0, 5.0, 10.0]);
        assert_eq!(logarithmic(1.0, 2.0, 5).step, 0.2);
    }
}
