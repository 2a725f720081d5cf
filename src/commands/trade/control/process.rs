//! Whether a process is there, and the signal that cancels its orders.

use std::io;
use std::process::{Command, Stdio};

/// When the process with this number began, in ticks since the system did; `None` if there is none, or only what is
/// left of one.
#[must_use]
pub(crate) fn process_start(pid: u32) -> Option<u64> {
    let line = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The second field is the program's name in brackets; it may hold anything.
    let (_, rest) = line.rsplit_once(") ")?;
    let mut fields = rest.split(' ');
    let is_dead = matches!(fields.next()?, "Z" | "X" | "x");
    if is_dead { None } else { fields.nth(18)?.parse().ok() }
}

/// Sends SIGUSR1. The shell's own `kill` is used: it needs no file, no library and no unsafe code.
pub(super) fn send_kill_signal(pid: u32) -> io::Result<()> {
    let status = Command::new("/bin/sh")
        .args(["-c", &format!("kill -s USR1 {pid}")])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()?;
    if status.success() {
        Ok(())
    } else {
        Err(io::Error::other(format!("process {pid} took no signal")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_is_there_and_keeps_its_beginning() {
        let own = process_start(std::process::id());
        assert!(own.is_some());
        assert_eq!(own, process_start(std::process::id()));
        assert_eq!(process_start(u32::MAX), None);
    }

    #[test]
    fn a_process_that_only_waits_to_be_buried_is_gone() {
        let mut child = Command::new("/bin/sh").args(["-c", "exec sleep 60"]).spawn().unwrap();
        assert!(process_start(child.id()).is_some());
        child.kill().unwrap();
        while process_start(child.id()).is_some() {
            std::thread::yield_now();
        }
        child.wait().unwrap();
    }
}
