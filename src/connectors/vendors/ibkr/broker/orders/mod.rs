//! Orders: their form, their numbers, and what became of them.

mod execution;
mod form;
mod grid;
mod ids;
mod lookup;
mod reference;
mod tracker;

#[cfg(test)]
mod tracker_tests;

pub(super) use execution::{Executions, Trade, stem};
pub(super) use form::{Addressed, FormError, Instrument, order, what_if};
pub(super) use grid::{PriceGrid, Toward};
pub(super) use ids::{IdError, WireIds};
pub(super) use lookup::{Found, lookup, margin};
pub(super) use reference::References;
pub(super) use tracker::{Doubt, Tracker};
