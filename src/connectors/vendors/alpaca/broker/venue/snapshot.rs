//! Everything that the venue has, from its lists.

use std::collections::BTreeSet;

use super::desk::AlpacaBroker;
use crate::base::Timestamp;
use crate::connectors::vendors::alpaca::broker::rest::Loss;
use crate::connectors::vendors::alpaca::broker::tracker::end;
use crate::connectors::vendors::alpaca::broker::wire::{
    Account, Activity, Position, Standing, WireOrder, side,
};
use crate::domain::{OrderId, Symbol};
use crate::ports::{BrokerAccount, BrokerSnapshot, OrderEnd, VenueOrder};

/// Lists are asked for from a little earlier on: clocks differ.
const OVERLAP_NANOS: i64 = 60_000_000_000;
/// How often the lists are taken anew because something traded meanwhile.
const ROUNDS_MAX: u32 = 4;
/// Older orders that are looked up because something of them traded.
const LOOKUPS_MAX: usize = 100;

/// The lists of one round.
struct Lists {
    time: Timestamp,
    orders: Vec<WireOrder>,
    activities: Vec<Activity>,
    positions: Vec<Position>,
    account: Account,
}

impl AlpacaBroker {
    pub(super) fn take_snapshot(&mut self, since: Timestamp) -> Result<BrokerSnapshot, Loss> {
        let from = since.max(Timestamp::default()).saturating_add_nanos(-OVERLAP_NANOS);
        let mut round = 0;
        let lists = loop {
            round += 1;
            let (lists, is_still) = self.lists(from.max(Timestamp::default()))?;
            if is_still || round == ROUNDS_MAX {
                break lists;
            }
        };
        for order in &lists.orders {
            self.tell(order);
        }
        self.learn_old(&lists.activities)?;
        let positions = lists.positions.iter().filter_map(|position| {
            let symbol = self.symbol(&position.symbol)?;
            Some((symbol, position.signed()))
        });
        let positions = positions.collect();
        Ok(BrokerSnapshot {
            time: lists.time,
            account: BrokerAccount { cash: lists.account.cash.0, positions },
            open_orders: self.open_orders(&lists.orders),
            executions: self.tracker.fills(&lists.activities),
            ended_orders: self.ended_orders(&lists.orders),
        })
    }

    /// One list after the other, and whether nothing traded meanwhile.
    fn lists(&self, from: Timestamp) -> Result<(Lists, bool), Loss> {
        let before = self.line.activities(from)?;
        let account_before = self.line.account()?;
        let mut orders = self.line.orders(Some(from))?;
        let open = self.line.orders(None)?;
        orders.retain(|order| !open.iter().any(|other| other.id == order.id));
        orders.extend(open);
        let positions = self.line.positions()?;
        let account = self.line.account()?;
        let activities = self.line.activities(from)?;
        let time = self.line.clock()?;
        let is_still = before == activities && account_before.cash == account.cash;
        Ok((Lists { time, orders, activities, positions, account }, is_still))
    }

    /// Looks up whose the executions of orders are that were sent before the lists begin.
    fn learn_old(&mut self, activities: &[Activity]) -> Result<(), Loss> {
        let is_known = |row: &&Activity| {
            self.tracker.order_id(&row.order_id).is_some() || self.tracker.is_foreign(&row.order_id)
        };
        let unknown: BTreeSet<String> =
            activities.iter().filter(|row| !is_known(row)).map(|row| row.order_id.clone()).collect();
        for venue_id in unknown.iter().take(LOOKUPS_MAX) {
            match self.line.order_by_id(venue_id) {
                Ok(order) => self.tell(&order),
                Err(Loss::Refused { .. }) => {}
                Err(loss) => return Err(loss),
            }
        }
        Ok(())
    }

    fn open_orders(&mut self, orders: &[WireOrder]) -> Vec<VenueOrder> {
        let mut open = Vec::new();
        for order in with_legs(orders) {
            if self.tracker.standing(order) != Standing::Open {
                continue;
            }
            let (Some(symbol), Some(side)) = (self.symbol(&order.symbol), side(&order.side)) else {
                continue;
            };
            open.push(VenueOrder {
                order_id: self.tracker.order_id(&order.id),
                symbol,
                side,
                quantity: order.qty.unwrap_or_else(|| order.filled()).shares(),
                filled: order.filled().shares(),
            });
        }
        open
    }

    fn ended_orders(&mut self, orders: &[WireOrder]) -> Vec<(OrderId, OrderEnd)> {
        let mut ended = Vec::new();
        for order in with_legs(orders) {
            let standing = self.tracker.standing(order);
            let Some(order_id) = self.tracker.order_id(&order.id) else { continue };
            if standing != Standing::Open {
                ended.push((order_id, end(order, &order.status)));
            }
        }
        ended
    }

    /// A symbol of ours; what has another form of name is noted.
    fn symbol(&mut self, name: &str) -> Option<Symbol> {
        let symbol = name.parse().ok();
        if symbol.is_none() {
            self.tracker.note(format!("`{name}` is no symbol here: left out"));
        }
        symbol
    }
}

/// Orders and, inside of them, their legs.
fn with_legs(orders: &[WireOrder]) -> impl Iterator<Item = &WireOrder> {
    orders.iter().flat_map(|order| std::iter::once(order).chain(order.legs.iter().flatten()))
}
