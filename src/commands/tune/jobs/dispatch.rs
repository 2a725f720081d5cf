//! Keeping enough workers alive for the jobs that wait.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use super::command::WorkerCommand;
use super::judge::{Tracked, Verdict, judge};
use super::queue::JobBoard;
use crate::base::Stopwatch;
use crate::commands::place::store_failure;
use crate::commands::{Failure, FailureKind};
use crate::ports::{Executor, ExecutorError, Launch, LaunchId, LaunchState};
use crate::store::{ClaimFilter, JobEnd, JobKey, JobRow, JobState};

/// The name under which the dispatcher takes a job for a moment.
const SELF: &str = "dispatcher";
const MOMENT: Duration = Duration::from_secs(60);

/// How workers are kept alive.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::commands::tune) struct DispatchSettings {
    /// The study whose jobs are looked after.
    pub(in crate::commands::tune) study: String,
    /// How a worker is called.
    pub(in crate::commands::tune) command: WorkerCommand,
    /// Variables of a worker.
    pub(in crate::commands::tune) env: BTreeMap<String, String>,
    /// Time between two looks.
    pub(in crate::commands::tune) poll: Duration,
    /// How often a job is begun before it counts as failed.
    pub(in crate::commands::tune) attempts_max: u32,
    /// Seconds without an answer of the engine after which this is an error.
    pub(in crate::commands::tune) patience_s: f64,
}

/// Something worth telling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::commands::tune) enum DispatchEvent {
    /// A worker was started for an attempt at a job.
    Launched { job: u64, attempt: u32 },
    /// The worker of a job is dead; the job waits for another.
    Lost { job: u64, reason: String },
    /// A job counts as failed.
    GaveUp { job: u64, reason: String },
    /// The lease of a job ran out; it waits for another worker, or failed after its last attempt.
    Expired { job: u64 },
    /// The engine does not answer.
    Silent { reason: String },
}

impl fmt::Display for DispatchEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Launched { job, attempt } => {
                write!(f, "job {job}: worker started (attempt {attempt})")
            }
            Self::Lost { job, reason } => {
                write!(f, "job {job}: worker lost, goes on elsewhere: {reason}")
            }
            Self::GaveUp { job, reason } => write!(f, "job {job}: failed: {reason}"),
            Self::Expired { job } => write!(f, "job {job}: its worker was not heard of"),
            Self::Silent { reason } => write!(f, "the engine does not answer: {reason}"),
        }
    }
}

/// Starts workers for jobs that wait and takes jobs from workers that are dead.
///
/// It keeps no state that matters: a new one takes over what runs.
pub(in crate::commands::tune) struct Dispatcher<'a> {
    board: &'a dyn JobBoard,
    executor: &'a dyn Executor,
    settings: DispatchSettings,
    launches: BTreeMap<u64, Tracked>,
    losses: BTreeMap<u64, u32>,
    answered: Stopwatch,
}

impl<'a> Dispatcher<'a> {
    /// Looks after the jobs of a study; nothing is done yet.
    pub(in crate::commands::tune) fn new(
        board: &'a dyn JobBoard,
        executor: &'a dyn Executor,
        settings: DispatchSettings,
    ) -> Self {
        let (launches, losses) = (BTreeMap::new(), BTreeMap::new());
        Self { board, executor, settings, launches, losses, answered: Stopwatch::start() }
    }

    /// Workers that were started and are not known to be dead.
    #[cfg(test)]
    pub(in crate::commands::tune) fn alive(&self) -> usize {
        self.launches.len()
    }

    /// Looks once at queue and engine and does what is to be done.
    ///
    /// # Errors
    /// What the store says; what the engine says, if waiting does not help or has not helped for long.
    pub(in crate::commands::tune) fn step(&mut self) -> Result<Vec<DispatchEvent>, Failure> {
        let expired = self.board.expire().map_err(store_failure)?;
        let own = expired.into_iter().filter(|key| key.study == self.settings.study);
        let mut events: Vec<DispatchEvent> =
            own.map(|key| DispatchEvent::Expired { job: key.number }).collect();
        // The engine first: the rows then show everything that a dead process did.
        let states = match self.poll() {
            Ok(states) => states,
            Err(error) => {
                events.push(self.silent(error)?);
                return Ok(events);
            }
        };
        let rows = self.board.jobs(&self.settings.study).map_err(store_failure)?;
        for row in &rows {
            if let Some(state) = states.get(&row.draft.number) {
                events.extend(self.look_after(row, state)?);
            }
            self.adopt(row);
        }
        match self.start(&rows, &mut events) {
            Ok(()) => self.answered = Stopwatch::start(),
            Err(error) => events.push(self.silent(error)?),
        }
        Ok(events)
    }

    /// Asks all workers to stop; they give their jobs back.
    ///
    /// # Errors
    /// What the engine says about the last of those that it could not stop.
    pub(in crate::commands::tune) fn stop_all(&mut self) -> Result<(), ExecutorError> {
        let mut outcome = Ok(());
        for launch in std::mem::take(&mut self.launches).into_values() {
            if let Err(error) = self.executor.stop(&launch.id) {
                outcome = Err(error);
            }
        }
        outcome
    }

