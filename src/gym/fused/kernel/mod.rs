//! What one bar does to a block of environments.

mod account;
mod block;
mod gather;
mod legality;
mod observation;
mod orders;
mod reward;
mod vector;

pub(super) use block::Blocks;
pub(super) use legality::write_mask;
pub(super) use vector::{LANES, Row};
