//! Rules of `eval`.

use super::check::Check;
use crate::config::{Agent, Gate, Source, Stress};

/// Checks how the agent is judged.
pub(super) fn check(check: &mut Check, agent: &Agent) {
    let eval = &agent.eval;
    for (index, baseline) in eval.baselines.iter().enumerate() {
        if eval.baselines[..index].contains(baseline) {
            let key = format!("eval.baselines[{index}]");
            check.deny(&[&key], format!("`{key}` must be a new baseline, it is there already"));
        }
    }
    gate(check, &eval.gate, agent);
    check.within("eval.bootstrap.samples", eval.bootstrap.samples, 100..=100_000);
    check.within("eval.bootstrap.block_bars", eval.bootstrap.block_bars, 1..=10_000);
    check.within("eval.bootstrap.confidence_percent", eval.bootstrap.confidence_percent, 50..=99);
    folds(check, agent);
    stress(check, &eval.stress);
}

/// The sizes of folds.
fn folds(check: &mut Check, agent: &Agent) {
    let walk = &agent.eval.walk_forward;
    check.within("eval.walk_forward.train_bars", walk.train_bars, 2..=100_000_000);
    check.within("eval.walk_forward.validation_bars", walk.validation_bars, 2..=100_000_000);
    check.within("eval.walk_forward.test_bars", walk.test_bars, 2..=100_000_000);
    check.within("eval.walk_forward.step_bars", walk.step_bars, 1..=100_000_000);
    let purged = &agent.eval.purged;
    check.within("eval.purged.groups", purged.groups, 3..=20);
    check.within("eval.purged.purge_bars", purged.purge_bars, 0..=1000);
    check.within("eval.purged.embargo_bars", purged.embargo_bars, 0..=1000);
    // A part is left to learn from and one to validate on.
    let most = purged.groups.saturating_sub(2).max(1);
    if !(1..=most).contains(&purged.test_groups) {
        let key = "eval.purged.test_groups";
        let found = purged.test_groups;
        let text = format!("`{key}` must be in 1..={most} (groups less 2), was {found}");
        check.deny(&[key, "eval.purged.groups"], text);
    }
}

/// The hardships.
fn stress(check: &mut Check, stress: &Stress) {
    for (index, &multiple) in stress.cost_multiples.iter().enumerate() {
        check.within(&format!("eval.stress.cost_multiples[{index}]"), multiple, 0.0..=1000.0);
    }
    for (index, &bars) in stress.delays_bars.iter().enumerate() {
        check.within(&format!("eval.stress.delays_bars[{index}]"), bars, 0..=1000);
    }
    check.positive("eval.stress.volatility_multiple", stress.volatility_multiple, 10.0);
    let years = &stress.bad_years;
    check.within("eval.stress.bad_years.drawn", years.drawn, 1..=10_000);
    check.within("eval.stress.bad_years.judged", years.judged, 0..=years.drawn);
    check.within("eval.stress.bad_years.block_bars", years.block_bars, 1..=10_000);
    for (index, &loss) in stress.gaps.losses.iter().enumerate() {
        let key = format!("eval.stress.gaps.losses[{index}]");
        if !(loss > 0.0 && loss < 1.0) {
            check.deny(&[&key], format!("`{key}` must be above 0 and below 1, was {loss}"));
        }
    }
    check.within("eval.stress.gaps.draws", stress.gaps.draws, 0..=1000);
    let wide = &stress.wide_spreads;
    check.within("eval.stress.wide_spreads.multiple", wide.multiple, 1.0..=1000.0);
    check.within("eval.stress.wide_spreads.share", wide.share, 0.0..=1.0);
    check.within("eval.stress.wide_spreads.stretch_bars", wide.stretch_bars, 1..=1000);
    let halts = &stress.halts;
    check.within("eval.stress.halts.missing_share", halts.missing_share, 0.0..=0.9);
    check.within("eval.stress.halts.halt_bars", halts.halt_bars, 0..=1000);
    check.within("eval.stress.halts.draws", halts.draws, 1..=1000);
}

fn gate(check: &mut Check, gate: &Gate, agent: &Agent) {
    if let Some(drawdown) = gate.max_drawdown_max {
        check.within("eval.gate.max_drawdown_max", drawdown, 0.0..=1.0);
    }
    if let Some(turnover) = gate.turnover_daily_max {
        check.within("eval.gate.turnover_daily_max", turnover, 0.0..=1000.0);
    }
    if let Some(rank) = gate.rank_max {
        check.at_least("eval.gate.rank_max", rank, 1);
    }
    let ratios = [
        ("eval.gate.sharpe_min", gate.sharpe_min),
        ("eval.gate.sharpe_margin_to_first_symbol_min", gate.sharpe_margin_to_first_symbol_min),
    ];
    for (key, ratio) in ratios {
        if let Some(ratio) = ratio {
            check.within(key, ratio, -100.0..=100.0);
        }
    }
    let probabilities = [
        ("eval.gate.pbo_max", gate.pbo_max),
        ("eval.gate.deflated_sharpe_min", gate.deflated_sharpe_min),
    ];
    for (key, probability) in probabilities {
        if let Some(probability) = probability {
            check.within(key, probability, 0.0..=1.0);
        }
    }
    let Some(share) = gate.oracle_share_min else { return };
    let key = "eval.gate.oracle_share_min";
    check.within(key, share, 0.0..=1.0);
    let is_planted = matches!(&agent.data.source, Source::Synthetic(s) if s.planted.is_some());
    if !is_planted {
        let text = format!(
            "`{key}` needs a market with a known best value, `data.source.synthetic.planted`; found `{}` without",
            agent.data.source.name()
        );
        check.deny(&[key, "data.source"], text);
    }
}
