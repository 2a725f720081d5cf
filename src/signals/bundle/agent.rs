//! The signals of an agent bundle.

use super::what_if::WhatIf;
use crate::base::digest_bytes;
use crate::config::Adjust;
use crate::domain::{CalendarName, MarketRow, Symbol, Timeframe};
use crate::features::{FeatureDocument, FeaturePipeline};
use crate::gym::{ActionTable, SlotCounts, num_position_values, num_slot_values};
use crate::learners::bundle::Bundle;
use crate::learners::{Decision, Policy};
use crate::signals::{
    DecisionPoint, Joint, Opinion, Signal, SignalError, SignalSource, Target, Views,
};

/// Forms signals with a frozen agent; it remembers the episode since it was loaded.
pub struct BundleSignal {
    room: Room,
    features: FeaturePipeline,
    actions: ActionTable,
    policy: Policy,
    latest: Option<Vec<f32>>,
    has_views: bool,
}

/// What agents must have in common to trade one account.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::signals) struct Room {
    pub(in crate::signals) symbols: Vec<Symbol>,
    pub(in crate::signals) timeframe: Timeframe,
    pub(in crate::signals) calendar: CalendarName,
    pub(in crate::signals) adjust: Adjust,
    pub(in crate::signals) slots: Option<SlotCounts>,
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
        let room = Room {
            symbols: document.symbols().to_vec(),
            timeframe: document.timeframe(),
            calendar: document.calendar(),
            adjust: document.adjust(),
            slots: actions.slots(),
        };
        Ok(Self { room, features, actions, policy, latest: None, has_views: false })
    }

    /// The same agent, which also tells what it would do in another position.
    #[must_use]
    pub fn with_views(mut self) -> Self {
        self.has_views = true;
        self
    }

    /// The universe that the agent was trained on, cash not included.
    #[must_use]
    pub fn symbols(&self) -> &[Symbol] {
        &self.room.symbols
    }

    /// What the agent's actions mean.
    #[must_use]
    pub fn actions(&self) -> &ActionTable {
        &self.actions
    }

    pub(in crate::signals) const fn room(&self) -> &Room {
        &self.room
    }

    fn target(&self, action: usize, point: &DecisionPoint<'_>) -> Result<Target, SignalError> {
        let num_actions = self.actions.num_actions();
        let refusal = SignalError::Action { time: point.time, action, num_actions };
        Target::of(&self.actions, action).ok_or(refusal)
    }

    /// What the agent would do flat and on the other side, without remembering that it was asked.
    fn views(&self, features: &[f32], point: &DecisionPoint<'_>) -> Result<Views, SignalError> {
        let ask = |what_if: &WhatIf| {
            let observation = what_if.position(point.standing.prices).observation_values(features);
            let legal = what_if.legal_actions(point, &self.actions);
            let decision = self.policy.peek(&observation, &legal);
            let source = |source| SignalError::Policy { time: point.time, source };
            self.target(decision.map_err(source)?.action, point)
        };
        Ok(Views {
            flat: ask(&WhatIf::flat(point.standing))?,
            hedge: ask(&WhatIf::hedge(point.standing))?,
        })
    }
}

impl SignalSource for BundleSignal {
    fn observe(&mut self, row: &MarketRow) {
        self.latest = self.features.update(row).map(<[f32]>::to_vec);
    }

    fn signal(&mut self, point: &DecisionPoint<'_>) -> Result<Opinion, SignalError> {
        let time = point.time;
        let Some(features) = &self.latest else { return Ok(Opinion::WarmingUp) };
        let observation = point.position.observation_values(features);
        let legal = point.legal_actions(&self.actions);
        let views = if self.has_views { Some(self.views(features, point)?) } else { None };
        let decision = self
            .policy
            .decide(&observation, &legal)
            .map_err(|source| SignalError::Policy { time, source })?;
        let Decision { action, probabilities, value, .. } = decision;
        let bytes: Vec<u8> = observation.iter().flat_map(|value| value.to_le_bytes()).collect();
        let signal = Signal {
            time,
            action,
            target: self.target(action, point)?,
            confidence: f64::from(probabilities[action]),
            value: f64::from(value),
            observation: digest_bytes(&bytes),
            views,
        };
        Ok(Opinion::Signal(Box::new(Joint::lone(signal, legal))))
    }
}

fn check(what: &'static str, expected: usize, found: usize) -> Result<(), SignalError> {
    if expected == found { Ok(()) } else { Err(SignalError::Mismatch { what, expected, found }) }
}
