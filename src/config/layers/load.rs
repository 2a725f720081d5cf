//! From a request to checked settings.

use serde::Serialize;
use serde_json::Value as Json;

use super::collect::Collector;
use super::origins::Origins;
use super::read::Content;
use super::request::LoadRequest;
use super::sides::{AGENT_KEYS, PLACE_KEYS, Side, part};
use crate::config::decode::{Decoded, decode};
use crate::config::problem::{ConfigErrors, Location};
use crate::config::validate::{Finding, check_agent, check_place};
use crate::config::yaml::{Node, Path, block};
use crate::config::{Agent, Place};

/// A configuration that holds every rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded {
    /// The agent.
    pub agent: Agent,
    /// The place.
    pub place: Place,
    /// Where each value came from.
    pub origins: Origins,
}

impl Loaded {
    /// The agent with every default written out; reading it gives an equal agent.
    #[must_use]
    pub fn effective_yaml(&self) -> String {
        effective_yaml(&self.agent)
    }
}

/// An agent with every default written out; reading it gives an equal agent.
#[must_use]
pub fn effective_yaml(agent: &Agent) -> String {
    to_json(agent).as_object().map(block).unwrap_or_default()
}

/// Loads an agent and its place.
///
/// # Errors
/// [`ConfigErrors`] with every problem that can be told at once.
pub fn load(request: &LoadRequest) -> Result<Loaded, ConfigErrors> {
    if request.agent_files.is_empty() {
        return Err(ConfigErrors::nowhere("no agent file, expected `--config FILE`".to_owned()));
    }
    let mut layers = Collector::new();
    layers.place_files(request);
    layers.agent_files(request);
    layers.assignments(request);
    layers.complete()?;
    let agent = checked(&mut layers, &AGENT_KEYS, check_agent);
    let place = checked(&mut layers, &PLACE_KEYS, check_place);
    let (agent, place) = finish(&mut layers, agent.zip(place))?;
    let mut origins = Origins::default();
    for effective in [to_json(&agent), to_json(&place)] {
        origins.add(&effective, &layers.tree, &layers.sources);
    }
    Ok(Loaded { agent, place, origins })
}

/// Loads the place alone, for commands that are about no agent.
///
/// # Errors
/// [`ConfigErrors`] with every problem that can be told at once.
pub fn load_place(request: &LoadRequest) -> Result<Place, ConfigErrors> {
    let mut layers = Collector::new();
    layers.place_files(request);
    layers.assignments(request);
    layers.complete()?;
    let place = checked(&mut layers, &PLACE_KEYS, check_place);
    finish(&mut layers, place)
}

/// Reads the `agent.yaml` of a bundle, with assignments `key=value` over it.
///
/// # Errors
/// [`ConfigErrors`] with every problem that can be told at once.
pub fn from_bundle_yaml(text: &str, name: &str, sets: &[String]) -> Result<Agent, ConfigErrors> {
    let mut layers = Collector::new();
    layers.file(name, Content::Text(text.to_owned()), Side::Agent);
    layers.assignments(&LoadRequest { sets: sets.to_vec(), ..LoadRequest::default() });
    layers.complete()?;
    let agent = checked(&mut layers, &AGENT_KEYS, check_agent);
    finish(&mut layers, agent)
}

/// Decodes one part of the tree and checks its rules; problems are left in `layers`.
fn checked<T: serde::de::DeserializeOwned>(
    layers: &mut Collector,
    keys: &[&str],
    rules: impl Fn(&T) -> Vec<Finding>,
) -> Option<T> {
    let tree = part(&layers.tree, keys);
    let Decoded { value, problems, mended } = decode::<T>(&tree, &layers.sources);
    layers.problems.extend(problems);
    let value = value?;
    for finding in rules(&value) {
        let paths: Vec<Path> = finding.keys.iter().map(|key| Path::parse(key)).collect();
        let touches = |path: &Path| {
            mended.iter().any(|mended| mended.is_within(path) || path.is_within(mended))
        };
        // A stand-in was checked, not what the user wrote.
        if paths.iter().any(touches) {
            continue;
        }
        let span = paths.iter().find_map(|path| tree.get(path).map(|node| node.span));
        let span = span.or_else(|| paths.first().and_then(|path| nearest_key(&tree, path)));
        let key = finding.keys.first().cloned();
        let problem = layers.sources.problem(key, finding.text, span.unwrap_or(tree.span));
        layers.problems.push(problem);
    }
    Some(value)
}

/// The place of the innermost given key on the way to `path`.
fn nearest_key(tree: &Node, path: &Path) -> Option<crate::config::yaml::Span> {
    let parent = path.parent()?;
    tree.key_span(&parent).or_else(|| nearest_key(tree, &parent))
}

fn finish<T>(layers: &mut Collector, value: Option<T>) -> Result<T, ConfigErrors> {
    let mut problems = std::mem::take(&mut layers.problems);
    match value {
        Some(value) if problems.is_empty() => Ok(value),
        _ => {
            problems.sort_by_key(|problem| problem.location.as_ref().map(Location::order));
            Err(ConfigErrors::new(problems))
        }
    }
}

/// Settings as a tree. They hold text, finite numbers, lists and maps with text for keys, all of
/// which JSON can hold; so this cannot fail.
fn to_json<T: Serialize>(settings: &T) -> Json {
    serde_json::to_value(settings).unwrap_or_default()
}
