//! Adjustment of raw prices for splits and dividends, as of each bar.

use jiff::tz::TimeZone;

use crate::config::Adjust;
use crate::domain::{Bar, CorporateAction, CorporateActionKind};

/// Turns raw bars into adjusted ones, bar by bar.
///
/// The chain runs forward: the factor is 1 at the first bar; on an ex-date a split multiplies it
/// by its ratio and a dividend D by `1 / (1 − D / previous raw close)`. Prices are `raw · factor`,
/// volume is `raw / split part of the factor`. So an action changes only the bars from its ex-date
/// on, and returns are total returns.
#[derive(Debug, Clone)]
pub struct Adjuster {
    actions: Vec<CorporateAction>,
    next_index: usize,
    adjust: Adjust,
    zone: TimeZone,
    split_factor: f64,
    dividend_factor: f64,
    previous_close: Option<f64>,
}

impl Adjuster {
    /// Starts a chain; `zone` is the zone of the exchange, in which ex-dates are counted.
    #[must_use]
    pub fn new(actions: &[CorporateAction], adjust: Adjust, zone: &TimeZone) -> Self {
        let mut actions = actions.to_vec();
        actions.sort_by_key(|action| action.ex_date);
        Self {
            actions,
            next_index: 0,
            adjust,
            zone: zone.clone(),
            split_factor: 1.0,
            dividend_factor: 1.0,
            previous_close: None,
        }
    }

    /// The next raw bar, adjusted.
    #[must_use]
    pub fn update(&mut self, bar: &Bar) -> Bar {
        let date = bar.open_time.date_in(&self.zone);
        let due = self.actions[self.next_index..].partition_point(|a| a.ex_date <= date);
        let last = self.next_index + due;
        // What happened before the first bar is in its price already.
        if let Some(close) = self.previous_close
            && self.adjust != Adjust::None
        {
            self.apply(self.next_index, last, close);
        }
        self.next_index = last;
        self.previous_close = Some(bar.close);
        let factor = self.split_factor * self.dividend_factor;
        Bar {
            open: bar.open * factor,
            high: bar.high * factor,
            low: bar.low * factor,
            close: bar.close * factor,
            volume: bar.volume / self.split_factor,
            ..*bar
        }
    }

    /// Applies the actions `first..last`, day by day; `close` is the raw close before them.
    fn apply(&mut self, first: usize, last: usize, close: f64) {
        let mut reference = close;
        let due: Vec<_> = self.actions[first..last].to_vec();
        for day in due.chunk_by(|a, b| a.ex_date == b.ex_date) {
            let (ratio, amount) = totals(day);
            // A dividend as large as the price cannot be reinvested; the lake keeps none.
            if self.adjust == Adjust::Total && amount < reference {
                self.dividend_factor /= 1.0 - amount / reference;
            }
            self.split_factor *= ratio;
            reference = (reference - amount) / ratio;
        }
    }
}

/// The joint split ratio and dividend of one day; the dividend counts old shares.
fn totals(day: &[CorporateAction]) -> (f64, f64) {
    day.iter().fold((1.0, 0.0), |(ratio, amount), action| match action.kind {
        CorporateActionKind::Split { ratio: r } => (ratio * r, amount),
        CorporateActionKind::Dividend { amount: d } | CorporateActionKind::SpinOff { value: d } => {
            (ratio, amount + d)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Timestamp, parse_date};

    fn bar(date: &str, close: f64, volume: f64) -> Bar {
        let open_time = Timestamp::midnight_utc(parse_date(date).unwrap());
        let (open, high, low) = (close - 1.0, close + 1.0, close - 2.0);
        Bar { open_time, available_at: open_time, open, high, low, close, volume }
    }

    fn action(date: &str, kind: CorporateActionKind) -> CorporateAction {
        CorporateAction { ex_date: parse_date(date).unwrap(), kind }
    }

    fn closes(actions: &[CorporateAction], adjust: Adjust, bars: &[Bar]) -> Vec<f64> {
        let mut adjuster = Adjuster::new(actions, adjust, &TimeZone::UTC);
        bars.iter().map(|bar| adjuster.update(bar).close).collect()
    }

    #[test]
    fn a_seven_for_one_split_multiplies_prices_and_divides_volume() {
        let split = [action("2014-06-09", CorporateActionKind::Split { ratio: 7.0 })];
        let bars = [bar("2014-06-06", 700.0, 10.0), bar("2014-06-09", 101.0, 70.0)];
        let mut adjuster = Adjuster::new(&split, Adjust::Split, &TimeZone::UTC);
        assert_eq!(adjuster.update(&bars[0]), bars[0]);
        let after = adjuster.update(&bars[1]);
        assert_eq!((after.open, after.close, after.volume), (700.0, 707.0, 10.0));
        assert_eq!(closes(&split, Adjust::None, &bars), [700.0, 101.0]);
    }

    #[test]
    fn a_dividend_is_reinvested_at_the_close_before() {
        let dividend = [action("2020-01-02", CorporateActionKind::Dividend { amount: 2.0 })];
        let bars = [bar("2020-01-01", 100.0, 1.0), bar("2020-01-02", 98.0, 1.0)];
        let total = closes(&dividend, Adjust::Total, &bars);
        assert!((total[1] - 100.0).abs() < 1e-12, "98 / 0.98 is the old price, was {}", total[1]);
        assert_eq!(closes(&dividend, Adjust::Split, &bars), [100.0, 98.0]);
    }

    #[test]
    fn what_happened_before_the_first_bar_does_not_count() {
        let actions = [
            action("2019-12-31", CorporateActionKind::Split { ratio: 2.0 }),
            action("2020-01-01", CorporateActionKind::Dividend { amount: 2.0 }),
        ];
        assert_eq!(closes(&actions, Adjust::Total, &[bar("2020-01-01", 100.0, 1.0)]), [100.0]);
    }

    #[test]
    fn an_ex_date_without_a_bar_counts_at_the_next_one() {
        // Old share 100; 2:1 leaves 50; a dividend of 1 on the new share is 2 percent.
        let actions = [
            action("2020-01-03", CorporateActionKind::Dividend { amount: 1.0 }),
            action("2020-01-02", CorporateActionKind::Split { ratio: 2.0 }),
        ];
        let bars = [bar("2020-01-01", 100.0, 1.0), bar("2020-01-06", 49.0, 1.0)];
        let total = closes(&actions, Adjust::Total, &bars);
        assert!((total[1] - 100.0).abs() < 1e-12, "{}", total[1]);
    }

    #[test]
    fn a_later_action_leaves_earlier_bars_alone() {
        let bars = [bar("2020-01-01", 100.0, 1.0), bar("2020-01-02", 98.0, 1.0)];
        let later = [action("2020-06-01", CorporateActionKind::Split { ratio: 4.0 })];
        assert_eq!(closes(&later, Adjust::Total, &bars), closes(&[], Adjust::Total, &bars));
    }
}
