//! The command that the engine has at this moment.

use super::Taken;
use crate::trader::Command;

/// A command from the inbox until everything is done that it asks for.
#[derive(Debug, Default)]
pub struct InHand {
    taken: Option<Taken>,
    /// A cancel that it asked for did not go out.
    is_undone: bool,
}

impl InHand {
    /// Takes a command over; what to tell the engine, and who asked.
    pub fn take(&mut self, taken: Taken) -> (Command, String) {
        let told = (taken.command, taken.by.clone());
        self.taken = Some(taken);
        told
    }

    /// A cancel did not go out, or nobody knows whether it did.
    pub const fn cancel_failed(&mut self) {
        self.is_undone = true;
    }

    /// The engine has carried the command out, if there is one. A kill that left an order open is given back: the watchdog
    /// cancels by itself. For a flatten the engine asks again.
    pub fn finish(&mut self) {
        let is_undone = std::mem::take(&mut self.is_undone);
        match self.taken.take() {
            Some(taken) if is_undone && taken.command == Command::Kill => drop(taken),
            Some(taken) => taken.done(),
            None => {}
        }
    }
}
