//! The proof that a request went through the gate.

/// A request that the risk gate has cleared; only the gate can make one.
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
