//! Files of HistData.

mod names;
mod rows;
mod source;

#[cfg(test)]
mod tests;

pub use source::HistdataFiles;
