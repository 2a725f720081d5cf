//! Layers, origins, and the way back to text.

use super::super::{AgentFile, LoadRequest, Loaded, Model, explain, schema, templates};
use super::super::{from_bundle_yaml, load, load_place};
use super::{GOOD, good, request};

fn origin(loaded: &Loaded, key: &str) -> (String, String) {
    let row = loaded.origins.rows().iter().find(|row| row.key == key);
    let row = row.unwrap_or_else(|| panic!("no key {key}"));
    (row.value.clone(), row.origin.clone())
}

/// A project with two places and one agent file.
fn project() -> (tempfile::TempDir, LoadRequest) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("configs")).unwrap();
    let base = "store: {lake_dir: base/lake, runs_dir: base/runs}\n";
    std::fs::write(folder.path().join("configs/base.yaml"), base).unwrap();
    let production = "store:\n  runs_dir: prod/runs\n";
    std::fs::write(folder.path().join("configs/production.yaml"), production).unwrap();
    std::fs::write(folder.path().join("a.yaml"), GOOD).unwrap();
    let request = LoadRequest {
        root: folder.path().to_owned(),
        env: Some("production".to_owned()),
        agent_files: vec![AgentFile::Path("a.yaml".into())],
        ..LoadRequest::default()
    };
    (folder, request)
}

