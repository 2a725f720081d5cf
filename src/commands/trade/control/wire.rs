//! What goes over the socket of a session: a line of JSON each way.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::commands::trade::view::SessionView;

/// Longest line that is read, bytes.
pub(super) const LINE_MAX: u64 = 4 << 20;
/// Longest path that the address of a socket has room for, on every system.
const ADDRESS_MAX: usize = 100;

/// What a session is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Ask {
    /// The view.
    Status,
    /// Decide nothing new.
    Pause,
    /// Trade again.
    Resume,
    /// Close everything, then pause.
    Flatten,
    /// Cancel everything and halt.
    Kill,
}

impl Ask {
    /// As it is typed.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Flatten => "flatten",
            Self::Kill => "kill",
        }
    }
}

/// A line to the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Request {
    pub(super) command: Ask,
}

/// A line back.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Reply {
    /// Whether the request was understood and passed on.
    pub(super) ok: bool,
    /// Whether the loop of the session has carried it out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) done: Option<bool>,
    /// What was wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<String>,
    /// The answer to a question for the status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) view: Option<Box<SessionView>>,
}

/// Asks a session and waits for its answer.
pub(super) fn ask(socket: &Path, command: Ask, most: Duration) -> io::Result<Reply> {
    let mut stream = at_short_path(socket, |path| UnixStream::connect(path))?;
    stream.set_read_timeout(Some(most))?;
    stream.set_write_timeout(Some(most))?;
    let mut line = serde_json::to_vec(&Request { command })?;
    line.push(b'\n');
    stream.write_all(&line)?;
    let mut answer = String::new();
    BufReader::new(stream.take(LINE_MAX)).read_line(&mut answer)?;
    if answer.is_empty() {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(serde_json::from_str(&answer)?)
}

/// Listens at a path, in the place of a socket that a dead process left.
pub(super) fn listen(socket: &Path) -> io::Result<UnixListener> {
    match std::fs::remove_file(socket) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    at_short_path(socket, |path| UnixListener::bind(path))
}

/// The address of a socket has room for some hundred bytes; a longer path is taken by way of its open folder.
fn at_short_path<T>(socket: &Path, open: impl Fn(&Path) -> io::Result<T>) -> io::Result<T> {
    if socket.as_os_str().len() <= ADDRESS_MAX {
        return open(socket);
    }
    let folder = std::fs::File::open(socket.parent().unwrap_or(Path::new(".")))?;
    let short = PathBuf::from(format!("/proc/self/fd/{}", folder.as_raw_fd()));
    open(&short.join(socket.file_name().unwrap_or_default()))
}