    fn poll(&self) -> Result<BTreeMap<u64, LaunchState>, ExecutorError> {
        let ids: Vec<LaunchId> = self.launches.values().map(|launch| launch.id.clone()).collect();
        let states = self.executor.poll(&ids)?;
        Ok(self.launches.keys().copied().zip(states).collect())
    }

    fn look_after(
        &mut self,
        row: &JobRow,
        state: &LaunchState,
    ) -> Result<Option<DispatchEvent>, Failure> {
        let job = row.draft.number;
        let Some(launch) = self.launches.get(&job) else { return Ok(None) };
        let event = match judge(row, launch, state) {
            Verdict::Keep => return Ok(None),
            Verdict::Forget => None,
            Verdict::Stop => {
                // If it cannot be told now, it will find out by its lease.
                let _ = self.executor.stop(&launch.id);
                None
            }
            Verdict::GiveUp(reason) => self.give_up(row, reason)?,
            Verdict::Lost(reason) => self.lose(row, reason)?,
        };
        self.launches.remove(&job);
        Ok(event)
    }

    /// Another attempt, unless there were enough.
    fn lose(&mut self, row: &JobRow, reason: String) -> Result<Option<DispatchEvent>, Failure> {
        let job = row.draft.number;
        let losses = self.losses.entry(job).or_default();
        *losses += 1;
        if *losses >= self.settings.attempts_max {
            let reason = format!("begun {losses} times, the last time {reason}");
            return self.give_up(row, reason);
        }
        let Some(attempt) = self.hold(row)? else { return Ok(None) };
        self.board.release(&self.key(job), attempt).map_err(store_failure)?;
        Ok(Some(DispatchEvent::Lost { job, reason }))
    }

    fn give_up(&self, row: &JobRow, reason: String) -> Result<Option<DispatchEvent>, Failure> {
        let job = row.draft.number;
        let Some(attempt) = self.hold(row)? else { return Ok(None) };
        let end = JobEnd::Failed(reason.clone());
        self.board.finish(&self.key(job), attempt, &end).map_err(store_failure)?;
        Ok(Some(DispatchEvent::GaveUp { job, reason }))
    }

    /// The attempt under which the job can be given back or ended. One that waits is taken first, and
    /// `None` if somebody was faster.
    fn hold(&self, row: &JobRow) -> Result<Option<u32>, Failure> {
        if row.state == JobState::Running {
            return Ok(Some(row.attempt));
        }
        let study = Some(self.settings.study.clone());
        let filter = ClaimFilter { study, number: Some(row.draft.number) };
        let claimed = self.board.claim(&filter, SELF, MOMENT).map_err(store_failure)?;
        Ok(claimed.map(|job| job.attempt))
    }

    /// Takes over a worker that an earlier dispatcher started.
    fn adopt(&mut self, row: &JobRow) {
        let number = row.draft.number;
        let id = LaunchId::new(&self.settings.study, number, row.attempt);
        let is_ours = row.worker.as_deref() == Some(id.as_str());
        if row.state == JobState::Running && is_ours {
            self.launches.entry(number).or_insert(Tracked { attempt: row.attempt, id });
        }
    }

    /// Starts workers for jobs that wait, never more than can begin at once.
    fn start(
        &mut self,
        rows: &[JobRow],
        events: &mut Vec<DispatchEvent>,
    ) -> Result<(), ExecutorError> {
        let lost: Vec<u64> = events
            .iter()
            .filter_map(|event| match event {
                // Their rows are old by now.
                DispatchEvent::Lost { job, .. } | DispatchEvent::GaveUp { job, .. } => Some(*job),
                _ => None,
            })
            .collect();
        let waits = |row: &&JobRow| {
            let job = row.draft.number;
            row.state == JobState::Waiting
                && !self.launches.contains_key(&job)
                && !lost.contains(&job)
        };
        let waiting: Vec<(u64, u32)> =
            rows.iter().filter(waits).map(|row| (row.draft.number, row.attempt)).collect();
        if waiting.is_empty() {
            return Ok(());
        }
        let free = self.executor.capacity()?;
        for (job, attempt) in waiting.into_iter().take(free) {
            let study = &self.settings.study;
            let id = LaunchId::new(study, job, attempt);
            let command = self.settings.command.words(study, job, &id);
            let env = self.settings.env.clone();
            let launch = Launch { study: study.clone(), job, attempt, command, env };
            let id = self.executor.launch(&launch)?;
            self.launches.insert(job, Tracked { attempt, id });
            events.push(DispatchEvent::Launched { job, attempt });
        }
        Ok(())
    }

    /// An engine that is down may come back, for a while.
    fn silent(&self, error: ExecutorError) -> Result<DispatchEvent, Failure> {
        if error.is_transient() && self.answered.seconds() < self.settings.patience_s {
            return Ok(DispatchEvent::Silent { reason: error.to_string() });
        }
        let hint = error.hint();
        let failure = Failure::new(FailureKind::from_exit_code(error.exit_code()), error);
        Err(match hint {
            Some(hint) => failure.hint(hint),
            None => failure,
        })
    }

    fn key(&self, number: u64) -> JobKey {
        JobKey { study: self.settings.study.clone(), number }
    }
}
