//! Laying one tree over another.

use crate::config::yaml::{Node, Path, Value};

/// Maps that name one of several variants: another name replaces the one below, settings and all.
pub(in crate::config) const CHOICES: [&str; 16] = [
    "data.source",
    "env.market",
    "env.market.portfolio.actions",
    "env.costs.slippage",
    "model",
    "learner",
    "learner.ppo.learning_rate",
    "learner.ppo.ent_coef",
    "learner.dqn.learning_rate",
    "learner.a2c.learning_rate",
    "learner.a2c.ent_coef",
    "tune.sampler",
    "tune.scheduler",
    "trade.ensemble",
    "trade.sizing",
    "trade.execution",
];

/// Maps that are given as a whole: their keys are parts of one sum, or of one search.
const WHOLE: [&str; 2] = ["env.reward", "tune.space"];

/// Lays `over` on `base`: maps are merged key by key, everything else is replaced.
///
/// `depth` counts the steps of a dotted key, 0 for a file: above it, maps only lead to the value.
pub(super) fn overlay(base: &mut Node, over: Node, depth: usize) {
    lay(base, over, &Path::default(), depth);
}

/// What became of the lower node.
#[derive(PartialEq, Eq)]
enum Laid {
    Merged,
    Replaced,
}

fn lay(base: &mut Node, over: Node, path: &Path, depth: usize) -> Laid {
    if is_replacement(base, &over, path, depth) {
        *base = over;
        return Laid::Replaced;
    }
    let (Value::Map(below), Value::Map(above)) = (&mut base.value, over.value) else {
        return Laid::Merged;
    };
    for entry in above {
        match below.iter_mut().find(|known| known.key == entry.key) {
            Some(known) => {
                let path = path.key(&entry.key);
                if lay(&mut known.node, entry.node, &path, depth) == Laid::Replaced {
                    known.key_span = entry.key_span;
                }
            }
            None => below.push(entry),
        }
    }
    Laid::Merged
}

fn is_replacement(base: &Node, over: &Node, path: &Path, depth: usize) -> bool {
    let (Value::Map(below), Value::Map(above)) = (&base.value, &over.value) else { return true };
    let dotted = path.to_string();
    if WHOLE.contains(&dotted.as_str()) || path.is_searched_key() {
        return path.steps().len() >= depth;
    }
    let differ = match (below.as_slice(), above.as_slice()) {
        ([below], [above]) => below.key != above.key,
        _ => false,
    };
    differ && CHOICES.contains(&dotted.as_str())
}

#[cfg(test)]
mod tests {
    use super::super::assign::Assignment;
    use super::*;
    use crate::config::problem::Sources;
    use crate::config::yaml::{flow, parse};

    fn check(base: &str, over: &str, expected: &str) {
        let mut tree = parse(0, base).0.unwrap();
        let (over, depth) = match over.strip_prefix("--set ") {
            Some(set) => Assignment::option(set).unwrap().tree(&mut Sources::default()).unwrap(),
            None => (parse(0, over).0.unwrap(), 0),
        };
        overlay(&mut tree, over, depth);
        assert_eq!(flow(&tree.to_json()), expected);
    }

    #[test]
    fn layers_by_hand() {
        check("{a: 1, b: {c: 2}}", "{b: {d: 3}}", "{a: 1, b: {c: 2, d: 3}}");
        check("{a: [1, 2]}", "{a: [3]}", "{a: [3]}");
        check("{a: 1}", "--set a.b=2", "{a: {b: 2}}");
        check(
            "{model: {gru: {hidden: 8}}}",
            "{model: {gru: {layers: 1}}}",
            "{model: {gru: {hidden: 8, layers: 1}}}",
        );
        check(
            "{model: {gru: {hidden: 8}}}",
            "--set model.mlp.hidden=4",
            "{model: {mlp: {hidden: 4}}}",
        );
        check(
            "{data: {source: {yahoo: {}}}}",
            "--set data.source={csv: {path: d}}",
            "{data: {source: {csv: {path: d}}}}",
        );
        check(
            "{learner: {ppo: {ent_coef: {linear: {from: 1, to: 0}}}}}",
            "--set learner.ppo.ent_coef=0.5",
            "{learner: {ppo: {ent_coef: 0.5}}}",
        );
        check(
            "{trade: {sizing: {target_weights: {band: 0.1}}, execution: market}}",
            "--set trade.sizing={kelly: {}}",
            "{trade: {sizing: {kelly: {}}, execution: market}}",
        );
        check(
            "{trade: {execution: {twap: {parts: 2}}}}",
            "--set trade.execution.pov.share=0.1",
            "{trade: {execution: {pov: {share: 0.1}}}}",
        );
        check(
            "{env: {reward: {pnl: {}}}}",
            "{env: {reward: {alpha: {}}}}",
            "{env: {reward: {alpha: {}}}}",
        );
        check(
            "{env: {reward: {pnl: {}}}}",
            "--set env.reward={alpha: {}}",
            "{env: {reward: {alpha: {}}}}",
        );
        check(
            "{env: {reward: {pnl: {}}}}",
            "--set env.reward.pnl.scale=2",
            "{env: {reward: {pnl: {scale: 2}}}}",
        );
        check(
            "{env: {reward: {pnl: {}}}}",
            "--set env.num_envs=2",
            "{env: {reward: {pnl: {}}, num_envs: 2}}",
        );
    }

    #[test]
    fn searches_by_hand() {
        let base = "{tune: {space: {a.b: {uniform: [0, 1], steps: 3}, c: {choice: [1]}}}}";
        check(
            base,
            "{tune: {space: {a.b: {integer: [1, 2]}}}}",
            "{tune: {space: {a.b: {integer: [1, 2]}}}}",
        );
        check(base, "--set tune.space={}", "{tune: {space: {}}}");
        check(
            base,
            "--set tune.space.a.b={integer: [1, 2]}",
            "{tune: {space: {a.b: {integer: [1, 2]}, c: {choice: [1]}}}}",
        );
        check(
            base,
            "--set tune.space.a.b.steps=4",
            "{tune: {space: {a.b: {uniform: [0, 1], steps: 4}, c: {choice: [1]}}}}",
        );
        check(
            base,
            "--set tune.space.d.e.f.when.key=c",
            "{tune: {space: {a.b: {uniform: [0, 1], steps: 3}, c: {choice: [1]}, d.e.f: {when: {key: c}}}}}",
        );
        check(
            "{tune: {scheduler: {asha: {reduction: 2}}, sampler: random}}",
            "{tune: {scheduler: {pbt: {}}, sampler: {tpe: {}}}}",
            "{tune: {scheduler: {pbt: {}}, sampler: {tpe: {}}}}",
        );
    }
}
