//! Bars from ticks, one tick at a time.

use super::TickTable;
use super::clock::{BarClock, BarSpan};
use crate::base::Timestamp;
use crate::config::QuotePrice;
use crate::domain::{Bar, Calendar, CalendarError, Tick, TickFlags, Timeframe};

/// What ends a bar.
///
/// # Source
/// M. López de Prado, *Advances in Financial Machine Learning* (2018), chapter 2.3.1. Our deviation:
/// none; a bar closes with the tick that reaches the threshold, which is counted in full, and
/// the next bar begins at zero.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum BarRule {
    /// Time: the bars of [`BarClock`]. Spans without a tick have no bar.
    Time(Timeframe),
    /// This many ticks.
    Ticks(u64),
    /// At least this much volume.
    Volume(f64),
    /// At least this much price times volume.
    Dollars(f64),
}

/// A rule that no tick can ever fulfill, or every one does.
#[derive(Debug, thiserror::Error, Clone, PartialEq)]
#[error("a bar must end after a count or an amount above 0, was {found}")]
pub struct RuleError {
    found: f64,
}

/// The state machine that turns ticks into bars.
///
/// A price is what `price` says of a tick; a tick without it (a trade, if bids are asked for) is
/// passed over, and so are ticks that the vendor doubts, ticks outside every session, and ticks
/// that are older than one before. Trades off the market count with their volume alone.
///
/// # Units
/// `volume` of a bar is the traded volume if `price` is [`QuotePrice::Last`]; otherwise the number
/// of its quotes, which MetaTrader calls tick volume.
#[derive(Debug, Clone)]
pub struct TickBars {
    rule: BarRule,
    price: QuotePrice,
    clock: BarClock,
    /// The span of the bar that is being built; for bars that time does not end, a session day.
    span: Option<BarSpan>,
    open: Option<Building>,
    latest: Timestamp,
    counts: PassedOver,
}

/// Ticks that went into no bar.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PassedOver {
    /// Without the price that was asked for.
    pub other_side: usize,
    /// Doubted by the vendor.
    pub suspicious: usize,
    /// Outside every session.
    pub outside_session: usize,
    /// Older than one before.
    pub late: usize,
    /// Bars that never had a price: all their trades were off the market.
    pub without_price: usize,
}

/// A bar in the making.
#[derive(Debug, Clone, Copy)]
struct Building {
    bar: Bar,
    ticks: u64,
    dollars: f64,
    has_price: bool,
}

impl TickBars {
    /// A machine that has seen nothing.
    ///
    /// # Errors
    /// [`RuleError`] if a threshold is not above 0.
    pub fn try_new(
        rule: BarRule,
        price: QuotePrice,
        calendar: Calendar,
    ) -> Result<Self, RuleError> {
        let (threshold, timeframe) = match rule {
            BarRule::Time(timeframe) => (1.0, timeframe),
            BarRule::Ticks(0) => (0.0, Timeframe::Day),
            BarRule::Ticks(_) => (1.0, Timeframe::Day),
            BarRule::Volume(amount) | BarRule::Dollars(amount) => (amount, Timeframe::Day),
        };
        if !(threshold.is_finite() && threshold > 0.0) {
            return Err(RuleError { found: threshold });
        }
        Ok(Self {
            rule,
            price,
            clock: BarClock::new(timeframe, calendar),
            span: None,
            open: None,
            latest: Timestamp::MIN,
            counts: PassedOver::default(),
        })
    }

