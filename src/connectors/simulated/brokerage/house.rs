//! What can be asked of the house.

use std::collections::BTreeMap;

use super::event::HouseEvent;
use super::fees::Fees;
use super::matching::{delay, is_sound};
use super::order::{HouseExecution, HouseOrder, HouseRecord, HouseStatus, Position};
use super::truth::Truth;
use super::virtual_market::VirtualMarket;
use crate::base::Timestamp;
use crate::domain::{OrderKind, Symbol, TimeInForce};

/// Traded value may be so many times the equity.
const LEVERAGE: f64 = 4.0;

/// One account at a broker, with a market to trade on.
///
/// Time is what callers say it is and never goes back. Whatever happens up to a time is the same whether the way there is
/// taken in one step or in many.
#[derive(Debug)]
pub struct Brokerage {
    pub(super) market: VirtualMarket,
    pub(super) fees: Fees,
    pub(super) now: Timestamp,
    pub(super) cash: f64,
    pub(super) records: Vec<HouseRecord>,
    pub(super) executions: Vec<HouseExecution>,
    pub(super) positions: BTreeMap<Symbol, Position>,
    pub(super) events: Vec<HouseEvent>,
    pub(super) truth: Truth,
}

impl Brokerage {
    /// An account with this cash and no positions, with commissions per share.
    #[must_use]
    pub fn new(market: VirtualMarket, cash: f64) -> Self {
        Self {
            market,
            fees: Fees::default(),
            now: Timestamp::MIN,
            cash,
            records: Vec::new(),
            executions: Vec::new(),
            positions: BTreeMap::new(),
            events: Vec::new(),
            truth: Truth::new(cash),
        }
    }

    /// The same with another price list.
    #[must_use]
    pub fn with_fees(mut self, fees: Fees) -> Self {
        self.fees = fees;
        self
    }

    /// The same with shares that were bought earlier; the cash stays as it is.
    #[must_use]
    pub fn with_position(mut self, symbol: Symbol, position: Position) -> Self {
        self.truth.position(&symbol, position);
        self.positions.insert(symbol, position);
        self
    }

    /// Takes an order; what becomes of it comes out of [`Self::advance`]. Returns its number.
    pub fn place(&mut self, at: Timestamp, order: HouseOrder) -> u64 {
        self.run(at);
        let number = self.records.len() as u64 + 1;
        let refusal = self.refusal(&order);
        self.truth.order(self.now, number, &order);
        let mut record = HouseRecord {
            number,
            parts_left: self.parts(number, &order),
            order,
            placed_at: self.now,
            status: HouseStatus::Working,
            filled: 0.0,
            average: 0.0,
            last_price: 0.0,
            ended_at: None,
            reason: String::new(),
            is_triggered: false,
            due: self.now,
            expires_at: None,
            commission: 0.0,
        };
        if let Some(reason) = refusal {
            record.status = HouseStatus::Rejected;
            record.ended_at = Some(self.now);
            record.reason.clone_from(&reason);
            self.truth.end(self.now, number, "rejected");
            self.records.push(record);
            self.events.push(HouseEvent::Rejected { number, reason, time: self.now });
            return number;
        }
        self.records.push(record);
        self.events.push(HouseEvent::Accepted { number, time: self.now });
        self.begin(number);
        number
    }

    /// Changes an open order: its whole quantity, what has traded included, and its prices. Returns whether it could be
    /// changed.
    pub fn modify(&mut self, at: Timestamp, number: u64, quantity: f64, kind: OrderKind) -> bool {
        self.run(at);
        let now = self.now;
        let Some(record) = self.record_mut(number).filter(|record| record.status.is_open()) else {
            return false;
        };
        if quantity <= record.filled || !is_sound(quantity, kind) {
            return false;
        }
        record.order.quantity = quantity;
        record.order.kind = kind;
        record.is_triggered = false;
        if record.status == HouseStatus::Working {
            record.due = record.due.min(delay(now));
        }
        self.truth.change(now, number, quantity);
        self.events.push(HouseEvent::Accepted { number, time: now });
        true
    }

    /// Cancels an order, and those that protect it unless a part of it has traded. Returns whether it was open.
    pub fn cancel(&mut self, at: Timestamp, number: u64) -> bool {
        self.run(at);
        let is_open = self.order(number).is_some_and(|record| record.status.is_open());
        if is_open {
            self.end(number, HouseStatus::Canceled);
        }
        is_open
    }

