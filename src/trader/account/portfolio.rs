//! The account as the venue's reports make it.

use crate::domain::Fill;
use crate::gym::{
    EnvParams, Holdings, Order, Position, PositionState, SlotBook, SlotChange, Standing,
};

/// Cash and positions under the rules of the environment, moved by reports of the venue only.
#[derive(Debug, Clone)]
pub(in crate::trader) struct Portfolio {
    params: EnvParams,
    holdings: Holdings,
    at_last_close: Vec<Position>,
    slots: Option<SlotBook>,
    slots_at_last_close: Vec<Position>,
    /// What the order that was sent last does to a slot.
    slot_change: Option<SlotChange>,
    num_trades: usize,
    has_traded: bool,
    is_ruined: bool,
}

impl Portfolio {
    /// All cash.
    pub(in crate::trader) fn new(params: EnvParams, num_symbols: usize) -> Self {
        let holdings = Holdings::new(params.initial_equity, num_symbols);
        let at_last_close = holdings.positions.clone();
        let slots = params.slots.map(SlotBook::new);
        let slots_at_last_close = slots.iter().flat_map(SlotBook::slots).copied().collect();
        Self {
            params,
            holdings,
            at_last_close,
            slots,
            slots_at_last_close,
            slot_change: None,
            num_trades: 0,
            has_traded: false,
            is_ruined: false,
        }
    }

    /// Signed quantities that an order asks for, sized at these closes; a ruined account asks for none.
    pub(in crate::trader) fn quantities(&self, order: Order<'_>, closes: &[f64]) -> Vec<f64> {
        if self.is_ruined {
            return vec![0.0; self.holdings.positions.len()];
        }
        let initial_equity = self.params.initial_equity;
        self.holdings.order_quantities(order, self.slots.as_ref(), initial_equity, closes)
    }

    /// An order was sent: its fills belong to the slot that it changes, if any.
    pub(in crate::trader) fn sent(&mut self, order: Order<'_>) {
        self.slot_change = match order {
            Order::Slot(change) => Some(change),
            Order::Hold | Order::Weights(_) => None,
        };
    }

    /// An order of ours was filled.
    pub(in crate::trader) fn fill(&mut self, index: usize, fill: &Fill) {
        self.has_traded = true;
        self.exit(index, fill);
        if let (Some(slots), Some(change)) = (&mut self.slots, self.slot_change) {
            slots.fill(change, fill.side.sign() * fill.quantity, fill.price);
        }
    }

    /// A protective order closed a position; it counts as no decision of ours.
    pub(in crate::trader) fn exit(&mut self, index: usize, fill: &Fill) {
        let quantity = fill.side.sign() * fill.quantity;
        self.holdings.fill(index, quantity, fill.price, fill.cost);
    }

    /// An execution was wrong: `old` is undone and `new` done, at their own prices and costs.
    pub(in crate::trader) fn correct(&mut self, index: usize, old: &Fill, new: &Fill) {
        self.holdings.fill(index, -old.signed_quantity(), old.price, -old.cost);
        if new.quantity > 0.0 {
            self.exit(index, new);
        }
    }

    /// Takes over what the account holds before we ever traded on it; entries count from these prices.
    pub(in crate::trader) fn adopt(&mut self, cash: f64, quantities: &[f64], prices: &[f64]) {
        self.holdings.cash = cash;
        for ((position, &quantity), &price) in
            self.holdings.positions.iter_mut().zip(quantities).zip(prices)
        {
            *position = Position::default();
            if quantity != 0.0 {
                position.fill(quantity, price);
            }
        }
        self.at_last_close.clone_from(&self.holdings.positions);
    }

    /// Takes over the venue's position in one symbol; its entry counts from this price.
    pub(in crate::trader) fn adopt_position(&mut self, index: usize, quantity: f64, price: f64) {
        let mut position = Position::default();
        if quantity != 0.0 {
            position.fill(quantity, price);
        }
        self.holdings.positions[index] = position;
        self.at_last_close[index] = position;
    }

    /// Money came or went.
    pub(in crate::trader) fn post_cash(&mut self, amount: f64) {
        self.holdings.cash += amount;
    }

    /// Ends the bar that began at the last decision.
    pub(in crate::trader) fn close_bar(&mut self, closes: &[f64]) {
        self.num_trades += usize::from(std::mem::take(&mut self.has_traded));
        self.holdings.close_bar(&self.at_last_close, closes);
        self.at_last_close.clone_from(&self.holdings.positions);
        if let Some(slots) = &mut self.slots {
            slots.close_bar(&self.slots_at_last_close);
            self.slots_at_last_close = slots.slots().to_vec();
        }
        let ruin = self.params.ruin_frac * self.params.initial_equity;
        self.is_ruined |= self.holdings.equity(closes) < ruin;
    }

    pub(in crate::trader) fn holdings(&self) -> &Holdings {
        &self.holdings
    }

    /// What a policy may see at these closes.
    pub(in crate::trader) fn position_state(&self, closes: &[f64]) -> PositionState {
        self.holdings.position_state(self.slots.as_ref(), closes)
    }

    /// What decides which actions are legal.
    pub(in crate::trader) fn standing<'a>(&'a self, closes: &'a [f64]) -> Standing<'a> {
        Standing {
            holdings: &self.holdings,
            rules: &self.params.rules,
            slots: self.slots.as_ref(),
            prices: closes,
            num_trades: self.num_trades,
            is_ruined: self.is_ruined,
        }
    }
}