    /// Takes a tick; returns a bar that it ended.
    ///
    /// A bar of time is ended by the first tick after it, every other by its own last tick.
    ///
    /// # Errors
    /// [`CalendarError`] outside the days that the calendar knows.
    pub fn push(&mut self, tick: &Tick) -> Result<Option<Bar>, CalendarError> {
        let Some((price, volume)) = tick_price(tick, self.price) else {
            self.counts.other_side += 1;
            return Ok(None);
        };
        if tick.flags.has(TickFlags::SUSPICIOUS) {
            self.counts.suspicious += 1;
            return Ok(None);
        }
        if tick.time < self.latest {
            self.counts.late += 1;
            return Ok(None);
        }
        let mut ended = None;
        if !self.span.is_some_and(|span| span.contains(tick.time)) {
            let Some(span) = self.clock.span(tick.time)? else {
                self.counts.outside_session += 1;
                return Ok(None);
            };
            if matches!(self.rule, BarRule::Time(_)) {
                ended = self.close();
            }
            self.span = Some(span);
        }
        self.latest = tick.time;
        self.add(tick, price, volume);
        if self.is_full() {
            ended = self.close();
        }
        Ok(ended)
    }

    /// The bar that is still open, as it is now. Bars of time keep their end.
    #[must_use]
    pub fn finish(&mut self) -> Option<Bar> {
        self.close()
    }

    /// What went into no bar so far.
    #[must_use]
    pub const fn passed_over(&self) -> PassedOver {
        self.counts
    }

    fn add(&mut self, tick: &Tick, price: f64, volume: f64) {
        let has_price = !tick.flags.has(TickFlags::OFF_MARKET);
        let begun = self.open.get_or_insert_with(|| Building::new(tick.time, price));
        let bar = &mut begun.bar;
        if has_price && begun.has_price {
            bar.high = bar.high.max(price);
            bar.low = bar.low.min(price);
            bar.close = price;
        } else if has_price {
            (bar.open, bar.high, bar.low, bar.close) = (price, price, price, price);
            begun.has_price = true;
        }
        bar.volume += volume;
        bar.available_at = tick.time;
        begun.ticks += 1;
        begun.dollars += price * volume;
        if let (BarRule::Time(_), Some(span)) = (self.rule, self.span) {
            (bar.open_time, bar.available_at) = (span.open_time, span.available_at);
        }
    }

    fn is_full(&self) -> bool {
        self.open.is_some_and(|begun| match self.rule {
            BarRule::Time(_) => false,
            BarRule::Ticks(count) => begun.has_price && begun.ticks >= count,
            BarRule::Volume(amount) => begun.has_price && begun.bar.volume >= amount,
            BarRule::Dollars(amount) => begun.has_price && begun.dollars >= amount,
        })
    }

    fn close(&mut self) -> Option<Bar> {
        let begun = self.open.take()?;
        if !begun.has_price {
            self.counts.without_price += 1;
            return None;
        }
        Some(begun.bar)
    }
}

impl Building {
    const fn new(time: Timestamp, price: f64) -> Self {
        let bar = Bar {
            open_time: time,
            available_at: time,
            open: price,
            high: price,
            low: price,
            close: price,
            volume: 0.0,
        };
        Self { bar, ticks: 0, dollars: 0.0, has_price: false }
    }
}

/// The price and the volume that a tick adds to a bar, if it has that price.
#[must_use]
pub fn tick_price(tick: &Tick, price: QuotePrice) -> Option<(f64, f64)> {
    let (price, volume) = match price {
        QuotePrice::Bid => (tick.bid, 1.0),
        QuotePrice::Ask => (tick.ask, 1.0),
        QuotePrice::Mid => (f64::midpoint(tick.bid, tick.ask), 1.0),
        QuotePrice::Last => (tick.last, tick.volume),
    };
    (!price.is_nan()).then_some((price, volume))
}

/// All bars of some ticks, the last one as it is.
///
/// # Errors
/// [`CalendarError`] outside the days that the calendar knows.
pub fn bars_from_ticks(
    ticks: &TickTable,
    mut machine: TickBars,
) -> Result<Vec<Bar>, CalendarError> {
    let mut bars = Vec::new();
    for tick in ticks.iter() {
        bars.extend(machine.push(&tick)?);
    }
    bars.extend(machine.finish());
    Ok(bars)
}
