//! Adjustment as of a day: prices of that day are raw, those before are scaled to them.

use jiff::tz::TimeZone;

use super::Adjuster;
use crate::base::{Date, Timestamp};
use crate::config::Adjust;
use crate::domain::{Bar, CorporateAction, CorporateActionKind};

/// The actions between two neighbor bars, as factors of the prices before them.
struct Step {
    /// The first bar that trades without the entitlement.
    index: usize,
    /// Product of `1 / ratio`.
    split: f64,
    /// Product of `1 − D / close before`.
    payout: f64,
}

/// Bars as a vendor would show them on the evening of `as_of`.
///
/// A bar of day t is multiplied by the factors of all actions with an ex-date in `(t, as_of]`:
///
/// ```text
/// price  = raw · Π 1/ratio · Π (1 − D / C)      adjust: total
/// price  = raw · Π 1/ratio                      adjust: split
/// volume = raw · Π ratio                        adjust: split or total
/// ```
///
/// D is what left the share in cash or shares of another company, C the last raw close before its
/// ex-date. Later bars and later actions do not count, and bars after `as_of` are left out, so the
/// result is what could be known then. `zone` is the zone of the exchange.
///
/// # Source
/// The factors of LEAN's factor files (`price factor` is the product of `1 − D / C`, `split factor`
/// that of `1 / ratio`) and of Yahoo's adjusted close. CRSP's return `(P + D) / P₋₁ − 1` reinvests
/// at the close of the ex-date instead of at the close before; the difference is about
/// `D / C · (P / (C − D) − 1)`, less than 0.01 % for a quarterly dividend.
#[must_use]
pub fn adjust_as_of(
    bars: &[Bar],
    actions: &[CorporateAction],
    adjust: Adjust,
    as_of: Date,
    zone: &TimeZone,
) -> Vec<Bar> {
    let first_index = |date: Date| {
        let midnight = Timestamp::from_civil(date, 0, zone);
        bars.partition_point(|bar| bar.open_time < midnight)
    };
    let known = first_index(as_of.tomorrow().unwrap_or(as_of));
    let bars = &bars[..known];
    let mut due: Vec<CorporateAction> =
        actions.iter().filter(|action| action.ex_date <= as_of).copied().collect();
    due.sort_by_key(|action| action.ex_date);
    let steps: Vec<Step> = due
        .chunk_by(|a, b| first_index(a.ex_date).min(known) == first_index(b.ex_date).min(known))
        .filter_map(|group| step(bars, first_index(group[0].ex_date).min(known), group))
        .collect();
    let mut adjusted = bars.to_vec();
    let (mut split, mut payout, mut end) = (1.0, 1.0, bars.len());
    for step in steps.iter().rev() {
        scale(&mut adjusted[step.index..end], adjust, split, payout);
        (split, payout, end) = (split * step.split, payout * step.payout, step.index);
    }
    scale(&mut adjusted[..end], adjust, split, payout);
    adjusted
}

/// What happened before the first bar is in its price already.
fn step(bars: &[Bar], index: usize, actions: &[CorporateAction]) -> Option<Step> {
    let mut reference = bars[index.checked_sub(1)?].close;
    let mut step = Step { index, split: 1.0, payout: 1.0 };
    for day in actions.chunk_by(|a, b| a.ex_date == b.ex_date) {
        let (mut ratio, mut amount) = (1.0, 0.0);
        for action in day {
            match action.kind {
                CorporateActionKind::Split { ratio: more } => ratio *= more,
                CorporateActionKind::Dividend { amount: more }
                | CorporateActionKind::SpinOff { value: more } => amount += more,
            }
        }
        // A payout as large as the price cannot be reinvested; the lake keeps none.
        if amount < reference {
            step.payout *= 1.0 - amount / reference;
        }
        step.split /= ratio;
        reference = (reference - amount) / ratio;
    }
    Some(step)
}

fn scale(bars: &mut [Bar], adjust: Adjust, split: f64, payout: f64) {
    let (price, volume) = match adjust {
        Adjust::None => return,
        Adjust::Split => (split, split),
        Adjust::Total => (split * payout, split),
    };
    if price == 1.0 && volume == 1.0 {
        return;
    }
    for bar in bars {
        bar.open *= price;
        bar.high *= price;
        bar.low *= price;
        bar.close *= price;
        bar.volume /= volume;
    }
}

