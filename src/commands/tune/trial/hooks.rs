//! What happens along a run of a trial: judging, logging, pausing at the budget.

use std::error::Error;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::json;

use crate::base::Interrupt;
use crate::evaluate::{AgentStrategy, Judgement, validation_score};
use crate::learners::Policy;
use crate::learners::run::{RunHooks, RunState, UpdateReport};

const METRICS_FILE: &str = "metrics.jsonl";

/// The hooks of one run.
pub(super) struct TrialHooks<'a> {
    judgement: &'a Judgement<'a>,
    interrupt: &'a Interrupt,
    budget_env_steps: u64,
    /// Environment steps of all trials of this process, for the rate that is shown.
    meter: &'a AtomicU64,
    metered: u64,
    path: PathBuf,
    log: Option<File>,
    reached: bool,
    /// The first thing that went wrong with the log.
    pub(super) failure: Option<io::Error>,
}

impl<'a> TrialHooks<'a> {
    pub(super) fn new(
        judgement: &'a Judgement<'a>,
        interrupt: &'a Interrupt,
        meter: &'a AtomicU64,
        budget_env_steps: u64,
        folder: &Path,
    ) -> Self {
        Self {
            judgement,
            interrupt,
            budget_env_steps,
            meter,
            metered: 0,
            path: folder.join(METRICS_FILE),
            log: None,
            reached: false,
            failure: None,
        }
    }

    /// The first validation at or after the budget ends the run for now: so a trial that goes on has
    /// been validated at the same updates as one that was never paused.
    fn look(&mut self, state: &RunState) {
        let latest = state.validations.last().map_or(0, |made| made.env_steps);
        self.reached = latest >= self.budget_env_steps;
    }

    fn write(&mut self, report: &UpdateReport, state: &RunState) -> io::Result<()> {
        let made = state.validations.last().filter(|made| made.update == report.update);
        let Some(made) = made else { return Ok(()) };
        let line =
            json!({ "update": made.update, "env_steps": made.env_steps, "score": made.score });
        match &mut self.log {
            Some(log) => writeln!(log, "{line}"),
            None => Ok(()),
        }
    }
}

impl RunHooks for TrialHooks<'_> {
    fn on_start(&mut self, state: &RunState) {
        self.metered = state.env_steps;
        self.look(state);
        let opened = OpenOptions::new().append(true).create(true).open(&self.path);
        match opened {
            Ok(file) => self.log = Some(file),
            Err(error) => self.failure = Some(error),
        }
    }

    fn on_update(&mut self, report: &UpdateReport, state: &RunState) {
        self.meter.fetch_add(report.env_steps.saturating_sub(self.metered), Ordering::Relaxed);
        self.metered = report.env_steps;
        self.look(state);
        if let Err(error) = self.write(report, state) {
            self.failure.get_or_insert(error);
        }
    }

    fn validate(&mut self, policy: Policy) -> Result<f64, Box<dyn Error + Send + Sync>> {
        Ok(validation_score(self.judgement, &mut AgentStrategy::new(policy))?)
    }

    fn should_stop(&self) -> bool {
        self.reached || self.failure.is_some() || self.interrupt.stop_requested().is_some()
    }
}
