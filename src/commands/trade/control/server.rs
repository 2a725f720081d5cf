//! The thread of a session that answers at its socket.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::wire::{Ask, LINE_MAX, Reply, Request, listen};
use crate::base::now;
use crate::commands::trade::view::SessionView;
use crate::trader::Command;
use crate::trader::watchdog::Commander;

/// Pause between two looks for a new client.
const POLL: Duration = Duration::from_millis(10);
/// Time that a client may be silent.
const SILENCE_MAX: Duration = Duration::from_secs(5);
/// Clients at the same time; more are turned away.
const CLIENTS_MAX: usize = 16;
/// Time that a kill is waited for; after this the watchdog has canceled by itself.
const KILL_WAIT: Duration = Duration::from_secs(1);
/// Time that another command is waited for.
const COMMAND_WAIT: Duration = Duration::from_secs(10);

/// The view of a session, shared between the loop that fills it and everybody who looks.
#[derive(Debug, Clone, Default)]
pub(crate) struct SharedView {
    view: Arc<Mutex<SessionView>>,
}

impl SharedView {
    /// Puts a new view in place of the last.
    pub(crate) fn set(&self, view: SessionView) {
        *self.view.lock().unwrap_or_else(PoisonError::into_inner) = view;
    }

    /// Changes the view in place.
    pub(crate) fn update(&self, change: impl FnOnce(&mut SessionView)) {
        change(&mut self.view.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// The view as it is now.
    #[must_use]
    pub(crate) fn get(&self) -> SessionView {
        self.view.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Answers at the socket of a session until dropped; then the socket is gone.
#[derive(Debug)]
pub(crate) struct ControlServer {
    socket: PathBuf,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl ControlServer {
    /// Listens at `socket`: questions are answered from the view, commands are given to the loop.
    ///
    /// # Errors
    /// If the system gives no socket or no thread.
    pub(crate) fn start(socket: &Path, commander: Commander, view: SharedView) -> io::Result<Self> {
        let listener = listen(socket)?;
        listener.set_nonblocking(true)?;
        let stop = Arc::new(AtomicBool::new(false));
        let desk = Desk { commander, view, clients: Arc::default() };
        let asked_to_stop = Arc::clone(&stop);
        let thread = std::thread::Builder::new().name("control".to_owned()).spawn(move || {
            while !asked_to_stop.load(Ordering::SeqCst) {
                desk.welcome(&listener);
                std::thread::sleep(POLL);
            }
        })?;
        Ok(Self { socket: socket.to_owned(), stop, thread: Some(thread) })
    }
}

impl Drop for ControlServer {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has nothing left to do.
            let _ = thread.join();
        }
        // A socket that stays harms nobody: the next start takes its place.
        let _ = std::fs::remove_file(&self.socket);
    }
}

#[derive(Clone)]
struct Desk {
    commander: Commander,
    view: SharedView,
    clients: Arc<AtomicUsize>,
}

impl Desk {
    /// A thread for each client, so that a silent one keeps nobody from killing.
    fn welcome(&self, listener: &UnixListener) {
        while let Ok((stream, _)) = listener.accept() {
            if self.clients.load(Ordering::SeqCst) >= CLIENTS_MAX {
                continue;
            }
            self.clients.fetch_add(1, Ordering::SeqCst);
            let desk = self.clone();
            let spawned = std::thread::Builder::new().name("client".to_owned()).spawn(move || {
                // A client that went away is no concern of the session.
                let _ = desk.serve(&stream);
                desk.clients.fetch_sub(1, Ordering::SeqCst);
            });
            if spawned.is_err() {
                self.clients.fetch_sub(1, Ordering::SeqCst);
            }
        }
    }

    fn serve(&self, stream: &UnixStream) -> io::Result<()> {
        stream.set_nonblocking(false)?;
        stream.set_read_timeout(Some(SILENCE_MAX))?;
        stream.set_write_timeout(Some(SILENCE_MAX))?;
        let mut lines = BufReader::new(stream.take(LINE_MAX));
        let mut line = String::new();
        while lines.read_line(&mut line)? > 0 {
            let mut answer = serde_json::to_vec(&self.answer(&line))?;
            answer.push(b'\n');
            let mut out = stream;
            out.write_all(&answer)?;
            line.clear();
        }
        Ok(())
    }

    fn answer(&self, line: &str) -> Reply {
        let command = match serde_json::from_str(line) {
            Ok(Request { command }) => command,
            Err(error) => return refused(&format!("a line must be {EXAMPLE}: {error}")),
        };
        let (command, most) = match command {
            Ask::Status => {
                let view = SessionView { taken_at: Some(now()), ..self.view.get() };
                return Reply { ok: true, view: Some(Box::new(view)), ..Reply::default() };
            }
            Ask::Pause => (Command::Pause, COMMAND_WAIT),
            Ask::Resume => (Command::Resume, COMMAND_WAIT),
            Ask::Flatten => (Command::Flatten, COMMAND_WAIT),
            Ask::Kill => (Command::Kill, KILL_WAIT),
        };
        match self.commander.send(command, "cli") {
            Ok(receipt) => Reply { ok: true, done: Some(receipt.wait(most)), ..Reply::default() },
            Err(error) => refused(&format!("the session stays killed: {error}")),
        }
    }
}

const EXAMPLE: &str = r#"{"command":"status|pause|resume|flatten|kill"}"#;

fn refused(error: &str) -> Reply {
    Reply { error: Some(error.to_owned()), ..Reply::default() }
}
