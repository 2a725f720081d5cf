//! Agents that were never trained, of the size that trades.

use std::path::Path;

use burn::tensor::Device;
use releat::base::SeedStream;
use releat::config::{
    Adjust, FeatureSpec, Gru, InputWindow, Macd, Model as Settings, PriceInput, Transform,
    WindowOnly,
};
use releat::domain::Panel;
use releat::features::{FeatureDocument, FeatureGraph, FittedTransforms, batch};
use releat::gym::{ActionTable, num_position_values};
use releat::learners::bundle::{Bundle, Origin, Texts};
use releat::models::{Architecture, Model};
use releat::signals::BundleSignal;

use crate::market;

/// Symbols of the market.
pub(crate) const SYMBOLS: usize = 3;
const TRAIN: &str = "2010-01-01..2010-12-31";

/// Eight columns a symbol.
pub(crate) fn document(panel: &Panel) -> FeatureDocument {
    let window = |window| WindowOnly { window };
    let specs = [
        FeatureSpec::LogReturn(window(1)),
        FeatureSpec::Return(window(5)),
        FeatureSpec::Volatility(window(20)),
        FeatureSpec::ZScore(InputWindow { window: 50, input: PriceInput::Close }),
        FeatureSpec::Rsi(window(14)),
        FeatureSpec::Macd(Macd { fast: 12, slow: 26, signal: 9 }),
        FeatureSpec::Atr(window(14)),
        FeatureSpec::Roc(window(10)),
    ];
    let calendar = market::calendar();
    let graph = FeatureGraph::try_new(&specs, &panel.symbols, panel.timeframe, &calendar)
        .expect("a legal graph");
    let frame = batch(&graph, panel).expect("a whole frame");
    let days = TRAIN.parse().expect("a legal range");
    let fitted = FittedTransforms::fit(&[Transform::Standardize], &frame, days, &calendar)
        .expect("a fit on a year");
    FeatureDocument::try_new(&graph, Adjust::Total, fitted).expect("one graph")
}

/// An agent that was never trained, of the size that trades: about 110,000 parameters.
pub(crate) fn agent(
    folder: &Path,
    seed: u64,
    document: &FeatureDocument,
    table: &ActionTable,
) -> BundleSignal {
    let num_observations = document.names().len() + num_position_values(SYMBOLS + 1);
    let settings = Settings::Gru(Gru { encoder: 64, hidden: 128, layers: 1 });
    let architecture = Architecture::actor_critic(&settings, num_observations, table.num_actions());
    let mut rng = SeedStream::new(seed).child("init").rng();
    let net = Model::init(architecture, &mut rng, &Device::flex());
    let origin = Origin {
        agent: format!("agent-{seed}"),
        releat_version: "0.1.0".to_owned(),
        seed,
        train: TRAIN.parse().expect("a legal range"),
        data_fingerprint: String::new(),
        env_steps: 0,
        validation_score: None,
        observation: vec![String::new(); num_observations],
    };
    let texts = Texts {
        agent_yaml: "name: test\n",
        features_json: &document.to_json().expect("finite numbers"),
        actions_json: &serde_json::to_string(table).expect("a table"),
    };
    let path = folder.join(seed.to_string());
    Bundle::write(&path, origin, &net, &texts).expect("an empty folder");
    BundleSignal::load(&Bundle::load(&path).expect("a whole bundle")).expect("parts that fit")
}
