//! The settings of a trial: those of the agent file with what was drawn laid over them.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::commands::{Failure, FailureKind};
use crate::config::{Agent, Learner, effective_yaml, from_bundle_yaml};
use crate::tuner::Params;

/// The agent that a study searches around, as text: what a worker elsewhere gets too.
#[derive(Debug, Clone)]
pub(in crate::commands::tune) struct BaseAgent {
    yaml: String,
    total_env_steps: u64,
}

impl BaseAgent {
    /// From the effective settings; each trial may run up to `total_env_steps`.
    pub(in crate::commands::tune) fn new(yaml: String, total_env_steps: u64) -> Self {
        Self { yaml, total_env_steps }
    }

    /// The agent of a trial. Same parameters, same agent, wherever it is asked for.
    ///
    /// # Errors
    /// [`FailureKind::Usage`] with the rule that the drawn values break.
    pub(in crate::commands::tune) fn with(&self, params: &Params) -> Result<Agent, Failure> {
        let read = |sets: &[String]| {
            from_bundle_yaml(&self.yaml, "agent.yaml of the study", sets)
                .map_err(|error| Failure::new(FailureKind::Usage, error.to_string()))
        };
        let mut sets = assignments(params);
        let kind = learner_key(&read(&sets)?.learner);
        sets.push(format!("learner.{kind}.total_env_steps={}", self.total_env_steps));
        read(&sets)
    }
}

/// What a user would write after `--set` to train with these values.
pub(in crate::commands::tune) fn assignments(params: &Params) -> Vec<String> {
    let mut all = BTreeMap::new();
    for (key, value) in params {
        all.insert(key, yaml(value));
    }
    all.into_iter().map(|(key, value)| format!("{key}={value}")).collect()
}

/// A value in YAML's flow style, which needs a space after a colon.
fn yaml(value: &Value) -> String {
    match value {
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(yaml).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(fields) => {
            let fields: Vec<String> = fields
                .iter()
                .map(|(key, value)| format!("{}: {}", Value::from(key.as_str()), yaml(value)))
                .collect();
            format!("{{{}}}", fields.join(", "))
        }
        scalar => scalar.to_string(),
    }
}

fn learner_key(learner: &Learner) -> &'static str {
    match learner {
        Learner::Ppo(_) => "ppo",
        Learner::Dqn(_) => "dqn",
        Learner::A2c(_) => "a2c",
    }
}

/// The agent as text, for its folder.
pub(super) fn text_of(agent: &Agent) -> String {
    effective_yaml(agent)
}
