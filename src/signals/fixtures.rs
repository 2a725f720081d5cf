//! A small market with agents that were never trained, for tests.

use burn::tensor::Device;

use super::{BundleSignal, DecisionPoint, Opinion, SignalSource};
use crate::base::SeedStream;
use crate::config::{Adjust, Env, FeatureSpec, Gru, Market, Model as Settings, Transform};
use crate::domain::{Calendar, CalendarName, Panel};
use crate::features::{FeatureDocument, FeatureGraph, FittedTransforms, batch};
use crate::gym::fixtures::{PanelSpec, panel};
use crate::gym::{
    Account, ActionTable, EnvParams, Order, Standing, Tape, num_position_values, num_slot_values,
};
use crate::learners::bundle::{Bundle, Origin, Texts};
use crate::models::{Architecture, Model};

const BARS_PER_YEAR: f64 = 365.0;

/// A market of some months and what agents need to trade it.
pub(super) struct Stage {
    place: tempfile::TempDir,
    pub(super) panel: Panel,
    pub(super) table: ActionTable,
    pub(super) document: FeatureDocument,
    pub(super) tape: Tape,
    env: Env,
}

impl Stage {
    pub(super) fn new(market: Market, spec: &PanelSpec) -> Self {
        let panel = panel(spec);
        let env = Env { market, ..Env::default() };
        let table = ActionTable::try_new(&env.market, &panel.symbols).unwrap();
        let document = document(&panel);
        let frame = batch(&document.graph().unwrap(), &panel).unwrap();
        let rows = document.transforms().apply_frame(&frame).unwrap();
        let width = document.names().len();
        let tape = Tape::try_new(&panel, &rows, width, &env, BARS_PER_YEAR).unwrap();
        Self { place: tempfile::tempdir().unwrap(), panel, table, document, tape, env }
    }

    /// Three symbols of which a bar is missing now and then.
    pub(super) fn portfolio() -> Self {
        let spec = PanelSpec { rows: 250, missing_frac: 0.05, ..PanelSpec::default() };
        Self::new(Env::default().market, &spec)
    }

    pub(super) fn bundle(&self, seed: u64) -> Bundle {
        self.bundle_with(seed, &self.table)
    }

    pub(super) fn bundle_with(&self, seed: u64, actions: &ActionTable) -> Bundle {
        let position = num_position_values(self.panel.symbols.len() + 1)
            + num_slot_values(actions.num_slots());
        let num_observations = self.document.names().len() + position;
        let settings = Settings::Gru(Gru { encoder: 16, hidden: 16, layers: 1 });
        let architecture =
            Architecture::actor_critic(&settings, num_observations, self.table.num_actions());
        let mut rng = SeedStream::new(seed).child("init").rng();
        let net = Model::init(architecture, &mut rng, &Device::flex());
        let texts = Texts {
            agent_yaml: "name: test\n",
            features_json: &self.document.to_json().unwrap(),
            actions_json: &serde_json::to_string(actions).unwrap(),
        };
        let path = self.place.path().join(seed.to_string());
        if !path.exists() {
            Bundle::write(&path, origin(seed, num_observations), &net, &texts).unwrap();
        }
        Bundle::load(&path).unwrap()
    }

    pub(super) fn agent(&self, seed: u64) -> BundleSignal {
        BundleSignal::load(&self.bundle(seed)).unwrap()
    }

    /// Rows that only warm the features up.
    pub(super) fn num_warm_up(&self) -> usize {
        self.panel.rows.len() - self.tape.len()
    }

    pub(super) fn account(&self) -> Account {
        Account::new(&EnvParams::new(&self.env, BARS_PER_YEAR), self.panel.symbols.len())
    }

    /// Shows a row of the panel to a source and asks it what to do with an account without slots.
    pub(super) fn ask(
        &self,
        source: &mut dyn SignalSource,
        account: &Account,
        row: usize,
    ) -> Opinion {
        source.observe(&self.panel.rows[row]);
        let at = row.saturating_sub(self.num_warm_up());
        let position = account.position_state(&self.tape, at);
        let prices: Vec<f64> = self.tape.quotes(at).iter().map(|quote| quote.close).collect();
        let trading: Vec<bool> =
            self.tape.quotes(at).iter().map(|quote| quote.is_tradable).collect();
        let standing = Standing {
            holdings: account.holdings(),
            rules: &account.params().rules,
            slots: None,
            prices: &prices,
            num_trades: account.num_trades(),
            is_ruined: account.is_ruined(),
        };
        let (position, standing, trading) = (&position, &standing, &trading);
        let time = self.panel.rows[row].time;
        source.signal(&DecisionPoint { time, position, standing, trading }).unwrap()
    }

    /// Lets a source trade an account over the panel; all that it says.
    pub(super) fn play(&self, source: &mut dyn SignalSource) -> Vec<Opinion> {
        let mut account = self.account();
        let mut said = Vec::new();
        for row in 0..self.panel.rows.len() - 1 {
            let opinion = self.ask(source, &account, row);
            if let Some(at) = row.checked_sub(self.num_warm_up()) {
                let order = match &opinion {
                    Opinion::Signal(joint) => joint.signal.target.order(),
                    _ => Order::Hold,
                };
                account.step(&self.tape, at, order);
            }
            said.push(opinion);
        }
        said
    }
}

fn document(panel: &Panel) -> FeatureDocument {
    let specs: Vec<FeatureSpec> =
        serde_json::from_str(r#"[{"log_return": {"window": 1}}, {"rsi": {"window": 14}}]"#)
            .unwrap();
    let calendar = Calendar::new(CalendarName::AlwaysOpen);
    let graph = FeatureGraph::try_new(&specs, &panel.symbols, panel.timeframe, &calendar).unwrap();
    let frame = batch(&graph, panel).unwrap();
    let days = "2010-01-01..2010-06-30".parse().unwrap();
    let fitted = FittedTransforms::fit(&[Transform::Standardize], &frame, days, &calendar).unwrap();
    FeatureDocument::try_new(&graph, Adjust::Total, fitted).unwrap()
}

fn origin(seed: u64, num_observations: usize) -> Origin {
    Origin {
        agent: "test".to_owned(),
        releat_version: "0.1.0".to_owned(),
        seed,
        train: "2010-01-01..2010-06-30".parse().unwrap(),
        data_fingerprint: String::new(),
        env_steps: 0,
        validation_score: None,
        observation: vec![String::new(); num_observations],
    }
}
