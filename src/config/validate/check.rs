//! Requirements and what became of them.

use std::fmt::Display;
use std::ops::RangeInclusive;

use super::{data, env, eval, features, learner, model, place, trade, tune};
use crate::config::{Agent, Place};

/// A rule that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    /// The key at fault, then others that the rule reads.
    pub(crate) keys: Vec<String>,
    /// What was expected and what was found.
    pub(crate) text: String,
}

/// Every rule of an agent that does not hold.
pub(crate) fn check_agent(agent: &Agent) -> Vec<Finding> {
    let mut check = Check::default();
    data::check_universe(&mut check, agent);
    data::check(&mut check, agent);
    features::check(&mut check, agent);
    env::check(&mut check, agent);
    model::check(&mut check, agent);
    learner::check(&mut check, agent);
    tune::check(&mut check, agent);
    eval::check(&mut check, agent);
    trade::check(&mut check, agent);
    check.findings
}

/// Every rule of a place that does not hold.
pub(crate) fn check_place(place: &Place) -> Vec<Finding> {
    let mut check = Check::default();
    place::check(&mut check, place);
    trade::limits(&mut check, "risk", &place.risk);
    check.findings
}

/// Collects what does not hold.
#[derive(Debug, Default)]
pub(super) struct Check {
    findings: Vec<Finding>,
}

impl Check {
    /// Notes that a rule about `keys` does not hold.
    pub(super) fn deny(&mut self, keys: &[&str], text: String) {
        let keys = keys.iter().map(|&key| key.to_owned()).collect();
        self.findings.push(Finding { keys, text });
    }

    /// The value must lie in a range, ends included.
    pub(super) fn within<T>(&mut self, key: &str, value: T, range: RangeInclusive<T>)
    where
        T: PartialOrd + Display + Copy,
    {
        if !range.contains(&value) {
            let (low, high) = (range.start(), range.end());
            self.deny(&[key], format!("`{key}` must be in {low}..={high}, was {value}"));
        }
    }

    /// The value must be at least `least`.
    pub(super) fn at_least<T: PartialOrd + Display + Copy>(
        &mut self,
        key: &str,
        value: T,
        least: T,
    ) {
        if value < least {
            self.deny(&[key], format!("`{key}` must be at least {least}, was {value}"));
        }
    }

    /// The value must lie above 0 and not above `most`.
    pub(super) fn positive(&mut self, key: &str, value: f64, most: f64) {
        if !(value > 0.0 && value <= most) {
            let text = format!("`{key}` must be above 0 and at most {most}, was {value}");
            self.deny(&[key], text);
        }
    }
}
