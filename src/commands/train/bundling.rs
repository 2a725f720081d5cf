//! Writing what was learned as a bundle.

use std::path::Path;

use crate::base::Digest;
use crate::commands::{Failure, FailureKind};
use crate::config::{Agent, effective_yaml};
use crate::evaluate::PreparedMarket;
use crate::gym::{ActionTable, position_names};
use crate::learners::bundle::{Bundle, Origin, Texts};
use crate::models::Model;

/// What every bundle of a run shares.
pub(in crate::commands) struct BundleParts<'a> {
    /// The settings.
    pub(in crate::commands) agent: &'a Agent,
    /// The market that they were trained on.
    pub(in crate::commands) market: &'a PreparedMarket,
    /// Their actions.
    pub(in crate::commands) table: &'a ActionTable,
}

impl BundleParts<'_> {
    /// Writes a bundle in the place of whatever is there.
    pub(in crate::commands) fn write(
        &self,
        path: &Path,
        net: &Model,
        env_steps: u64,
        score: Option<f64>,
    ) -> Result<Digest, Failure> {
        let failed = |error| Failure::new(FailureKind::Data, error);
        if path.exists() {
            // Left by a process that died after writing it and before saying so.
            std::fs::remove_dir_all(path)
                .map_err(|error| Failure::new(FailureKind::Data, error))?;
        }
        let agent = self.agent;
        let bug = |error: serde_json::Error| Failure::new(FailureKind::Bug, error);
        let features =
            self.market.document.to_json().map_err(|e| Failure::new(FailureKind::Bug, e))?;
        let actions = serde_json::to_string_pretty(self.table).map_err(bug)?;
        let yaml = effective_yaml(agent);
        let symbols = agent.universe.symbols.iter().map(ToString::to_string);
        let assets: Vec<String> = std::iter::once("CASH".to_owned()).chain(symbols).collect();
        let mut observation = self.market.document.names().to_vec();
        observation.extend(position_names(&assets));
        observation.extend(self.table.slot_value_names());
        let origin = Origin {
            agent: agent.name.clone(),
            releat_version: env!("CARGO_PKG_VERSION").to_owned(),
            seed: agent.seed,
            train: agent.data.train,
            data_fingerprint: self.market.fingerprint.to_string(),
            env_steps,
            validation_score: score,
            observation,
        };
        let texts = Texts { agent_yaml: &yaml, features_json: &features, actions_json: &actions };
        Bundle::write(path, origin, net, &texts).map_err(failed)
    }
}
