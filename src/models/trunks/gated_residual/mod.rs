//! Gated residual blocks: one branch for each group of columns, weighed by what they hold.

mod block;
mod selection;
mod shape;
mod trunk;

pub use shape::GatedResidualShape;
pub(in crate::models) use trunk::GatedResidualTrunk;
