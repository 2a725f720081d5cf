//! Rules of `data`.

mod ranges;
mod source;

pub(super) use ranges::check;
