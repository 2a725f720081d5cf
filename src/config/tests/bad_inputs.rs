use super::{GOOD, errors};

/// Puts `replacement` for `original` into the good agent; the first problem must lie at `place` and
/// say `part`.
fn check(original: &str, replacement: &str, place: &str, part: &str) {
    assert!(GOOD.contains(original), "the good agent has no `{original}`");
    check_text(&GOOD.replacen(original, replacement, 1), place, part);
}

fn check_text(text: &str, place: &str, part: &str) {
    let errors = errors(text);
    let found: Vec<String> = errors
        .problems()
        .iter()
        .map(|problem| {
            let at = problem.location.as_ref();
            let at = at.map_or("-".to_owned(), |at| format!("{}:{}", at.line, at.column));
            format!("{at} {}", problem.text)
        })
        .collect();
    let fits = |line: &String| line.starts_with(&format!("{place} ")) && line.contains(part);
    assert!(found.iter().any(fits), "expected `{place} … {part}`, found {found:#?} in\n{text}");
    assert_eq!(found.len(), 1, "expected one problem, found {found:#?} in\n{text}");
}

#[test]
fn wrong_keys() {
    check("name: good\n", "", "1:1", "missing key `name`, it has no default");
    check("name: good\n", "name: good\nnmae: x\n", "2:1", "unknown key `nmae`, did you mean `name`?");
    check("    gamma", "    gama", "17:5", "unknown key `gama` in `learner.ppo`, did you mean `gamma`?");
    check("    gamma", "    foo", "17:5", "unknown key `foo` in `learner.ppo`, expected `total_env_steps`");
    check("ppo:", "pppo:", "16:3", "unknown key `pppo` in `learner`, did you mean `ppo`?");
    check("ppo:", "dqn:", "16:3", "unknown key `dqn` in `learner`, expected `ppo`");
    check("{yahoo: {}}", "{yaho: {}}", "5:12", "did you mean `yahoo`?");
    check("{yahoo: {}}", "{yahoo: {key: 1}}", "5:20", "unknown key `key` in `data.source.yahoo`, expected no keys");
    check("{yahoo: {}}", "{csv: {}}", "5:12", "missing key `data.source.csv.path`");
    check("rsi:", "rsii:", "10:5", "unknown key `rsii` in `features[0]`, did you mean `rsi`?");
    check("{window: 14}", "{windw: 14}", "10:11", "unknown key `windw` in `features[0].rsi`, did you mean `window`?");
    check("{window: 14}", "{}", "10:5", "missing key `features[0].rsi.window`");
    check("  train: 2010-01-01..2010-12-31\n", "", "4:1", "missing key `data.train`");
    check("eval:", "store: {}\neval:", "18:1", "key `store` belongs in configs/base.yaml");
    check("{gru: {hidden: 8}}", "{gru: {}, mlp: {}}", "14:8", "`model` must have exactly one key, found `gru` and `mlp`");
    check("{gru: {hidden: 8}}", "{}", "14:8", "`model` must have exactly one key, found none");
}

#[test]
fn wrong_kinds() {
    check("name: good", "name: 12", "1:7", "`name` must be text, was 12; put it in quotes");
    check("0.9", "high", "17:12", "`learner.ppo.gamma` must be a number, was the text `high`");
    check("0.9", "", "17:11", "`learner.ppo.gamma` must be a number, was nothing");
    check("64", "64.5", "13:13", "`env.num_envs` must be a whole number, 0 or more, was 64.5");
    check("64", "-1", "13:13", "`env.num_envs` must be a whole number, 0 or more, was -1");
    check("64", "1e3", "13:13", "write 1000");
    check("64", "[64]", "13:13", "was a list");
    check("64", "true", "13:13", "was `true`");
    check("[SPY, QQQ]", "SPY", "3:12", "`universe.symbols` must be a list, was the text `SPY`");
    check("[SPY, QQQ]", "[SPY, 5]", "3:18", "`universe.symbols[1]` must be text, was 5; put it in quotes");
    check("[SPY, QQQ]", "[SPY, qqq]", "3:18", "was `qqq`");
    check("rsi: {window: 14}", "rsi", "10:5", "`features[0]` needs settings, found the text `rsi` alone; write `rsi: {…}`");
    check("rsi: {window: 14}", "5", "10:5", "`features[0]` must be a name, or a map with one key, was 5");
    check("rsi: {window: 14}", "sma: {window: 5, input: clos}", "10:29", "unknown value `clos` for `features[0].sma.input`, did you mean `close`?");
    check("[standardize]", "[standardise]", "11:13", "unknown value `standardise` for `transform[0]`, did you mean `standardize`?");
    check("[standardize]", "[standardize: {}]", "11:13", "`standardize` takes no settings");
    check("trade: {}", "trade:", "20:7", "write `{}` to keep every default");
    check("gamma: 0.9", "learning_rate: {linear: {from: 1e-3}}", "17:21", "missing key `learner.ppo.learning_rate.linear.to`");
    check("gamma: 0.9", "learning_rate: fast", "17:20", "must be a number, `linear: {from, to}` or `cosine: {from, to}`");
    check("gamma: 0.9", "norm_adv: yes", "17:15", "`learner.ppo.norm_adv` must be `true` or `false`, was the text `yes`");
    check("2010-01-01..2010-12-31", "2010-01-01", "6:10", "a range must be YYYY-MM-DD..YYYY-MM-DD");
    check("2010-01-01..2010-12-31", "2010-02-30..2010-12-31", "6:10", "was `2010-02-30`");
    check("2010-01-01..2010-12-31", "2010-12-31..2010-01-01", "6:10", "must not end before it begins");
    check("[SPY, QQQ]", "[SPY, QQQ]\n  timeframe: 2d", "4:14", "a timeframe must be");
    check("[SPY, QQQ]", "[SPY, QQQ]\n  calendar: NYSE", "4:13", "unknown value `NYSE` for `universe.calendar`");
}

