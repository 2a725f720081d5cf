//! Jobs that other processes do: the loop of a worker, and the one that keeps workers alive.
//!
//! Both know only the queue. What a job is does the caller say, where processes run an
//! [`Executor`](crate::ports::Executor).

mod command;
mod dispatch;
mod heartbeat;
mod judge;
mod queue;
mod worker;

#[cfg(test)]
mod dispatch_tests;
#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod worker_tests;

pub(in crate::commands::tune) use command::{WorkerCommand, worker_name};
pub(in crate::commands::tune) use dispatch::{DispatchSettings, Dispatcher};
pub(in crate::commands::tune) use worker::{JobOutcome, Rounds, WorkerEnd, WorkerSettings, work};
