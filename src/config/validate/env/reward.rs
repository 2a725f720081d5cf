//! Rules of `env.reward`.

use crate::config::validate::check::Check;
use crate::config::{
    CloseOnlyReward, DrawdownPenalty, Reward, RiskAdjustedReward, SharpeBlendReward,
};

/// The largest scale or weight.
const LARGEST: f64 = 1e6;

/// Checks every part that is named.
pub(super) fn check(check: &mut Check, reward: &Reward) {
    let Reward { alpha, log_return, pnl, sharpe_blend, differential_sharpe, .. } = reward;
    let Reward { close_only, risk_adjusted, drawdown_penalty, .. } = reward;
    let is_empty = alpha.is_none()
        && log_return.is_none()
        && pnl.is_none()
        && sharpe_blend.is_none()
        && differential_sharpe.is_none()
        && close_only.is_none()
        && risk_adjusted.is_none()
        && drawdown_penalty.is_none();
    if is_empty {
        let text = "`env.reward` must name at least one part such as `log_return: {}`, was empty";
        check.deny(&["env.reward"], text.to_owned());
    }
    if let Some(part) = alpha {
        check.positive("env.reward.alpha.scale", part.scale, LARGEST);
        check.positive("env.reward.alpha.clip", part.clip, LARGEST);
        weight(check, "env.reward.alpha.weight", part.weight);
    }
    if let Some(part) = log_return {
        check.positive("env.reward.log_return.scale", part.scale, LARGEST);
        weight(check, "env.reward.log_return.weight", part.weight);
    }
    if let Some(part) = pnl {
        check.positive("env.reward.pnl.scale", part.scale, LARGEST);
        weight(check, "env.reward.pnl.weight", part.weight);
    }
    if let Some(part) = sharpe_blend {
        blend(check, part);
    }
    if let Some(part) = differential_sharpe {
        if !(part.eta > 0.0 && part.eta < 1.0) {
            let key = "env.reward.differential_sharpe.eta";
            check.deny(&[key], format!("`{key}` must be above 0 and below 1, was {}", part.eta));
        }
        weight(check, "env.reward.differential_sharpe.weight", part.weight);
    }
    if let Some(part) = close_only {
        self::close_only(check, part);
    }
    if let Some(part) = risk_adjusted {
        self::risk_adjusted(check, part);
    }
    if let Some(part) = drawdown_penalty {
        self::drawdown_penalty(check, part);
    }
}

fn close_only(check: &mut Check, part: &CloseOnlyReward) {
    check.positive("env.reward.close_only.scale", part.scale, LARGEST);
    check.positive("env.reward.close_only.clip", part.clip, LARGEST);
    weight(check, "env.reward.close_only.weight", part.weight);
}

fn risk_adjusted(check: &mut Check, part: &RiskAdjustedReward) {
    let key = |field: &str| format!("env.reward.risk_adjusted.{field}");
    check.within(&key("drawdown_weight"), part.drawdown_weight, 0.0..=LARGEST);
    check.positive(&key("scale"), part.scale, LARGEST);
    check.positive(&key("clip"), part.clip, LARGEST);
    weight(check, &key("weight"), part.weight);
}

fn drawdown_penalty(check: &mut Check, part: &DrawdownPenalty) {
    let key = |field: &str| format!("env.reward.drawdown_penalty.{field}");
    check.within(&key("threshold"), part.threshold, 0.0..=1.0);
    check.positive(&key("scale"), part.scale, LARGEST);
    weight(check, &key("weight"), part.weight);
}

fn blend(check: &mut Check, part: &SharpeBlendReward) {
    let key = |field: &str| format!("env.reward.sharpe_blend.{field}");
    check.within(&key("window_bars"), part.window_bars, 2..=1000);
    check.positive(&key("scale"), part.scale, LARGEST);
    check.within(&key("sharpe_weight"), part.sharpe_weight, 0.0..=LARGEST);
    check.within(&key("return_weight"), part.return_weight, 0.0..=LARGEST);
    check.within(&key("drawdown_weight"), part.drawdown_weight, 0.0..=LARGEST);
    check.within(&key("drawdown_threshold"), part.drawdown_threshold, 0.0..=1.0);
    weight(check, &key("weight"), part.weight);
}

/// A weight of 0 is a part that is not meant.
fn weight(check: &mut Check, key: &str, weight: f64) {
    if weight == 0.0 || weight.abs() > LARGEST {
        let text = format!("`{key}` must be in -{LARGEST}..={LARGEST} and not 0, was {weight}");
        check.deny(&[key], text);
    }
}
