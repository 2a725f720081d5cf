//! What is kept along the way: scalars as JSON lines and TensorBoard events, the run's record.

use std::error::Error;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use serde_json::{Value, json};

use super::noting::RunNotes;
use crate::base::{FileError, Interrupt, Progress, ProgressUpdate, now, read_text, write_atomic};
use crate::commands::session::TerminalProgress;
use crate::connectors::tensorboard::{EventError, EventWriter};
use crate::evaluate::{AgentStrategy, Judgement, validation_score};
use crate::learners::Policy;
use crate::learners::run::{RunHooks, RunState, UpdateReport};
use crate::store::{RunFolder, StoreError};

const METRICS_FILE: &str = "metrics.jsonl";
const EVENTS_FOLDER: &str = "tensorboard";

/// Something of the run could not be kept.
#[derive(Debug, thiserror::Error)]
pub(super) enum KeepingError {
    /// A file of the run.
    #[error("cannot keep the metrics of the run")]
    File(#[from] io::Error),
    /// The same, with its name.
    #[error(transparent)]
    Named(#[from] FileError),
    /// The event file.
    #[error(transparent)]
    Events(#[from] EventError),
    /// The record.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The hooks of a run: judges, logs, shows progress.
pub(super) struct Keeper<'a> {
    pub(super) run: &'a mut RunFolder,
    notes: &'a mut RunNotes,
    pub(super) judgement: &'a Judgement<'a>,
    pub(super) interrupt: &'a Interrupt,
    pub(super) progress: &'a TerminalProgress,
    pub(super) total_env_steps: u64,
    pub(super) rates: Vec<[f64; 3]>,
    /// The first thing that could not be kept; training goes on, the command ends with it.
    pub(super) failure: Option<KeepingError>,
    metrics: Option<File>,
    events: Option<EventWriter>,
}

impl<'a> Keeper<'a> {
    pub(super) fn new(
        (run, notes): (&'a mut RunFolder, &'a mut RunNotes),
        judgement: &'a Judgement<'a>,
        interrupt: &'a Interrupt,
        progress: &'a TerminalProgress,
        total_env_steps: u64,
    ) -> Self {
        Self {
            run,
            notes,
            judgement,
            interrupt,
            progress,
            total_env_steps,
            rates: Vec::new(),
            failure: None,
            metrics: None,
            events: None,
        }
    }

    fn open(&mut self, state: &RunState) -> Result<(), KeepingError> {
        let path = self.run.path.join(METRICS_FILE);
        keep_lines_until(&path, state.updates)?;
        self.metrics = Some(OpenOptions::new().append(true).create(true).open(&path)?);
        let folder = self.run.path.join(EVENTS_FOLDER);
        self.events = Some(if std::fs::read_dir(&folder).is_err() {
            EventWriter::create(&folder, now())?
        } else {
            EventWriter::resume(&folder, now(), state.env_steps)?
        });
        Ok(())
    }

    fn keep(&mut self, report: &UpdateReport, state: &RunState) -> Result<(), KeepingError> {
        let line = line(report, state);
        if let Some(file) = &mut self.metrics {
            writeln!(file, "{line}")?;
            file.flush()?;
        }
        if let Some(events) = &mut self.events {
            let scalars = line.as_object().into_iter().flatten();
            for (name, value) in scalars.filter_map(|(n, v)| Some((n, v.as_f64()?))) {
                events.scalar(name, value, report.env_steps, now())?;
            }
            events.flush()?;
        }
        let best = state.best.and_then(|best| best.score);
        let env_steps = report.env_steps;
        self.run.update(|record| {
            record.env_steps = env_steps;
            record.best_score = best;
        })?;
        self.notes.heartbeat(env_steps, best);
        Ok(())
    }

    /// Medians over the updates of this process: rollout, update, both.
    pub(super) fn median_rates(&self) -> [Option<f64>; 3] {
        [0, 1, 2].map(|index| {
            let mut rates: Vec<f64> = self.rates.iter().map(|rates| rates[index]).collect();
            rates.sort_by(f64::total_cmp);
            rates.get(rates.len() / 2).copied()
        })
    }
}

/// A line of metrics: the update, and the validation that followed it.
fn line(report: &UpdateReport, state: &RunState) -> Value {
    let mut line = serde_json::to_value(report).unwrap_or_default();
    let latest = state.validations.last().filter(|made| made.update == report.update);
    if let (Some(made), Some(fields)) = (latest, line.as_object_mut()) {
        fields.insert("validation_score".to_owned(), json!(made.score));
    }
    line
}

/// A resumed run repeats the updates after its checkpoint; their old lines go.
fn keep_lines_until(path: &Path, update: u64) -> Result<(), FileError> {
    let text = match read_text(path) {
        Err(error) if error.is_not_found() => return Ok(()),
        other => other?,
    };
    let is_kept = |line: &&str| {
        let parsed: Value = serde_json::from_str(line).unwrap_or_default();
        parsed["update"].as_u64().is_some_and(|found| found <= update)
    };
    let kept: String = text.lines().filter(is_kept).map(|line| format!("{line}\n")).collect();
    write_atomic(path, kept.as_bytes())
}

impl RunHooks for Keeper<'_> {
    fn on_start(&mut self, state: &RunState) {
        self.failure = self.open(state).err();
    }

    fn on_update(&mut self, report: &UpdateReport, state: &RunState) {
        self.rates.push([
            report.rollout_steps_per_s,
            report.update_steps_per_s,
            report.steps_per_s,
        ]);
        if self.failure.is_none() {
            self.failure = self.keep(report, state).err();
        }
        let best = state.best.and_then(|best| best.score);
        self.progress.report(&ProgressUpdate {
            stage: "train",
            done: report.env_steps,
            total: Some(self.total_env_steps),
            unit: "env steps",
            note: best.map(|best| format!("best sharpe {best:.2}")).unwrap_or_default(),
        });
    }

    fn validate(&mut self, policy: Policy) -> Result<f64, Box<dyn Error + Send + Sync>> {
        Ok(validation_score(self.judgement, &mut AgentStrategy::new(policy))?)
    }

    fn should_stop(&self) -> bool {
        self.failure.is_some() || self.interrupt.stop_requested().is_some()
    }
}
