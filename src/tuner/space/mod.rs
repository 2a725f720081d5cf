//! What is searched: keys, ranges, conditions.

mod parameter;
mod range;
mod region;

pub(super) use parameter::Parameter;
pub(super) use range::Range;
pub use region::{Params, Space, SpaceError};
