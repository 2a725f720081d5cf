//! Which order of which client is which order of the house.

use super::super::message::{ContractKey, WireOrder};

/// Perm ids begin here.
const FIRST_PERM_ID: i64 = 1_700_000_000;

/// An order as its client knows it.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// The house's number.
    pub(super) number: u64,
    /// With client id, order id and perm id.
    pub(super) order: WireOrder,
    pub(super) contract: ContractKey,
}

/// All orders, in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Book {
    entries: Vec<Entry>,
}

impl Book {
    pub(super) fn perm_id(number: u64) -> i64 {
        FIRST_PERM_ID + number.cast_signed()
    }

    pub(super) fn add(&mut self, entry: Entry) {
        self.entries.push(entry);
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }

    pub(super) fn by_number(&self, number: u64) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.number == number)
    }

    /// The latest order of a client with this id. Orders that no client sent have no id.
    pub(super) fn by_id(&self, client_id: i32, order_id: i32) -> Option<&Entry> {
        let is_it = |entry: &&Entry| {
            entry.order.client_id == client_id && entry.order.order_id == order_id && order_id != 0
        };
        self.entries.iter().rfind(is_it)
    }

    pub(super) fn change(&mut self, number: u64) -> Option<&mut Entry> {
        self.entries.iter_mut().find(|entry| entry.number == number)
    }
}
