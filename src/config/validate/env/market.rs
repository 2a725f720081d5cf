//! Rules of `env.market`.

use crate::config::validate::check::Check;
use crate::config::{
    ActionRow, Actions, Agent, ContinuousActions, Learner, Market, PortfolioMarket, SlotsMarket,
    Squash,
};

/// The most slots of one side.
const MOST_SLOTS: usize = 16;

/// Checks what actions mean.
pub(super) fn check(check: &mut Check, agent: &Agent) {
    let count = agent.universe.symbols.len();
    match &agent.env.market {
        Market::Portfolio(portfolio) => {
            actions(check, &portfolio.actions, agent);
            limits(check, portfolio);
        }
        Market::Single(single) => {
            one_symbol(check, "env.market.single", count);
            exposures(check, &single.exposures);
        }
        Market::Slots(market) => {
            one_symbol(check, "env.market.slots", count);
            slots(check, market);
        }
    }
}

fn one_symbol(check: &mut Check, key: &str, count: usize) {
    if count != 1 {
        let text = format!("`{key}` needs exactly 1 symbol, found {count}");
        check.deny(&["env.market", "universe.symbols"], text);
    }
}

fn actions(check: &mut Check, actions: &Actions, agent: &Agent) {
    const KEY: &str = "env.market.portfolio.actions";
    let count = agent.universe.symbols.len();
    match actions {
        Actions::Corners => {}
        Actions::Etf16 if count == 3 => {}
        Actions::Etf16 => {
            let text = format!("`{KEY}: etf16` needs exactly 3 symbols, found {count}");
            check.deny(&[KEY, "universe.symbols"], text);
        }
        Actions::Table(rows) => table(check, rows, count),
        Actions::Continuous(continuous) => self::continuous(check, continuous, &agent.learner),
    }
}

fn continuous(check: &mut Check, actions: &ContinuousActions, learner: &Learner) {
    const KEY: &str = "env.market.portfolio.actions.continuous";
    check.positive(&format!("{KEY}.leverage"), actions.leverage, 4.0);
    if actions.squash == Squash::Softmax && !actions.long_only {
        let key = format!("{KEY}.long_only");
        let text = format!("`{key}` must be true with `squash: softmax`, was false");
        check.deny(&[&key, &format!("{KEY}.squash")], text);
    }
    let name = learner_name(learner);
    let text = format!(
        "`{KEY}` needs a learner that acts continuously, `{name}` takes discrete actions; use `corners`, `etf16` or a `table`"
    );
    check.deny(&[KEY, "learner"], text);
}

/// The key of the learner in an agent file.
fn learner_name(learner: &Learner) -> String {
    let json = serde_json::to_value(learner).unwrap_or_default();
    let name = json.as_object().and_then(|fields| fields.keys().next().cloned());
    name.unwrap_or_default()
}

fn limits(check: &mut Check, portfolio: &PortfolioMarket) {
    if let Some(cap) = portfolio.per_asset_cap {
        check.positive("env.market.portfolio.per_asset_cap", cap, 4.0);
    }
    if let Some(floor) = portfolio.cash_floor
        && !(-3.0..1.0).contains(&floor)
    {
        let key = "env.market.portfolio.cash_floor";
        let text = format!("`{key}` must be at least -3 and below 1, was {floor}");
        check.deny(&[key], text);
    }
}

fn slots(check: &mut Check, market: &SlotsMarket) {
    const KEY: &str = "env.market.slots";
    check.within(&format!("{KEY}.max_long"), market.max_long, 0..=MOST_SLOTS);
    check.within(&format!("{KEY}.max_short"), market.max_short, 0..=MOST_SLOTS);
    if market.num_slots() == 0 {
        let text = format!("`{KEY}` needs at least 1 slot in `max_long` and `max_short`, found 0");
        check.deny(&[KEY], text);
    }
    check.positive(&format!("{KEY}.unit_frac"), market.unit_frac, 4.0);
    check.within(&format!("{KEY}.size_mask_prob"), market.size_mask_prob, 0.0..=1.0);
    check.within(&format!("{KEY}.direction_mask_prob"), market.direction_mask_prob, 0.0..=1.0);
}

fn table(check: &mut Check, rows: &[ActionRow], symbols: usize) {
    const KEY: &str = "env.market.portfolio.actions.table";
    if rows.len() < 2 || rows.len() > 4096 {
        check.deny(&[KEY], format!("`{KEY}` must hold 2 to 4096 rows, was {}", rows.len()));
    }
    for (index, row) in rows.iter().enumerate() {
        let key = format!("{KEY}[{index}]");
        if let Some(first) = rows[..index].iter().position(|other| other == row) {
            check.deny(&[&key], format!("`{key}` must be a new action, it repeats row {first}"));
        }
        let ActionRow::Weights(weights) = row else { continue };
        if weights.len() != symbols + 1 {
            let text = format!(
                "`{key}` must hold {} weights (cash and {symbols} symbols), was {}",
                symbols + 1,
                weights.len()
            );
            check.deny(&[&key, "universe.symbols"], text);
        }
        let sum: f64 = weights.iter().sum();
        if (sum - 1.0).abs() > 1e-6 {
            check.deny(&[&key], format!("`{key}` must sum to 1 within 1e-6, was {sum}"));
        }
        if weights.iter().any(|weight| weight.abs() > 10.0) {
            check.deny(&[&key], format!("`{key}` must hold weights in -10..=10, was {weights:?}"));
        }
    }
}

fn exposures(check: &mut Check, exposures: &[f64]) {
    const KEY: &str = "env.market.single.exposures";
    if exposures.is_empty() || exposures.len() > 256 {
        check
            .deny(&[KEY], format!("`{KEY}` must hold 1 to 256 exposures, was {}", exposures.len()));
    }
    for (index, &exposure) in exposures.iter().enumerate() {
        let key = format!("{KEY}[{index}]");
        check.within(&key, exposure, -4.0..=4.0);
        if exposures[..index].contains(&exposure) {
            check
                .deny(&[&key], format!("`{key}` must differ from the others, {exposure} is there"));
        }
    }
}
