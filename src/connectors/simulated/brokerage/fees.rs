//! What trades cost.

/// A price list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Fees {
    /// 0.005 a share, 1.00 an order at least, 1 % of its value at most.
    #[default]
    PerShare,
    /// Nothing.
    Free,
}

impl Fees {
    /// Commission of an order of which so much has traded, currency units, whole cents.
    #[must_use]
    pub fn of(self, shares: f64, value: f64) -> f64 {
        let exact = match self {
            Self::PerShare => (0.005 * shares).max(1.0).min(0.01 * value),
            Self::Free => 0.0,
        };
        (exact * 100.0).round() / 100.0
    }
}
