//! What is searched.

use serde_json::Value;

use super::keys::{population_refusal, refusal, set_by};
use crate::config::layers::CHOICES;
use crate::config::validate::check::Check;
use crate::config::{Agent, Condition, RangeError, SearchRange, SearchSpace, schema};

/// Checks keys, ranges and conditions.
pub(super) fn check(check: &mut Check, agent: &Agent) {
    let space = &agent.tune.space;
    if space.is_empty() {
        return;
    }
    let root = schema();
    let effective = serde_json::to_value(agent).unwrap_or_default();
    for (key, range) in space {
        let place = format!("tune.space.{key}");
        let refused = refusal(&root, key)
            .or_else(|| population_refusal(&agent.tune.scheduler, key))
            .or_else(|| other_variant(&effective, space, key));
        if let Some(text) = refused {
            check.deny(&[&place], text);
            continue;
        }
        values(check, &place, range);
        choices(check, &place, (key, range), &root);
        if let Some(when) = &range.when {
            condition(check, (&place, key), when, space);
        }
    }
}

/// There must be one kind, and its values must make sense.
fn values(check: &mut Check, place: &str, range: &SearchRange) {
    if let Err(error) = range.kind() {
        let kinds = range.kinds();
        let key = match (&error, kinds.as_slice()) {
            (error, [kind, ..]) if !matches!(error, RangeError::Kinds { .. }) => {
                format!("{place}.{kind}")
            }
            _ => place.to_owned(),
        };
        check.deny(&[&key], format!("`{key}` {error}"));
    }
    let Some(steps) = range.steps else { return };
    let key = format!("{place}.steps");
    check.within(&key, steps, 2..=1000);
    if range.choice.is_some() {
        check.deny(
            &[&key],
            format!("`{key}` needs a range of numbers, a choice has its own values"),
        );
    }
}

/// What a choice sets must be allowed too.
fn choices(check: &mut Check, place: &str, (key, range): (&str, &SearchRange), root: &Value) {
    for (index, value) in range.choice.iter().flatten().enumerate() {
        let refused = set_by(key, value).iter().find_map(|key| refusal(root, key));
        if let Some(text) = refused {
            check.deny(&[&format!("{place}.choice[{index}]")], text);
        }
    }
}

/// Why a key below one variant cannot be searched while the agent has another.
fn other_variant(effective: &Value, space: &SearchSpace, key: &str) -> Option<String> {
    CHOICES.iter().find_map(|choice| {
        let rest = key.strip_prefix(choice)?.strip_prefix('.')?;
        let wanted = rest.split('.').next()?;
        if space.contains_key(*choice) {
            let when = space.get(key).and_then(|range| range.when.as_ref());
            let is_sure = when.is_some_and(|when| {
                when.key == *choice && when.is.iter().all(|value| names(value, wanted))
            });
            return (!is_sure).then(|| {
                format!(
                    "`tune.space.{key}` needs `when: {{key: {choice}, is: […]}}` with values that are `{wanted}`"
                )
            });
        }
        let current = choice.split('.').try_fold(effective, |here, part| here.get(part))?;
        let found = match current {
            Value::Object(map) => map.keys().next().cloned().unwrap_or_default(),
            other => other.to_string(),
        };
        (!names(current, wanted)).then(|| {
            format!("`tune.space.{key}` needs `{choice}.{wanted}`, the agent has `{choice}` {found}")
        })
    })
}

/// Whether a value is the variant with this name.
fn names(value: &Value, variant: &str) -> bool {
    value.as_str() == Some(variant) || value.get(variant).is_some()
}

/// A condition must name values of another choice that does not wait for this key.
fn condition(check: &mut Check, (place, key): (&str, &str), when: &Condition, space: &SearchSpace) {
    let place_of_key = format!("{place}.when.key");
    let Some(choice) = space.get(&when.key).and_then(|range| range.choice.as_ref()) else {
        let text =
            format!("`{place_of_key}` must name a `choice` of `tune.space`, was `{}`", when.key);
        return check.deny(&[&place_of_key], text);
    };
    if depends(space, &when.key, key) {
        let text =
            format!("`{place_of_key}` must not depend on `{key}` itself, was `{}`", when.key);
        return check.deny(&[&place_of_key], text);
    }
    let place = format!("{place}.when.is");
    if when.is.is_empty() {
        check.deny(&[&place], format!("`{place}` must name at least one value"));
    }
    for (index, value) in when.is.iter().enumerate().filter(|(_, value)| !choice.contains(value)) {
        let key = format!("{place}[{index}]");
        let text = format!("`{key}` must be a value of the choice `{}`, was {value}", when.key);
        check.deny(&[&key], text);
    }
}

/// Whether the conditions above `key` lead to `other`.
fn depends(space: &SearchSpace, key: &str, other: &str) -> bool {
    let above = |key: &str| space.get(key).and_then(|range| range.when.as_ref()).map(|w| &w.key);
    let chain = std::iter::successors(Some(key), |key| above(key).map(String::as_str));
    chain.take(space.len() + 1).any(|key| key == other)
}
