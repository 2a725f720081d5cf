//! Our name of an order at the terminal.

use crate::base::digest_bytes;
use crate::domain::OrderId;

const COMMENT: &str = "releat-";

/// The magic number of a session, and comments with our numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Names {
    pub(super) magic: i64,
}

impl Names {
    /// A session's number, above 0 and below 2³¹.
    pub(super) fn of(session: &str) -> Self {
        let hex = digest_bytes(session.as_bytes()).to_string();
        let digits: String = hex.chars().filter(char::is_ascii_hexdigit).take(7).collect();
        Self { magic: 1 + i64::from_str_radix(&digits, 16).unwrap_or_default() }
    }

    pub(super) fn comment(order_id: OrderId) -> String {
        format!("{COMMENT}{order_id}")
    }

    /// Our number; `None` for what somebody else sent.
    pub(super) fn read(self, magic: i64, comment: &str) -> Option<OrderId> {
        let number = comment.strip_prefix(COMMENT).filter(|_| magic == self.magic)?;
        number.parse().ok().map(OrderId)
    }
}
