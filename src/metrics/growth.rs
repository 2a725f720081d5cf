//! How much was earned, and how unsteadily.

use serde::{Deserialize, Serialize};

use super::standard_deviation;
use crate::base::Timestamp;

/// How many bars a year has; what turns a figure per bar into one per year.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BarClock {
    /// Bars per year, above 0: 252 for daily bars of an exchange, 365 around the clock.
    pub bars_per_year: f64,
}

/// The return of one calendar month.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MonthReturn {
    /// The year, UTC.
    pub year: i16,
    /// 1 to 12.
    pub month: i8,
    /// Compounded simple return, a fraction.
    pub value: f64,
}

/// `Π (1 + r) − 1`; 0 without bars.
///
/// # Units
/// Fraction of the first equity, over the whole range.
#[must_use]
pub fn total_return(returns: &[f64]) -> f64 {
    returns.iter().map(|r| 1.0 + r).product::<f64>() - 1.0
}

/// `(1 + total return) ^ (bars per year / bars) − 1`; −1 after ruin, `None` without bars.
///
/// # Units
/// Fraction per year, geometric.
#[must_use]
pub fn annual_return(returns: &[f64], clock: BarClock) -> Option<f64> {
    if returns.is_empty() {
        return None;
    }
    let growth = 1.0 + total_return(returns);
    if growth <= 0.0 {
        return Some(-1.0);
    }
    finite(growth.powf(clock.bars_per_year / returns.len() as f64) - 1.0)
}

/// Sample standard deviation (n − 1) times the square root of the bars per year.
///
/// # Units
/// Fraction per year; `None` below two bars.
#[must_use]
pub fn annual_volatility(returns: &[f64], clock: BarClock) -> Option<f64> {
    finite(standard_deviation(returns)? * clock.bars_per_year.sqrt())
}

/// Equity after each bar, for an account that begins with `initial`.
#[must_use]
pub fn equity_curve(returns: &[f64], initial: f64) -> Vec<f64> {
    let grow = |equity: &mut f64, r: &f64| {
        *equity *= 1.0 + r;
        Some(*equity)
    };
    returns.iter().scan(initial, grow).collect()
}

/// The return of each calendar month (UTC) that has a bar, in order of time.
///
/// `times[i]` is when the return `returns[i]` was complete; a surplus on either side is ignored.
#[must_use]
pub fn monthly_returns(times: &[Timestamp], returns: &[f64]) -> Vec<MonthReturn> {
    let mut months: Vec<MonthReturn> = Vec::new();
    for (time, r) in times.iter().zip(returns) {
        let date = time.date_utc();
        match months.last_mut() {
            Some(last) if (last.year, last.month) == (date.year(), date.month()) => {
                last.value = (1.0 + last.value) * (1.0 + r) - 1.0;
            }
            _ => months.push(MonthReturn { year: date.year(), month: date.month(), value: *r }),
        }
    }
    months
}

/// Keeps NaN and infinity out of every result.
pub(super) fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::parse_date;

    const YEAR: BarClock = BarClock { bars_per_year: 4.0 };

    #[test]
    fn returns_compound() {
        assert!((total_return(&[0.1, -0.5]) + 0.45).abs() < 1e-15);
        assert_eq!(total_return(&[]), 0.0);
        assert_eq!(annual_return(&[], YEAR), None);
        let two_bars = annual_return(&[0.1, 0.1], YEAR).unwrap();
        assert!((two_bars - (1.1_f64.powi(4) - 1.0)).abs() < 1e-12);
        assert_eq!(annual_return(&[-1.0], YEAR), Some(-1.0));
        assert_eq!(annual_return(&[-2.5], YEAR), Some(-1.0));
        assert_eq!(annual_volatility(&[0.1], YEAR), None);
        assert_eq!(equity_curve(&[1.0, -0.5], 10.0), [20.0, 10.0]);
    }

    #[test]
    fn months_are_cut_at_the_calendar() {
        let time = |text| Timestamp::midnight_utc(parse_date(text).unwrap());
        let times = [time("2019-01-30"), time("2019-01-31"), time("2019-02-01")];
        let months = monthly_returns(&times, &[0.1, 0.1, -0.2]);
        assert_eq!(months.len(), 2);
        assert!((months[0].value - 0.21).abs() < 1e-12);
        assert_eq!((months[1].year, months[1].month, months[1].value), (2019, 2, -0.2));
    }
}
