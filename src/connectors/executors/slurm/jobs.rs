//! The engine as the port wants it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::output::{Line, SACCT_FORMAT, SQUEUE_FORMAT, sacct_line, squeue_line};
use super::program::{Printed, run};
use crate::base::Interrupt;
use crate::config::SlurmExecutor;
use crate::ports::{Executor, ExecutorError, Launch, LaunchId, LaunchState, shell_words};

/// For texts.
pub(super) const NAME: &str = "slurm";

/// Marks our jobs among the user's.
const COMMENT: &str = "releat";

/// Jobs of a Slurm cluster.
#[derive(Debug)]
pub struct SlurmJobs {
    config: SlurmExecutor,
    /// Empty to find the programs by `PATH`.
    programs: PathBuf,
    interrupt: Interrupt,
}

impl SlurmJobs {
    /// The cluster that this machine submits to; nothing is asked yet.
    #[must_use]
    pub fn new(config: &SlurmExecutor, interrupt: Interrupt) -> Self {
        Self { config: config.clone(), programs: PathBuf::new(), interrupt }
    }

    /// With the programs of a folder.
    #[cfg(test)]
    pub(super) fn with_programs_in(mut self, folder: &std::path::Path) -> Self {
        folder.clone_into(&mut self.programs);
        self
    }

    fn call(&self, program: &str, arguments: &[String]) -> Result<Printed, ExecutorError> {
        run(&self.programs, program, arguments, &self.interrupt)
    }

    /// The user's jobs that `squeue` knows, the latest of a name last.
    fn queue(&self) -> Result<Vec<Line>, ExecutorError> {
        let arguments =
            ["--noheader", "--me", "--states=all", "--sort=i", "--Format", SQUEUE_FORMAT];
        let printed = self.call("squeue", &arguments.map(str::to_owned))?;
        if !printed.is_success {
            // The controller does not answer; nothing else can go wrong with a fixed question.
            return Err(refused("squeue", &printed, true));
        }
        let lines = printed.output.lines().filter(|line| !line.trim().is_empty());
        lines.map(|line| squeue_line(line).ok_or_else(|| malformed("squeue", line))).collect()
    }

    /// How jobs ended that `squeue` has forgotten; nothing where the cluster keeps no accounts.
    fn accounts(&self, ids: &[&LaunchId]) -> Result<Vec<Line>, ExecutorError> {
        let names: Vec<&str> = ids.iter().map(|id| id.as_str()).collect();
        let arguments = [
            "--noheader".to_owned(),
            "--parsable2".to_owned(),
            "--allocations".to_owned(),
            "--starttime=now-30days".to_owned(),
            format!("--format={SACCT_FORMAT}"),
            format!("--name={}", names.join(",")),
        ];
        let printed = self.call("sacct", &arguments)?;
        if !printed.is_success {
            return Ok(Vec::new());
        }
        Ok(printed.output.lines().filter_map(sacct_line).collect())
    }

    fn arguments(&self, launch: &Launch) -> Vec<String> {
        let config = &self.config;
        let id = launch.id();
        let mut arguments = vec![
            "--parsable".to_owned(),
            // Another attempt is ours to decide, and has another name.
            "--no-requeue".to_owned(),
            format!("--job-name={id}"),
            format!("--comment={COMMENT}"),
            format!("--output={}/{id}.log", config.output_dir.trim_end_matches('/')),
            format!("--cpus-per-task={}", config.cpus_per_task),
        ];
        let optional = [
            ("--partition", &config.partition),
            ("--account", &config.account),
            ("--gres", &config.gres),
            ("--time", &config.time),
        ];
        let given = optional.into_iter().filter(|(_, value)| !value.is_empty());
        arguments.extend(given.map(|(option, value)| format!("{option}={value}")));
        arguments.extend(config.options.iter().cloned());
        arguments.push(format!("--wrap={}", self.script(launch)));
        arguments
    }