    /// Lets time pass, and returns everything that happened since the last call, in order of time.
    pub fn advance(&mut self, to: Timestamp) -> Vec<HouseEvent> {
        self.run(to);
        std::mem::take(&mut self.events)
    }

    /// The market.
    #[must_use]
    pub const fn market(&self) -> &VirtualMarket {
        &self.market
    }

    /// What time it is here.
    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// Every order there ever was, oldest first.
    pub fn orders(&self) -> impl Iterator<Item = &HouseRecord> {
        self.records.iter()
    }

    /// One order.
    #[must_use]
    pub fn order(&self, number: u64) -> Option<&HouseRecord> {
        self.records.get(usize::try_from(number).ok()?.checked_sub(1)?)
    }

    /// What the account holds; what it holds nothing of is not in it.
    #[must_use]
    pub const fn positions(&self) -> &BTreeMap<Symbol, Position> {
        &self.positions
    }

    /// Currency units.
    #[must_use]
    pub const fn cash(&self) -> f64 {
        self.cash
    }

    /// Cash and positions at the last prices, currency units.
    #[must_use]
    pub fn equity(&self, at: Timestamp) -> f64 {
        self.cash + self.holdings(at, |quantity| quantity)
    }

    /// The value of all positions without sign, currency units.
    #[must_use]
    pub fn gross(&self, at: Timestamp) -> f64 {
        self.holdings(at, f64::abs)
    }

    /// Every execution there ever was, oldest first; corrected ones as they are now.
    #[must_use]
    pub fn executions(&self) -> &[HouseExecution] {
        &self.executions
    }

    /// A trade of an order that nobody wanted: so many shares more than it had.
    pub fn over_fill(&mut self, number: u64, quantity: f64) {
        let Some(symbol) = self.order(number).map(|record| record.order.symbol.clone()) else {
            return;
        };
        let price = self.market.last(&symbol, self.now);
        self.book(number, quantity, price, self.now);
    }

    /// An order of somebody else, now.
    pub fn foreign(&mut self, order: HouseOrder) -> u64 {
        self.place(self.now, order)
    }

    /// Everything that happened, one row per order, fill, commission and movement of cash.
    #[must_use]
    pub fn truth_csv(&self) -> String {
        self.truth.csv()
    }

    pub(super) fn record_mut(&mut self, number: u64) -> Option<&mut HouseRecord> {
        self.records.get_mut(usize::try_from(number).ok()?.checked_sub(1)?)
    }

    fn holdings(&self, at: Timestamp, of: impl Fn(f64) -> f64) -> f64 {
        let value = |(symbol, position): (&Symbol, &Position)| {
            of(position.quantity) * self.market.last(symbol, at)
        };
        self.positions.iter().map(value).sum()
    }

    fn refusal(&self, order: &HouseOrder) -> Option<String> {
        if !is_sound(order.quantity, order.kind) {
            return Some("quantity and prices must be above 0".to_owned());
        }
        if order.parent.is_some_and(|parent| self.order(parent).is_none()) {
            return Some("the order that this one protects does not exist".to_owned());
        }
        if order.parent.is_some() {
            return None;
        }
        let held = self.positions.get(&order.symbol).map_or(0.0, |position| position.quantity);
        let adds = (held + order.side.sign() * order.quantity).abs() - held.abs();
        let value = adds * self.market.last(&order.symbol, self.now);
        let most = LEVERAGE * self.equity(self.now) - self.gross(self.now);
        (value > most.max(0.0)).then(|| {
            format!("insufficient buying power: {value:.2} wanted, {:.2} left", most.max(0.0))
        })
    }

    /// In how many parts an order trades: more than one only above 100 shares.
    fn parts(&self, number: u64, order: &HouseOrder) -> u32 {
        if order.quantity <= 100.0
            || order.parent.is_some()
            || order.time_in_force == TimeInForce::Fok
        {
            return 1;
        }
        let chance = self.market.noise(&order.symbol).chance(6, number.cast_signed());
        if chance < 1.0 / 3.0 {
            1
        } else if chance < 2.0 / 3.0 {
            2
        } else {
            3
        }
    }
}
