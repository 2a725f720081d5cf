//! An intent at work.

use super::children::{Child, Children, REST_FRAC, Role};
use super::instrument::{fit_limit_price, fit_quantity, is_large_enough};
use super::plan::{Idle, Plan, Step, Style};
use super::{Intent, SymbolView};
use crate::base::Timestamp;
use crate::config::{Execution, Instrument};
use crate::domain::{BookTop, OrderKind, Side, Symbol, TimeInForce};

/// An intent at work: what is filled and at the venue never exceeds its quantity.
#[derive(Debug, Clone)]
pub(super) struct Parent {
    pub(super) number: u64,
    rule: Execution,
    pub(super) side: Side,
    /// Shares or contracts in whole lots, above 0.
    quantity: f64,
    /// What traded in its direction since it began, by whichever order.
    filled: f64,
    /// Absent until nothing stands in the way.
    plan: Option<Plan>,
    step: usize,
    has_taken_last_step: bool,
}

impl Parent {
    /// Absent if nothing is left after rounding to lots.
    pub(super) fn new(intent: &Intent, rule: &Execution, instrument: &Instrument) -> Option<Self> {
        let quantity = fit_quantity(instrument, intent.signed_quantity.abs());
        let is_sound = quantity > 0.0 && quantity.is_finite();
        is_sound.then(|| Self {
            number: intent.number,
            rule: *rule,
            side: Side::of(intent.signed_quantity),
            quantity,
            filled: 0.0,
            plan: None,
            step: 0,
            has_taken_last_step: false,
        })
    }

    /// Begins now, unless it has begun; `usual` is told to the [`Plan`].
    pub(super) fn start(
        &mut self,
        now: Timestamp,
        volume: f64,
        usual: impl Fn(Timestamp, Timestamp) -> Option<f64>,
    ) {
        if self.plan.is_none() {
            self.plan = Some(Plan::new(&self.rule, now, volume, usual));
        }
    }

    /// How long a child is good: under `market` as the environment of training has it, else until the session ends, as
    /// the executor itself cancels what it no longer wants.
    pub(super) const fn time_in_force(&self) -> TimeInForce {
        match self.rule {
            Execution::Market => TimeInForce::Bar,
            Execution::Twap(_) | Execution::Vwap(_) | Execution::Pov(_) | Execution::Passive(_) => {
                TimeInForce::Day
            }
        }
    }

    /// Whether an order or wish must be over before the first child goes out: one of an older intent, or one that
    /// protects the position that is being reduced.
    pub(super) fn is_blocked_by(&self, child: &Child) -> bool {
        match child.role {
            Role::Work => child.intent != self.number,
            Role::Guard => child.signed_quantity * self.side.sign() > 0.0,
        }
    }

    pub(super) fn is_own(&self, child: &Child) -> bool {
        child.role == Role::Work && child.intent == self.number
    }

    /// Something traded in its direction.
    pub(super) fn count(&mut self, quantity: f64) {
        self.filled += quantity;
    }

    /// What children may still trade.
    pub(super) fn outstanding(&self, symbol: &Symbol, children: &Children) -> f64 {
        children.alive(symbol, |child| self.is_own(child)).fold(0.0, |sum, c| sum + c.rest().abs())
    }

    /// Whether more is at the venue than is left to trade.
    pub(super) fn is_exceeded(&self, outstanding: f64) -> bool {
        outstanding > 0.0 && self.filled + outstanding > self.quantity * (1.0 + REST_FRAC)
    }

    /// Whether nothing more comes.
    pub(super) fn is_done(&self, outstanding: f64) -> bool {
        self.filled >= self.quantity * (1.0 - REST_FRAC)
            || (self.has_taken_last_step && outstanding <= 0.0)
    }

    /// Shares or contracts that it still means to trade, unsigned.
    pub(super) fn left(&self, outstanding: f64) -> f64 {
        let left = if self.has_taken_last_step { outstanding } else { self.quantity - self.filled };
        left.max(0.0)
    }

    /// The step that is due and not taken yet.
    pub(super) fn due(&self, view: &SymbolView, now: Timestamp, outstanding: f64) -> Option<Step> {
        let is_idle = self.step > 0 && outstanding <= 0.0;
        let idle = if is_idle { Idle::AfterTheFirst } else { Idle::No };
        let step = self.plan.as_ref()?.step(now, view.volume, self.quantity, idle);
        (step.number > self.step).then_some(step)
    }

    /// Takes a step: the quantity and the kind of the child that it asks for, if it asks for one.
    pub(super) fn take(
        &mut self,
        step: Step,
        view: &SymbolView,
        outstanding: f64,
        instrument: &Instrument,
    ) -> Option<(f64, OrderKind)> {
        self.step = step.number;
        self.has_taken_last_step = step.is_last;
        let kind = self.kind(step.style, view, instrument)?;
        let quantity = self.portion(step, view, outstanding, instrument)?;
        Some((quantity, kind))
    }

    /// What brings the parent to the share that is due, in whole lots and large enough. A rest that would be too small to
    /// be sent goes along.
    fn portion(
        &self,
        step: Step,
        view: &SymbolView,
        outstanding: f64,
        instrument: &Instrument,
    ) -> Option<f64> {
        let used = self.filled + outstanding;
        let price = reference_price(view);
        let is_rest = |quantity: f64| quantity <= self.quantity * REST_FRAC;
        let all = fit_quantity(instrument, (self.quantity - used).max(0.0));
        let due = (self.quantity * step.share - used).max(0.0);
        let mut quantity = if step.share >= 1.0 { all } else { fit_quantity(instrument, due) };
        let rest = all - quantity;
        if !is_rest(quantity) && !is_rest(rest) && !is_large_enough(instrument, rest, price) {
            quantity = all;
        }
        if is_rest(quantity) || !is_large_enough(instrument, quantity, price) {
            return None;
        }
        while used + quantity > self.quantity {
            quantity = quantity.next_down();
        }
        Some(quantity)
    }

    /// Absent if a price is needed and none is known.
    fn kind(&self, style: Style, view: &SymbolView, instrument: &Instrument) -> Option<OrderKind> {
        let Style::Wait { offset_bps } = style else { return Some(OrderKind::Market) };
        let inside = self.side.sign() * offset_bps / 1e4;
        let top = view.top.filter(BookTop::is_sound);
        let price = match (top, self.side) {
            (Some(top), Side::Buy) => (top.bid * (1.0 + inside)).min(top.ask),
            (Some(top), Side::Sell) => (top.ask * (1.0 + inside)).max(top.bid),
            (None, _) => view.close? * (1.0 + inside),
        };
        let limit_price = fit_limit_price(instrument, self.side, price);
        (limit_price > 0.0 && limit_price.is_finite()).then_some(OrderKind::Limit { limit_price })
    }
}

/// What a quantity is valued at.
pub(super) fn reference_price(view: &SymbolView) -> Option<f64> {
    view.top.filter(BookTop::is_sound).map(|top| top.middle()).or(view.close)
}
