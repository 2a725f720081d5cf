//! Looks at a place before anything is traded there.

mod checks;
mod hours;
mod report;

pub use checks::examine;
use hours::differences;
use report::Report;
