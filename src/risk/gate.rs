//! The gate: one list of checks, one way through.

use super::checks::{CHECKS, Case};
use super::{Approved, Book, Denial};
use crate::config::Trade;
use crate::domain::OrderRequest;

/// Limits that no gate can enforce.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum RiskError {
    /// A limit is no positive number.
    #[error("a risk limit must be positive and finite, was {value} (key `{key}`)")]
    Limit {
        /// The key of the agent file.
        key: &'static str,
        /// What was found.
        value: f64,
    },
}

/// What the gate says to one request.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub enum Verdict {
    /// It may go to a venue.
    Approved(Approved<OrderRequest>),
    /// It may not.
    Denied(Denial),
}

/// The one way from a wish to an order.
#[derive(Debug, Clone, PartialEq)]
pub struct RiskGate {
    limits: Trade,
}

impl RiskGate {
    /// A gate with these limits.
    ///
    /// # Errors
    /// [`RiskError::Limit`] if a limit is not positive and finite.
    pub fn try_new(limits: &Trade) -> Result<Self, RiskError> {
        let keys = [
            ("trade.max_order_frac", limits.max_order_frac),
            ("trade.max_gross_exposure", limits.max_gross_exposure),
        ];
        match keys.into_iter().find(|(_, value)| !(value.is_finite() && *value > 0.0)) {
            Some((key, value)) => Err(RiskError::Limit { key, value }),
            None => Ok(Self { limits: *limits }),
        }
    }

    /// Checks one request against the account; a cleared one is counted as filled in `book`.
    pub fn review(&self, request: OrderRequest, book: &mut Book) -> Verdict {
        let case = Case { request: &request, book, limits: &self.limits };
        match CHECKS.iter().try_for_each(|check| check(&case)) {
            Ok(()) => {
                book.count_as_filled(&request);
                Verdict::Approved(Approved::new(request))
            }
            Err(denial) => Verdict::Denied(denial),
        }
    }
}

#[cfg(test)]
#[path = "gate_tests.rs"]
mod tests;
