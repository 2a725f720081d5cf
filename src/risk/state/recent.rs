//! The orders that were cleared last.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::count::is_older;
use crate::base::Timestamp;
use crate::domain::{OrderRequest, Side, Symbol};

/// Cleared orders, oldest first.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(in crate::risk) struct RecentOrders {
    orders: VecDeque<RecentOrder>,
    /// Whether no order is older than one before it, so that an age can be looked up. Until that is known each is asked.
    #[serde(skip)]
    is_sorted: bool,
}

impl PartialEq for RecentOrders {
    fn eq(&self, other: &Self) -> bool {
        self.orders == other.orders
    }
}

/// A cleared order, as far as a later one is compared with it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::risk) struct RecentOrder {
    pub(in crate::risk) time: Timestamp,
    symbol: Symbol,
    side: Side,
    quantity: f64,
    limit_price: Option<f64>,
    stop_price: Option<f64>,
}

impl RecentOrder {
    fn new(request: &OrderRequest, time: Timestamp) -> Self {
        Self {
            time,
            symbol: request.symbol.clone(),
            side: request.side,
            quantity: request.quantity,
            limit_price: request.kind.limit_price(),
            stop_price: request.kind.stop_price(),
        }
    }

    /// Whether `request` asks for the same again.
    pub(in crate::risk) fn is_like(&self, request: &OrderRequest) -> bool {
        self.side == request.side
            && self.quantity == request.quantity
            && self.limit_price == request.kind.limit_price()
            && self.stop_price == request.kind.stop_price()
            && self.symbol == request.symbol
    }
}

impl RecentOrders {
    /// An order is cleared.
    pub(in crate::risk) fn add(&mut self, request: &OrderRequest, time: Timestamp) {
        let last = self.orders.back();
        self.is_sorted = last.is_none_or(|last| self.is_sorted && last.time <= time);
        self.orders.push_back(RecentOrder::new(request, time));
    }

    /// Forgets those at the front that are `span` nanoseconds old or older.
    pub(in crate::risk) fn forget(&mut self, now: Timestamp, span: i64) {
        while self.orders.front().is_some_and(|order| is_older(order.time, now, span)) {
            self.orders.pop_front();
        }
    }

    /// Those at the end that are younger, the youngest first.
    pub(in crate::risk) fn within(
        &self,
        is_young: impl Fn(Timestamp) -> bool,
    ) -> impl ExactSizeIterator<Item = &RecentOrder> {
        let is_old = |order: &RecentOrder| !is_young(order.time);
        let first = if self.is_sorted {
            self.orders.partition_point(is_old)
        } else {
            self.orders.iter().rposition(is_old).map_or(0, |last| last + 1)
        };
        self.orders.range(first..).rev()
    }

    /// When the last but `count` less one was cleared: the first of so many.
    pub(in crate::risk) fn first_of_last(&self, count: usize) -> Option<Timestamp> {
        let index = self.orders.len().checked_sub(count)?;
        self.orders.get(index).map(|order| order.time)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::OrderId;

    fn orders(seconds: &[i64]) -> RecentOrders {
        let mut orders = RecentOrders::default();
        for &second in seconds {
            let time = Timestamp::from_seconds(second);
            let symbol = "SPY".parse().unwrap();
            orders.add(&OrderRequest::market(OrderId(1), symbol, 1.0, time), time);
        }
        orders
    }

    fn counts(orders: &RecentOrders) -> Vec<usize> {
        let young = |limit| move |time| time > Timestamp::from_seconds(limit);
        (0..9).map(|limit| orders.within(young(limit)).len()).collect()
    }

    #[test]
    fn ages_are_looked_up_and_asked_alike() {
        for seconds in [&[][..], &[4], &[1, 2, 2, 5, 7, 7], &[3, 3, 3]] {
            let known = orders(seconds);
            assert!(known.is_sorted || seconds.is_empty());
            let mut read: RecentOrders =
                serde_json::from_str(&serde_json::to_string(&known).unwrap()).unwrap();
            assert!(!read.is_sorted && read == known);
            assert_eq!(counts(&read), counts(&known), "{seconds:?}");
            // A full turn is known again.
            read.forget(Timestamp::from_seconds(99), 1);
            read.add(
                &OrderRequest::market(OrderId(1), "A".parse().unwrap(), 1.0, Timestamp::MIN),
                Timestamp::MIN,
            );
            assert!(read.is_sorted);
        }
    }

    #[test]
    fn a_clock_that_goes_back_ends_the_look_at_the_first_that_is_old() {
        let orders = orders(&[5, 1, 6, 7]);
        assert!(!orders.is_sorted);
        assert_eq!(counts(&orders), [4, 2, 2, 2, 2, 2, 1, 0, 0]);
        assert_eq!(orders.first_of_last(4), Some(Timestamp::from_seconds(5)));
        assert_eq!(orders.first_of_last(5), None);
    }
}
