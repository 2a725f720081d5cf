//! The proof that a request went through the gate.

use serde::Serialize;

/// A request that the risk gate has cleared; only the gate can make one.
///
/// ```
/// use releat::config::RiskLimits;
/// use releat::domain::{Calendar, CalendarName, OrderId, OrderRequest, Timeframe};
/// use releat::risk::{Approved, Book, BookLine, Market, RiskGate, RiskState, Verdict};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let now = "2019-01-02T21:00:00Z".parse()?;
/// let market = Market {
///     symbols: vec!["SPY".parse()?],
///     timeframe: Timeframe::Day,
///     calendar: Calendar::new(CalendarName::Xnys),
/// };
/// let line = BookLine {
///     symbol: "SPY".parse()?,
///     quantity: 0.0,
///     held: 0.0,
///     price: Some(250.0),
///     top: None,
///     bar_time: Some(now),
/// };
/// let mut book = Book { equity: Some(1e5), cash: Some(1e5), lines: vec![line] };
/// let limits = RiskLimits { gross_exposure_max: Some(1.0), ..RiskLimits::default() };
/// let mut gate = RiskGate::try_new(&limits, &market, RiskState::default())?;
/// let request = OrderRequest::market(OrderId(1), "SPY".parse()?, 10.0, now);
/// let Verdict::Approved(order) = gate.review(request, &mut book, now) else {
///     return Err("denied".into());
/// };
/// let cleared: Approved<OrderRequest> = order;
/// assert_eq!(cleared.request().quantity, 10.0);
/// assert_eq!(book.lines[0].quantity, 10.0);
/// # Ok(())
/// # }
/// ```
///
/// Nobody else can, neither by its field nor by a constructor:
///
/// ```compile_fail
/// use releat::risk::Approved;
/// let forged = Approved { request: 5 };
/// ```
///
/// ```compile_fail
/// use releat::risk::Approved;
/// let forged = Approved::new(5);
/// ```
///
/// ```compile_fail
/// use releat::risk::Approved;
/// let forged: Approved<u32> = serde_json::from_str("5").unwrap();
/// ```
///
/// ```compile_fail
/// use releat::risk::Approved;
/// fn widen(order: Approved<u32>) -> Approved<u32> {
///     order.map(|quantity| 10 * quantity)
/// }
/// ```
///
/// ```compile_fail
/// use releat::risk::Approved;
/// let forged = Approved::<u32>::default();
/// ```
///
/// Written to a file it is its request; nothing is read back as approved.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Approved<T> {
    request: T,
}

impl<T> Approved<T> {
    pub(super) const fn new(request: T) -> Self {
        Self { request }
    }

    /// What was cleared.
    #[must_use]
    pub const fn request(&self) -> &T {
        &self.request
    }

    /// Takes the request out, which gives the proof up.
    #[must_use]
    pub fn into_request(self) -> T {
        self.request
    }
}
