//! The numbers of the kernel, and which settings it knows.

use crate::config::{DifferentialSharpeReward, Episode, FillRule, PositionRules, Reward};
use crate::domain::{CostModel, Slippage};
use crate::gym::EnvParams;
use crate::gym::vector::{Layout, TensorEnv};

/// Symbols that a set of bits can name.
const MAX_SYMBOLS: usize = 64;

/// What the kernel needs of the settings, as it is on the device.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    pub(super) num_envs: usize,
    pub(super) num_symbols: usize,
    pub(super) num_actions: usize,
    /// Columns of features before the position block.
    pub(super) num_features: usize,
    /// Bars of an episode.
    pub(super) length_bars: i32,
    /// The row at which the tape ends.
    pub(super) last_row: i32,
    /// Whether orders are filled at the end of the bar, after its exits.
    pub(super) is_late_fill: bool,
    pub(super) ruin_frac: f32,
    pub(super) stop_loss: Option<f32>,
    pub(super) take_profit: Option<f32>,
    pub(super) borrow_rate: Option<f32>,
    pub(super) costs: Costs,
    pub(super) rewards: Rewards,
    pub(super) limits: Limits,
}

/// The cost model in units of initial equity.
#[derive(Debug, Clone, Copy)]
pub(super) struct Costs {
    pub(super) commission: f32,
    pub(super) minimum: f32,
    pub(super) spread: f32,
    pub(super) impact: f32,
    /// Whether each order has a commission of its own, rather than all together.
    pub(super) is_per_order: bool,
}

/// The parts of the reward that are asked for.
#[derive(Debug, Clone)]
pub(super) struct Rewards {
    pub(super) alpha: Option<Alpha>,
    /// Multiplies a logarithmic return.
    pub(super) log_return: Option<f32>,
    /// Multiplies a change of equity.
    pub(super) pnl: Option<f32>,
    pub(super) sharpe_blend: Option<SharpeBlend>,
    pub(super) differential_sharpe: Option<DifferentialSharpe>,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Alpha {
    pub(super) scale: f32,
    pub(super) clip: f32,
    pub(super) weight: f32,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct SharpeBlend {
    pub(super) window: f32,
    pub(super) ratio_weight: f32,
    pub(super) return_weight: f32,
    pub(super) drawdown_weight: f32,
    pub(super) drawdown_threshold: f32,
    pub(super) weight: f32,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct DifferentialSharpe {
    pub(super) eta: f32,
    pub(super) keep: f32,
    pub(super) weight: f32,
}

/// What makes actions illegal.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) min_hold: Option<f32>,
    pub(super) max_hold: Option<f32>,
    pub(super) max_trades: Option<f32>,
}

impl Settings {
    /// The numbers of an environment, or nothing if it has a setting that the kernel does not know:
    /// slots, what differs between training episodes (randomization, hard starts, a curriculum), a
    /// trailing stop, the rewards that ask for bookings or for the whole episode, impact with an
    /// exponent other than ½, more than 64 symbols.
    ///
    /// Every structure is taken apart by name, so that a new setting is decided upon here.
    pub(super) fn of(env: &TensorEnv) -> Option<Self> {
        let EnvParams {
            initial_equity: _,
            fill,
            costs,
            cash_return_per_bar: _,
            borrow_rate_per_bar,
            rules,
            ruin_frac,
            benchmark: _,
            reward,
            episode,
            slots,
            randomize,
            hard_starts,
            curriculum,
        } = &env.params;
        let Episode { length_bars, random_start: _ } = *episode;
        let PositionRules {
            stop_loss_frac,
            take_profit_frac,
            min_hold_bars,
            max_hold_bars,
            max_trades,
            ruin_frac: _,
            trailing_stop_frac,
        } = *rules;
        let has_unknown = slots.is_some()
            || randomize.is_some()
            || hard_starts.is_some()
            || curriculum.is_some()
            || trailing_stop_frac.is_some();
        let [num_rows, width] = env.market.features.dims();
        let num_symbols = env.market.layout.num_symbols;
        if has_unknown || num_symbols > MAX_SYMBOLS {
            return None;
        }
        Some(Self {
            num_envs: env.num_envs,
            num_symbols,
            num_actions: env.num_actions,
            num_features: width - crate::gym::num_position_values(num_symbols + 1),
            length_bars: i32::try_from(length_bars).unwrap_or(i32::MAX),
            last_row: i32::try_from(num_rows - 1).ok()?,
            is_late_fill: *fill == FillRule::NextClose,
            ruin_frac: *ruin_frac as f32,
            stop_loss: stop_loss_frac.map(|frac| frac as f32),
            take_profit: take_profit_frac.map(|frac| frac as f32),
            borrow_rate: (*borrow_rate_per_bar != 0.0).then_some(*borrow_rate_per_bar as f32),
            costs: Costs::of(env, costs)?,
            rewards: Rewards::of(reward)?,
            limits: Limits {
                min_hold: min_hold_bars.map(|bars| bars as f32),
                max_hold: max_hold_bars.map(|bars| bars as f32),
                max_trades: max_trades.map(|trades| trades as f32),
            },
        })
    }
}

impl Costs {
    fn of(env: &TensorEnv, model: &CostModel) -> Option<Self> {
        let CostModel { commission_bps: _, per_share: _, minimum: _, half_spread_bps: _, slippage } =
            model;
        match slippage {
            Slippage::ConstantBps(_) | Slippage::Impact { exponent: 0.5, .. } => {}
            Slippage::Impact { .. } => return None,
        }
        let Layout { share_cost, .. } = env.market.layout;
        Some(Self {
            commission: env.costs.commission as f32,
            minimum: env.costs.minimum as f32,
            spread: env.costs.spread as f32,
            impact: env.costs.impact_coefficient as f32,
            is_per_order: env.costs.minimum != 0.0 || share_cost.is_some(),
        })
    }
}

impl Rewards {
    fn of(reward: &Reward) -> Option<Self> {
        let Reward {
            alpha,
            log_return,
            pnl,
            sharpe_blend,
            differential_sharpe,
            close_only,
            risk_adjusted,
            drawdown_penalty,
        } = reward;
        if close_only.is_some() || risk_adjusted.is_some() || drawdown_penalty.is_some() {
            return None;
        }
        Some(Self {
            alpha: alpha.map(|part| Alpha {
                scale: part.scale as f32,
                clip: part.clip as f32,
                weight: part.weight as f32,
            }),
            log_return: log_return.map(|part| (part.weight * part.scale) as f32),
            pnl: pnl.map(|part| (part.weight * part.scale) as f32),
            sharpe_blend: sharpe_blend.map(|part| SharpeBlend {
                window: part.window_bars as f32,
                ratio_weight: (part.sharpe_weight * part.scale) as f32,
                return_weight: part.return_weight as f32,
                drawdown_weight: part.drawdown_weight as f32,
                drawdown_threshold: part.drawdown_threshold as f32,
                weight: part.weight as f32,
            }),
            differential_sharpe: differential_sharpe.map(DifferentialSharpe::of),
        })
    }
}

impl DifferentialSharpe {
    fn of(part: DifferentialSharpeReward) -> Self {
        Self { eta: part.eta as f32, keep: (1.0 - part.eta) as f32, weight: part.weight as f32 }
    }
}
