//! The signals of an agent bundle: the features, the observation and the policy of training.

use super::{DecisionPoint, Signal, SignalError, SignalSource, Target};
use crate::base::digest_bytes;
use crate::domain::{MarketRow, Symbol};
use crate::features::{FeatureDocument, FeaturePipeline};
use crate::gym::{ActionTable, num_position_values, num_slot_values};
use crate::learners::Policy;
use crate::learners::bundle::Bundle;

/// Forms signals with a frozen agent; it remembers the episode since it was loaded.
pub struct BundleSignal {
    symbols: Vec<Symbol>,
    features: FeaturePipeline,
    actions: ActionTable,
    policy: Policy,
    latest: Option<Vec<f32>>,
}

impl BundleSignal {
    /// The agent of a bundle, before its first row.
    ///
    /// # Errors
    /// [`SignalError`] if a part of the bundle cannot be read or its parts do not fit together.
    pub fn load(bundle: &Bundle) -> Result<Self, SignalError> {
        let document = FeatureDocument::from_json(bundle.features_json())
            .map_err(|source| SignalError::Document { source })?;
        let features = FeaturePipeline::try_new(&document)
            .map_err(|source| SignalError::Features { source })?;
        let actions: ActionTable = serde_json::from_str(bundle.actions_json())
            .map_err(|source| SignalError::Actions { source })?;
        let policy =
            Policy::from_bundle(bundle).map_err(|source| SignalError::Bundle { source })?;
        let num_assets = document.symbols().len() + 1;
        let position = num_position_values(num_assets) + num_slot_values(actions.num_slots());
        let observed = document.names().len() + position;
        check("assets in the action table", num_assets, actions.num_assets())?;
        check("values in the observation", observed, policy.num_observations())?;
        check("actions of the network", actions.num_actions(), policy.num_actions())?;
        Ok(Self { symbols: document.symbols().to_vec(), features, actions, policy, latest: None })
    }

    /// The universe that the agent was trained on, cash not included.
    #[must_use]
    pub fn symbols(&self) -> &[Symbol] {
        &self.symbols
    }

    /// What the agent's actions mean.
    #[must_use]
    pub fn actions(&self) -> &ActionTable {
        &self.actions
    }
}

impl SignalSource for BundleSignal {
    fn observe(&mut self, row: &MarketRow) {
        self.latest = self.features.update(row).map(<[f32]>::to_vec);
    }

    fn signal(&mut self, point: &DecisionPoint<'_>) -> Result<Option<Signal>, SignalError> {
        let time = point.time;
        let Some(features) = &self.latest else { return Ok(None) };
        let observation = point.position.observation_values(features);
        let decision = self
            .policy
            .decide(&observation, point.legal)
            .map_err(|source| SignalError::Policy { time, source })?;
        let action = decision.action;
        let num_actions = self.actions.num_actions();
        let target = Target::of(&self.actions, action).ok_or(SignalError::Action {
            time,
            action,
            num_actions,
        })?;
        let bytes: Vec<u8> = observation.iter().flat_map(|value| value.to_le_bytes()).collect();
        Ok(Some(Signal {
            time,
            action,
            target,
            confidence: f64::from(decision.probabilities[action]),
            value: f64::from(decision.value),
            observation: digest_bytes(&bytes),
        }))
    }
}

