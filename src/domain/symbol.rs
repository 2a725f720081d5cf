//! Names of instruments.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A symbol was malformed.
#[derive(Debug, thiserror::Error, Clone, PartialEq, Eq)]
#[error("a symbol must be 1 to 24 of A-Z, 0-9, `.`, `-`, `_`, `^`, `=`, was `{text}`")]
pub struct SymbolError {
    text: String,
}

/// The name of an instrument at its venue, such as `SPY`; safe as a part of a path.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(try_from = "String", into = "String")]
pub struct Symbol(String);

impl Symbol {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl FromStr for Symbol {
    type Err = SymbolError;

    fn from_str(text: &str) -> Result<Self, SymbolError> {
        let legal = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || ".-_^=".contains(c);
        let dots_only = text.chars().all(|c| c == '.');
        if text.is_empty() || text.len() > 24 || dots_only || !text.chars().all(legal) {
            return Err(SymbolError { text: text.to_owned() });
        }
        Ok(Self(text.to_owned()))
    }
}

impl TryFrom<String> for Symbol {
    type Error = SymbolError;

    fn try_from(text: String) -> Result<Self, SymbolError> {
        text.parse()
    }
}

impl From<Symbol> for String {
    fn from(symbol: Symbol) -> Self {
        symbol.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_are_safe_in_paths() {
        for good in ["SPY", "BRK.B", "^GSPC", "EURUSD=X", "BTC-USD"] {
            assert_eq!(good.parse::<Symbol>().unwrap().as_str(), good);
        }
        for bad in ["", "spy", "A/B", "..", "A B", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"] {
            assert!(bad.parse::<Symbol>().is_err(), "{bad}");
        }
    }
}
