//! Rewards in plain f64: the definition that the tensor rewards are held to.

use std::collections::VecDeque;

use crate::config::{
    CloseOnlyReward, DifferentialSharpeReward, DrawdownMeasure, DrawdownPenalty, Reward,
    RiskAdjustedReward, SharpeBlendReward,
};

/// A ratio to the deviation of returns divides by at least this much per bar: below it, the ratio
/// would measure rounding, and a steady trickle of interest would look like skill.
pub(in crate::gym) const MIN_RETURN_DEVIATION: f64 = 1e-5;

/// The logarithm is taken of at least this growth: leverage can lose more than everything in a bar.
pub(in crate::gym) const MIN_GROWTH: f64 = 1e-6;

/// What one bar did to the account.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RewardInput {
    /// Equity after over equity before, less 1.
    pub portfolio_return: f64,
    /// Return of the benchmark over the same bar.
    pub benchmark_return: f64,
    /// Change of equity as a fraction of initial equity.
    pub pnl_frac: f64,
    /// Loss since the highest equity, after the bar.
    pub drawdown: f64,
    /// Change of equity less the change of unrealized gains, a fraction of initial equity.
    pub booked_frac: f64,
    /// Whether a trade took a hundredth or more off a position, closed or turned it.
    pub has_closed: bool,
}

/// The memory of the rewards that have one, for one episode.
#[derive(Debug, Clone, PartialEq)]
pub struct RewardState {
    settings: Reward,
    recent: VecDeque<f64>,
    mean: f64,
    variance: f64,
    unpaid_frac: f64,
    record: ReturnRecord,
    excess_drawdown: f64,
}

/// Mean and summed square deviation of all returns of an episode.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct ReturnRecord {
    count: f64,
    mean: f64,
    squares: f64,
}

impl RewardState {
    /// The start of an episode.
    #[must_use]
    pub fn new(settings: &Reward) -> Self {
        let settings = settings.clone();
        Self {
            settings,
            recent: VecDeque::new(),
            mean: 0.0,
            variance: 0.0,
            unpaid_frac: 0.0,
            record: ReturnRecord::default(),
            excess_drawdown: 0.0,
        }
    }

    /// The reward of one bar: the sum of the parts that the settings name.
    pub fn update(&mut self, bar: RewardInput) -> f64 {
        let mut reward = 0.0;
        if let Some(part) = self.settings.alpha {
            let excess = part.scale * (bar.portfolio_return - bar.benchmark_return);
            reward += part.weight * excess.clamp(-part.clip, part.clip);
        }
        if let Some(part) = self.settings.log_return {
            let growth = (1.0 + bar.portfolio_return).max(MIN_GROWTH);
            reward += part.weight * part.scale * growth.ln();
        }
        if let Some(part) = self.settings.pnl {
            reward += part.weight * part.scale * bar.pnl_frac;
        }
        if let Some(part) = self.settings.sharpe_blend {
            reward += part.weight * self.sharpe_blend(&part, bar);
        }
        if let Some(part) = self.settings.differential_sharpe {
            reward += part.weight * self.differential_sharpe(&part, bar.portfolio_return);
        }
        if let Some(part) = self.settings.close_only {
            reward += part.weight * self.close_only(&part, bar);
        }
        if let Some(part) = self.settings.risk_adjusted {
            reward += part.weight * self.risk_adjusted(&part, bar);
        }
        if let Some(part) = self.settings.drawdown_penalty {
            reward -= part.weight * part.scale * self.drawdown_excess(&part, bar.drawdown);
        }
        reward
    }

    /// What was booked since a position was last closed in part or whole is paid out when one is.
    fn close_only(&mut self, part: &CloseOnlyReward, bar: RewardInput) -> f64 {
        self.unpaid_frac += bar.booked_frac;
        if !bar.has_closed {
            return 0.0;
        }
        let booked = std::mem::take(&mut self.unpaid_frac);
        (part.scale * booked).clamp(-part.clip, part.clip)
    }

    /// One return is no record: the ratio of the first bar is 0.
    fn risk_adjusted(&mut self, part: &RiskAdjustedReward, bar: RewardInput) -> f64 {
        let ratio = self.record.update(bar.portfolio_return).clamp(-part.clip, part.clip);
        ratio - part.drawdown_weight * part.scale * bar.drawdown
    }