fn check(what: &'static str, expected: usize, found: usize) -> Result<(), SignalError> {
    if expected == found { Ok(()) } else { Err(SignalError::Mismatch { what, expected, found }) }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use burn::tensor::Device;

    use super::*;
    use crate::base::SeedStream;
    use crate::config::{self, Adjust, Env, FeatureSpec, Gru, Transform};
    use crate::domain::{Calendar, CalendarName, Panel};
    use crate::features::{FeatureGraph, FittedTransforms, batch};
    use crate::gym::fixtures::{PanelSpec, panel};
    use crate::gym::{Account, EnvParams, PositionState, Tape};
    use crate::learners::bundle::{Origin, Texts};
    use crate::models::{Architecture, Model};

    const BARS_PER_YEAR: f64 = 365.0;

    fn document(panel: &Panel) -> FeatureDocument {
        let specs: Vec<FeatureSpec> =
            serde_json::from_str(r#"[{"log_return": {"window": 1}}, {"rsi": {"window": 14}}]"#)
                .unwrap();
        let calendar = Calendar::new(CalendarName::AlwaysOpen);
        let graph =
            FeatureGraph::try_new(&specs, &panel.symbols, panel.timeframe, &calendar).unwrap();
        let frame = batch(&graph, panel).unwrap();
        let days = "2010-01-01..2010-06-30".parse().unwrap();
        let fitted =
            FittedTransforms::fit(&[Transform::Standardize], &frame, days, &calendar).unwrap();
        FeatureDocument::try_new(&graph, Adjust::Total, fitted).unwrap()
    }

    fn write(place: &Path, document: &FeatureDocument, actions: &ActionTable) -> Bundle {
        let num_observations = document.names().len() + num_position_values(4);
        let settings = config::Model::Gru(Gru { encoder: 16, hidden: 16, layers: 1 });
        let architecture = Architecture::actor_critic(&settings, num_observations, 5);
        let mut rng = SeedStream::new(5).child("init").rng();
        let net = Model::init(architecture, &mut rng, &Device::flex());
        let origin = Origin {
            agent: "test".to_owned(),
            releat_version: "0.1.0".to_owned(),
            seed: 5,
            train: "2010-01-01..2010-06-30".parse().unwrap(),
            data_fingerprint: String::new(),
            env_steps: 0,
            validation_score: None,
            observation: vec![String::new(); num_observations],
        };
        let texts = Texts {
            agent_yaml: "name: test\n",
            features_json: &document.to_json().unwrap(),
            actions_json: &serde_json::to_string(actions).unwrap(),
        };
        Bundle::write(place, origin, &net, &texts).unwrap();
        Bundle::load(place).unwrap()
    }

    #[test]
    fn the_signals_are_the_decisions_on_the_tape() {
        let panel = panel(&PanelSpec { missing_frac: 0.05, ..PanelSpec::default() });
        let env = Env::default();
        let table = ActionTable::try_new(&env.market, &panel.symbols).unwrap();
        let document = document(&panel);
        let place = tempfile::tempdir().unwrap();
        let bundle = write(&place.path().join("agent"), &document, &table);
        let frame = batch(&document.graph().unwrap(), &panel).unwrap();
        let rows = document.transforms().apply_frame(&frame).unwrap();
        let width = document.names().len();
        let tape = Tape::try_new(&panel, &rows, width, &env, BARS_PER_YEAR).unwrap();
        let mut policy = Policy::from_bundle(&bundle).unwrap();
        let mut account = Account::new(&EnvParams::new(&env, BARS_PER_YEAR), 3);
        let mut signals = BundleSignal::load(&bundle).unwrap();
        let ready = panel.rows.len() - tape.len();
        let flat = PositionState::flat(4);
        for row in &panel.rows[..ready] {
            signals.observe(row);
            let point = DecisionPoint { time: row.time, position: &flat, legal: &[true; 5] };
            assert_eq!(signals.signal(&point).unwrap(), None);
        }
        let mut taken = std::collections::BTreeSet::new();
        for row in 0..tape.len() - 1 {
            signals.observe(&panel.rows[ready + row]);
            let position = account.position_state(&tape, row);
            let legal = account.legal_actions(&tape, row, &table);
            let time = tape.times()[row];
            let point = DecisionPoint { time, position: &position, legal: &legal };
            let found = signals.signal(&point).unwrap().unwrap();
            let observation = position.observation_values(tape.features(row));
            let expected = policy.decide(&observation, &legal).unwrap();
            assert_eq!(found.action, expected.action, "row {row}");
            assert_eq!(found.value, f64::from(expected.value), "row {row}");
            account.step(&tape, row, table.order(found.action));
            taken.insert(found.action);
        }
        assert!(taken.len() > 1, "{taken:?}");
    }

    #[test]
    fn parts_that_do_not_fit_are_refused() {
        let panel = panel(&PanelSpec { rows: 300, ..PanelSpec::default() });
        let market = Env::default().market;
        let narrow = ActionTable::try_new(&market, &panel.symbols[..2]).unwrap();
        let place = tempfile::tempdir().unwrap();
        let bundle = write(&place.path().join("agent"), &document(&panel), &narrow);
        let error = BundleSignal::load(&bundle).err().unwrap();
        assert!(error.to_string().ends_with("assets in the action table must be 4, was 3"));
    }
}
