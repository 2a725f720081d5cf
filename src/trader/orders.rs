//! From targets to requests, and the requests that are open.

use std::collections::BTreeMap;

use super::TraderError;
use super::portfolio::Portfolio;
use super::prices::Prices;
use crate::base::Timestamp;
use crate::domain::{OrderId, OrderRequest, Side, Symbol};
use crate::signals::Target;

/// Signed quantities that reach the target, sized at the last closes; 0 where nothing may trade.
pub(super) fn quantities(target: &Target, portfolio: &Portfolio, prices: &Prices) -> Vec<f64> {
    let mut quantities = portfolio.quantities(target.order(), prices.closes());
    for (index, quantity) in quantities.iter_mut().enumerate() {
        if !prices.are_trading()[index] {
            *quantity = 0.0;
        }
    }
    quantities
}

/// Gives orders their numbers and remembers which are open.
#[derive(Debug, Default)]
pub(super) struct OrderDesk {
    last: u64,
    open: BTreeMap<OrderId, OrderRequest>,
}

impl OrderDesk {
    /// A request with a fresh number; `None` for a quantity of 0.
    pub(super) fn request(
        &mut self,
        symbol: &Symbol,
        quantity: f64,
        decided_at: Timestamp,
    ) -> Option<OrderRequest> {
        if quantity == 0.0 {
            return None;
        }
        self.last += 1;
        let side = if quantity < 0.0 { Side::Sell } else { Side::Buy };
        let (id, symbol, quantity) = (OrderId(self.last), symbol.clone(), quantity.abs());
        Some(OrderRequest { id, symbol, side, quantity, decided_at })
    }

    /// The request goes to the venue.
    pub(super) fn open(&mut self, request: &OrderRequest) {
        self.open.insert(request.id, request.clone());
    }

    /// The venue filled `reported` (signed) of an order.
    pub(super) fn fill(
        &mut self,
        id: OrderId,
        symbol: &Symbol,
        reported: f64,
    ) -> Result<(), TraderError> {
        let order = self.open.get_mut(&id).filter(|order| order.symbol == *symbol);
        let Some(order) = order else {
            return Err(TraderError::OrderMismatch { id, reported, open: 0.0 });
        };
        let open = order.side.sign() * order.quantity;
        let rest = open - reported;
        if rest == 0.0 {
            self.open.remove(&id);
        } else if rest * open > 0.0 && reported * open > 0.0 {
            order.quantity = rest.abs();
        } else {
            return Err(TraderError::OrderMismatch { id, reported, open });
        }
        Ok(())
    }

    /// The venue will never fill the rest of an order.
    pub(super) fn close(&mut self, id: OrderId) -> Result<(), TraderError> {
        match self.open.remove(&id) {
            Some(_) => Ok(()),
            None => Err(TraderError::OrderMismatch { id, reported: 0.0, open: 0.0 }),
        }
    }

    /// Signed quantity of `symbol` that is still open.
    pub(super) fn open_quantity(&self, symbol: &Symbol) -> f64 {
        let orders = self.open.values().filter(|order| order.symbol == *symbol);
        orders.map(|order| order.side.sign() * order.quantity).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(reported: &[f64], expected_open: Option<f64>) {
        let symbol: Symbol = "SPY".parse().unwrap();
        let mut desk = OrderDesk::default();
        let request = desk.request(&symbol, -10.0, Timestamp::from_seconds(0)).unwrap();
        desk.open(&request);
        let result = reported.iter().try_for_each(|&r| desk.fill(request.id, &symbol, r));
        assert_eq!(result.ok().map(|()| desk.open_quantity(&symbol)), expected_open);
    }

    #[test]
    fn fills_close_orders_and_never_more() {
        check(&[], Some(-10.0));
        check(&[-10.0], Some(0.0));
        check(&[-4.0], Some(-6.0));
        check(&[-4.0, -6.0], Some(0.0));
        check(&[-11.0], None);
        check(&[4.0], None);
        check(&[-10.0, -1.0], None);
        check(&[0.0], None);
    }

    #[test]
    fn numbers_rise_and_zero_is_no_order() {
        let symbol: Symbol = "SPY".parse().unwrap();
        let mut desk = OrderDesk::default();
        let time = Timestamp::from_seconds(0);
        assert_eq!(desk.request(&symbol, 0.0, time), None);
        assert_eq!(desk.request(&symbol, 1.0, time).unwrap().id, OrderId(1));
        assert_eq!(desk.request(&symbol, -1.0, time).unwrap().side, Side::Sell);
        assert!(desk.close(OrderId(7)).is_err());
    }
}
