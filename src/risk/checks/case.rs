//! What every check sees: sound numbers only.

use std::cell::RefCell;

use crate::base::Timestamp;
use crate::config::RiskLimits;
use crate::domain::{OrderRequest, Symbol};
use crate::risk::gate::RiskGate;
use crate::risk::hours::Hours;
use crate::risk::tail::{Scratch, Tails};
use crate::risk::{Book, BookLine, Denial, Market, RiskState};

/// Quantities that differ by less than this share of the larger one are the same.
const ROUNDING: f64 = 1e-9;

/// What a check says to an order that it does not deny.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::risk) enum Outcome {
    /// Go on.
    Pass,
    /// Ask again then.
    Wait(Timestamp),
}

/// A check.
pub(super) type Check = fn(&Case<'_>) -> Result<Outcome, Denial>;

/// An order whose numbers are sound, and all that it is judged by.
pub(in crate::risk) struct Case<'a> {
    pub(super) request: &'a OrderRequest,
    pub(super) book: &'a Book,
    pub(super) line: &'a BookLine,
    /// The place of that line in the book.
    pub(super) place: usize,
    pub(super) limits: &'a RiskLimits,
    pub(super) state: &'a RiskState,
    pub(super) market: &'a Market,
    pub(super) hours: &'a Hours,
    pub(super) tails: &'a Tails,
    pub(super) scratch: &'a RefCell<Scratch>,
    pub(super) skew_s: Option<f64>,
    pub(super) now: Timestamp,
    /// Until when the order may wait.
    pub(super) deadline: Timestamp,
    /// Currency units, above 0.
    pub(super) equity: f64,
    /// Last price of the symbol, currency units, above 0.
    pub(super) price: f64,
    /// Whether the order can only make the position smaller.
    pub(super) is_reduction: bool,
}

impl<'a> Case<'a> {
    /// Looks at the numbers of an order and of its account.
    pub(in crate::risk) fn try_new(
        gate: &'a RiskGate,
        request: &'a OrderRequest,
        book: &'a Book,
        (now, deadline): (Timestamp, Timestamp),
        scratch: &'a RefCell<Scratch>,
    ) -> Result<Self, Denial> {
        sound_request(request)?;
        let equity = sound_equity(book)?;
        let mut lines = book.lines.iter().enumerate();
        let (place, line) = lines
            .find(|(_, line)| line.symbol == request.symbol)
            .ok_or_else(|| Denial::PriceUnknown { symbol: request.symbol.clone() })?;
        let price = sound_price(line)?;
        let (limits, market, state) = gate.rules();
        let (hours, tails, skew_s) = gate.knowledge();
        let is_reduction = is_reduction(request, line);
        Ok(Self {
            request,
            book,
            line,
            place,
            limits,
            state,
            market,
            hours,
            tails,
            scratch,
            skew_s,
            now,
            deadline,
            equity,
            price,
            is_reduction,
        })
    }

    /// Shares or contracts with this order counted as filled.
    pub(super) fn quantity_after(&self) -> f64 {
        self.line.quantity + self.request.signed_quantity()
    }

    /// The symbol, to be put into a denial.
    pub(super) fn symbol(&self) -> Symbol {
        self.request.symbol.clone()
    }

    /// The denial, unless the value is within its limit, there is no limit, or the order only makes a position smaller.
    pub(super) fn unless_within(
        &self,
        value: f64,
        limit: Option<f64>,
        denial: impl FnOnce(f64) -> Denial,
    ) -> Result<Outcome, Denial> {
        match limit {
            // A value that is no number is not within.
            Some(limit) if !self.is_reduction && (value.is_nan() || value > limit) => {
                Err(denial(limit))
            }
            _ => Ok(Outcome::Pass),
        }
    }
}

fn sound_request(request: &OrderRequest) -> Result<(), Denial> {
    let quantity = request.quantity;
    if !is_positive(quantity) {
        return Err(Denial::QuantityInvalid { quantity });
    }
    let prices = [request.kind.limit_price(), request.kind.stop_price()];
    match prices.into_iter().flatten().find(|&price| !is_positive(price)) {
        Some(price) => Err(Denial::OrderPriceInvalid { price }),
        None => Ok(()),
    }
}

fn sound_equity(book: &Book) -> Result<f64, Denial> {
    let equity = book.equity.filter(|equity| !equity.is_nan()).ok_or(Denial::EquityUnknown)?;
    if is_positive(equity) { Ok(equity) } else { Err(Denial::EquityNotPositive { equity }) }
}

/// The price of a line whose position is sound as well.
pub(super) fn sound_price(line: &BookLine) -> Result<f64, Denial> {
    let symbol = || line.symbol.clone();
    for quantity in [line.quantity, line.held] {
        if !quantity.is_finite() {
            return Err(Denial::PositionInvalid { symbol: symbol(), quantity });
        }
    }
    let price = line.price.ok_or_else(|| Denial::PriceUnknown { symbol: symbol() })?;
    if is_positive(price) {
        return Ok(price);
    }
    Err(Denial::PriceInvalid { symbol: symbol(), price })
}

fn is_positive(value: f64) -> bool {
    value.is_finite() && value > 0.0
}

/// A reduction makes both the position held and the one after all open orders smaller and turns neither around. A
/// protective order may come together with its entry, when nothing is held yet.
fn is_reduction(request: &OrderRequest, line: &BookLine) -> bool {
    let signed = request.signed_quantity();
    let shrinks = |position: f64| {
        position * signed < 0.0 && signed.abs() <= position.abs() * (1.0 + ROUNDING)
    };
    shrinks(line.quantity) && (request.protects.is_some() || shrinks(line.held))
}
