//! How long work tells its state without printing anything.

/// One report of long work.
#[derive(Debug, Clone, PartialEq)]
pub struct ProgressUpdate {
    /// What is being done, such as `train`.
    pub stage: &'static str,
    /// Units finished.
    pub done: u64,
    /// Units in all, if known.
    pub total: Option<u64>,
    /// The unit, such as `env steps` or `bars`.
    pub unit: &'static str,
    /// Facts worth seeing beside the bar, such as the best score so far.
    pub note: String,
}

/// Whoever shows progress: a bar on a terminal, a line now and then, or nobody.
pub trait Progress: Sync {
    /// Takes one report; cheap, and called at most a few times a second.
    fn report(&self, update: &ProgressUpdate);
}

/// Shows nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoProgress;

impl Progress for NoProgress {
    fn report(&self, _: &ProgressUpdate) {}
}
