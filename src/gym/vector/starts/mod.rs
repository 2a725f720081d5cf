//! Where training episodes begin and what differs between them. Nothing is read back from the device.

mod chance;
mod curriculum;
mod pool;
mod randomize;
mod record;
mod table;
mod training;

#[cfg(test)]
mod tests;

pub(in crate::gym) use chance::ChanceTable;
pub(super) use table::{StartTable, legal_starts};
pub(super) use training::{BarOutcome, EpisodeEnds, Training, TrainingState};
