//! Rules of `name`, `universe` and `data`.

mod ranges;
mod source;
mod universe;

pub(super) use ranges::check;
pub(super) use universe::check as check_universe;
