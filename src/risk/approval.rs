//! The proof that a request went through the gate.

/// A request that the risk gate has cleared; only the gate can make one.
///
/// ```
/// use releat::config::Trade;
/// use releat::domain::{OrderId, OrderRequest, Side};
/// use releat::risk::{Approved, Book, BookLine, RiskGate, Verdict};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let request = OrderRequest {
///     id: OrderId(1),
///     symbol: "SPY".parse()?,
///     side: Side::Buy,
///     quantity: 10.0,
///     decided_at: "2019-01-02T21:00:00Z".parse()?,
/// };
/// let line = BookLine { symbol: "SPY".parse()?, quantity: 0.0, price: Some(250.0) };
/// let mut book = Book { equity: Some(100_000.0), lines: vec![line] };
/// let verdict = RiskGate::try_new(&Trade::default())?.review(request, &mut book);
/// let Verdict::Approved(order) = verdict else { return Err("denied".into()) };
/// let cleared: Approved<OrderRequest> = order;
/// assert_eq!(cleared.request().quantity, 10.0);
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
#[derive(Debug, Clone, PartialEq)]
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
