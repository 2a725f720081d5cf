//! The reference that every order of ours carries.

use crate::domain::OrderId;

/// Writes and reads `releat-<session>-<order id>`.
///
/// It is the only name of an order that survives everything: wire ids belong to one client id, and
/// a new process knows none of them.
#[derive(Debug, Clone)]
pub(in super::super) struct References {
    prefix: String,
}

impl References {
    /// The references of a session.
    pub(in super::super) fn new(session: &str) -> Self {
        Self { prefix: format!("releat-{session}-") }
    }

    /// The reference of an order.
    pub(in super::super) fn of(&self, id: OrderId) -> String {
        format!("{}{id}", self.prefix)
    }

    /// The group in which the orders that protect an entry cancel each other.
    pub(in super::super) fn group(&self, entry: OrderId) -> String {
        format!("{}{entry}-protection", self.prefix)
    }

    /// The order of this session that a reference names; none for anything else.
    pub(in super::super) fn read(&self, text: &str) -> Option<OrderId> {
        let number = text.strip_prefix(&self.prefix)?;
        let is_plain = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        is_plain.then(|| number.parse().ok()).flatten().map(OrderId)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_references_of_the_session_are_ours() {
        let ours = References::new("spy-2");
        assert_eq!(ours.of(OrderId(7)), "releat-spy-2-7");
        assert_eq!(ours.read(&ours.of(OrderId(7))), Some(OrderId(7)));
        for foreign in ["", "releat-spy-2-", "releat-spy-7", "releat-spy-2-x", "releat-spy-2-+7", "7"] {
            assert_eq!(ours.read(foreign), None, "{foreign}");
        }
        assert_eq!(References::new("spy").read("releat-spy-2-7"), None);
        assert_eq!(ours.read(&ours.group(OrderId(7))), None);
    }
}
