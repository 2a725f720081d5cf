//! The panes of the picture, one subject a file.

mod chart;
mod frame;
mod head;
mod limits;
mod notes;
pub(in crate::commands::trade) mod numbers;
mod tables;

pub(super) use chart::equity;
pub(super) use head::{footer, header};
pub(super) use limits::limits;
pub(super) use notes::{alerts, decisions};
pub(super) use tables::{orders, positions};
