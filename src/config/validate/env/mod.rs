//! Rules of `env`, one file per part of the section.

mod market;
mod reward;
mod section;
mod training;

pub(super) use section::check;
