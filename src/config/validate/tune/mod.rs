//! Rules of `tune`.

mod budgets;
mod keys;
mod section;
mod space;

pub(super) use section::check;
