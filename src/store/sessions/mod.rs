//! Trading sessions: a ledger of rows, each bound to all before it, and tables for questions that are filled from it.
//!
//! What a row means, and whether the chain holds, is the trader's business; here rows are kept in order, once, and on
//! the disk when that is asked for.

mod fact;
mod fills;
#[cfg(test)]
mod hand;
mod ledger;
mod orders;
mod query;
mod record;

pub use fact::{OrderState, SessionFact};
pub use ledger::{Durability, SessionRow};
pub use query::{AlertRow, FillRow, OrderRow, PositionRow};
pub use record::{SessionDraft, SessionRecord};
