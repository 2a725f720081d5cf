//! From Yahoo's numbers back to those that were printed.
//!
//! Yahoo divides each price by the ratios of all later splits, keeps old ones to six digits after
//! the point, and sends the nearest number of single precision (`116.69000244140625` for 116.69). The
//! printed price is the number with the fewest digits after the point that explains what came. So the
//! same bar gives the same bytes before and after a split, unless it was printed to more digits than
//! survive: the limit is half a unit of single precision, and half a millionth of today's share for
//! bars before a split.

use std::ops::RangeInclusive;

use crate::base::Date;

/// Half of the last digit that Yahoo keeps of an adjusted price.
const ADJUSTED_NOISE: f64 = 5e-7;
const DIGITS: RangeInclusive<i32> = 0..=8;

/// All splits of a symbol up to the moment of a request.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Splits(pub(super) Vec<(Date, f64)>);

impl Splits {
    /// Today's shares for one share that traded on `date`.
    pub(super) fn after(&self, date: Date) -> f64 {
        self.0.iter().filter(|(ex_date, _)| *ex_date > date).map(|(_, ratio)| ratio).product()
    }

    /// Today's shares for one share just before `date`, as dividends are counted.
    pub(super) fn from(&self, date: Date) -> f64 {
        self.0.iter().filter(|(ex_date, _)| *ex_date >= date).map(|(_, ratio)| ratio).product()
    }
}

/// The price that was printed; `shares` of today were one share then.
pub(super) fn printed(sent: f64, shares: f64) -> f64 {
    let exact = sent * shares;
    let adjusted = if (shares - 1.0).abs() < f64::EPSILON { 0.0 } else { ADJUSTED_NOISE };
    let noise = half_unit(sent).max(adjusted) * shares;
    let rounded = |digits: i32| {
        let scale = 10_f64.powi(digits);
        (exact * scale).round() / scale
    };
    let fits = |price: &f64| (price - exact).abs() <= noise && *price != 0.0;
    DIGITS.map(rounded).find(fits).unwrap_or(exact)
}

/// The quantity that was traded: whole shares if a split had changed it.
pub(super) fn printed_volume(sent: f64, shares: f64) -> f64 {
    if (shares - 1.0).abs() < f64::EPSILON { sent } else { (sent / shares).round() }
}

/// Half of the distance to the next number of single precision, and a little more for the digits that
/// the text of a number may lack.
#[expect(clippy::cast_possible_truncation, reason = "the loss is what is measured")]
fn half_unit(sent: f64) -> f64 {
    let single = (sent as f32).abs();
    let next = f32::from_bits(single.to_bits().saturating_add(1));
    0.501 * f64::from(next - single)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_of_single_precision_goes() {
        for (sent, price) in [
            (116.690_002_441_406_25, 116.69),
            (129.039_993_286_132_8, 129.04),
            (112.0, 112.0),
            (208.554_992_675_781_25, 208.555),
            (0.128_347_992_897_033_7, 0.128_348),
            (1.103_600_025_177_002, 1.1036),
            (7_000.350_097_656_25, 7000.35),
        ] {
            assert_eq!(printed(sent, 1.0), price);
        }
        assert!(printed(f64::NAN, 1.0).is_nan());
        assert_eq!(printed(0.0, 1.0), 0.0);
    }

    #[test]
    fn a_bar_is_the_same_before_and_after_any_split() {
        for shares in [1.0, 2.0, 4.0, 28.0, 1.5, 0.1, 1.0 / 30.0, 224.0] {
            for cents in (101..90_000).step_by(37) {
                let price = f64::from(cents) / 100.0;
                let sent = f64::from((price / shares) as f32);
                assert_eq!(printed(sent, shares), price, "{price} {shares} {sent}");
            }
        }
    }

    #[test]
    fn dividends_count_the_shares_just_before() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        let splits = Splits(vec![(day("2014-06-09"), 7.0), (day("2020-08-31"), 4.0)]);
        assert_eq!(splits.after(day("2014-06-06")), 28.0);
        assert_eq!(splits.after(day("2014-06-09")), 4.0);
        assert_eq!(splits.from(day("2014-06-09")), 28.0);
        assert_eq!(splits.after(day("2020-08-31")), 1.0);
        assert_eq!(printed_volume(4_000_000.0, 4.0), 1_000_000.0);
    }
}
