//! The view on the terminal while a session runs, or while somebody looks at one.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use super::draw::draw;
use super::session_view::SessionView;
use super::terminal::Screen;
use crate::base::Interrupt;
use crate::commands::trade::control::SharedView;
use crate::commands::{Failure, FailureKind};

/// Time between two pictures.
const EVERY: Duration = Duration::from_millis(250);
/// Longest sleep before a stop is noticed.
const SLICE: Duration = Duration::from_millis(25);

/// Draws a shared view on standard error until dropped or until a stop is asked for; then the screen is as before.
#[derive(Debug)]
pub(crate) struct LiveView {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl LiveView {
    /// Takes the screen over; `None` if standard error is no terminal that can show it. Nothing else may write to
    /// standard error until this is dropped.
    ///
    /// # Errors
    /// If the terminal cannot be written or the system gives no thread.
    pub(crate) fn start(view: SharedView, interrupt: Interrupt) -> io::Result<Option<Self>> {
        let Some(mut screen) = Screen::open()? else { return Ok(None) };
        let stop = Arc::new(AtomicBool::new(false));
        let asked_to_stop = Arc::clone(&stop);
        let is_over = move || asked_to_stop.load(Ordering::SeqCst) || is_stopped(&interrupt);
        let thread = std::thread::Builder::new().name("view".to_owned()).spawn(move || {
            while !is_over() {
                // A terminal that went away ends the view and nothing else.
                if show(&mut screen, &view.get()).is_err() {
                    return;
                }
                pause(&is_over);
            }
        })?;
        Ok(Some(Self { stop, thread: Some(thread) }))
    }
}

impl Drop for LiveView {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has restored the screen already.
            let _ = thread.join();
        }
    }
}

/// Shows what `look` finds until a stop is asked for.
///
/// # Errors
/// [`FailureKind::Usage`] if standard error is no terminal.
pub(crate) fn watch(interrupt: &Interrupt, look: impl Fn() -> SessionView) -> Result<(), Failure> {
    let failed = |error: io::Error| {
        Failure::new(FailureKind::Usage, format!("cannot draw on the terminal: {error}"))
    };
    let Some(mut screen) = Screen::open().map_err(failed)? else {
        let text = "--watch needs a terminal on standard error";
        return Err(Failure::new(FailureKind::Usage, text).hint("leave --watch away"));
    };
    let is_over = || is_stopped(interrupt);
    while !is_over() {
        show(&mut screen, &look()).map_err(failed)?;
        pause(&is_over);
    }
    Ok(())
}

fn show(screen: &mut Screen, view: &SessionView) -> io::Result<()> {
    screen.show(|frame| draw(frame, view))
}

fn is_stopped(interrupt: &Interrupt) -> bool {
    interrupt.stop_requested().is_some()
}

fn pause(is_over: &impl Fn() -> bool) {
    let mut slept = Duration::ZERO;
    while slept < EVERY && !is_over() {
        std::thread::sleep(SLICE);
        slept += SLICE;
    }
}
