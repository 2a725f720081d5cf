//! One member, whose failure stays its own.

use std::any::Any;
use std::error::Error;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::score::Score;
use crate::domain::MarketRow;
use crate::signals::{DecisionPoint, Joint, Opinion, SignalSource};

/// An agent in an ensemble.
pub(super) struct Member {
    pub(super) name: String,
    pub(super) score: Score,
    source: Box<dyn SignalSource + Send>,
    /// Why it is not asked any more: after a panic nobody knows what its memory holds.
    broken: Option<String>,
}

/// What a member has to say.
#[derive(Debug)]
pub(super) enum Answer {
    /// A wish.
    Spoke(Box<Joint>),
    /// Too early.
    WarmingUp,
    /// It failed, for this reason.
    Failed(String),
}

impl Member {
    pub(super) fn new(name: String, source: Box<dyn SignalSource + Send>, score: Score) -> Self {
        Self { name, score, source, broken: None }
    }

    /// Shows it the next row.
    pub(super) fn observe(&mut self, row: &MarketRow) {
        if self.broken.is_none() {
            // Its memory is not looked at again after a panic.
            let seen = catch_unwind(AssertUnwindSafe(|| self.source.observe(row)));
            self.broken = seen.err().map(|payload| panic_text(payload.as_ref()));
        }
    }

    /// Asks for its wish.
    pub(super) fn ask(&mut self, point: &DecisionPoint<'_>) -> Answer {
        if let Some(reason) = &self.broken {
            return Answer::Failed(reason.clone());
        }
        match catch_unwind(AssertUnwindSafe(|| self.source.signal(point))) {
            Ok(Ok(Opinion::Signal(joint))) => checked(joint),
            Ok(Ok(Opinion::WarmingUp)) => Answer::WarmingUp,
            Ok(Ok(Opinion::NoQuorum { .. } | Opinion::Disagreement { .. })) => {
                Answer::Failed("its own members have no common opinion".to_owned())
            }
            Ok(Err(error)) => Answer::Failed(chain(&error)),
            Err(payload) => {
                let reason = panic_text(payload.as_ref());
                self.broken = Some(reason.clone());
                Answer::Failed(reason)
            }
        }
    }
}

/// A wish whose numbers cannot be counted with is a failure.
fn checked(joint: Box<Joint>) -> Answer {
    let numbers =
        [("confidence", joint.signal.confidence), ("expected reward", joint.signal.value)];
    match numbers.into_iter().find(|(_, value)| !value.is_finite()) {
        Some((what, value)) => Answer::Failed(format!("its {what} must be finite, was {value}")),
        None => Answer::Spoke(joint),
    }
}

/// An error and its causes in one line.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text += &format!(": {error}");
        cause = error.source();
    }
    text
}

fn panic_text(payload: &(dyn Any + Send)) -> String {
    let text = payload
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| payload.downcast_ref::<&str>().copied())
        .unwrap_or("no message");
    format!("it panicked and is left out until the session is started again: {text}")
}
