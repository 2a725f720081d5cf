//! What a book could lose in a day, estimated from daily closes.

mod estimate;
mod history;
mod sums;

pub(super) use history::{Scratch, Tails};
