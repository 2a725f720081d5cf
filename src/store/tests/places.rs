//! Databases to test on, and what tests put into them.

use std::collections::BTreeMap;

use tempfile::TempDir;

use super::server::Server;
use crate::base::{Timestamp, digest_bytes};
use crate::store::{JobDraft, Store, StudyDraft, TrialParam};

/// An empty database.
pub(super) struct Place {
    pub(super) url: String,
    _folder: Option<TempDir>,
}

impl Place {
    pub(super) fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("deep/er/releat.db").display());
        Self { url, _folder: Some(folder) }
    }

    /// One of each kind that can be had here.
    pub(super) fn all() -> Vec<Self> {
        let server = Server::get().map(|server| Self { url: server.database(), _folder: None });
        std::iter::once(Self::sqlite()).chain(server).collect()
    }

    pub(super) fn open(&self) -> Store {
        Store::open(&self.url).unwrap()
    }
}

pub(super) fn study(name: &str) -> StudyDraft {
    StudyDraft {
        name: name.to_owned(),
        agent: "turtle".to_owned(),
        metric: "validation.sharpe".to_owned(),
        seed: u64::MAX,
        inputs: digest_bytes(b"inputs"),
        agent_yaml: "name: turtle\n".to_owned(),
        tune_json: "{\"trials\":4}".to_owned(),
    }
}

pub(super) fn params(rate: f64) -> Vec<TrialParam> {
    let float = r#"{"name": "FloatDistribution", "attributes": {"step": null, "low": 1e-05, "high": 1.0, "log": true}}"#;
    let choice =
        r#"{"name": "CategoricalDistribution", "attributes": {"choices": ["gru", "mlp"]}}"#;
    let param = |name: &str, value, distribution: &str| TrialParam {
        name: name.to_owned(),
        value,
        distribution: distribution.to_owned(),
    };
    vec![param("learner.ppo.learning_rate", rate, float), param("model", 1.0, choice)]
}

pub(super) fn job(number: u64) -> JobDraft {
    let trial = usize::try_from(number).unwrap();
    let params = BTreeMap::from([("model".to_owned(), serde_json::json!("mlp"))]);
    JobDraft {
        number,
        trial,
        rung: 0,
        budget_env_steps: 1_000,
        params,
        parent: trial.checked_sub(1),
        max_attempts: 3,
    }
}

pub(super) fn later(time: Timestamp, seconds: i64) -> Timestamp {
    time.saturating_add_nanos(seconds * 1_000_000_000)
}
