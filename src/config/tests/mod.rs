//! Tests of the whole way from texts to settings.

mod bad_inputs;
mod hostile;
mod layering;
mod sources;

use super::{AgentFile, ConfigErrors, LoadRequest, Loaded, load};

/// A short agent that holds every rule; each line is short so that places are easy to count.
const GOOD: &str = "\
name: good
universe:
  symbols: [SPY, QQQ]
data:
  source: {yahoo: {}}
  train: 2010-01-01..2010-12-31
  validation: 2011-01-01..2011-12-31
  test: 2012-01-01..2012-12-31
features:
  - rsi: {window: 14}
transform: [standardize]
env:
  num_envs: 64
model: {gru: {hidden: 8}}
learner:
  ppo:
    gamma: 0.9
eval:
  gate: {}
trade: {}
";

fn request(text: impl AsRef<[u8]>) -> LoadRequest {
    let bytes = text.as_ref().to_vec();
    LoadRequest {
        root: "/nonexistent".into(),
        agent_files: vec![AgentFile::Content { name: "a.yaml".to_owned(), bytes }],
        ..LoadRequest::default()
    }
}

fn good() -> Loaded {
    load(&request(GOOD)).unwrap_or_else(|errors| panic!("{errors}"))
}

fn errors(text: impl AsRef<[u8]>) -> ConfigErrors {
    load(&request(text)).expect_err("a bad agent was loaded")
}
