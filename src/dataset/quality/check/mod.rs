//! The checks that look at a stored series, or at two of them; they change nothing.

mod compare;
mod finding;
mod stored;

#[cfg(test)]
mod tests;

pub use compare::compare_series;
pub use finding::{Finding, FindingCode};
pub use stored::{SeriesCheck, check_against, check_series};
