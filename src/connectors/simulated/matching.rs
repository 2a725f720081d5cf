//! At which price an order trades on a bar or a quote: pure functions.

use super::LimitFill;
use crate::base::Timestamp;
use crate::domain::{Bar, BookTop, OrderKind, Side};

/// The part of a bar that an order lives through.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Stretch {
    pub(super) start: Timestamp,
    pub(super) open: f64,
    pub(super) high: f64,
    pub(super) low: f64,
    pub(super) close: f64,
}

impl Stretch {
    /// What is left of `bar` at `from`: inside a bar the price runs in a straight line from open to close.
    pub(super) fn of(bar: &Bar, from: Timestamp) -> Self {
        if from <= bar.open_time {
            let Bar { open_time: start, open, high, low, close, .. } = *bar;
            return Self { start, open, high, low, close };
        }
        let length = (bar.available_at.nanos() - bar.open_time.nanos()).max(1);
        let passed = (from.nanos() - bar.open_time.nanos()).clamp(0, length);
        let open = bar.open + (bar.close - bar.open) * (passed as f64 / length as f64);
        let (high, low, close) = (open.max(bar.close), open.min(bar.close), bar.close);
        Self { start: from, open, high, low, close }
    }

    /// The same prices as a buyer would see them if they were upside down.
    fn seen_from(self, side: Side) -> Self {
        match side {
            Side::Buy => self,
            Side::Sell => Self {
                open: -self.open,
                high: -self.low,
                low: -self.high,
                close: -self.close,
                ..self
            },
        }
    }
}

/// When in a stretch a trade happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    /// With its first price.
    Start,
    /// Somewhere inside; the bar does not tell when.
    Inside,
}

/// What a trade pays beyond its price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Charges {
    /// Commission, half-spread and slippage: the price is a middle.
    All,
    /// The commission: the price is one that somebody offered.
    Commission,
}

/// A trade that a bar allows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Chance {
    pub(super) price: f64,
    pub(super) moment: Moment,
    pub(super) charges: Charges,
}

/// What a bar does to an order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Met {
    pub(super) is_triggered: bool,
    pub(super) chance: Option<Chance>,
}

/// What a stretch of a bar does to an order; `is_triggered` tells of a stop that was reached before.
pub(super) fn on_stretch(
    kind: OrderKind,
    side: Side,
    is_triggered: bool,
    stretch: Stretch,
    limit_fill: LimitFill,
) -> Met {
    let (seen, sign) = (stretch.seen_from(side), side.sign());
    let met = match kind {
        OrderKind::Market | OrderKind::MarketOnOpen | OrderKind::MarketOnClose => {
            Met { is_triggered, chance: taken(seen.open, Moment::Start) }
        }
        OrderKind::Limit { limit_price } => {
            Met { is_triggered, chance: limit(sign * limit_price, seen, limit_fill) }
        }
        OrderKind::Stop { stop_price } => stop(sign * stop_price, is_triggered, seen),
        OrderKind::StopLimit { stop_price, limit_price } => {
            stop_limit((sign * stop_price, sign * limit_price), is_triggered, seen, limit_fill)
        }
    };
    let chance = met.chance.map(|chance| Chance { price: sign * chance.price, ..chance });
    Met { chance, ..met }
}

/// What a quote does to an order: whether its stop is reached, and the price at which it trades at once.
pub(super) fn on_quote(
    kind: OrderKind,
    side: Side,
    was_triggered: bool,
    top: &BookTop,
) -> (bool, Option<f64>) {
    let sign = side.sign();
    let price = match side {
        Side::Buy => top.ask,
        Side::Sell => top.bid,
    };
    let is_triggered =
        was_triggered || kind.stop_price().is_some_and(|stop| sign * price >= sign * stop);
    let waits = kind.stop_price().is_some() && !is_triggered;
    let is_good = kind.limit_price().is_none_or(|limit| sign * price <= sign * limit);
    let is_auction = matches!(kind, OrderKind::MarketOnOpen | OrderKind::MarketOnClose);
    (is_triggered, (is_good && !waits && !is_auction).then_some(price))
}

fn taken(price: f64, moment: Moment) -> Option<Chance> {
    Some(Chance { price, moment, charges: Charges::All })
}

fn limit(limit_price: f64, seen: Stretch, limit_fill: LimitFill) -> Option<Chance> {
    if seen.open <= limit_price {
        return taken(seen.open, Moment::Start);
    }
    is_reached(limit_price, seen.low, limit_fill).then_some(Chance {
        price: limit_price,
        moment: Moment::Inside,
        charges: Charges::Commission,
    })
}

fn is_reached(limit_price: f64, lowest: f64, limit_fill: LimitFill) -> bool {
    match limit_fill {
        LimitFill::Touch => lowest <= limit_price,
        LimitFill::Through => lowest < limit_price,
    }
}

fn stop(stop_price: f64, is_triggered: bool, seen: Stretch) -> Met {
    if is_triggered || seen.open >= stop_price {
        return Met { is_triggered: true, chance: taken(seen.open, Moment::Start) };
    }
    let is_triggered = seen.high >= stop_price;
    let chance = if is_triggered { taken(stop_price, Moment::Inside) } else { None };
    Met { is_triggered, chance }
}

/// After a trigger inside the bar only the close is known to come later, so a limit beyond the trigger is filled only
/// if the close has reached it.
fn stop_limit(
    (stop_price, limit_price): (f64, f64),
    is_triggered: bool,
    seen: Stretch,
    limit_fill: LimitFill,
) -> Met {
    if is_triggered || seen.open >= stop_price {
        return Met { is_triggered: true, chance: limit(limit_price, seen, limit_fill) };
    }
    if seen.high < stop_price {
        return Met { is_triggered: false, chance: None };
    }
    let chance = if stop_price <= limit_price {
        taken(stop_price, Moment::Inside)
    } else {
        is_reached(limit_price, seen.close, limit_fill).then_some(Chance {
            price: limit_price,
            moment: Moment::Inside,
            charges: Charges::Commission,
        })
    };
    Met { is_triggered: true, chance }
}
