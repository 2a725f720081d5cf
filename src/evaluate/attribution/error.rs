//! Why there is nothing to split.

/// A session cannot be compared with its backtest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AttributionError {
    /// The session saw too little.
    #[error("an attribution needs at least 2 rows of the market, the session saw {found}")]
    TooFewRows {
        /// Rows from the first decision on.
        found: usize,
    },
    /// The session was never compared with its venue.
    #[error(
        "an attribution needs the account at the start, the session has no answer of its venue"
    )]
    NoOpening,
    /// A backtest is empty.
    #[error("an attribution needs at least 2 valuations of the backtest on {of}, found {found}")]
    NoBacktest {
        /// Which one: `the lake's rows` or `the session's rows`.
        of: &'static str,
        /// Valuations that are there.
        found: usize,
    },
}
