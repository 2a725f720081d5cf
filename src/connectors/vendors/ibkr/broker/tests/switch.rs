//! A gateway that fails when a test says so.

use std::sync::{Arc, Mutex};

use super::super::super::sim::{Act, Moment, SimOptions};
use super::stage::{Stage, options, script};

/// What the gateway does at its next tick.
#[derive(Clone, Default)]
pub(super) struct Switch(Arc<Mutex<Vec<Act>>>);

impl Switch {
    pub(super) fn turn(&self, act: Act) {
        self.0.lock().unwrap().push(act);
    }

    /// Whether the gateway has done everything.
    pub(super) fn is_done(&self) -> bool {
        self.0.lock().unwrap().is_empty()
    }
}

/// A gateway that does what is in the switch.
pub(super) fn switched() -> (Stage, Switch) {
    switched_with(options())
}

/// The same with other options.
pub(super) fn switched_with(mut options: SimOptions) -> (Stage, Switch) {
    let switch = Switch::default();
    let shared = switch.clone();
    options.faults = script(move |_, moment| match moment {
        Moment::Tick => std::mem::take(&mut *shared.0.lock().unwrap()),
        _ => Vec::new(),
    });
    (Stage::new(options), switch)
}
