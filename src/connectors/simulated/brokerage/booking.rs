//! Executions and what they do to cash and positions.

use super::event::HouseEvent;
use super::house::Brokerage;
use super::order::{HouseExecution, HouseStatus, Position};
use crate::base::Timestamp;
use crate::domain::Symbol;

/// Quantities nearer to 0 than this are 0.
const NOTHING: f64 = 1e-9;

impl Brokerage {
    /// Writes down a trade of an order.
    pub(super) fn book(&mut self, number: u64, quantity: f64, price: f64, time: Timestamp) {
        let fees = self.fees;
        let part = self.executions.iter().filter(|e| e.number == number).count() + 1;
        let Some(record) = self.record_mut(number) else { return };
        let value = record.average * record.filled + price * quantity;
        record.filled += quantity;
        record.average = value / record.filled;
        record.last_price = price;
        let commission = cents(fees.of(record.filled, value) - record.commission);
        record.commission += commission;
        let (cumulative, average) = (record.filled, record.average);
        let (symbol, side) = (record.order.symbol.clone(), record.order.side);
        let is_done = record.status.is_open() && record.remaining() < NOTHING;
        let execution = format!("0000e0d5.{number:08x}.{part:02}.01");
        let signed = side.sign() * quantity;
        self.cash += -signed * price - commission;
        let gain = self.shift(&symbol, signed, price);
        let realized = gain.map(|gain| cents(gain - commission));
        self.truth.fill(time, number, (&execution, &symbol), (signed, price), self.cash);
        self.truth.commission(time, number, &execution, commission, self.cash);
        self.executions.push(HouseExecution {
            execution: execution.clone(),
            number,
            symbol,
            side,
            quantity,
            price,
            cumulative,
            average,
            commission,
            realized,
            time,
        });
        let id = execution.clone();
        self.events.push(HouseEvent::Filled {
            number,
            execution,
            quantity,
            price,
            cumulative,
            average,
            time,
        });
        self.events.push(HouseEvent::Commission {
            execution: id,
            cost: commission,
            realized,
            time,
        });
        if is_done {
            self.end(number, HouseStatus::Filled);
        }
    }

    /// Corrects the price of an execution: the same stem, the next revision. Returns it as it is now.
    pub fn correct(&mut self, execution: &str, price_change: f64) -> Option<HouseExecution> {
        let index = self.executions.iter().position(|e| e.execution == execution)?;
        let found = self.executions.get_mut(index)?;
        let (stem, revision) = found.execution.rsplit_once('.')?;
        let revision = revision.parse::<u32>().ok()? + 1;
        found.execution = format!("{stem}.{revision:02}");
        found.price += price_change;
        let corrected = found.clone();
        let signed = corrected.side.sign() * corrected.quantity;
        self.cash -= signed * price_change;
        if let Some(position) = self.positions.get_mut(&corrected.symbol) {
            if position.quantity.abs() > NOTHING && position.quantity.signum() == signed.signum() {
                position.average_cost += price_change * signed / position.quantity;
            }
        }
        let what = (corrected.execution.as_str(), &corrected.symbol);
        self.truth.correction(self.now, corrected.number, what, corrected.price, self.cash);
        Some(corrected)
    }

    /// Moves a position, and returns what was earned if something was closed.
    fn shift(&mut self, symbol: &Symbol, signed: f64, price: f64) -> Option<f64> {
        let old = self.positions.get(symbol).copied().unwrap_or_default();
        let quantity = old.quantity + signed;
        let is_closing = old.quantity * signed < 0.0;
        let closed = if is_closing { signed.abs().min(old.quantity.abs()) } else { 0.0 };
        let gain = closed * (price - old.average_cost) * old.quantity.signum();
        let average_cost = if !is_closing {
            (old.average_cost * old.quantity + price * signed) / quantity
        } else if old.quantity * quantity < 0.0 {
            price
        } else {
            old.average_cost
        };
        if quantity.abs() < NOTHING {
            self.positions.remove(symbol);
        } else {
            self.positions.insert(symbol.clone(), Position { quantity, average_cost });
        }
        is_closing.then_some(gain)
    }
}

fn cents(amount: f64) -> f64 {
    (amount * 100.0).round() / 100.0
}
