//! How a worker is called.

use crate::ports::LaunchId;

/// The command that starts a worker elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::commands::tune) struct WorkerCommand {
    /// The program there.
    pub(in crate::commands::tune) program: String,
    /// Options before `worker`, such as `-C DIR`.
    pub(in crate::commands::tune) options: Vec<String>,
    /// The address of the store.
    pub(in crate::commands::tune) store: String,
}

impl WorkerCommand {
    /// The words of the command for a job; the worker carries the name of its launch, by which its jobs
    /// are known to be its own.
    pub(in crate::commands::tune) fn words(
        &self,
        study: &str,
        job: u64,
        name: &LaunchId,
    ) -> Vec<String> {
        let mut words = vec![self.program.clone()];
        words.extend(self.options.iter().cloned());
        let job = job.to_string();
        let own = ["worker", "--store", &self.store, "--study", study, "--job", &job, "--name"];
        words.extend(own.map(str::to_owned));
        words.push(name.to_string());
        words
    }
}

/// A name for a worker that was given none: machine and process.
pub(in crate::commands::tune) fn worker_name() -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let host = host.trim();
    let host = if host.is_empty() { "host" } else { host };
    format!("{host}-{}", std::process::id())
}
