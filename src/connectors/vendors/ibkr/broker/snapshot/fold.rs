//! From the broker's lists to one snapshot. No I/O.

use std::collections::BTreeMap;

use ibapi::accounts::{AccountSummary, Position};
use ibapi::contracts::{Contract, SecurityType};
use ibapi::orders::{Action, Executions, OrderData, OrderStatus, OrderStatusKind, Orders};

use super::super::orders::{Doubt, Tracker, Trade};
use super::super::values;
use crate::base::Timestamp;
use crate::domain::{OrderId, Side, Symbol};
use crate::ports::{BrokerAccount, BrokerSnapshot, OrderEnd, RejectReason, VenueOrder};

/// What the venue answered to each question.
#[derive(Debug)]
pub(in super::super) struct Answers {
    pub(in super::super) time: Timestamp,
    pub(in super::super) open: Vec<Orders>,
    pub(in super::super) completed: Vec<Orders>,
    pub(in super::super) executions: Vec<Executions>,
    pub(in super::super) positions: Vec<Position>,
    pub(in super::super) summary: Vec<AccountSummary>,
}

/// What executions cost, by their names.
type Costs = Vec<(String, f64)>;
/// Orders by perm id, wire id and reference.
type Rows = BTreeMap<(i64, i32, String), OrderData>;

/// A snapshot, and what the tracker did not know of.
#[derive(Debug)]
pub(in super::super) struct Learned {
    pub(in super::super) snapshot: BrokerSnapshot,
    /// Open orders of ours, with their rows.
    pub(in super::super) open: Vec<OrderData>,
    /// Executions of ours in their last edition.
    pub(in super::super) trades: Vec<Trade>,
    /// What each cost, by the name of the execution.
    pub(in super::super) costs: Costs,
}

impl Learned {
    /// Whether an order is in one of the lists.
    pub(in super::super) fn lists(&self, id: OrderId) -> bool {
        self.snapshot.open_orders.iter().any(|order| order.order_id == Some(id))
            || self.snapshot.ended_orders.iter().any(|(ended, _)| *ended == id)
    }
}

/// Puts the answers together. A number that is unset where one is needed is an error: half a truth
/// is none.
pub(in super::super) fn fold(
    tracker: &Tracker,
    answers: Answers,
    currency: &str,
) -> Result<Learned, Doubt> {
    let cash = cash(tracker, &answers.summary, currency)?;
    let positions = positions(tracker, &answers.positions)?;
    let (trades, costs) = trades(tracker, &answers.executions, answers.time)?;
    let (rows, statuses) = split(answers.open);
    let mut ended = BTreeMap::new();
    for (id, row) in ours(tracker, split(answers.completed).0) {
        ended.extend(end_of(&row).map(|end| (id, end)));
    }
    let (mut open_orders, mut open) = (Vec::new(), Vec::new());
    for row in rows.into_values() {
        if row.order.what_if || !tracker.is_mine(&row.order.account) {
            continue;
        }
        let id = tracker.references().read(&row.order.order_ref);
        if row.order_state.status.is_terminal() {
            ended.extend(id.zip(end_of(&row)));
            continue;
        }
        let hint = statuses.get(&row.order.perm_id).copied();
        open_orders.extend(venue_order(tracker, id, &row, &trades, hint)?);
        if id.is_some() {
            open.push(row);
        }
    }
    // The broker lists no order that it refused at once.
    for (id, end) in tracker.ends() {
        ended.entry(id).or_insert(end);
    }
    // An order that is open is open, whatever an older list says.
    ended.retain(|id, _| !open_orders.iter().any(|order| order.order_id == Some(*id)));
    let executions = trades.iter().map(|trade| trade.fill.clone()).collect();
    let snapshot = BrokerSnapshot {
        time: answers.time,
        account: BrokerAccount { cash, positions },
        open_orders,
        executions,
        ended_orders: ended.into_iter().collect(),
    };
    Ok(Learned { snapshot, open, trades, costs })
}

/// Cash in one currency: its own row of the ledger, else the total if that is in this currency.
fn cash(tracker: &Tracker, rows: &[AccountSummary], currency: &str) -> Result<f64, Doubt> {
    let of = |tag: &str| {
        let mut mine = rows.iter().filter(|row| tracker.is_mine(&row.account));
        mine.find(|row| row.tag == tag && row.currency == currency)
    };
    let tags = ["CashBalance", "TotalCashBalance", "TotalCashValue"];
    let found = tags.into_iter().find_map(of).and_then(|row| values::decimal(&row.value));
    found.ok_or_else(|| Doubt(format!("the account tells of no cash in {currency}")))
}

