//! Rules of `eval` and `trade`.

use super::check::Check;
use crate::config::{Agent, Gate, Source};

/// Checks how the agent is judged and how it trades.
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
    check.positive("trade.max_order_frac", agent.trade.max_order_frac, 100.0);
    check.positive("trade.max_gross_exposure", agent.trade.max_gross_exposure, 100.0);
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
