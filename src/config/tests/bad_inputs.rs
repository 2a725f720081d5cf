//! One fault at a time: where it is found and what is said.

use super::{GOOD, errors};

/// Each case puts a second text for a first into the good agent; the only problem must then lie at a
/// place and say a phrase.
fn check(cases: &[(&str, &str, &str, &str)]) {
    let changed = |case: &(&str, &str, &str, &str)| {
        assert!(GOOD.contains(case.0), "the good agent has no `{}`", case.0);
        (GOOD.replacen(case.0, case.1, 1), case.2.to_owned(), case.3.to_owned())
    };
    let texts: Vec<_> = cases.iter().map(changed).collect();
    let texts: Vec<_> =
        texts.iter().map(|(text, place, part)| (&**text, &**place, &**part)).collect();
    check_texts(&texts);
}

/// Each case is a whole text, the place of its only problem and a phrase.
fn check_texts(cases: &[(&str, &str, &str)]) {
    let wrong: Vec<String> = cases.iter().filter_map(|case| difference(*case)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn difference((text, place, part): (&str, &str, &str)) -> Option<String> {
    let errors = errors(text);
    let found = errors.problems().iter().map(|problem| {
        let at = problem.location.as_ref();
        let at = at.map_or("-".to_owned(), |at| format!("{}:{}", at.line, at.column));
        format!("{at} {}", problem.text)
    });
    let found: Vec<String> = found.collect();
    let fits = |line: &String| line.starts_with(&format!("{place} ")) && line.contains(part);
    let is_right = found.len() == 1 && found.iter().all(fits);
    (!is_right).then(|| format!("expected `{place} … {part}`, found {found:#?}"))
}

const WRONG_KEYS: &[(&str, &str, &str, &str)] = &[
    ("name: good\n", "", "1:1", "missing key `name`, it has no default"),
    ("name: good\n", "name: good\nnmae: x\n", "2:1", "unknown key `nmae`, did you mean `name`?"),
    ("    gamma", "    gama", "17:5", "unknown key `gama` in `learner.ppo`, did you mean `gamma`?"),
    (
        "    gamma",
        "    foo",
        "17:5",
        "unknown key `foo` in `learner.ppo`, expected `total_env_steps`",
    ),
    ("ppo:", "pppo:", "16:3", "unknown key `pppo` in `learner`, did you mean `ppo`?"),
    ("ppo:", "sac:", "16:3", "unknown key `sac` in `learner`, expected `ppo`"),
    ("  ppo:", "  dqn: {}\n  ppo:", "16:3", "must have exactly one key, found `dqn` and `ppo`"),
    ("{yahoo: {}}", "{yaho: {}}", "5:12", "did you mean `yahoo`?"),
    (
        "{yahoo: {}}",
        "{yahoo: {key: 1}}",
        "5:20",
        "unknown key `key` in `data.source.yahoo`, expected no keys",
    ),
    ("{yahoo: {}}", "{csv: {}}", "5:12", "missing key `data.source.csv.path`"),
    ("rsi:", "rsii:", "10:5", "unknown key `rsii` in `features[0]`, did you mean `rsi`?"),
    (
        "{window: 14}",
        "{windw: 14}",
        "10:11",
        "unknown key `windw` in `features[0].rsi`, did you mean `window`?",
    ),
    ("{window: 14}", "{}", "10:5", "missing key `features[0].rsi.window`"),
    ("  train: 2010-01-01..2010-12-31\n", "", "4:1", "missing key `data.train`"),
    ("eval:", "store: {}\neval:", "18:1", "key `store` belongs in configs/base.yaml"),
    (
        "{gru: {hidden: 8}}",
        "{gru: {}, mlp: {}}",
        "14:8",
        "`model` must have exactly one key, found `gru` and `mlp`",
    ),
    ("{gru: {hidden: 8}}", "{}", "14:8", "`model` must have exactly one key, found none"),
];

#[test]
fn wrong_keys() {
    check(WRONG_KEYS);
}

const WRONG_KINDS: &[(&str, &str, &str, &str)] = &[
    ("name: good", "name: 12", "1:7", "`name` must be text, was 12; put it in quotes"),
    ("0.9", "high", "17:12", "`learner.ppo.gamma` must be a number, was the text `high`"),
    ("0.9", "", "17:10", "`learner.ppo.gamma` must be a number, was nothing"),
    ("64", "64.5", "13:13", "`env.num_envs` must be a whole number, 0 or more, was 64.5"),
    ("64", "-1", "13:13", "`env.num_envs` must be a whole number, 0 or more, was -1"),
    ("64", "1e3", "13:13", "write 1000"),
    ("64", "[64]", "13:13", "was a list"),
    ("64", "true", "13:13", "was `true`"),
    ("[SPY, QQQ]", "SPY", "3:12", "`universe.symbols` must be a list, was the text `SPY`"),
    (
        "[SPY, QQQ]",
        "[SPY, 5]",
        "3:18",
        "`universe.symbols[1]` must be text, was 5; put it in quotes",
    ),
    ("[SPY, QQQ]", "[SPY, qqq]", "3:18", "was `qqq`"),
    (
        "rsi: {window: 14}",
        "rsi",
        "10:5",
        "`features[0]` needs settings, found the text `rsi` alone; write `rsi: {…}`",
    ),
    (
        "rsi: {window: 14}",
        "5",
        "10:5",
        "`features[0]` must be a name, or a map with one key, was 5",
    ),
    (
        "rsi: {window: 14}",
        "sma: {window: 5, input: clos}",
        "10:29",
        "unknown value `clos` for `features[0].sma.input`, did you mean `close`?",
    ),
    (
        "[standardize]",
        "[standardise]",
        "11:13",
        "unknown value `standardise` for `transform[0]`, did you mean `standardize`?",
    ),
    ("[standardize]", "[standardize: {}]", "11:26", "`standardize` takes no settings"),
    ("trade: {}", "trade:", "20:6", "write `{}` to keep every default"),
    (
        "gamma: 0.9",
        "learning_rate: {linear: {from: 1e-3}}",
        "17:21",
        "missing key `learner.ppo.learning_rate.linear.to`",
    ),
    (
        "gamma: 0.9",
        "learning_rate: fast",
        "17:20",
        "must be a number, `linear: {from, to}` or `cosine: {from, to}`",
    ),
    (
        "gamma: 0.9",
        "norm_adv: yes",
        "17:15",
        "`learner.ppo.norm_adv` must be `true` or `false`, was the text `yes`",
    ),
    ("2010-01-01..2010-12-31", "2010-01-01", "6:10", "a range must be YYYY-MM-DD..YYYY-MM-DD"),
    ("2010-01-01..2010-12-31", "2010-02-30..2010-12-31", "6:10", "was `2010-02-30`"),
    ("2010-01-01..2010-12-31", "2010-12-31..2010-01-01", "6:10", "must not end before it begins"),
    ("[SPY, QQQ]", "[SPY, QQQ]\n  timeframe: 2d", "4:14", "a timeframe must be"),
    (
        "[SPY, QQQ]",
        "[SPY, QQQ]\n  calendar: NYSE",
        "4:13",
        "unknown value `NYSE` for `universe.calendar`",
    ),
];

#[test]
fn wrong_kinds() {
    check(WRONG_KINDS);
}

const WRONG_VALUES: &[(&str, &str, &str, &str)] = &[
    ("name: good", "name: Good", "1:7", "`name` must be 1 to 64 of a-z"),
    ("name: good", "name: ../x", "1:7", "`name` must be"),
    ("[SPY, QQQ]", "[]", "3:12", "must name at least one symbol"),
    ("[SPY, QQQ]", "[SPY, QQQ, SPY]", "3:23", "must differ from `universe.symbols[0]`"),
    ("[SPY, QQQ]", "[SPY, QQQ]\n  currency: usd", "4:13", "three capital letters"),
    (
        "  test: 2012-01-01",
        "  test: 2011-06-01",
        "8:9",
        "`data.test` must begin after `data.validation` ends",
    ),
    (
        "2011-01-01..2011-12-31",
        "2010-06-01..2011-12-31",
        "7:15",
        "`data.validation` must begin after `data.train` ends",
    ),
    ("2010-01-01..2010-12-31", "1950-01-01..2010-12-31", "6:10", "must lie in the calendar"),
    ("2011-01-01..2011-12-31", "2011-01-01..2011-01-05", "7:15", "must hold at least 7 bars of 1d"),
    (
        "test: 2012-01-01..2012-12-31",
        "test: 2012-01-01..2012-12-31\n  embargo_bars: 2000",
        "9:17",
        "must be in 0..=1000, was 2000",
    ),
    ("window: 14", "window: 0", "10:19", "`features[0].rsi.window` must be in 2..=10000, was 0"),
    (
        "rsi: {window: 14}",
        "macd: {fast: 30}",
        "10:18",
        "`features[0].macd.fast` must be below `features[0].macd.slow` 26, was 30",
    ),
    (
        "rsi: {window: 14}",
        "beta: {with: IWM, window: 9}",
        "10:18",
        "must be one of `universe.symbols`, was IWM",
    ),
    (
        "  - rsi: {window: 14}",
        "  - rsi: {window: 14}\n  - rsi: {window: 14}",
        "11:5",
        "it repeats `features[0]`",
    ),
    (
        "rsi: {window: 14}",
        "group: {timeframe: 1d, features: [obv: {}]}",
        "10:24",
        "must be longer than the universe's 1d, was 1d",
    ),
    ("  - rsi: {window: 14}", "  []", "10:3", "`features` must name at least one feature"),
    (
        "[standardize]",
        "[clip_percentile: {low: 60, high: 40}]",
        "11:36",
        "must be below `transform[0].clip_percentile.high` 40, was 60",
    ),
    ("num_envs: 64", "num_envs: 0", "13:13", "`env.num_envs` must be in 1..=65536, was 0"),
    (
        "num_envs: 64",
        "market: {portfolio: {actions: etf16}}",
        "13:33",
        "needs exactly 3 symbols, found 2",
    ),
    (
        "num_envs: 64",
        "market: {portfolio: {actions: {table: [hold, [1, 0]]}}}",
        "13:48",
        "must hold 3 weights (cash and 2 symbols), was 2",
    ),
    (
        "num_envs: 64",
        "market: {portfolio: {actions: {table: [hold, [1, 0, 1]]}}}",
        "13:48",
        "must sum to 1 within 1e-6, was 2",
    ),
    ("num_envs: 64", "market: {single: {}}", "13:11", "needs exactly 1 symbol, found 2"),
    ("num_envs: 64", "rules: {min_hold_bars: 3}", "13:26", "needs the market `single`"),
    ("num_envs: 64", "rules: {stop_loss_frac: 1}", "13:27", "must be above 0 and below 1, was 1"),
    ("num_envs: 64", "reward: {}", "13:11", "must name at least one part"),
    ("num_envs: 64", "reward: {pnl: {weight: 0}}", "13:26", "and not 0, was 0"),
    ("num_envs: 64", "costs: {commission_bps: -1}", "13:27", "must be in 0..=1000, was -1"),
    ("{hidden: 8}", "{layers: 9}", "14:23", "`model.gru.layers` must be in 1..=8, was 9"),
    ("gamma: 0.9", "gamma: 1.5", "17:12", "`learner.ppo.gamma` must be in 0..=1, was 1.5"),
    ("gamma: 0.9", "num_steps: 33", "17:16", "must be a multiple of `sequence_length` 16, was 33"),
    ("gamma: 0.9", "minibatch_transitions: 1_000_000_000", "17:28", "= 16384, was 1000000000"),
    ("gamma: 0.9", "learning_rate: 0", "17:20", "must be above 0 somewhere"),
    ("gate: {}", "gate: {max_drawdown_max: 25}", "19:28", "must be in 0..=1, was 25"),
    (
        "gate: {}",
        "gate: {oracle_share_min: 0.9}",
        "19:28",
        "needs a market with a known best value",
    ),
    ("gate: {}", "gate: {pbo_max: 1.5}", "19:19", "`eval.gate.pbo_max` must be in 0..=1, was 1.5"),
    ("gate: {}", "gate: {deflated_sharpe_min: -1}", "19:31", "must be in 0..=1, was -1"),
    ("gate: {}", "bootstrap: {confidence_percent: 100}", "19:35", "must be in 50..=99, was 100"),
    ("gate: {}", "baselines: [cash, cash]", "19:21", "must be a new baseline"),
    ("trade: {}", "trade: {risk: {gross_exposure_max: 0}}", "20:36", "must be above 0"),
];

#[test]
fn wrong_values() {
    check(WRONG_VALUES);
}

/// Each case is a network in place of the good one and so lies in line 14.
const WRONG_MODELS: &[(&str, &str, &str)] = &[
    ("{lstm: {}}", "14:9", "unknown key `lstm` in `model`"),
    ("{cnn_lstm: {windw: 9}}", "14:20", "did you mean `window`?"),
    ("{cnn_lstm: {window: 300}}", "14:28", "must be in 2..=256, was 300"),
    ("{cnn_lstm: {window: 6}}", "14:28", "must be at least 7 for 3 convolutions of 3, was 6"),
    ("{cnn_lstm: {kernel: 5}}", "14:28", "must be at least 13 for 3 convolutions of 5, was 7"),
    ("{cnn_lstm: {kernel: 0}}", "14:28", "`model.cnn_lstm.kernel` must be in 1..=15, was 0"),
    ("{cnn_lstm: {channels: []}}", "14:30", "must have 1 to 8 entries, had 0"),
    ("{cnn_lstm: {channels: [8, 0]}}", "14:34", "channels[1]` must be in 1..=4096, was 0"),
    ("{cnn_lstm: {hidden: 5000}}", "14:28", "must be in 1..=4096, was 5000"),
    ("{cnn_lstm: {layers: 0}}", "14:28", "`model.cnn_lstm.layers` must be in 1..=8, was 0"),
    ("{gated_residual: {groups: [0]}}", "14:35", "groups[0]` must be in 1..=4096, was 0"),
    ("{gated_residual: {groups: 4}}", "14:34", "must be a list, was 4"),
    ("{gated_residual: {width: 0}}", "14:33", "must be in 1..=4096, was 0"),
    ("{gated_residual: {blocks: 9}}", "14:34", "must be in 0..=8, was 9"),
    ("{gated_residual: {hidden: 0}}", "14:34", "must be in 1..=4096, was 0"),
    ("{gated_residual: {layers: 9}}", "14:34", "must be in 0..=8, was 9"),
    ("{mlp: {layers: 9}}", "14:23", "`model.mlp.layers` must be in 1..=8, was 9"),
];

#[test]
fn wrong_networks() {
    let changed = |case: &(&'static str, &'static str, &'static str)| {
        ("{gru: {hidden: 8}}", case.0, case.1, case.2)
    };
    check(&WRONG_MODELS.iter().map(changed).collect::<Vec<_>>());
}

/// Each case is a line in place of all of PPO's settings and so lies in line 17.
const WRONG_DQN: &[(&str, &str, &str)] = &[
    ("gama: 1", "17:5", "unknown key `gama` in `learner.dqn`, did you mean `gamma`?"),
    ("total_env_steps: 0", "17:22", "must be in 1..=1000000000000, was 0"),
    ("num_steps: 0", "17:16", "`learner.dqn.num_steps` must be in 1..=65536, was 0"),
    ("train_frequency: 3", "17:22", "must be a multiple of `train_frequency` 3, was 64"),
    ("gradient_steps: 0", "17:21", "must be in 1..=10000, was 0"),
    ("learning_starts: 200000", "17:22", "must be below `buffer_size` 200000, was 200000"),
    (
        "learning_starts: 0\n    buffer_size: 4000",
        "18:18",
        "must be at least 4096 for 64 environments, was 4000",
    ),
    ("batch_size: 100", "17:17", "must be a multiple of `sequence_length` 16, was 100"),
    ("learning_rate: 0", "17:20", "must be above 0 somewhere"),
    ("gamma: 1.01", "17:12", "`learner.dqn.gamma` must be in 0..=1, was 1.01"),
    ("n_step: 0", "17:13", "`learner.dqn.n_step` must be in 1..=100, was 0"),
    ("double: 1", "17:13", "`learner.dqn.double` must be `true` or `false`, was 1"),
    ("prioritized: {alpha: 2}", "17:26", "`learner.dqn.prioritized.alpha` must be in 0..=1, was 2"),
    ("prioritized: {beta_initial: -1}", "17:33", "must be in 0..=1, was -1"),
    ("prioritized: {beta_final: 2}", "17:31", "must be in 0..=1, was 2"),
    ("distributional: {min: 0}", "17:5", "missing key `learner.dqn.distributional.max`"),
    (
        "distributional: {min: 1, max: 1}",
        "17:27",
        "must be below `learner.dqn.distributional.max` 1",
    ),
    ("distributional: {atoms: 1, min: 0, max: 1}", "17:29", "must be in 2..=501, was 1"),
    ("exploration_initial: 1.5", "17:26", "must be in 0..=1, was 1.5"),
    ("exploration_final: -0.1", "17:24", "must be in 0..=1, was -0.1"),
    ("exploration_fraction: 2", "17:27", "must be in 0..=1, was 2"),
    ("target_update_interval: 0", "17:29", "must be in 1..=1000000, was 0"),
    ("tau: 0", "17:10", "`learner.dqn.tau` must be above 0 and at most 1, was 0"),
    ("sequence_length: 0", "17:22", "`learner.dqn.sequence_length` must be in 1..=1024, was 0"),
    ("burn_in: 2000", "17:14", "`learner.dqn.burn_in` must be in 0..=1024, was 2000"),
    ("max_grad_norm: 0", "17:20", "must be above 0 and at most 1000000000, was 0"),
    ("adam_eps: 1", "17:15", "must be above 0 and at most 0.1, was 1"),
    ("huber_delta: 0", "17:18", "must be above 0 and at most 1000000000, was 0"),
];

#[test]
fn wrong_settings_of_dqn() {
    check_learner("dqn", WRONG_DQN);
}

const WRONG_A2C: &[(&str, &str, &str)] = &[
    ("num_steps: 20", "17:16", "must be a multiple of `sequence_length` 16, was 20"),
    ("learning_rate: 0", "17:20", "must be above 0 somewhere"),
    ("gae_lambda: 2", "17:17", "`learner.a2c.gae_lambda` must be in 0..=1, was 2"),
    ("clip_coef: 0.2", "17:5", "unknown key `clip_coef` in `learner.a2c`"),
];

#[test]
fn wrong_settings_of_a2c() {
    check_learner("a2c", WRONG_A2C);
}

fn check_learner(name: &str, cases: &[(&str, &str, &str)]) {
    let text = |line: &str| {
        let good = GOOD.replacen("ppo:", &format!("{name}:"), 1);
        good.replacen("gamma: 0.9", line, 1)
    };
    let texts: Vec<_> =
        cases.iter().map(|(line, place, part)| (text(line), *place, *part)).collect();
    let texts: Vec<_> = texts.iter().map(|(text, place, part)| (&**text, *place, *part)).collect();
    check_texts(&texts);
}

const WRONG_YAML_TEXTS: &[(&str, &str, &str)] = &[
    ("", "1:1", "the file is empty"),
    ("# nothing\n", "1:1", "the file is empty"),
    ("5\n", "1:1", "expected a map of keys"),
    ("- a\n", "1:1", "expected a map of keys"),
];

const WRONG_YAML: &[(&str, &str, &str, &str)] = &[
    (
        "name: good",
        "name: good\nname: other",
        "2:1",
        "key `name` must be given once, was given again, first at a.yaml:1:1",
    ),
    ("0.9", ".nan", "17:12", "a number must be finite, was `.nan`"),
    ("name: good", "name: &x good", "1:7", "anchors"),
    ("name: good", "name: !x good", "1:7", "tags"),
    ("eval:", "<<: {}\neval:", "18:1", "merge keys"),
    ("trade: {}\n", "trade: {}\n---\nname: x\n", "21:1", "one document"),
    ("trade: {}", "trade: {", "21:1", "expected YAML"),
    ("trade: {}", "? [a]\n: b", "20:3", "a key must be plain text"),
];

#[test]
fn wrong_yaml() {
    check_texts(WRONG_YAML_TEXTS);
    check(WRONG_YAML);
}

#[test]
fn all_problems_come_at_once_in_order() {
    let text = GOOD
        .replacen("good", "Good", 1)
        .replacen("gamma: 0.9", "gama: 0.9\n    gamma: x\n    clip_coef: -1", 1)
        .replacen("window: 14", "window: 0", 1);
    let shown = errors(text).to_string();
    let expected = "\
error: `name` must be 1 to 64 of a-z, 0-9, `_` and `-` and begin with a letter or digit, was `Good`
 --> a.yaml:1:7
  |
1 | name: Good
  |       ^^^^
2 | universe:

error: `features[0].rsi.window` must be in 2..=10000, was 0
  --> a.yaml:10:19
   |
 9 | features:
10 |   - rsi: {window: 0}
   |                   ^
11 | transform: [standardize]

error: unknown key `gama` in `learner.ppo`, did you mean `gamma`?
  --> a.yaml:17:5
   |
16 |   ppo:
17 |     gama: 0.9
   |     ^^^^
18 |     gamma: x

error: `learner.ppo.gamma` must be a number, was the text `x`
  --> a.yaml:18:12
   |
17 |     gama: 0.9
18 |     gamma: x
   |            ^
19 |     clip_coef: -1

error: `learner.ppo.clip_coef` must be above 0 and at most 10, was -1
  --> a.yaml:19:16
   |
18 |     gamma: x
19 |     clip_coef: -1
   |                ^^
20 | eval:

5 problems in the configuration
hint: releat config schema > agent.schema.json lets an editor show every key as you type";
    assert_eq!(shown, expected);
}

/// What stands in place of `num_envs: 64`, where its only problem lies, and a phrase.
const ENV_VALUES: &[(&str, &str, &str)] = &[
    (
        "fill: {quotes: {latency_ms: 0}}",
        "13:31",
        "`env.fill.quotes.latency_ms` must be in 1..=86400000, was 0",
    ),
    ("fill: {quotes: {latency: 5}}", "13:19", "unknown key `latency` in `env.fill.quotes`"),
    ("rules: {trailing_stop_frac: 1}", "13:31", "must be above 0 and below 1, was 1"),
    (
        "market: {portfolio: {actions: corners, per_asset_cap: 0}}",
        "13:57",
        "must be above 0 and at most 4, was 0",
    ),
    (
        "market: {portfolio: {actions: corners, cash_floor: 1}}",
        "13:54",
        "must be at least -3 and below 1, was 1",
    ),
    ("market: {slots: {}}", "13:11", "`env.market.slots` needs exactly 1 symbol, found 2"),
    (
        "market: {portfolio: {actions: {continuous: {}}}}",
        "13:46",
        "needs a learner that acts continuously, `ppo` takes discrete",
    ),
    ("reward: {close_only: {scale: 0}}", "13:32", "`env.reward.close_only.scale` must be above 0"),
    (
        "reward: {risk_adjusted: {clip: 0}}",
        "13:34",
        "`env.reward.risk_adjusted.clip` must be above 0",
    ),
    ("reward: {drawdown_penalty: {threshold: 2}}", "13:42", "must be in 0..=1, was 2"),
    (
        "reward: {drawdown_penalty: {measure: size}}",
        "13:40",
        "unknown value `size` for `env.reward.drawdown_penalty.measure`",
    ),
    (
        "randomize: {cost_factor: {from: 2}}",
        "13:35",
        "`env.randomize.cost_factor.from` must be at most `to` 1, was 2",
    ),
    ("randomize: {fill_noise_bps: -1}", "13:31", "must be in 0..=1000, was -1"),
    ("randomize: {start_offset_bars: 5}", "13:34", "needs `env.episode.random_start: false`"),
    ("hard_starts: {}", "13:16", "must name at least one of `win_rate_below`"),
    (
        "hard_starts: {drawdown_above: 0.1, pool: 0}",
        "13:44",
        "`env.hard_starts.pool` must be in 1..=1048576, was 0",
    ),
    (
        "curriculum: {first_share: 0}",
        "13:29",
        "`env.curriculum.first_share` must be above 0 and at most 1, was 0",
    ),
];

#[test]
fn wrong_values_of_the_environment() {
    let cases: Vec<_> =
        ENV_VALUES.iter().map(|&(text, place, part)| ("num_envs: 64", text, place, part)).collect();
    check(&cases);
}

/// What stands in `tune: {…}` in line 20, where its only problem lies, and a phrase.
const WRONG_TUNE: &[(&str, &str, &str)] = &[
    ("trials: 0", "20:16", "`tune.trials` must be at least 1, was 0"),
    ("seeds: 33", "20:15", "`tune.seeds` must be in 1..=32, was 33"),
    ("lookahead: 0", "20:19", "`tune.lookahead` must be in 1..=1024, was 0"),
    ("sampler: tbe", "20:17", "unknown value `tbe` for `tune.sampler`, did you mean `tpe`?"),
    ("sampler: {tpe: {candidates: 0}}", "20:36", "must be in 1..=10000, was 0"),
    ("metric: sharpe", "20:16", "unknown value `sharpe` for `tune.metric`"),
    ("scheduler: {asha: {reduction: 5}}", "20:38", "must be in 2..=4, was 5"),
    (
        "scheduler: {asha: {grace_env_steps: 9, max_env_steps: 8}}",
        "20:44",
        "`tune.scheduler.asha.grace_env_steps` must be in 1..=8, the budget of a whole trial, was 9",
    ),
    (
        "scheduler: {hyperband: {brackets: 5}}",
        "20:42",
        "`tune.scheduler.hyperband.brackets` must be at most the 4 rungs, was 5",
    ),
    (
        "scheduler: {median_stop: {interval_env_steps: 1, max_env_steps: 9000}}",
        "20:54",
        "must leave at most 1000 looks at a trial of 9000, was 1",
    ),
    ("scheduler: {pbt: {quantile: 0.6}}", "20:36", "must be in 0.05..=0.5, was 0.6"),
    ("scheduler: {pbt: {}}, trials: 1", "20:38", "must be at least 2 for a population"),
    ("space: {seed: {integer: [1, 2]}}", "20:22", "`seed` cannot be searched: a lucky seed"),
    (
        "space: {env.costs.half_spread_bps: {uniform: [0, 1]}}",
        "20:43",
        "`env.costs.half_spread_bps` cannot be searched: a cheaper market would win",
    ),
    (
        "space: {env.reward.pnl.scale: {uniform: [0, 1]}}",
        "20:38",
        "`env.reward.pnl.scale` cannot be searched: trials must pursue the same goal",
    ),
    ("space: {env.fill: {choice: [next_open]}}", "20:26", "an easier fill would win"),
    ("space: {data: {choice: [1]}}", "20:22", "judged on the same data"),
    ("space: {universe.symbols: {choice: [[A]]}}", "20:34", "judged on the same market"),
    ("space: {eval.gate: {choice: [{}]}}", "20:27", "trials must be judged alike"),
    (
        "space: {learner.ppo.total_env_steps: {integer: [1, 2]}}",
        "20:45",
        "`learner.ppo.total_env_steps` cannot be searched: `tune.scheduler` gives the budgets",
    ),
    (
        "space: {learner: {choice: [{ppo: {}}, {ppo: {total_env_steps: 5}}]}}",
        "20:46",
        "`learner.ppo.total_env_steps` cannot be searched",
    ),
    (
        "space: {env: {choice: [{costs: {commission_bps: 0}}]}}",
        "20:31",
        "`env.costs.commission_bps` cannot be searched",
    ),
    (
        "space: {learner.ppo.gama: {uniform: [0, 1]}}",
        "20:34",
        "unknown key `learner.ppo.gama`, did you mean `learner.ppo.gamma`?",
    ),
    ("space: {lerner.x: {uniform: [0, 1]}}", "20:26", "did you mean `learner`?"),
    (
        "space: {features.rsi.window: {integer: [5, 9]}}",
        "20:37",
        "the list `features` is searched as a whole",
    ),
    ("space: {'features[0]': {integer: [5, 9]}}", "20:8", "a list is searched as a whole"),
    (
        "space: {learner.dqn.gamma: {uniform: [0, 1]}}",
        "20:35",
        "`tune.space.learner.dqn.gamma` needs `learner.dqn`, the agent has `learner` ppo",
    ),
    (
        "space: {model: {choice: [{mlp: {}}, {gru: {}}]}, model.mlp.hidden: {integer: [1, 9]}}",
        "20:75",
        "needs `when: {key: model, is: […]}` with values that are `mlp`",
    ),
    (
        "space: {model.gru.hidden: {integer: [8, 16]}}, scheduler: {pbt: {}}",
        "20:34",
        "hand on their networks",
    ),
    (
        "space: {learner.ppo.gamma: {}}",
        "20:35",
        "must have exactly one of `uniform`, `log_uniform`, `integer`, `log_integer` and `choice`, found 0",
    ),
    (
        "space: {learner.ppo.gamma: {uniform: [0, 1], choice: [1]}}",
        "20:35",
        "and `choice`, found 2",
    ),
    (
        "space: {learner.ppo.gamma: {uniform: [1, 0]}}",
        "20:45",
        "`tune.space.learner.ppo.gamma.uniform` must begin below its end, was [1, 0]",
    ),
    (
        "space: {learner.ppo.gamma: {log_uniform: [0, 1]}}",
        "20:49",
        "must begin above 0 for a logarithmic scale, was 0",
    ),
    ("space: {learner.ppo.gamma: {choice: []}}", "20:44", "must name at least one value"),
    ("space: {learner.ppo.gamma: {choice: [1, 1]}}", "20:44", "1 is there twice"),
    ("space: {learner.ppo.gamma: {choice: [1], steps: 3}}", "20:56", "needs a range of numbers"),
    (
        "space: {learner.ppo.gamma: {uniform: [0, 1], steps: 1}}",
        "20:60",
        "`tune.space.learner.ppo.gamma.steps` must be in 2..=1000, was 1",
    ),
    (
        "space: {learner.ppo.gamma: {unifrm: [0, 1]}}",
        "20:36",
        "unknown key `unifrm` in `tune.space.learner.ppo.gamma`, did you mean `uniform`?",
    ),
    (
        "space: {learner.ppo.gamma: {uniform: [0]}}",
        "20:45",
        "`tune.space.learner.ppo.gamma.uniform`",
    ),
    (
        "space: {learner.ppo.gamma: {choice: [1], when: {key: x, is: [1]}}}",
        "20:61",
        "`tune.space.learner.ppo.gamma.when.key` must name a `choice` of `tune.space`, was `x`",
    ),
    (
        "space: {learner.ppo.gamma: {choice: [1], when: {is: [1]}}}",
        "20:49",
        "missing key `tune.space.learner.ppo.gamma.when.key`",
    ),
    (
        "space: {learner.ppo.gamma: {choice: [1], when: {key: learner.ppo.gamma, is: [1]}}}",
        "20:61",
        "must not depend on `learner.ppo.gamma` itself",
    ),
    (
        "space: {model.gru.layers: {choice: [1, 2]}, learner.ppo.gamma: {choice: [1], when: {key: model.gru.layers, is: [2, 3]}}}",
        "20:123",
        "`tune.space.learner.ppo.gamma.when.is[1]` must be a value of the choice `model.gru.layers`, was 3",
    ),
];

#[test]
fn wrong_searches() {
    let texts: Vec<_> = WRONG_TUNE
        .iter()
        .map(|&(text, place, part)| {
            (GOOD.replacen("trade: {}", &format!("tune: {{{text}}}"), 1), place, part)
        })
        .collect();
    let texts: Vec<_> = texts.iter().map(|(text, place, part)| (&**text, *place, *part)).collect();
    check_texts(&texts);
}
