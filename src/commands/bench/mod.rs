//! `releat bench`: how fast a part of the program is by itself.

mod gym;
mod measure;

pub use gym::{BenchGymOptions, bench_gym};
