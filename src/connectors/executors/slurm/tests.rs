//! The client against scripts in place of Slurm's programs.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use tempfile::TempDir;

use super::SlurmJobs;
use crate::base::Interrupt;
use crate::config::SlurmExecutor;
use crate::ports::{Executor, ExecutorError, Fault, Launch, LaunchFailure, LaunchState};

/// `squeue` shows a file, `sbatch` notes its arguments and adds to the file, `sacct` shows another.
struct Cluster {
    folder: TempDir,
}

impl Cluster {
    fn new() -> Self {
        let cluster = Self { folder: tempfile::tempdir().unwrap() };
        cluster.program("squeue", "cat queue 2>/dev/null || true");
        cluster.program("sacct", "echo 'Slurm accounting storage is disabled' >&2; exit 1");
        cluster.program("scancel", r#"echo "$@" >> canceled"#);
        let sbatch = r#"for a in "$@"; do printf '%s\n' "$a" >> submitted; done
name=$(printf '%s\n' "$@" | sed -n 's/^--job-name=//p')
echo "$name|PENDING|0|releat|Resources|" >> queue
echo "17;cluster""#;
        cluster.program("sbatch", sbatch);
        cluster
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    fn program(&self, name: &str, body: &str) {
        let path = self.path(name);
        let folder = self.folder.path().display();
        fs::write(&path, format!("#!/bin/sh\ncd {folder}\n{body}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn queue(&self, lines: &str) {
        fs::write(self.path("queue"), lines).unwrap();
    }

    fn jobs(&self) -> SlurmJobs {
        let env: BTreeMap<String, String> = [("A".to_owned(), "x, y".to_owned())].into();
        let config = SlurmExecutor {
            partition: "main".to_owned(),
            gres: "gpu:1".to_owned(),
            options: vec!["--qos=low".to_owned()],
            output_dir: self.path("out").display().to_string(),
            jobs_max: 3,
            env,
            ..SlurmExecutor::default()
        };
        SlurmJobs::new(&config, Interrupt::never()).with_programs_in(self.folder.path())
    }
}

fn launch(job: u64) -> Launch {
    let command = ["releat", "worker", "--study", "s"].map(str::to_owned).to_vec();
    Launch { study: "s".to_owned(), job, attempt: 1, command, env: BTreeMap::new() }
}

#[test]
fn a_submission_names_its_resources_and_is_made_once() {
    let cluster = Cluster::new();
    let jobs = cluster.jobs();
    let id = jobs.launch(&launch(4)).unwrap();
    assert_eq!(jobs.launch(&launch(4)).unwrap(), id);
    let submitted = fs::read_to_string(cluster.path("submitted")).unwrap();
    let output = format!("--output={}/s-4-1.log", cluster.path("out").display());
    let expected = [
        "--parsable",
        "--no-requeue",
        "--job-name=s-4-1",
        "--comment=releat",
        &output,
        "--cpus-per-task=1",
        "--partition=main",
        "--gres=gpu:1",
        "--qos=low",
        "--wrap=trap : TERM INT; env 'A=x, y' releat worker --study s; exit $?",
    ];
    assert_eq!(submitted.lines().collect::<Vec<_>>(), expected);
    assert!(Path::new(&cluster.path("out")).is_dir());
    assert_eq!(jobs.capacity().unwrap(), 2);
}

#[test]
fn states_come_from_the_queue_then_from_the_accounts() {
    let cluster = Cluster::new();
    cluster.queue(
        "s-0-1|RUNNING|0|releat|None|\nother|RUNNING|0||None|\ns-1-1|CANCELLED|15|releat|None|\n",
    );
    let jobs = cluster.jobs();
    let ids = [0, 1, 2].map(|job| launch(job).id());
    let states = jobs.poll(&ids).unwrap();
    assert_eq!(states, [LaunchState::Running, LaunchState::Stopped, LaunchState::Gone]);
    assert_eq!(jobs.capacity().unwrap(), 2);
    cluster.program("sacct", "echo 's-2-1|NODE_FAIL|1:0|None'");
    let failure =
        LaunchFailure { exit_code: Some(1), reason: "NODE_FAIL".to_owned(), fault: Fault::Engine };
    assert_eq!(jobs.poll(&ids).unwrap()[2], LaunchState::Failed(failure));
    jobs.stop(&ids[0]).unwrap();
    assert_eq!(fs::read_to_string(cluster.path("canceled")).unwrap(), "--name=s-0-1\n");
}

#[test]
fn a_controller_that_is_down_may_come_back_and_a_refusal_stays_one() {
    let cluster = Cluster::new();
    let jobs = cluster.jobs();
    cluster
        .program("sbatch", "echo 'sbatch: error: invalid partition specified: main' >&2; exit 1");
    let error = jobs.launch(&launch(0)).unwrap_err();
    assert!(matches!(error, ExecutorError::Denied { .. }), "{error}");
    let down = "echo 'squeue: error: Unable to contact slurm controller' >&2; exit 1";
    cluster.program("squeue", down);
    let error = jobs.launch(&launch(0)).unwrap_err();
    assert!(error.is_transient(), "{error}");
    assert_eq!(
        error.to_string(),
        "squeue of slurm failed: squeue: error: Unable to contact slurm controller"
    );
    cluster.program("squeue", "echo garbage");
    assert!(matches!(jobs.capacity(), Err(ExecutorError::Malformed { .. })));
    let nowhere = cluster.jobs().with_programs_in(Path::new("/nowhere"));
    let error = nowhere.capacity().unwrap_err();
    assert_eq!(error.to_string(), "cannot run squeue of slurm");
}
