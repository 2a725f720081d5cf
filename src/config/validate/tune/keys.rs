//! Which keys may be searched.

use serde_json::Value;

use crate::config::Scheduler;
use crate::config::describe::{KeyKind, find_key};
use crate::config::problem::{listed, nearest};

/// What must be alike for all trials, and why.
const REFUSED: [(&str, &str); 14] = [
    ("name", "all trials are of one agent"),
    ("seed", "a lucky seed would win; `tune.seeds` averages over several"),
    ("universe", "trials must be judged on the same market"),
    ("data", "trials must be judged on the same data"),
    ("env.costs", "a cheaper market would win, not a better agent"),
    ("env.reward", "trials must pursue the same goal"),
    ("env.fill", "an easier fill would win, not a better agent"),
    ("train", "it does not change what an agent is worth, only how its run is kept"),
    ("tune", "a search cannot search itself"),
    ("eval", "trials must be judged alike"),
    ("trade", "trials must be judged alike"),
    ("store", "it describes the place, not the agent"),
    ("connectors", "it describes the place, not the agent"),
    ("executors", "it describes the place, not the agent"),
];

/// Keys that shape the network or the run, which a population hands on as they are.
const SHAPES: [&str; 8] = [
    "model",
    "features",
    "transform",
    "env.market",
    "env.num_envs",
    "learner.dqn.dueling",
    "learner.dqn.noisy",
    "learner.dqn.distributional",
];

/// Why a key cannot be searched, if it cannot. `root` is the schema of an agent file.
pub(super) fn refusal(root: &Value, key: &str) -> Option<String> {
    let found = REFUSED.iter().find(|(refused, _)| is_within(key, refused));
    if let Some((_, why)) = found {
        return Some(format!("`{key}` cannot be searched: {why}"));
    }
    let parts: Vec<&str> = key.split('.').collect();
    if let ["learner", _, "total_env_steps"] = parts.as_slice() {
        return Some(format!("`{key}` cannot be searched: `tune.scheduler` gives the budgets"));
    }
    if key.contains('[') {
        return Some(format!("`{key}` cannot be searched: a list is searched as a whole"));
    }
    match find_key(root, &parts) {
        KeyKind::Known => None,
        KeyKind::Inside { list } => {
            Some(format!("`{key}` cannot be searched: the list `{list}` is searched as a whole"))
        }
        KeyKind::Unknown { parent, part, known } => {
            Some(format!("unknown key `{key}`{}", advice(&parent, &part, &known)))
        }
    }
}

fn advice(parent: &str, part: &str, known: &[String]) -> String {
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let place = if parent.is_empty() { String::new() } else { format!("{parent}.") };
    match nearest(part, &known) {
        Some(near) => format!(", did you mean `{place}{near}`?"),
        None if known.is_empty() => format!(", `{parent}` has no keys"),
        None if parent.is_empty() => format!(", expected {}", listed(&known)),
        None => format!(", expected one of {} in `{parent}`", listed(&known)),
    }
}

/// Why a population cannot search a key, if it cannot.
pub(super) fn population_refusal(scheduler: &Scheduler, key: &str) -> Option<String> {
    let shapes = key == "learner" || SHAPES.iter().any(|shape| is_within(key, shape));
    (shapes && matches!(scheduler, Scheduler::Pbt(_))).then(|| {
        format!(
            "`{key}` cannot be searched by `tune.scheduler.pbt`: trials hand on their networks, \
             which must be of one shape"
        )
    })
}

/// The keys that a choice sets: one for each value that is no map.
pub(super) fn set_by(key: &str, value: &Value) -> Vec<String> {
    match value {
        Value::Object(map) if !map.is_empty() => {
            map.iter().flat_map(|(name, inner)| set_by(&format!("{key}.{name}"), inner)).collect()
        }
        _ => vec![key.to_owned()],
    }
}

/// Whether a key is `other` or lies below it.
fn is_within(key: &str, other: &str) -> bool {
    key.strip_prefix(other).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}
