//! Ray's jobs over its REST interface: one job of Ray for one attempt at a job of a study.
//!
//! What the interface does besides what its documents say, and what is done about it:
//!
//! - A name that is taken is a 500 with a traceback. After any failure the job is asked for by its name
//!   before it is submitted again ([`submit`]).
//! - A job that asks for no processors runs on the head, whatever runs there: processors are always
//!   asked for.
//! - A job that waits for more than 15 minutes fails: [`cluster`] counts what is free, and no more jobs
//!   than that are submitted.
//! - Stopping a job that waits is answered with "stopped", yet the job starts later: a worker looks into
//!   the store before it works.
//! - Jobs die with the head, and a new head knows none of them: they are gone, not failed.

mod cluster;
mod jobs;
mod submit;
mod wire;

#[cfg(test)]
mod double;
#[cfg(test)]
mod tests;

pub use jobs::RayJobs;
