//! Which faults strike when, and which have struck.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use super::kinds::{CrashPoint, Fault};
use super::script::{FaultError, FaultScript};
use crate::base::{Digest, Rng, SeedStream, digest_bytes, read_text};

/// A script at work. Clones share their counts, so that a session and its venue can ask the same plan.
///
/// Opportunities are counted anew in each process; what has struck is remembered in a file, so that a crash does not
/// come again for ever.
#[derive(Debug, Clone)]
pub struct FaultPlan {
    faults: Arc<Vec<Fault>>,
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    rng: Rng,
    opportunities: Vec<u64>,
    strikes: Vec<u64>,
    memory: Option<File>,
}

/// A line of the file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Note {
    /// A process began with this script and seed.
    Began { script: Digest, seed: u64 },
    /// The fault with this position in the script struck.
    Struck(usize),
}

impl FaultPlan {
    /// A plan for one process; `seed` takes the place of the script's own.
    #[must_use]
    pub fn new(script: &FaultScript, seed: Option<u64>) -> Self {
        Self::of(script, seed.unwrap_or(script.seed), 0)
    }

    /// A plan that remembers in `memory` what has struck. The file is made if it is missing; notes of another script
    /// or seed count for nothing.
    ///
    /// # Errors
    /// [`FaultError::Memory`] if the file cannot be kept.
    pub fn open(
        script: &FaultScript,
        seed: Option<u64>,
        memory: &Path,
    ) -> Result<Self, FaultError> {
        let failed = |source| FaultError::Memory { path: memory.to_owned(), source };
        let seed = seed.unwrap_or(script.seed);
        let text = serde_json::to_string(script).map_err(io::Error::other).map_err(failed)?;
        let digest = digest_bytes(text.as_bytes());
        let (num_begun, strikes) = remembered(memory, digest, seed, script.faults.len());
        let plan = Self::of(script, seed, num_begun);
        let mut file = OpenOptions::new().create(true).append(true).open(memory).map_err(failed)?;
        write(&mut file, &Note::Began { script: digest, seed }).map_err(failed)?;
        let mut state = plan.lock();
        state.strikes = strikes;
        state.memory = Some(file);
        drop(state);
        Ok(plan)
    }

    fn of(script: &FaultScript, seed: u64, num_begun: usize) -> Self {
        let count = script.faults.len();
        let rng = SeedStream::new(seed).child("faults").index(num_begun).rng();
        let (opportunities, strikes) = (vec![0; count], vec![0; count]);
        let state = State { rng, opportunities, strikes, memory: None };
        Self { faults: Arc::new(script.faults.clone()), state: Arc::new(Mutex::new(state)) }
    }

    /// Whether the process must die here and now. The session asks at every passage of the point.
    #[must_use]
    pub fn crash_at(&self, point: CrashPoint) -> bool {
        let is_here = |fault: &Fault| matches!(fault, Fault::Crash(crash) if crash.at == point);
        !self.striking(is_here).is_empty()
    }

    /// Counts an opportunity of every fault that `is_meant` and returns those that strike.
    pub(super) fn striking(&self, is_meant: impl Fn(&Fault) -> bool) -> Vec<&Fault> {
        let mut state = self.lock();
        let meant = self.faults.iter().enumerate().filter(|(_, fault)| is_meant(fault));
        meant
            .filter(|(index, fault)| state.strikes(*index, fault))
            .map(|(_, fault)| fault)
            .collect()
    }

    /// A number in `0..bound` by chance.
    pub(super) fn below(&self, bound: usize) -> usize {
        self.lock().rng.below(bound.max(1))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn strikes(&mut self, index: usize, fault: &Fault) -> bool {
        let when = fault.when();
        self.opportunities[index] += 1;
        if self.opportunities[index] < when.nth || self.strikes[index] >= when.times {
            return false;
        }
        if when.chance < 1.0 && self.rng.uniform() >= when.chance {
            return false;
        }
        // What cannot be remembered does not strike: a crash would come again for ever.
        let memory = self.memory.as_mut();
        if memory.is_some_and(|file| write(file, &Note::Struck(index)).is_err()) {
            return false;
        }
        self.strikes[index] += 1;
        true
    }
}

fn write(file: &mut File, note: &Note) -> io::Result<()> {
    let mut text = serde_json::to_string(note).map_err(io::Error::other)?;
    text.push('\n');
    file.write_all(text.as_bytes())
}

/// How often a process began with this script and seed, and what has struck since the first time.
fn remembered(memory: &Path, digest: Digest, seed: u64, count: usize) -> (usize, Vec<u64>) {
    let (mut num_begun, mut strikes, mut is_ours) = (0, vec![0; count], false);
    let text = read_text(memory).unwrap_or_default();
    for note in text.lines().filter_map(|line| serde_json::from_str::<Note>(line).ok()) {
        match note {
            Note::Began { script, seed: found } => {
                is_ours = script == digest && found == seed;
                num_begun += usize::from(is_ours);
            }
            Note::Struck(index) => {
                if let Some(struck) = strikes.get_mut(index).filter(|_| is_ours) {
                    *struck += 1;
                }
            }
        }
    }
    (num_begun, strikes)
}