#[test]
fn wrong_values() {
    check("name: good", "name: Good", "1:7", "`name` must be 1 to 64 of a-z");
    check("name: good", "name: ../x", "1:7", "`name` must be");
    check("[SPY, QQQ]", "[]", "3:12", "must name at least one symbol");
    check("[SPY, QQQ]", "[SPY, QQQ, SPY]", "3:23", "must differ from `universe.symbols[0]`");
    check("[SPY, QQQ]", "[SPY, QQQ]\n  currency: usd", "4:13", "three capital letters");
    check("  test: 2012-01-01", "  test: 2011-06-01", "8:9", "`data.test` must begin after `data.validation` ends");
    check("2011-01-01..2011-12-31", "2010-06-01..2011-12-31", "7:15", "`data.validation` must begin after `data.train` ends");
    check("2010-01-01..2010-12-31", "1950-01-01..2010-12-31", "6:10", "must lie in the calendar");
    check("2011-01-01..2011-12-31", "2011-01-01..2011-01-05", "7:15", "must hold at least 7 bars of 1d");
    check("test: 2012-01-01..2012-12-31", "test: 2012-01-01..2012-12-31\n  embargo_bars: 2000", "9:17", "must be in 0..=1000, was 2000");
    check("window: 14", "window: 0", "10:19", "`features[0].rsi.window` must be in 2..=10000, was 0");
    check("rsi: {window: 14}", "macd: {fast: 30}", "10:18", "`features[0].macd.fast` must be below `features[0].macd.slow` 26, was 30");
    check("rsi: {window: 14}", "beta: {with: IWM, window: 9}", "10:18", "must be one of `universe.symbols`, was IWM");
    check("  - rsi: {window: 14}", "  - rsi: {window: 14}\n  - rsi: {window: 14}", "11:5", "it repeats `features[0]`");
    check("rsi: {window: 14}", "group: {timeframe: 1d, features: [obv: {}]}", "10:24", "must be longer than the universe's 1d, was 1d");
    check("  - rsi: {window: 14}", "  []", "10:3", "`features` must name at least one feature");
    check("[standardize]", "[clip_percentile: {low: 60, high: 40}]", "11:31", "must be below `transform[0].clip_percentile.high` 40, was 60");
    check("num_envs: 64", "num_envs: 0", "13:13", "`env.num_envs` must be in 1..=65536, was 0");
    check("num_envs: 64", "market: {portfolio: {actions: etf16}}", "13:33", "needs exactly 3 symbols, found 2");
    check("num_envs: 64", "market: {portfolio: {actions: {table: [hold, [1, 0]]}}}", "13:48", "must hold 3 weights (cash and 2 symbols), was 2");
    check("num_envs: 64", "market: {portfolio: {actions: {table: [hold, [1, 0, 1]]}}}", "13:48", "must sum to 1 within 1e-6, was 2");
    check("num_envs: 64", "market: {single: {}}", "13:11", "needs exactly 1 symbol, found 2");
    check("num_envs: 64", "rules: {min_hold_bars: 3}", "13:26", "needs the market `single`");
    check("num_envs: 64", "rules: {stop_loss_frac: 1}", "13:27", "must be above 0 and below 1, was 1");
    check("num_envs: 64", "reward: {}", "13:11", "must name at least one part");
    check("num_envs: 64", "reward: {pnl: {weight: 0}}", "13:26", "and not 0, was 0");
    check("num_envs: 64", "costs: {commission_bps: -1}", "13:27", "must be in 0..=1000, was -1");
    check("{hidden: 8}", "{layers: 2}", "14:22", "stacked layers are not available yet");
    check("gamma: 0.9", "gamma: 1.5", "17:12", "`learner.ppo.gamma` must be in 0..=1, was 1.5");
    check("gamma: 0.9", "num_steps: 17", "17:16", "must be a multiple of `sequence_length` 16, was 17");
    check("gamma: 0.9", "minibatch_transitions: 1_000_000_000", "17:28", "= 16384, was 1000000000");
    check("gamma: 0.9", "learning_rate: 0", "17:20", "must be above 0 somewhere");
    check("gate: {}", "gate: {max_drawdown_max: 25}", "19:28", "must be in 0..=1, was 25");
    check("gate: {}", "gate: {oracle_share_min: 0.9}", "19:28", "needs a market with a known best value");
    check("gate: {}", "bootstrap: {confidence_percent: 100}", "19:35", "must be in 50..=99, was 100");
    check("gate: {}", "baselines: [cash, cash]", "19:21", "must be a new baseline");
    check("trade: {}", "trade: {max_order_frac: 0}", "20:25", "must be above 0");
}

#[test]
fn wrong_yaml() {
    check_text("", "1:1", "the file is empty");
    check_text("# nothing\n", "1:1", "the file is empty");
    check_text("5\n", "1:1", "expected a map of keys");
    check_text("- a\n", "1:1", "expected a map of keys");
    check("name: good", "name: good\nname: other", "2:1", "key `name` must be given once, was given again, first at a.yaml:1:1");
    check("0.9", ".nan", "17:12", "a number must be finite, was `.nan`");
    check("name: good", "name: &x good", "1:7", "anchors");
    check("name: good", "name: !x good", "1:7", "tags");
    check("eval:", "<<: {}\neval:", "18:1", "merge keys");
    check("trade: {}\n", "trade: {}\n---\nname: x\n", "21:1", "one document");
    check("trade: {}", "trade: {", "21:1", "expected YAML");
    check("trade: {}", "? [a]\n: b", "20:3", "a key must be plain text");
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
