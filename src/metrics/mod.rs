//! Performance statistics over returns per bar: pure functions, each with a stated formula and period.
//!
//! A statistic that has no value (the Sharpe ratio of a flat line, the beta of one bar) is `None`,
//! never NaN and never a made-up 0. docs/METRICS.md lists every name. No I/O, no clock, no randomness
//! but the seeded bootstrap behind [`Summary`].

mod distribution;
mod drawdown;
mod growth;
mod normal;
mod overfitting;
mod ratios;
mod relative;
mod sharpe_error;
mod summary;
mod trades;

#[cfg(test)]
mod oracle_tests;

pub use distribution::{
    conditional_value_at_risk, kurtosis, mean, percentile, skew, standard_deviation, tail_ratio,
    value_at_risk,
};
pub use drawdown::{Drawdown, drawdowns, max_drawdown};
pub use growth::{
    BarClock, MonthReturn, annual_return, annual_volatility, equity_curve, monthly_returns,
    total_return,
};
pub use normal::{normal_cdf, normal_quantile};
pub use overfitting::{
    CHANCE_CONFIDENCE, Clusters, DeflatedInput, DeflatedSharpe, Overfitting, PBO_BLOCKS, Pbo,
    TrackRecord, TrialReturns, deflated_sharpe, effective_trials, expected_max_sharpe,
    min_backtest_years, min_track_record_bars, pbo, pbo_blocks, probabilistic_sharpe,
};
pub use ratios::{calmar, hit_rate, omega, profit_factor, rolling_sharpe, sharpe, sortino};
pub use relative::{alpha, beta, information_ratio};
pub use sharpe_error::{SharpeError, sharpe_error};
pub use summary::{
    BootstrapOptions, Direction, Estimate, MetricInfo, Resampler, Summary, SummaryInput, Unit,
    metric_catalog, metric_info,
};
pub use trades::{ClosedTrade, TradeStatistics, trade_statistics};
