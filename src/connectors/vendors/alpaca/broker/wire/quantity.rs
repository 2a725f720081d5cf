//! Numbers that the venue writes as text, or not.

use std::fmt;

use serde::{Deserialize, Deserializer, de};

const DIGITS: usize = 9;
const UNIT: i64 = 1_000_000_000;

/// Shares in exact steps of 10⁻⁹, the finest that the venue knows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) struct Quantity(i64);

impl Quantity {
    /// Reads `12`, `0.5` or `-3.25`.
    pub(in super::super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (is_negative, digits) =
            text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
        if !whole.bytes().chain(part.bytes()).all(|c| c.is_ascii_digit()) || digits.is_empty() {
            let value: f64 = text.parse().ok()?;
            return value.is_finite().then(|| Self::of(value));
        }
        let part: String = part.chars().chain("000000000".chars()).take(DIGITS).collect();
        let whole: i64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
        let nanos = whole.checked_mul(UNIT)?.checked_add(part.parse().ok()?)?;
        Some(Self(if is_negative { -nanos } else { nanos }))
    }

    /// The nearest step.
    #[expect(clippy::cast_possible_truncation, reason = "nobody trades 9 billion shares")]
    pub(in super::super) fn of(shares: f64) -> Self {
        Self((shares * UNIT as f64).round() as i64)
    }

    pub(in super::super) fn shares(self) -> f64 {
        self.0 as f64 / UNIT as f64
    }

    /// Whether no fraction of a share is in it.
    pub(in super::super) const fn is_whole(self) -> bool {
        self.0 % UNIT == 0
    }

    pub(in super::super) const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    pub(in super::super) const fn minus(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let nanos = self.0.unsigned_abs();
        let (whole, part) = (nanos / UNIT.unsigned_abs(), nanos % UNIT.unsigned_abs());
        let part = format!("{part:09}");
        match part.trim_end_matches('0') {
            "" => write!(f, "{sign}{whole}"),
            part => write!(f, "{sign}{whole}.{part}"),
        }
    }
}

impl<'de> Deserialize<'de> for Quantity {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = either_text(from)?;
        Self::parse(&text).ok_or_else(|| de::Error::custom(format!("no quantity: `{text}`")))
    }
}

/// A price or an amount of money, always finite.
#[derive(Debug, Clone, Copy, Default, PartialEq, PartialOrd)]
pub(in super::super) struct Number(pub(in super::super) f64);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = either_text(from)?;
        let value = text.trim().parse::<f64>().ok().filter(|value| value.abs() < 1e300);
        value.map(Self).ok_or_else(|| de::Error::custom(format!("no number: `{text}`")))
    }
}

fn either_text<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Text(String),
        Number(serde_json::Number),
    }
    Ok(match Either::deserialize(from)? {
        Either::Text(text) => text,
        Either::Number(number) => number.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_exact() {
        let check = |text: &str, shown: &str| {
            assert_eq!(Quantity::parse(text).map(|q| q.to_string()).as_deref(), Some(shown));
        };
        check("129.7", "129.7");
        check("129.700", "129.7");
        check("-0.000000001", "-0.000000001");
        check("100", "100");
        check(".5", "0.5");
        check("1e2", "100");
        assert_eq!(Quantity::parse("x"), None);
        assert_eq!(Quantity::parse(""), None);
        assert_eq!(Quantity::parse("NaN"), None);
        let sum = Quantity::of(0.1).plus(Quantity::of(0.2));
        assert_eq!((sum, sum.is_whole()), (Quantity::of(0.3), false));
        let read: Quantity = serde_json::from_str("1").unwrap();
        assert!(read.is_whole() && read.shares() == 1.0);
        assert!(serde_json::from_str::<Number>("\"1.8e308\"").is_err());
        assert_eq!(serde_json::from_str::<Number>("\"-23140.2\"").unwrap(), Number(-23140.2));
    }
}
