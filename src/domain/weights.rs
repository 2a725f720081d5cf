//! Portfolio weights.

use serde::{Deserialize, Serialize};

/// A vector that is no portfolio.
#[derive(Debug, thiserror::Error, Clone, PartialEq)]
pub enum WeightError {
    /// A weight is NaN or infinite.
    #[error("weights must be finite, was {weights:?}")]
    NotFinite {
        /// What was found.
        weights: Vec<f64>,
    },
    /// The weights do not add up.
    #[error("weights must sum to 1 within 1e-6, was {sum} for {weights:?}")]
    Sum {
        /// What they add up to.
        sum: f64,
        /// What was found.
        weights: Vec<f64>,
    },
}

/// Fractions of equity, one per asset, cash first; they sum to 1, shorts are negative.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Vec<f64>", into = "Vec<f64>")]
pub struct Weights(Vec<f64>);

impl Weights {
    /// Everything in cash, with room for `num_risky` other assets.
    #[must_use]
    pub fn cash(num_risky: usize) -> Self {
        let mut weights = vec![0.0; num_risky + 1];
        weights[0] = 1.0;
        Self(weights)
    }

    /// Checks that the weights are finite and sum to 1.
    ///
    /// # Errors
    /// [`WeightError`] with the offending values.
    pub fn try_new(weights: Vec<f64>) -> Result<Self, WeightError> {
        if weights.iter().any(|w| !w.is_finite()) {
            return Err(WeightError::NotFinite { weights });
        }
        let sum: f64 = weights.iter().sum();
        if (sum - 1.0).abs() > 1e-6 {
            return Err(WeightError::Sum { sum, weights });
        }
        Ok(Self(weights))
    }

    /// All weights, cash first.
    #[must_use]
    pub fn as_slice(&self) -> &[f64] {
        &self.0
    }

    /// The weights of everything but cash.
    #[must_use]
    pub fn risky(&self) -> &[f64] {
        &self.0[1..]
    }
}

impl TryFrom<Vec<f64>> for Weights {
    type Error = WeightError;

    fn try_from(weights: Vec<f64>) -> Result<Self, WeightError> {
        Self::try_new(weights)
    }
}

impl From<Weights> for Vec<f64> {
    fn from(weights: Weights) -> Self {
        weights.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_sum_to_one() {
        assert_eq!(Weights::cash(2).as_slice(), [1.0, 0.0, 0.0]);
        assert!(Weights::try_new(vec![0.5, 0.5]).is_ok());
        assert!(Weights::try_new(vec![0.5, 0.4]).unwrap_err().to_string().contains("was 0.9"));
        assert!(Weights::try_new(vec![f64::NAN, 1.0]).is_err());
    }
}