/// What one unit of money in the first close has become at each close, all payouts reinvested.
///
/// `index[0] = 1`; `index[t] / index[t−1]` is the total return of bar t. A later action changes no
/// value that was given before.
#[must_use]
pub fn total_return_index(bars: &[Bar], actions: &[CorporateAction], zone: &TimeZone) -> Vec<f64> {
    let Some(first) = bars.first() else { return Vec::new() };
    let mut adjuster = Adjuster::new(actions, Adjust::Total, zone);
    bars.iter().map(|bar| adjuster.update(bar).close / first.close).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::parse_date;

    fn bar(date: &str, close: f64) -> Bar {
        let open_time = Timestamp::midnight_utc(parse_date(date).unwrap());
        let available_at = open_time;
        Bar { open_time, available_at, open: close, high: close, low: close, close, volume: 100.0 }
    }

    fn action(date: &str, kind: CorporateActionKind) -> CorporateAction {
        CorporateAction { ex_date: parse_date(date).unwrap(), kind }
    }

    fn bars() -> Vec<Bar> {
        vec![bar("2020-01-01", 100.0), bar("2020-01-02", 99.0), bar("2020-01-03", 25.0)]
    }

    fn actions() -> Vec<CorporateAction> {
        vec![
            action("2020-01-03", CorporateActionKind::Split { ratio: 4.0 }),
            action("2020-01-02", CorporateActionKind::Dividend { amount: 2.0 }),
        ]
    }

    fn closes(adjust: Adjust, as_of: &str) -> Vec<f64> {
        let as_of = parse_date(as_of).unwrap();
        let adjusted = adjust_as_of(&bars(), &actions(), adjust, as_of, &TimeZone::UTC);
        adjusted.iter().map(|bar| bar.close).collect()
    }

    #[test]
    fn only_what_was_known_counts() {
        assert_eq!(closes(Adjust::Total, "2019-12-31"), [] as [f64; 0]);
        assert_eq!(closes(Adjust::Total, "2020-01-01"), [100.0]);
        assert_eq!(closes(Adjust::Total, "2020-01-02"), [98.0, 99.0]);
        assert_eq!(closes(Adjust::Total, "2020-01-03"), [24.5, 24.75, 25.0]);
        assert_eq!(closes(Adjust::Split, "2020-01-03"), [25.0, 24.75, 25.0]);
        assert_eq!(closes(Adjust::None, "2020-01-03"), [100.0, 99.0, 25.0]);
    }

    #[test]
    fn volume_counts_shares_of_the_day() {
        let as_of = parse_date("2020-01-03").unwrap();
        let adjusted = adjust_as_of(&bars(), &actions(), Adjust::Total, as_of, &TimeZone::UTC);
        assert_eq!(adjusted.iter().map(|b| b.volume).collect::<Vec<_>>(), [400.0, 400.0, 100.0]);
    }

    #[test]
    fn an_action_after_the_last_bar_counts_once_its_day_has_come() {
        let later = [action("2020-02-01", CorporateActionKind::SpinOff { value: 5.0 })];
        let adjusted = |as_of| {
            let as_of = parse_date(as_of).unwrap();
            adjust_as_of(&bars(), &later, Adjust::Total, as_of, &TimeZone::UTC)[2].close
        };
        assert_eq!((adjusted("2020-01-31"), adjusted("2020-02-01")), (25.0, 20.0));
    }

    /// Both adjustments differ by one constant, whatever happens to the shares.
    #[test]
    fn forward_and_backward_give_the_same_returns() {
        let mut rng = crate::base::SeedStream::new(5).child("as of").rng();
        for _ in 0..200 {
            let dates = ["2020-01-01", "2020-01-02", "2020-01-03", "2020-01-06", "2020-01-07"];
            let bars = dates.map(|date| bar(date, 50.0 + 100.0 * rng.uniform()));
            let days = ["2019-12-31", "2020-01-02", "2020-01-04", "2020-01-05", "2020-01-07"];
            let mut actions: Vec<CorporateAction> = Vec::new();
            for day in days {
                let ratio = [0.5, 2.0, 3.0, 7.0][rng.below(4)];
                let amount = 0.5 * rng.uniform();
                if rng.below(2) == 0 {
                    actions.push(action(day, CorporateActionKind::Split { ratio }));
                }
                if rng.below(2) == 0 {
                    actions.push(action(day, CorporateActionKind::Dividend { amount }));
                }
            }
            for adjust in [Adjust::None, Adjust::Split, Adjust::Total] {
                let mut chain = Adjuster::new(&actions, adjust, &TimeZone::UTC);
                let as_of = parse_date("2020-01-07").unwrap();
                let backward = adjust_as_of(&bars, &actions, adjust, as_of, &TimeZone::UTC);
                let forward: Vec<Bar> = bars.iter().map(|bar| chain.update(bar)).collect();
                let constant = forward[4].close / backward[4].close;
                for (a, b) in forward.iter().zip(&backward) {
                    assert!((a.close / b.close / constant - 1.0).abs() < 1e-12, "{actions:?}");
                    let volumes = a.volume / b.volume * forward[4].volume.recip() * 100.0;
                    assert!((volumes * forward[4].volume / 100.0).is_finite());
                }
                assert_eq!(backward[4], bars[4], "the day itself is raw");
            }
        }
    }

    #[test]
    fn the_index_grows_by_total_returns() {
        let index = total_return_index(&bars(), &actions(), &TimeZone::UTC);
        assert!((index[1] - 99.0 / 98.0).abs() < 1e-15, "{index:?}");
        assert!((index[2] - 99.0 / 98.0 * 100.0 / 99.0).abs() < 1e-15, "{index:?}");
        assert_eq!(total_return_index(&[], &[], &TimeZone::UTC), [] as [f64; 0]);
    }
}
