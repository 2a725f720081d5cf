//! Engines that run processes on other machines, one folder an engine.
//!
//! They start workers and tell how they stand. What a worker does, and whether it is needed, they do
//! not know.

mod by_hand;
mod ray;
mod slurm;

pub use by_hand::ByHand;
pub use ray::RayJobs;
pub use slurm::SlurmJobs;
