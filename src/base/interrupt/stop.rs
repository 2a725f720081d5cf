//! Stopping long work on SIGINT and SIGTERM.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};

/// The signal that asked the process to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopSignal {
    /// Ctrl-C.
    Int,
    /// The polite request of a service manager.
    Term,
}

impl StopSignal {
    /// The exit code of a process that stopped on this signal.
    #[must_use]
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Int => 130,
            Self::Term => 143,
        }
    }
}

/// A flag that the first signal raises; long work asks for it between steps.
///
/// The first signal asks for a clean stop; the second ends the process at once.
#[derive(Debug, Clone, Default)]
pub struct Interrupt {
    signal: Arc<AtomicUsize>,
}

impl Interrupt {
    /// A flag that nothing raises.
    #[must_use]
    pub fn never() -> Self {
        Self::default()
    }

    /// A flag that SIGINT and SIGTERM raise.
    ///
    /// # Errors
    /// If the system refuses the handlers.
    pub fn on_signals() -> io::Result<Self> {
        let interrupt = Self::default();
        let asked_before = Arc::new(AtomicBool::new(false));
        for (signal, code) in [(SIGINT, 130), (SIGTERM, 143)] {
            // Registered first, so that it sees the flag which the same signal raised last time.
            signal_hook::flag::register_conditional_shutdown(
                signal,
                code,
                Arc::clone(&asked_before),
            )?;
            signal_hook::flag::register(signal, Arc::clone(&asked_before))?;
            let number = usize::try_from(signal).unwrap_or_default();
            signal_hook::flag::register_usize(signal, Arc::clone(&interrupt.signal), number)?;
        }
        Ok(interrupt)
    }

    /// The signal that asked for a stop, if any did.
    #[must_use]
    pub fn stop_requested(&self) -> Option<StopSignal> {
        match self.signal.load(Ordering::Relaxed) {
            0 => None,
            number if number == SIGTERM as usize => Some(StopSignal::Term),
            _ => Some(StopSignal::Int),
        }
    }

    /// Raises the flag from inside the process, as a test or a service does.
    pub fn request_stop(&self, signal: StopSignal) {
        let number = match signal {
            StopSignal::Int => SIGINT,
            StopSignal::Term => SIGTERM,
        };
        self.signal.store(usize::try_from(number).unwrap_or(1), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flag_tells_which_signal_came() {
        let interrupt = Interrupt::never();
        assert_eq!(interrupt.stop_requested(), None);
        interrupt.request_stop(StopSignal::Term);
        assert_eq!(interrupt.stop_requested(), Some(StopSignal::Term));
        assert_eq!(StopSignal::Term.exit_code(), 143);
    }
}
