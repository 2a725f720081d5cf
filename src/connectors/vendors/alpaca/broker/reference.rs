//! Our name of an order at the venue: it leads back to our number after any crash.

use std::fmt;

use crate::domain::OrderId;

/// The longest name that the venue takes.
const CHARACTERS_MAX: usize = 128;

/// `releat-SESSION-NUMBER`, or `releat-SESSION-PROFITsSTOP` for a pair of protective orders, which the
/// venue takes as one order with a leg that has no name of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Numbers {
    /// The order, or the take-profit of a pair.
    pub(super) order: OrderId,
    /// The stop of a pair.
    pub(super) stop: Option<OrderId>,
}

/// Writes and reads the names of one session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct References {
    prefix: String,
}

impl References {
    /// Names of a session; `None` if its name is too long or has other characters than letters, digits,
    /// `-`, `_` and `.`.
    pub(super) fn try_new(session: &str) -> Option<Self> {
        let is_sound = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        let prefix = format!("releat-{session}-");
        let is_short = prefix.len() + 2 * 20 + 1 <= CHARACTERS_MAX;
        (is_short && !session.is_empty() && session.chars().all(is_sound)).then_some(Self { prefix })
    }

    pub(super) fn name(&self, numbers: Numbers) -> String {
        format!("{}{numbers}", self.prefix)
    }

    /// The numbers in a name; `None` if it is not of this session.
    pub(super) fn read(&self, name: &str) -> Option<Numbers> {
        let rest = name.strip_prefix(&self.prefix)?;
        let (order, stop) =
            rest.split_once('s').map_or((rest, None), |(order, stop)| (order, Some(stop)));
        Some(Numbers { order: number(order)?, stop: stop.map_or(Some(None), |s| number(s).map(Some))? })
    }
}

/// Digits only, without leading zeros, so that a number has one name.
fn number(text: &str) -> Option<OrderId> {
    let is_plain = text.bytes().all(|c| c.is_ascii_digit()) && !text.starts_with('0');
    if is_plain { text.parse().ok().map(OrderId) } else { None }
}

impl fmt::Display for Numbers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.stop {
            Some(stop) => write!(f, "{}s{stop}", self.order),
            None => self.order.fmt(f),
        }
    }
}

impl From<OrderId> for Numbers {
    fn from(order: OrderId) -> Self {
        Self { order, stop: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back_to_numbers_of_their_session_only() {
        let own = References::try_new("spy-1").unwrap();
        let pair = Numbers { order: OrderId(12), stop: Some(OrderId(11)) };
        for numbers in [Numbers::from(OrderId(7)), pair, Numbers::from(OrderId(u64::MAX))] {
            assert_eq!(own.read(&own.name(numbers)), Some(numbers));
            assert_eq!(References::try_new("spy").unwrap().read(&own.name(numbers)), None);
        }
        assert_eq!(own.name(pair), "releat-spy-1-12s11");
        for name in ["", "releat-spy-1-", "releat-spy-1-x", "releat-spy-1-07", "releat-spy-1-1s"] {
            assert_eq!(own.read(name), None, "{name}");
        }
        assert_eq!(References::try_new("spy").unwrap().read("releat-spy-1-7"), None);
        assert!(References::try_new(&"x".repeat(81)).is_none());
        assert!(References::try_new("a b").is_none() && References::try_new("").is_none());
    }
}
