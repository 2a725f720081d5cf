//! Running a program of Slurm, with a limit on the time it may take.

use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::jobs::NAME;
use crate::base::{Interrupt, Stopwatch};
use crate::ports::ExecutorError;

/// Slurm's programs try for a minute to reach the controller before they give up.
const SECONDS_MAX: f64 = 120.0;
const LOOK: Duration = Duration::from_millis(20);

/// What a program printed, and whether it ended well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Printed {
    pub(super) is_success: bool,
    pub(super) output: String,
    pub(super) errors: String,
}

/// Runs a program in the folder of Slurm's programs, or found by `PATH` if there is none.
pub(super) fn run(
    folder: &Path,
    program: &str,
    arguments: &[String],
    interrupt: &Interrupt,
) -> Result<Printed, ExecutorError> {
    let failed = |source| {
        let program = program.to_owned();
        ExecutorError::Program { executor: NAME, program, source }
    };
    let path = if folder.as_os_str().is_empty() { program.into() } else { folder.join(program) };
    let mut child = Command::new(path)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(failed)?;
    let output = read(child.stdout.take());
    let errors = read(child.stderr.take());
    let ended = wait(&mut child, interrupt).map_err(failed)?;
    let text = |reader: JoinHandle<String>| reader.join().unwrap_or_default();
    let (output, errors) = (text(output), text(errors));
    match ended {
        Ok(is_success) => Ok(Printed { is_success, output, errors }),
        Err(reason) => Err(ExecutorError::Refused {
            executor: NAME,
            program: program.to_owned(),
            reason,
            is_transient: true,
        }),
    }
}

/// Whether it ended well; the inner error says why it was not waited for.
fn wait(child: &mut Child, interrupt: &Interrupt) -> std::io::Result<Result<bool, String>> {
    let clock = Stopwatch::start();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Ok(status.success()));
        }
        let reason = if interrupt.stop_requested().is_some() {
            "stopped while it ran".to_owned()
        } else if clock.seconds() > SECONDS_MAX {
            format!("it took more than {SECONDS_MAX} s")
        } else {
            thread::sleep(LOOK);
            continue;
        };
        child.kill()?;
        child.wait()?;
        return Ok(Err(reason));
    }
}

fn read(from: Option<impl Read + Send + 'static>) -> JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        // What was read before an error is still worth showing.
        let _ = from.map(|mut from| from.read_to_end(&mut bytes));
        String::from_utf8_lossy(&bytes).into_owned()
    })
}