    /// What is punished, before scale and weight.
    fn drawdown_excess(&mut self, part: &DrawdownPenalty, drawdown: f64) -> f64 {
        let excess = (drawdown - part.threshold).max(0.0);
        let before = std::mem::replace(&mut self.excess_drawdown, excess);
        match part.measure {
            DrawdownMeasure::Level => excess,
            DrawdownMeasure::Increase => (excess - before).max(0.0),
        }
    }

    /// Mean over population deviation of the last returns; bars before the episode count as 0, so that
    /// two equal returns at its start are no perfect record.
    fn sharpe_blend(&mut self, part: &SharpeBlendReward, bar: RewardInput) -> f64 {
        self.recent.push_back(bar.portfolio_return);
        if self.recent.len() > part.window_bars {
            self.recent.pop_front();
        }
        let window = part.window_bars as f64;
        let mean = self.recent.iter().sum::<f64>() / window;
        let squares = self.recent.iter().map(|r| r * r).sum::<f64>() / window;
        let deviation = (squares - mean * mean).max(0.0).sqrt();
        let ratio = mean / deviation.max(MIN_RETURN_DEVIATION);
        let excess_drawdown = (bar.drawdown - part.drawdown_threshold).max(0.0);
        part.sharpe_weight * part.scale * ratio + part.return_weight * bar.portfolio_return
            - part.drawdown_weight * excess_drawdown
    }

    /// With `A` the mean, `V = B − A²` the variance and `δ = R − A`, the published numerator
    /// `B·ΔA − ½·A·ΔB` is `V·δ + ½·A·(V − δ²)`, which does not cancel.
    ///
    /// Our deviation: the denominator takes the variance after the bar, not before it. Otherwise the
    /// first return after a quiet spell would be divided by almost nothing.
    fn differential_sharpe(&mut self, part: &DifferentialSharpeReward, value: f64) -> f64 {
        let (mean, variance) = (self.mean, self.variance);
        let surprise = value - mean;
        let square = surprise * surprise;
        self.mean += part.eta * surprise;
        self.variance = (1.0 - part.eta) * (variance + part.eta * square);
        let deviation = self.variance.sqrt().max(MIN_RETURN_DEVIATION);
        (variance * surprise + 0.5 * mean * (variance - square)) / deviation.powi(3)
    }
}

