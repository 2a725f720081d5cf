//! Units of one instrument in slots, each opened and closed by actions of its own.
//!
//! An account nets: what it holds is the sum of its open slots. [`SlotBook`] remembers which unit of
//! that sum belongs to which slot, in f64 for evaluation and trading; [`SlotTensors`] is the same for
//! N environments.

mod actions;
mod book;
mod legality;
mod mask;
mod rules;
mod tensors;

#[cfg(test)]
mod tests;

pub use actions::{SlotAction, SlotChange, SlotCounts};
pub use book::SlotBook;
pub use rules::SlotRules;

pub(in crate::gym) use book::SlotStanding;
pub(in crate::gym) use tensors::{SlotRows, SlotTensors};
