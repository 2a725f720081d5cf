//! The figures by which many runs are compared: few, plain and without intervals.

use serde::{Deserialize, Serialize};

use super::simulate::{Trajectory, TrajectoryStep};
use crate::metrics::{
    BarClock, annual_return, annual_volatility, max_drawdown, mean, sharpe, total_return,
};

/// Figures of one run, net of every cost; `None` where a figure has no value.
///
/// # Units
/// Returns, volatility, drawdown, turnover, exposure and costs are fractions; costs and turnover of
/// the equity before each bar.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// Bars lived through.
    pub num_bars: usize,
    /// Growth over all bars.
    pub total_return: Option<f64>,
    /// Growth a year.
    pub annual_return: Option<f64>,
    /// Deviation of returns, a year.
    pub annual_volatility: Option<f64>,
    /// Annual Sharpe ratio over what cash earns.
    pub sharpe: Option<f64>,
    /// Deepest fall from a peak.
    pub max_drawdown: Option<f64>,
    /// Mean turnover a bar.
    pub turnover_mean: Option<f64>,
    /// Mean sum of absolute weights of everything but cash, after each bar.
    pub exposure_mean: Option<f64>,
    /// Sum of costs.
    pub cost_total: Option<f64>,
}

impl Figures {
    /// The figures of a run.
    #[must_use]
    pub fn of(trajectory: &Trajectory, clock: BarClock) -> Self {
        let returns = trajectory.returns();
        let risk_free = trajectory.steps.first().map_or(0.0, |step| step.account.cash_return);
        let exposure = |step: &TrajectoryStep| {
            step.account.weights_after[1..].iter().map(|weight| weight.abs()).sum()
        };
        let exposures: Vec<f64> = trajectory.steps.iter().map(exposure).collect();
        Self {
            turnover_mean: mean(&trajectory.turnovers()),
            exposure_mean: mean(&exposures),
            cost_total: Some(trajectory.cost_fractions().iter().sum::<f64>() + 0.0),
            ..Self::of_returns(&returns, clock, risk_free)
        }
    }

    /// The figures that returns alone have.
    #[must_use]
    pub fn of_returns(returns: &[f64], clock: BarClock, risk_free: f64) -> Self {
        Self {
            num_bars: returns.len(),
            total_return: (!returns.is_empty()).then(|| total_return(returns)),
            annual_return: annual_return(returns, clock),
            annual_volatility: annual_volatility(returns, clock),
            sharpe: sharpe(returns, clock, risk_free),
            max_drawdown: max_drawdown(returns).map(|drawdown| drawdown.depth_frac),
            ..Self::default()
        }
    }
}
