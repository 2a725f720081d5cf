//! Markets in memory, each read and prepared once for all trials that need the same.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::json;

use crate::base::{Digest, digest_bytes};
use crate::commands::{Failure, FailureKind};
use crate::config::Agent;
use crate::dataset::Lake;
use crate::evaluate::PreparedMarket;

/// Markets kept at once; a study that searches features could else fill the memory.
const MAX_KEPT: usize = 16;

/// The markets of a study.
#[derive(Debug)]
pub(in crate::commands::tune) struct Markets {
    lake: Lake,
    kept: Mutex<BTreeMap<Digest, Arc<PreparedMarket>>>,
}

impl Markets {
    pub(in crate::commands::tune) fn new(lake: Lake) -> Self {
        Self { lake, kept: Mutex::default() }
    }

    /// The market of an agent; trials that differ only in learner and network share it.
    ///
    /// # Errors
    /// As [`PreparedMarket::for_training`].
    pub(in crate::commands::tune) fn of(
        &self,
        agent: &Agent,
    ) -> Result<Arc<PreparedMarket>, Failure> {
        let parts = json!([agent.universe, agent.data, agent.features, agent.transform, agent.env]);
        let text =
            serde_json::to_vec(&parts).map_err(|error| Failure::new(FailureKind::Bug, error))?;
        let key = digest_bytes(&text);
        // Held while the market is prepared, so that two trials do not prepare the same one.
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(market) = kept.get(&key) {
            return Ok(Arc::clone(market));
        }
        let until = agent.data.validation.end();
        let market = Arc::new(PreparedMarket::for_training(&self.lake, agent, until)?);
        if kept.len() >= MAX_KEPT {
            kept.pop_first();
        }
        kept.insert(key, Arc::clone(&market));
        Ok(market)
    }
}
