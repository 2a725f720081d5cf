//! From our order to the broker's.

use ibapi::contracts::Contract;
use ibapi::orders::{Action, OcaType, Order, TimeInForce as IbkrTime};

use super::super::values;
use super::{PriceGrid, References, Toward};
use crate::domain::{OrderKind, OrderRequest, Side, TimeInForce};

/// What is known of an instrument before the first order.
#[derive(Debug, Clone)]
pub(in super::super) struct Instrument {
    /// The broker's contract, with its id.
    pub(in super::super) contract: Contract,
    /// The prices that its exchange takes.
    pub(in super::super) grid: PriceGrid,
}

/// Where an order goes.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Addressed<'a> {
    /// The account.
    pub(in super::super) account: &'a str,
    /// The names of orders.
    pub(in super::super) references: &'a References,
    /// The number of the entry that it protects, while that is open.
    pub(in super::super) parent: Option<i32>,
}

/// The broker takes no such order.
#[derive(Debug, thiserror::Error, PartialEq)]
pub(in super::super) enum FormError {
    /// A part of a share.
    #[error(
        "quantity must be whole shares at IBKR, was {quantity} (its API refuses fractions with error 10243); set \
         the lot size of the symbol to 1"
    )]
    Fraction {
        /// Shares.
        quantity: f64,
    },
    /// A price that is none.
    #[error("the {name} must be above 0 on the grid of the exchange, was {price}")]
    Price {
        /// Which price.
        name: &'static str,
        /// Currency units.
        price: f64,
    },
}

/// The order as it is sent. Limits are rounded to the side that costs no more, triggers to the closest price.
pub(in super::super) fn order(
    request: &OrderRequest,
    instrument: &Instrument,
    to: Addressed<'_>,
) -> Result<Order, FormError> {
    let quantity = request.quantity;
    if !quantity.is_finite() || quantity < 1.0 || quantity.fract() != 0.0 {
        return Err(FormError::Fraction { quantity });
    }
    let (order_type, time) = match (request.kind, request.time_in_force) {
        (OrderKind::MarketOnOpen, _) => ("MKT", IbkrTime::OnOpen),
        (OrderKind::MarketOnClose, _) => ("MOC", IbkrTime::Day),
        (kind, time) => (name(kind), time_in_force(time)),
    };
    let on_grid = |name, price: Option<f64>, toward| {
        let Some(price) = price else { return Ok(None) };
        let rounded = instrument.grid.round(price, toward);
        values::price(rounded).map(Some).ok_or(FormError::Price { name, price })
    };
    let passive = if request.side == Side::Buy { Toward::Lower } else { Toward::Higher };
    let mut order = Order {
        action: if request.side == Side::Buy { Action::Buy } else { Action::Sell },
        total_quantity: quantity,
        order_type: order_type.to_owned(),
        limit_price: on_grid("limit", request.kind.limit_price(), passive)?,
        aux_price: on_grid("trigger", request.kind.stop_price(), Toward::Closest)?,
        tif: time,
        account: to.account.to_owned(),
        order_ref: to.references.of(request.id),
        transmit: true,
        parent_id: to.parent.unwrap_or(0),
        ..Order::default()
    };
    if let Some(entry) = request.protects {
        // Reduced and not canceled when a part of another one trades: no share loses its protection.
        order.oca_group = to.references.group(entry);
        order.oca_type = OcaType::ReduceWithBlock;
    }
    Ok(order)
}

/// The order that asks for margin and costs; nothing is placed.
pub(in super::super) fn what_if(account: &str) -> Order {
    Order {
        action: Action::Buy,
        total_quantity: 1.0,
        order_type: "MKT".to_owned(),
        account: account.to_owned(),
        order_ref: "releat-what-if".to_owned(),
        what_if: true,
        ..Order::default()
    }
}

const fn name(kind: OrderKind) -> &'static str {
    match kind {
        OrderKind::Market | OrderKind::MarketOnOpen => "MKT",
        OrderKind::Limit { .. } => "LMT",
        OrderKind::Stop { .. } => "STP",
        OrderKind::StopLimit { .. } => "STP LMT",
        OrderKind::MarketOnClose => "MOC",
    }
}