impl ReturnRecord {
    /// Takes in one return and gives mean over population deviation (Welford 1962).
    fn update(&mut self, value: f64) -> f64 {
        self.count += 1.0;
        let surprise = value - self.mean;
        self.mean += surprise / self.count;
        self.squares += surprise * (value - self.mean);
        let deviation = (self.squares / self.count).sqrt().max(MIN_RETURN_DEVIATION);
        if self.count < 2.0 { 0.0 } else { self.mean / deviation }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{AlphaReward, Benchmark, LogReturnReward, PnlReward};

    fn nothing() -> Reward {
        Reward { log_return: None, ..Reward::default() }
    }

    fn bar(portfolio_return: f64) -> RewardInput {
        RewardInput {
            portfolio_return,
            benchmark_return: 0.01,
            pnl_frac: 0.03,
            drawdown: 0.15,
            booked_frac: 0.0,
            has_closed: false,
        }
    }

    fn check_bars(settings: &Reward, bars: &[(RewardInput, f64)]) {
        let mut state = RewardState::new(settings);
        for (index, &(bar, expected)) in bars.iter().enumerate() {
            let found = state.update(bar);
            assert!((found - expected).abs() < 1e-12, "bar {index}: {found} != {expected}");
        }
    }

    #[test]
    fn close_only_pays_when_a_position_closes() {
        let part = CloseOnlyReward { scale: 100.0, clip: 3.0, weight: 2.0 };
        let settings = Reward { close_only: Some(part), ..nothing() };
        let at = |booked_frac, has_closed| RewardInput { booked_frac, has_closed, ..bar(0.5) };
        // Costs of entry and carry wait for the close; a second close starts from 0; ±clip holds.
        check_bars(
            &settings,
            &[
                (at(-0.001, false), 0.0),
                (at(-0.002, false), 0.0),
                (at(0.013, true), 2.0),
                (at(-0.02, true), -4.0),
                (at(0.0, true), 0.0),
                (at(0.5, true), 6.0),
            ],
        );
    }

    #[test]
    fn risk_adjusted_by_hand() {
        let part = RiskAdjustedReward { drawdown_weight: 0.5, scale: 2.0, clip: 1.5, weight: 3.0 };
        let settings = Reward { risk_adjusted: Some(part), ..nothing() };
        // Returns 1 %, 3 %: mean 2 %, deviation 1 %, ratio 2 → 1.5. Then −4 %: mean 0.
        let drawdown = 3.0 * 0.5 * 2.0 * 0.15;
        check(
            &settings,
            &[0.01, 0.03, -0.04, 0.04],
            &[
                -drawdown,
                3.0 * 1.5 - drawdown,
                -drawdown,
                3.0 * 0.01 / (42e-4_f64 / 4.0 - 1e-4).sqrt() - drawdown,
            ],
        );
    }

    #[test]
    fn drawdown_penalty_by_hand() {
        let measured = |measure, expected: [f64; 4]| {
            let part = DrawdownPenalty { measure, threshold: 0.05, scale: 10.0, weight: 2.0 };
            let settings = Reward { drawdown_penalty: Some(part), ..nothing() };
            let bars =
                [0.04, 0.10, 0.08, 0.11].map(|drawdown| RewardInput { drawdown, ..bar(0.0) });
            let bars: Vec<_> = bars.into_iter().zip(expected).collect();
            check_bars(&settings, &bars);
        };
        measured(DrawdownMeasure::Level, [0.0, -1.0, -0.6, -1.2]);
        measured(DrawdownMeasure::Increase, [0.0, -1.0, 0.0, -0.6]);
    }

    fn check(settings: &Reward, returns: &[f64], expected: &[f64]) {
        let mut state = RewardState::new(settings);
        for (&value, &expected) in returns.iter().zip(expected) {
            let found = state.update(bar(value));
            assert!((found - expected).abs() < 1e-12, "{found} != {expected} for {settings:?}");
        }
    }

    #[test]
    fn simple_rewards_by_hand() {
        let alpha =
            AlphaReward { benchmark: Benchmark::EqualWeight, scale: 10.0, clip: 0.5, weight: 2.0 };
        let settings = Reward { alpha: Some(alpha), ..nothing() };
        check(&settings, &[0.02, 0.2, -0.2], &[2.0 * 10.0 * 0.01, 1.0, -1.0]);
        let log_return = Some(LogReturnReward { scale: 100.0, weight: 0.5 });
        let settings = Reward { log_return, ..nothing() };
        check(&settings, &[0.02, -1.5], &[50.0 * 1.02_f64.ln(), 50.0 * 1e-6_f64.ln()]);
        let settings = Reward { pnl: Some(PnlReward::default()), ..nothing() };
        check(&settings, &[0.5], &[3.0]);
    }

    #[test]
    fn sharpe_blend_by_hand() {
        let part = SharpeBlendReward { window_bars: 2, ..SharpeBlendReward::default() };
        let settings = Reward { sharpe_blend: Some(part), ..nothing() };
        // Windows of two: 0 and .01 (mean .005, deviation .005), .01 and .03 (.02, .01), .03 and .01.
        let rest = |value: f64| 0.3 * value - 0.002 * 0.1;
        let expected = [
            0.7 * 0.01 * 1.0 + rest(0.01),
            0.7 * 0.01 * 2.0 + rest(0.03),
            0.7 * 0.01 * 2.0 + rest(0.01),
        ];
        check(&settings, &[0.01, 0.03, 0.01], &expected);
    }

    #[test]
    fn differential_sharpe_equals_the_published_formula() {
        let part = DifferentialSharpeReward { eta: 0.1, weight: 1.0 };
        let settings = Reward { differential_sharpe: Some(part), ..nothing() };
        let returns = [0.01, 0.02, -0.015, 0.03, 0.0];
        let (mut a, mut b) = (0.0_f64, 0.0_f64);
        let expected = returns.map(|r: f64| {
            let (da, db) = (r - a, r * r - b);
            let numerator = b * da - 0.5 * a * db;
            a += 0.1 * da;
            b += 0.1 * db;
            numerator / (b - a * a).powf(1.5)
        });
        assert!(expected[0] == 0.0 && expected[2] < -1.0, "{expected:?}");
        let mut state = RewardState::new(&settings);
        for (value, expected) in returns.into_iter().zip(expected) {
            assert!((state.update(bar(value)) - expected).abs() < 1e-9);
        }
    }

    #[test]
    fn parts_add() {
        let settings = Reward {
            pnl: Some(PnlReward::default()),
            log_return: Some(LogReturnReward::default()),
            ..nothing()
        };
        check(&settings, &[0.02], &[3.0 + 100.0 * 1.02_f64.ln()]);
    }
}