fn positions(tracker: &Tracker, rows: &[Position]) -> Result<Vec<(Symbol, f64)>, Doubt> {
    let mut positions = BTreeMap::new();
    for row in rows.iter().filter(|row| tracker.is_mine(&row.account)) {
        let Some(symbol) = symbol(tracker, &row.contract) else { continue };
        let held = values::known(row.position)
            .ok_or_else(|| Doubt(format!("the position of {symbol} is unset")))?;
        positions.insert(symbol, held);
    }
    positions.retain(|_, held| *held != 0.0);
    Ok(positions.into_iter().collect())
}

/// Executions in their last edition, by their name, and their costs.
fn trades(
    tracker: &Tracker,
    rows: &[Executions],
    now: Timestamp,
) -> Result<(Vec<Trade>, Costs), Doubt> {
    let mut trades: BTreeMap<String, Trade> = BTreeMap::new();
    let mut costs = Vec::new();
    for row in rows {
        match row {
            Executions::ExecutionData(data) => {
                let execution = &data.execution;
                let id = tracker.references().read(&execution.order_reference);
                let Some(id) = id.filter(|_| tracker.is_mine(&execution.account_number)) else {
                    continue;
                };
                let trade = tracker.trade(id, data, now)?;
                let known = trades.get(&trade.fill.execution_id);
                if known.is_none_or(|known| known.revision < trade.revision) {
                    trades.insert(trade.fill.execution_id.clone(), trade);
                }
            }
            Executions::CommissionReport(report) => {
                costs.extend(tracker.readable_cost(report));
            }
        }
    }
    for (name, cost) in &costs {
        if let Some(trade) = trades.get_mut(name) {
            trade.fill.cost = *cost;
        }
    }
    let mut trades: Vec<Trade> = trades.into_values().collect();
    trades.sort_by_key(|trade| trade.fill.time);
    Ok((trades, costs))
}

/// The last row of each order, and how much each status says was filled; by what survives sessions.
fn split(rows: Vec<Orders>) -> (Rows, BTreeMap<i64, f64>) {
    let (mut orders, mut filled) = (BTreeMap::new(), BTreeMap::new());
    for row in rows {
        match row {
            Orders::OrderData(data) => {
                let name = (data.order.perm_id, data.order_id, data.order.order_ref.clone());
                orders.insert(name, data);
            }
            Orders::OrderStatus(OrderStatus { perm_id, filled: quantity, .. }) => {
                filled.extend(values::quantity(quantity).map(|quantity| (perm_id, quantity)));
            }
        }
    }
    (orders, filled)
}

fn ours(tracker: &Tracker, rows: Rows) -> impl Iterator<Item = (OrderId, OrderData)> {
    let mine = rows.into_values().filter(|row| tracker.is_mine(&row.order.account));
    mine.filter_map(|row| Some((tracker.references().read(&row.order.order_ref)?, row)))
}

fn venue_order(
    tracker: &Tracker,
    id: Option<OrderId>,
    row: &OrderData,
    trades: &[Trade],
    hint: Option<f64>,
) -> Result<Option<VenueOrder>, Doubt> {
    let Some(symbol) = symbol(tracker, &row.contract) else { return Ok(None) };
    let quantity = values::quantity(row.order.total_quantity);
    let of_order = trades.iter().filter(|trade| Some(trade.fill.order_id) == id);
    let filled = match id {
        Some(_) => of_order.map(|trade| trade.fill.quantity).sum(),
        // Executions of others are not told apart by orders here.
        None => hint.unwrap_or(0.0),
    };
    let side = if row.order.action == Action::Buy { Side::Buy } else { Side::Sell };
    let quantity = quantity
        .ok_or_else(|| Doubt(format!("the quantity of an open order of {symbol} is unset")))?;
    Ok(Some(VenueOrder { order_id: id, symbol, side, quantity, filled }))
}

/// How an order ended, by its status and the text that goes with it.
///
/// # Source
/// TWS API, "Retrieving Completed Orders": a status, and a text such as `Cancelled by Trader`.
fn end_of(row: &OrderData) -> Option<OrderEnd> {
    let state = &row.order_state;
    let text = [&state.completed_status, &state.reject_reason, &state.warning_text]
        .into_iter()
        .find(|text| !text.is_empty())
        .map_or("no reason given", String::as_str);
    let said = text.to_lowercase();
    Some(match state.status {
        OrderStatusKind::Filled => OrderEnd::Filled,
        _ if said.contains("expired") => OrderEnd::Expired,
        _ if said.contains("reject") => OrderEnd::Rejected(RejectReason::Venue(text.to_owned())),
        OrderStatusKind::Inactive => OrderEnd::Rejected(RejectReason::Venue(text.to_owned())),
        OrderStatusKind::Cancelled | OrderStatusKind::ApiCancelled => OrderEnd::Canceled,
        _ => return None,
    })
}

/// Our name of a contract; what is no stock has none.
fn symbol(tracker: &Tracker, contract: &Contract) -> Option<Symbol> {
    let is_stock = contract.security_type == SecurityType::Stock;
    tracker.symbol(contract.contract_id, contract.symbol.as_str()).filter(|_| is_stock)
}
