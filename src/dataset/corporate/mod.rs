//! What companies do to their shares: adjustment for splits and payouts, and changes of name.
//!
//! Two adjustments, one formula. [`Adjuster`] runs forward from the first bar and never changes a
//! bar that was given, so it is what training reads. [`adjust_as_of`] runs backward from a day, so
//! that prices of that day are the printed ones, as people and charts expect. Stored bars stay as
//! they are in both cases.

mod adjuster;
mod as_of;
mod symbol_map;

#[cfg(test)]
mod factor_tests;

pub use adjuster::Adjuster;
pub use as_of::{adjust_as_of, total_return_index};
pub use symbol_map::{SYMBOLS_FILE, SymbolMap, SymbolMapError};
