//! Pictures of many trials at once.

mod panels;
mod parallel;
mod timeline;

pub use panels::{Panel, PanelAxis, PanelDot, PanelsChart, panels};
pub use parallel::{ParallelAxis, ParallelChart, ParallelLine, parallel};
pub use timeline::{TimelineBar, TimelineChart, TimelineRow, timeline};

#[cfg(test)]
mod tests;
