//! The venue's truth at one time: asked for, and put together.

mod fold;
mod gather;

#[cfg(test)]
mod fold_tests;

pub(super) use fold::{Answers, Learned, cash, fold};
pub(super) use gather::{Gathered, gather, open_rows};
