//! Best prices of one symbol, put together from prices and sizes.

use ibapi::contracts::tick_types::TickType;
use ibapi::market_data::realtime::TickTypes;

use super::super::values;
use crate::base::Timestamp;
use crate::domain::BookTop;

/// The last price and size of each side.
#[derive(Debug, Clone, Copy, Default)]
pub(in super::super) struct QuoteLine {
    bid: Option<f64>,
    ask: Option<f64>,
    bid_quantity: f64,
    ask_quantity: f64,
}

/// What a tick was.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in super::super) enum Tick {
    /// No price of the book.
    Other,
    /// A live price or size; with both sides sound, the book.
    Live(Option<BookTop>),
    /// The same, late.
    Delayed(Option<BookTop>),
}

impl QuoteLine {
    /// Takes a tick in.
    pub(in super::super) fn take(&mut self, tick: &TickTypes, now: Timestamp) -> Tick {
        let mut is_delayed = None;
        let mut read = |kind: TickType, price: Option<f64>, size: Option<f64>| {
            if let Some(found) = self.set(kind, price, size) {
                is_delayed = Some(found);
            }
        };
        match tick {
            TickTypes::Price(tick) => read(tick.tick_type, Some(tick.price), None),
            TickTypes::Size(tick) => read(tick.tick_type, None, Some(tick.size)),
            TickTypes::PriceSize(tick) => {
                read(tick.price_tick_type, Some(tick.price), None);
                read(tick.size_tick_type, None, Some(tick.size));
            }
            _ => {}
        }
        match is_delayed {
            None => Tick::Other,
            Some(false) => Tick::Live(self.top(now)),
            Some(true) => Tick::Delayed(self.top(now)),
        }
    }

    /// Whether the kind is of the book, and if so whether it is late.
    fn set(&mut self, kind: TickType, price: Option<f64>, size: Option<f64>) -> Option<bool> {
        // -1 and 0 stand for no price.
        let (price, size) = (price.and_then(values::price), size.and_then(values::quantity));
        match kind {
            TickType::Bid | TickType::DelayedBid => self.bid = price,
            TickType::Ask | TickType::DelayedAsk => self.ask = price,
            TickType::BidSize | TickType::DelayedBidSize => {
                self.bid_quantity = size.unwrap_or(0.0);
            }
            TickType::AskSize | TickType::DelayedAskSize => {
                self.ask_quantity = size.unwrap_or(0.0);
            }
            _ => return None,
        }
        Some(matches!(
            kind,
            TickType::DelayedBid
                | TickType::DelayedAsk
                | TickType::DelayedBidSize
                | TickType::DelayedAskSize
        ))
    }

    fn top(&self, time: Timestamp) -> Option<BookTop> {
        let (bid, ask) = (self.bid?, self.ask?);
        let (bid_quantity, ask_quantity) = (self.bid_quantity, self.ask_quantity);
        Some(BookTop { time, bid, ask, bid_quantity, ask_quantity }).filter(BookTop::is_sound)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ibapi::market_data::realtime::{TickPrice, TickPriceSize, TickSize};

    fn price(kind: TickType, price: f64) -> TickTypes {
        TickTypes::Price(TickPrice { tick_type: kind, price, ..TickPrice::default() })
    }

    #[test]
    fn both_sides_make_a_book() {
        let mut line = QuoteLine::default();
        let now = Timestamp::from_seconds(5);
        assert_eq!(line.take(&price(TickType::Bid, 100.0), now), Tick::Live(None));
        let ask = TickTypes::PriceSize(TickPriceSize {
            price_tick_type: TickType::Ask,
            price: 100.01,
            size_tick_type: TickType::AskSize,
            size: 300.0,
            ..TickPriceSize::default()
        });
        let Tick::Live(Some(top)) = line.take(&ask, now) else { panic!() };
        assert_eq!((top.bid, top.ask, top.ask_quantity, top.time), (100.0, 100.01, 300.0, now));
        let size = TickTypes::Size(TickSize { tick_type: TickType::BidSize, size: 7.0 });
        assert!(matches!(line.take(&size, now), Tick::Live(Some(top)) if top.bid_quantity == 7.0));
        assert_eq!(line.take(&price(TickType::Last, 1.0), now), Tick::Other);
        assert_eq!(line.take(&price(TickType::Ask, 99.0), now), Tick::Live(None), "crossed");
    }

    // fault: data_unset
    #[test]
    fn guard_no_price_and_sentinels_make_no_book() {
        for bad in [-1.0, 0.0, f64::MAX, f64::NAN, f64::INFINITY] {
            let mut line = QuoteLine::default();
            line.take(&price(TickType::Bid, 100.0), Timestamp::MIN);
            line.take(&price(TickType::Ask, 101.0), Timestamp::MIN);
            let found = line.take(&price(TickType::Bid, bad), Timestamp::MIN);
            assert_eq!(found, Tick::Live(None));
        }
    }

    #[test]
    fn guard_delayed_prices_are_told_apart() {
        let mut line = QuoteLine::default();
        let found = line.take(&price(TickType::DelayedBid, 100.0), Timestamp::MIN);
        assert_eq!(found, Tick::Delayed(None));
    }
}