    /// Variables travel in the script: `--export` cannot hold a value with a comma.
    ///
    /// The shell stays, since Slurm takes the death of the script itself by SIGKILL for a failed launch. It
    /// outlives SIGTERM, since Slurm kills what is left when the script ends.
    fn script(&self, launch: &Launch) -> String {
        let env: BTreeMap<&String, &String> = self.config.env.iter().chain(&launch.env).collect();
        let mut words = Vec::new();
        if !env.is_empty() {
            words.push("env".to_owned());
            words.extend(env.iter().map(|(name, value)| format!("{name}={value}")));
        }
        words.extend(launch.command.iter().cloned());
        format!("trap : TERM INT; {}; exit $?", shell_words(&words))
    }
}

impl Executor for SlurmJobs {
    fn capacity(&self) -> Result<usize, ExecutorError> {
        let queue = self.queue()?;
        let is_ours = |line: &&Line| line.comment == COMMENT && line.state.is_alive();
        Ok(self.config.jobs_max.saturating_sub(queue.iter().filter(is_ours).count()))
    }

    fn launch(&self, launch: &Launch) -> Result<LaunchId, ExecutorError> {
        let id = launch.id();
        if self.queue()?.iter().any(|line| line.name == id.as_str()) {
            return Ok(id);
        }
        let folder = PathBuf::from(&self.config.output_dir);
        // Slurm fails a job whose output has no place; on the machines the folder is the same one.
        std::fs::create_dir_all(&folder).map_err(|source| ExecutorError::Program {
            executor: NAME,
            program: format!("sbatch with --output in {}", folder.display()),
            source,
        })?;
        let printed = self.call("sbatch", &self.arguments(launch))?;
        if !printed.is_success {
            let reason = one_line(&printed.errors);
            // It may have got through; the queue tells before the next try.
            if is_out_of_reach(&reason) {
                return Err(refused("sbatch", &printed, true));
            }
            return Err(ExecutorError::Denied { executor: NAME, id, reason });
        }
        let number = printed.output.trim().split(';').next().unwrap_or_default();
        if number.parse::<u64>().is_err() {
            return Err(malformed("sbatch", printed.output.trim()));
        }
        Ok(id)
    }

    fn poll(&self, ids: &[LaunchId]) -> Result<Vec<LaunchState>, ExecutorError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let queue = self.queue()?;
        let mut states: BTreeMap<String, LaunchState> =
            queue.into_iter().map(|line| (line.name, line.state)).collect();
        let forgotten: Vec<&LaunchId> =
            ids.iter().filter(|id| !states.contains_key(id.as_str())).collect();
        if !forgotten.is_empty() {
            let lines = self.accounts(&forgotten)?;
            states.extend(lines.into_iter().map(|line| (line.name, line.state)));
        }
        let state = |id: &LaunchId| states.get(id.as_str()).cloned().unwrap_or(LaunchState::Gone);
        Ok(ids.iter().map(state).collect())
    }

    fn stop(&self, id: &LaunchId) -> Result<(), ExecutorError> {
        // Jobs are stopped when this process is asked to stop, so that is not heeded.
        let never = Interrupt::never();
        let printed = run(&self.programs, "scancel", &[format!("--name={id}")], &never)?;
        if printed.is_success { Ok(()) } else { Err(refused("scancel", &printed, true)) }
    }
}

fn is_out_of_reach(reason: &str) -> bool {
    let reason = reason.to_lowercase();
    ["unable to contact", "socket timed out", "communication", "connection", "try again", "slow"]
        .iter()
        .any(|words| reason.contains(words))
}

fn refused(program: &str, printed: &Printed, is_transient: bool) -> ExecutorError {
    let reason = one_line(&printed.errors);
    ExecutorError::Refused { executor: NAME, program: program.to_owned(), reason, is_transient }
}

fn malformed(program: &str, found: &str) -> ExecutorError {
    let expected = if program == "sbatch" { "the number of a job" } else { "a job on each line" };
    let (program, found) = (program.to_owned(), found.to_owned());
    ExecutorError::Malformed { executor: NAME, program, expected, found }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
