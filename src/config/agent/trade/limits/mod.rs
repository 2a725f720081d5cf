//! The limits of the risk gate, their ranges, and which of two is tighter.

mod bounds;
mod rules;
mod section;

pub use bounds::LimitSlack;
pub use section::{OutsideHours, RiskLimits, VarMethod};