#[test]
fn each_layer_goes_over_the_one_below() {
    let (_folder, mut request) = project();
    let more = "model: {mlp: {hidden: 16}}\nseed: 3\n";
    let second = AgentFile::Content { name: "<stdin>".into(), bytes: more.into() };
    request.agent_files.push(second);
    request.variables = [
        ("RELEAT_LEARNER__PPO__GAMMA", "0.8"),
        ("RELEAT_LEARNER__PPO__GAE_LAMBDA", "0.7"),
        ("RELEAT_ENV", "ignored"),
        ("RELEAT_SEED", "ignored"),
        ("RELEAT_OUTPUT_FORMAT", "json"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec();
    request.sets = vec!["learner.ppo.gamma=0.7".to_owned(), "store.lake_dir=set/lake".to_owned()];
    request.seed = Some(7);
    let loaded = load(&request).unwrap_or_else(|errors| panic!("{errors}"));
    assert_eq!(loaded.agent.seed, 7);
    assert!(matches!(loaded.agent.model, Model::Mlp(mlp) if mlp.hidden == 16));
    assert_eq!(loaded.place.store.lake_dir, std::path::Path::new("set/lake"));
    for (key, value, place) in [
        ("name", "good", "a.yaml:1:1"),
        ("seed", "7", "--seed"),
        ("universe.symbols", "[SPY, QQQ]", "a.yaml:3:3"),
        ("universe.currency", "USD", "default"),
        ("model.mlp.hidden", "16", "<stdin>:1:15"),
        ("features[0].rsi.window", "14", "a.yaml:10:11"),
        ("learner.ppo.gamma", "0.7", "--set"),
        ("learner.ppo.gae_lambda", "0.7", "RELEAT_LEARNER__PPO__GAE_LAMBDA"),
        ("learner.ppo.clip_coef", "0.2", "default"),
        ("store.runs_dir", "prod/runs", "configs/production.yaml:2:3"),
        ("store.lake_dir", "set/lake", "--set"),
    ] {
        assert_eq!(origin(&loaded, key), (value.to_owned(), place.to_owned()), "{key}");
    }
    assert_eq!(load_place(&request).unwrap(), loaded.place);
}

#[test]
fn the_source_can_be_replaced_as_scripts_do() {
    let mut request = request(GOOD);
    request.sets = [
        "data.source={csv: {path: /some where/x, layout: yahoo}}",
        "data.train=2010-01-01..2017-12-31",
        "data.validation=2018-01-01..2018-12-31",
        "data.test=2019-01-01..2019-12-31",
        "learner.ppo.total_env_steps=200000",
        "env.reward={pnl: {}}",
        "env.reward.pnl.scale=5",
    ]
    .map(str::to_owned)
    .to_vec();
    let loaded = load(&request).unwrap_or_else(|errors| panic!("{errors}"));
    assert_eq!(loaded.agent.data.source.name(), "csv");
    assert_eq!(loaded.agent.env.reward.pnl.unwrap().scale, 5.0);
    assert!(loaded.agent.env.reward.log_return.is_none());
    assert_eq!(origin(&loaded, "data.source.csv.layout").1, "--set");
}

#[test]
fn the_effective_text_reads_back_as_the_same_agent() {
    let templates = templates();
    let agents = templates.iter().filter(|template| template.path.starts_with("agents/"));
    for text in agents.map(|template| template.text).chain([GOOD]) {
        let loaded = load(&request(text)).unwrap_or_else(|errors| panic!("{errors}"));
        let again = from_bundle_yaml(&loaded.effective_yaml(), "agent.yaml", &[]);
        assert_eq!(again.unwrap(), loaded.agent);
    }
}

#[test]
fn a_bundle_takes_assignments() {
    let text = good().effective_yaml();
    let agent = from_bundle_yaml(&text, "agent.yaml", &["env.fill=next_close".to_owned()]).unwrap();
    assert_eq!(agent.env.fill, super::super::FillRule::NextClose);
    let errors = from_bundle_yaml("name: x", "agent.yaml", &["env.fil=1".to_owned()]).unwrap_err();
    assert!(errors.to_string().contains("did you mean `fill`?"), "{errors}");
}

#[test]
fn the_schema_knows_every_section() {
    let schema = schema();
    let properties = schema["properties"].as_object().unwrap();
    for (key, _) in serde_json::to_value(good().agent).unwrap().as_object().unwrap() {
        assert!(properties.contains_key(key), "{key}");
        assert!(explain(key).is_some_and(|text| !text.is_empty()), "{key}");
    }
    assert_eq!(schema["additionalProperties"], false);
}

const SEARCH: &str = "\
tune:
  trials: 12
  space:
    learner.ppo.gamma: {uniform: [0.9, 0.99], steps: 3}
    learner.ppo.learning_rate: {log_uniform: [1e-5, 1e-2]}
    model: {choice: [{gru: {hidden: 8}}, {mlp: {hidden: 16}}]}
    model.mlp.layers:
      integer: [1, 3]
      when: {key: model, is: [{mlp: {hidden: 16}}]}
";

#[test]
fn searched_keys_keep_their_dots() {
    let mut request = request(format!("{GOOD}{SEARCH}"));
    let loaded = load(&request).unwrap_or_else(|errors| panic!("{errors}"));
    let keys: Vec<&str> = loaded.agent.tune.space.keys().map(String::as_str).collect();
    let expected = ["learner.ppo.gamma", "learner.ppo.learning_rate", "model", "model.mlp.layers"];
    assert_eq!(keys, expected);
    let (value, place) = origin(&loaded, "tune.space.learner.ppo.gamma.uniform");
    assert_eq!((value.as_str(), place.as_str()), ("[0.9, 0.99]", "a.yaml:24:25"));
    assert_eq!(origin(&loaded, "tune.lookahead").1, "default");
    let again = from_bundle_yaml(&loaded.effective_yaml(), "agent.yaml", &[]);
    assert_eq!(again.unwrap(), loaded.agent);

    request.variables =
        vec![("RELEAT_TUNE__SPACE__LEARNER__PPO__GAMMA__STEPS".to_owned(), "4".to_owned())];
    request.sets = [
        "tune.space.learner.ppo.learning_rate={choice: [1e-3, 3e-4]}",
        "tune.space.env.num_envs={choice: [64, 128]}",
        "tune.scheduler=none",
        "tune.sampler={tpe: {candidates: 3}}",
    ]
    .map(str::to_owned)
    .to_vec();
    let loaded = load(&request).unwrap_or_else(|errors| panic!("{errors}"));
    let space = &loaded.agent.tune.space;
    let gamma = &space["learner.ppo.gamma"];
    assert_eq!((gamma.uniform, gamma.steps), (Some([0.9, 0.99]), Some(4)));
    let place = origin(&loaded, "tune.space.learner.ppo.gamma.steps").1;
    assert_eq!(place, "RELEAT_TUNE__SPACE__LEARNER__PPO__GAMMA__STEPS");
    assert_eq!(space["learner.ppo.learning_rate"].kinds(), ["choice"]);
    assert_eq!(space["env.num_envs"].kinds(), ["choice"]);

    request.variables.clear();
    request.sets = vec!["tune.space={learner.ppo.gamma: {choice: [0.5]}}".to_owned()];
    let loaded = load(&request).unwrap_or_else(|errors| panic!("{errors}"));
    assert_eq!(loaded.agent.tune.space.len(), 1);
}

#[test]
fn wrong_assignments_of_searched_keys_show_their_place() {
    let mut request = request(GOOD);
    request.sets = vec!["tune.space.learner.ppo.gamma.uniform=[1, 0]".to_owned()];
    let shown = load(&request).unwrap_err().to_string();
    let expected = "\
error: `tune.space.learner.ppo.gamma.uniform` must begin below its end, was [1, 0]
 --> --set tune.space.learner.ppo.gamma.uniform=[1, 0]
                                                ^^^^^^
";
    assert!(shown.starts_with(expected), "{shown}");
    request.sets = vec!["tune.space.learner..gamma={choice: [1]}".to_owned()];
    let shown = load(&request).unwrap_err().to_string();
    assert!(shown.starts_with("error: expected a dotted key, found an empty part"), "{shown}");
}

/// Paths at which the schema offers several variants, each a map of one key.
fn choices(schema: &serde_json::Value, node: &serde_json::Value, path: &str) -> Vec<String> {
    let mut node = node;
    while let Some(name) = node["$ref"].as_str() {
        node = &schema["$defs"][name.trim_start_matches("#/$defs/")];
    }
    let empty = serde_json::Map::new();
    let properties = |node: &'_ serde_json::Value| {
        node["properties"].as_object().cloned().unwrap_or_else(|| empty.clone())
    };
    let mut found = Vec::new();
    let variants = ["oneOf", "anyOf"].iter().filter_map(|key| node[key].as_array()).flatten();
    let mut tagged = 0;
    let mut inside = properties(node);
    for variant in variants {
        let keys = properties(variant);
        if keys.len() == 1 {
            tagged += 1;
            inside.extend(keys);
        }
        if variant["$ref"].is_string() {
            found.extend(choices(schema, variant, path));
        }
    }
    if tagged > 1 {
        found.push(path.to_owned());
    }
    for (key, inner) in inside {
        let path = if path.is_empty() { key } else { format!("{path}.{key}") };
        found.extend(choices(schema, &inner, &path));
    }
    found
}

#[test]
fn every_choice_of_the_schema_is_replaced_and_not_merged() {
    let schema = schema();
    let found = choices(&schema, &schema, "");
    assert!(found.iter().any(|path| path == "trade.sizing"), "{found:?}");
    for path in found {
        // A tolerance of one kind or the other has one place each.
        assert!(super::super::layers::CHOICES.contains(&path.as_str()), "{path} is merged");
    }
}

#[test]
fn a_variant_that_is_set_takes_the_place_of_the_bundles() {
    let text = good().effective_yaml();
    assert!(text.contains("target_weights"), "{text}");
    let set = |set: &str| {
        from_bundle_yaml(&text, "agent.yaml", &[set.to_owned()])
            .unwrap_or_else(|errors| panic!("{set}: {errors}"))
    };
    let kelly = set("trade.sizing={kelly: {fraction: 0.5}}").trade.sizing;
    assert!(matches!(kelly, super::super::Sizing::Kelly(kelly) if kelly.fraction == 0.5));
    let weights = set("trade.sizing.target_weights.band=0.1").trade.sizing;
    assert!(matches!(weights, super::super::Sizing::TargetWeights(rule) if rule.band == 0.1));
    set("trade.ensemble={consensus: {}}");
    set("trade.execution.twap.parts=3");
}
