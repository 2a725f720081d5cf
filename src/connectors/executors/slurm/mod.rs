//! Slurm by its programs: `sbatch`, `squeue`, `sacct` and `scancel`.
//!
//! One job of Slurm for one attempt at a job of a study. Slurm has no names that are taken once, so the
//! queue is searched for the name before a job is submitted. `squeue` forgets a job minutes after its end
//! (`MinJobAge`), then `sacct` is asked; where a cluster keeps no accounts, the job is gone.

mod jobs;
mod output;
mod program;

#[cfg(test)]
mod tests;

pub use jobs::SlurmJobs;
