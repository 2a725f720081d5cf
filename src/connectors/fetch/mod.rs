//! Bringing a lake up to date from a source: plan, pages, commit.
//!
//! The days that the lake lacks are cut into windows, each window is asked for page by page, and every
//! page is kept on the disk when it comes. A window is committed when its last page is there, all of it
//! at once, so the lake does not depend on where the source ends a page. A process that dies loses the
//! page in flight; the next one goes on with the page after the last one that was kept.

mod engine;
mod job;
mod monitor;
mod symbol;
mod windows;

#[cfg(test)]
mod paging_tests;
#[cfg(test)]
mod real_files_tests;
#[cfg(test)]
mod tests;

pub use engine::{fetch, plan};
pub use job::{
    FetchError, FetchJob, FetchMode, FetchOutcome, FetchStop, SymbolFetch, SymbolOutcome,
    SymbolPlan,
};
