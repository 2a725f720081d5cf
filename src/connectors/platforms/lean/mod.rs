//! A data folder of LEAN.

mod layout;
mod names;
mod rows;
mod source;

#[cfg(test)]
mod tests;

pub use source::LeanFiles;
