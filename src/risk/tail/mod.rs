//! What a book could lose in a day, estimated from daily closes.

mod estimate;
mod history;

pub(super) use history::Tails;