/// An order for one bar is one of the day: the trader cancels the rest.
const fn time_in_force(time: TimeInForce) -> IbkrTime {
    match time {
        TimeInForce::Bar | TimeInForce::Day => IbkrTime::Day,
        TimeInForce::Gtc => IbkrTime::GoodTillCanceled,
        TimeInForce::Ioc => IbkrTime::ImmediateOrCancel,
        TimeInForce::Fok => IbkrTime::FillOrKill,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Timestamp;
    use crate::domain::OrderId;

    fn request(kind: OrderKind, signed: f64) -> OrderRequest {
        let market =
            OrderRequest::market(OrderId(3), "SPY".parse().unwrap(), signed, Timestamp::default());
        OrderRequest { kind, ..market }
    }

    fn formed(request: &OrderRequest, parent: Option<i32>) -> Result<Order, FormError> {
        let grid = PriceGrid::new([(0.0, 0.01)], 0.01);
        let instrument = Instrument { contract: Contract::default(), grid };
        let references = References::new("s");
        order(request, &instrument, Addressed { account: "DU1", references: &references, parent })
    }

    #[test]
    fn every_kind_has_its_form() {
        let check = |kind, signed, expected: (&str, &str, Option<f64>, Option<f64>)| {
            let order = formed(&request(kind, signed), None).unwrap();
            let found =
                (&*order.order_type, order.tif.as_str(), order.limit_price, order.aux_price);
            assert_eq!(found, expected);
            assert_eq!(
                (&*order.account, &*order.order_ref, order.transmit),
                ("DU1", "releat-s-3", true)
            );
        };
        let (limit_price, stop_price) = (100.017, 99.996);
        check(OrderKind::Market, 1.0, ("MKT", "DAY", None, None));
        check(OrderKind::Limit { limit_price }, 1.0, ("LMT", "DAY", Some(100.01), None));
        check(OrderKind::Limit { limit_price }, -1.0, ("LMT", "DAY", Some(100.02), None));
        check(OrderKind::Stop { stop_price }, -1.0, ("STP", "DAY", None, Some(100.0)));
        let kind = OrderKind::StopLimit { stop_price, limit_price };
        check(kind, 1.0, ("STP LMT", "DAY", Some(100.01), Some(100.0)));
        check(OrderKind::MarketOnOpen, 1.0, ("MKT", "OPG", None, None));
        check(OrderKind::MarketOnClose, 1.0, ("MOC", "DAY", None, None));
    }

    #[test]
    fn times_in_force() {
        for (time, expected) in [
            (TimeInForce::Bar, "DAY"),
            (TimeInForce::Day, "DAY"),
            (TimeInForce::Gtc, "GTC"),
            (TimeInForce::Ioc, "IOC"),
            (TimeInForce::Fok, "FOK"),
        ] {
            let request = OrderRequest { time_in_force: time, ..request(OrderKind::Market, 1.0) };
            assert_eq!(formed(&request, None).unwrap().tif.as_str(), expected);
        }
    }

    #[test]
    fn a_bracket_hangs_on_its_entry() {
        let stop = OrderKind::Stop { stop_price: 90.0 };
        let request = OrderRequest { protects: Some(OrderId(2)), ..request(stop, -1.0) };
        let order = formed(&request, Some(41)).unwrap();
        assert_eq!((order.parent_id, &*order.oca_group), (41, "releat-s-2-protection"));
        assert_eq!(order.oca_type, OcaType::ReduceWithBlock);
    }

    // fault: code_10243
    #[test]
    fn guard_10243_fractions_are_refused_here() {
        for signed in [0.5, 1.5, 1e-9, f64::NAN] {
            assert!(matches!(
                formed(&request(OrderKind::Market, signed), None),
                Err(FormError::Fraction { .. })
            ));
        }
        for limit_price in [f64::MAX, f64::NAN, 0.0, -1.0, 0.001] {
            let found = formed(&request(OrderKind::Limit { limit_price }, 1.0), None);
            assert!(matches!(found, Err(FormError::Price { .. })), "{limit_price}");
        }
    }
}
