//! The metrics by name: title, unit, period, which way is better, formula.

use serde::Serialize;

/// What a metric is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// A fraction, shown in percent.
    Fraction,
    /// A small fraction, such as one per bar, shown in percent with more digits.
    SmallFraction,
    /// A number without unit.
    Ratio,
    /// Whole or mean bars.
    Bars,
    /// How many.
    Count,
}

/// Which way a metric is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// More is better.
    Higher,
    /// Less is better.
    Lower,
    /// It describes, it does not judge.
    Neutral,
}

/// What a metric means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct MetricInfo {
    /// The one spelling in code, JSON and docs.
    pub name: &'static str,
    /// The name for people.
    pub title: &'static str,
    /// What it is counted in.
    pub unit: Unit,
    /// Which way is better.
    pub direction: Direction,
    /// The definition in a line.
    pub formula: &'static str,
}

/// All metrics in the order of a summary.
#[must_use]
pub const fn metric_catalog() -> &'static [MetricInfo] {
    &CATALOG
}

/// What the metric of that name means.
#[must_use]
pub fn metric_info(name: &str) -> Option<&'static MetricInfo> {
    CATALOG.iter().find(|info| info.name == name)
}

const fn metric(
    name: &'static str,
    title: &'static str,
    unit: Unit,
    direction: Direction,
    formula: &'static str,
) -> MetricInfo {
    MetricInfo { name, title, unit, direction, formula }
}

use Direction::{Higher, Lower, Neutral};
use Unit::{Bars, Count, Fraction, Ratio, SmallFraction};

#[rustfmt::skip]
const CATALOG: [MetricInfo; 30] = [
    metric("num_bars", "Bars", Count, Neutral, "number of returns"),
    metric("total_return", "Total return", Fraction, Higher, "Π(1 + r) − 1 over the whole range"),
    metric("annual_return", "Annual return", Fraction, Higher, "(1 + total return)^(bars per year / bars) − 1"),
    metric("annual_volatility", "Annual volatility", Fraction, Lower, "std(r)·√(bars per year), n − 1"),
    metric("sharpe", "Sharpe ratio", Ratio, Higher, "mean(r − rf) / std(r)·√(bars per year)"),
    metric("sharpe_adjusted", "Sharpe, autocorrelation-adjusted", Ratio, Higher, "η(q)·Sharpe per bar with η(q) = q / √(q + 2·Σ(q − k)·ρₖ); interval: ± z·standard error (Lo 2002)"),
    metric("sortino", "Sortino ratio", Ratio, Higher, "mean(r − rf)·√(bars per year) / √mean(min(r − rf, 0)²)"),
    metric("calmar", "Calmar ratio", Ratio, Higher, "annual return / maximum drawdown"),
    metric("omega", "Omega ratio", Ratio, Higher, "Σmax(r − rf, 0) / Σmax(rf − r, 0)"),
    metric("max_drawdown", "Maximum drawdown", Fraction, Lower, "max(1 − equity / highest equity so far)"),
    metric("max_drawdown_bars", "Length of that drawdown", Bars, Lower, "bars from its peak to the recovery, or to the end of the data"),
    metric("var_5", "Value at risk 5 %", SmallFraction, Higher, "5th percentile of r, historical; a loss is negative"),
    metric("cvar_5", "Expected shortfall 5 %", SmallFraction, Higher, "mean of the worst 5 % of r; a loss is negative"),
    metric("skew", "Skewness", Ratio, Higher, "m₃ / m₂^1.5 of r"),
    metric("kurtosis", "Excess kurtosis", Ratio, Lower, "m₄ / m₂² − 3 of r"),
    metric("tail_ratio", "Tail ratio", Ratio, Higher, "|95th percentile of r| / |5th percentile of r|"),
    metric("alpha", "Alpha", Fraction, Higher, "(1 + mean((r − rf) − beta·(b − rf)))^(bars per year) − 1 against the benchmark b"),
    metric("beta", "Beta", Ratio, Neutral, "cov(r, b) / var(b) against the benchmark b"),
    metric("information_ratio", "Information ratio", Ratio, Higher, "mean(r − b) / std(r − b)·√(bars per year)"),
    metric("hit_rate", "Hit rate", Fraction, Higher, "share of bars with r > 0 among those with r ≠ 0"),
    metric("profit_factor", "Profit factor", Ratio, Higher, "Σmax(r, 0) / Σmax(−r, 0)"),
    metric("exposure_mean", "Mean exposure", Fraction, Neutral, "mean of Σ|weight| of all assets but cash"),
    metric("turnover_mean", "Turnover per bar", SmallFraction, Lower, "mean of traded notional / equity"),
    metric("cost_total", "Total cost", Fraction, Lower, "Σ cost / equity before the trade"),
    metric("cost_share", "Costs per traded notional", SmallFraction, Lower, "Σ cost / Σ traded notional, both as fractions of equity"),
    metric("num_trades", "Closed trades", Count, Neutral, "positions opened and closed again"),
    metric("trade_win_rate", "Winning trades", Fraction, Higher, "share of closed trades with a profit after costs"),
    metric("trade_win_mean", "Mean win", Fraction, Higher, "mean profit / entry notional of the winning trades"),
    metric("trade_loss_mean", "Mean loss", Fraction, Higher, "mean profit / entry notional of the other trades; negative"),
    metric("trade_bars_mean", "Mean holding time", Bars, Neutral, "mean bars from entry to exit"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_is_documented() {
        let page = include_str!("../../../docs/METRICS.md");
        for info in metric_catalog() {
            let row = format!("| `{}` | {} |", info.name, info.title);
            assert!(page.contains(&row), "docs/METRICS.md has no row `{row}`");
        }
    }

    #[test]
    fn names_are_unique() {
        for (index, info) in CATALOG.iter().enumerate() {
            let first = CATALOG.iter().position(|other| other.name == info.name);
            assert_eq!(first, Some(index), "{}", info.name);
        }
        assert_eq!(metric_info("sharpe").map(|info| info.unit), Some(Unit::Ratio));
        assert!(metric_info("nothing").is_none());
    }
}
