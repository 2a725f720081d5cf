//! Bars from files on this machine: text, zip and Parquet, a file for each symbol.

mod bar_times;
mod files;
mod generic;
mod lean;
mod parquet;
mod source;
mod text;
mod yahoo;

#[cfg(test)]
mod tests;

pub(in crate::connectors) use files::{check_universe, find_file, read_all};
pub(in crate::connectors) use lean::{daily_bars, read_factor_file};
pub use parquet::ParquetFiles;
pub use source::CsvFiles;
