//! The signal that cancels all orders of a session.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::SIGUSR1;

/// A flag that SIGUSR1 raises: cancel all orders and halt.
#[derive(Debug, Clone, Default)]
pub struct KillSignal {
    raised: Arc<AtomicBool>,
}

impl KillSignal {
    /// A flag that only [`KillSignal::raise`] raises.
    #[must_use]
    pub fn never() -> Self {
        Self::default()
    }

    /// A flag that SIGUSR1 raises.
    ///
    /// # Errors
    /// If the system refuses the handler.
    pub fn on_signal() -> io::Result<Self> {
        let signal = Self::default();
        signal_hook::flag::register(SIGUSR1, Arc::clone(&signal.raised))?;
        Ok(signal)
    }

    /// Raises the flag from inside the process.
    pub fn raise(&self) {
        self.raised.store(true, Ordering::SeqCst);
    }

    /// Whether the flag was up; it is down afterwards.
    #[must_use]
    pub fn take(&self) -> bool {
        self.raised.swap(false, Ordering::SeqCst)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_raised_flag_is_seen_once() {
        let signal = KillSignal::never();
        let same = signal.clone();
        assert!(!signal.take());
        same.raise();
        assert!(signal.take());
        assert!(!signal.take());
    }

    #[test]
    fn the_signal_raises_the_flag() {
        let signal = KillSignal::on_signal().unwrap();
        signal_hook::low_level::raise(SIGUSR1).unwrap();
        assert!(signal.take());
    }
}
