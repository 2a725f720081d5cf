//! From the series of a run to its summary.

use super::bootstrap::{BootstrapOptions, Resampler};
use super::estimate::{Estimate, Summary};
use crate::base::SeedStream;
use crate::metrics::{
    BarClock, ClosedTrade, alpha, annual_return, annual_volatility, beta, calmar,
    conditional_value_at_risk, hit_rate, information_ratio, kurtosis, max_drawdown, mean, omega,
    profit_factor, sharpe, sharpe_error, skew, sortino, tail_ratio, total_return, trade_statistics,
    value_at_risk,
};

/// The tail that value at risk and expected shortfall look at.
const TAIL: f64 = 0.05;

/// The series of one run, all bar by bar and of one length.
///
/// A series that is not known is an empty slice; its metrics are then undefined.
#[derive(Debug, Clone, Copy)]
pub struct SummaryInput<'a> {
    /// Simple returns per bar after costs.
    pub returns: &'a [f64],
    /// Returns of the benchmark, or empty.
    pub benchmark: &'a [f64],
    /// Sum of the absolute weights of everything but cash, or empty.
    pub exposure: &'a [f64],
    /// Traded notional as a fraction of equity, or empty.
    pub turnover: &'a [f64],
    /// Costs as a fraction of equity, or empty.
    pub costs: &'a [f64],
    /// Closed trades.
    pub trades: &'a [ClosedTrade],
    /// Bars per year.
    pub clock: BarClock,
    /// Return per bar of what counts as safe.
    pub risk_free: f64,
}

impl Summary {
    /// Computes all metrics of the catalog; intervals by the stationary bootstrap, the series of a bar
    /// always drawn together.
    #[must_use]
    pub fn compute(
        input: &SummaryInput<'_>,
        options: BootstrapOptions,
        seeds: &SeedStream,
    ) -> Self {
        let count = input.returns.len();
        let resampled = Resampler::new(options, seeds).intervals(count, |rows| {
            let drawn = Drawn::pick(input, rows);
            interval_metrics(&drawn.input(input)).into_iter().map(|(_, value)| value).collect()
        });

        let mut summary = Self::default();
        summary.set("num_bars", Estimate::exact(Some(count as f64)));
        for (index, (name, value)) in interval_metrics(input).into_iter().enumerate() {
            let interval = resampled.get(index).copied().flatten().filter(|_| value.is_some());
            let (low, high) = interval.unzip();
            summary.set(name, Estimate { value, low, high });
        }
        for (name, estimate) in exact_metrics(input, options.confidence) {
            summary.set(name, estimate);
        }
        summary.in_catalog_order()
    }

    fn in_catalog_order(self) -> Self {
        let mut ordered = Self::default();
        for info in super::metric_catalog() {
            ordered.set(info.name, self.get(info.name).copied().unwrap_or_default());
        }
        ordered
    }
}

type Named<T> = Vec<(&'static str, T)>;

fn interval_metrics(input: &SummaryInput<'_>) -> Named<Option<f64>> {
    let &SummaryInput { returns, benchmark, clock, risk_free, .. } = input;
    let total = (!returns.is_empty()).then(|| total_return(returns)).filter(|v| v.is_finite());
    let drawdown = max_drawdown(returns);
    vec![
        ("total_return", total),
        ("annual_return", annual_return(returns, clock)),
        ("annual_volatility", annual_volatility(returns, clock)),
        ("sharpe", sharpe(returns, clock, risk_free)),
        ("sortino", sortino(returns, clock, risk_free)),
        ("calmar", calmar(returns, clock)),
        ("omega", omega(returns, risk_free)),
        ("max_drawdown", drawdown.map(|d| d.depth_frac)),
        ("max_drawdown_bars", drawdown.map(|d| d.length_bars as f64)),
        ("var_5", value_at_risk(returns, TAIL)),
        ("cvar_5", conditional_value_at_risk(returns, TAIL)),
        ("skew", skew(returns)),
        ("kurtosis", kurtosis(returns)),
        ("tail_ratio", tail_ratio(returns)),
        ("alpha", alpha(returns, benchmark, clock, risk_free)),
        ("beta", beta(returns, benchmark)),
        ("information_ratio", information_ratio(returns, benchmark, clock)),
        ("hit_rate", hit_rate(returns)),
        ("profit_factor", profit_factor(returns)),
        ("exposure_mean", mean(input.exposure)),
        ("turnover_mean", mean(input.turnover)),
        ("cost_total", sum(input.costs)),
    ]
}

fn exact_metrics(input: &SummaryInput<'_>, confidence: f64) -> Named<Estimate> {
    let trades = trade_statistics(input.trades);
    let adjusted = sharpe_error(input.returns, input.clock, input.risk_free);
    let (low, high) = adjusted.and_then(|error| error.interval(confidence)).unzip();
    let adjusted = Estimate { value: adjusted.map(|error| error.adjusted), low, high };
    let exact = Estimate::exact;
    vec![
        ("sharpe_adjusted", adjusted),
        ("num_trades", exact(Some(trades.num_trades as f64))),
        ("trade_win_rate", exact(trades.win_rate)),
        ("trade_win_mean", exact(trades.win_mean)),
        ("trade_loss_mean", exact(trades.loss_mean)),
        ("trade_bars_mean", exact(trades.bars_mean)),
        ("cost_share", exact(cost_share(input))),
    ]
}

fn cost_share(input: &SummaryInput<'_>) -> Option<f64> {
    let traded = sum(input.turnover).filter(|&traded| traded > 0.0)?;
    Some(sum(input.costs)? / traded)
}

fn sum(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum()).filter(|total: &f64| total.is_finite())
}

struct Drawn {
    returns: Vec<f64>,
    benchmark: Vec<f64>,
    exposure: Vec<f64>,
    turnover: Vec<f64>,
    costs: Vec<f64>,
}

impl Drawn {
    fn pick(input: &SummaryInput<'_>, rows: &[usize]) -> Self {
        let take = |series: &[f64]| {
            let known = series.len() == input.returns.len();
            if known { rows.iter().map(|&row| series[row]).collect() } else { Vec::new() }
        };
        Self {
            returns: take(input.returns),
            benchmark: take(input.benchmark),
            exposure: take(input.exposure),
            turnover: take(input.turnover),
            costs: take(input.costs),
        }
    }

    fn input<'a>(&'a self, original: &SummaryInput<'a>) -> SummaryInput<'a> {
        SummaryInput {
            returns: &self.returns,
            benchmark: &self.benchmark,
            exposure: &self.exposure,
            turnover: &self.turnover,
            costs: &self.costs,
            ..*original
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::metric_catalog;

    const OPTIONS: BootstrapOptions =
        BootstrapOptions { samples: 200, mean_block_bars: 5.0, confidence: 0.95 };

    fn compute(returns: &[f64], benchmark: &[f64]) -> Summary {
        let input = SummaryInput {
            returns,
            benchmark,
            exposure: &[],
            turnover: &[],
            costs: &[],
            trades: &[],
            clock: BarClock { bars_per_year: 252.0 },
            risk_free: 0.0,
        };
        Summary::compute(&input, OPTIONS, &SeedStream::new(1))
    }

    #[test]
    fn every_metric_of_the_catalog_is_there_in_order() {
        let mut rng = SeedStream::new(2).rng();
        let benchmark: Vec<f64> = (0..300).map(|_| 0.01 * rng.normal()).collect();
        let returns: Vec<f64> = benchmark.iter().map(|b| 0.5 * b + 0.003 * rng.normal()).collect();
        let summary = compute(&returns, &benchmark);
        let names: Vec<&str> = summary.iter().map(|(name, _)| name).collect();
        let expected: Vec<&str> = metric_catalog().iter().map(|info| info.name).collect();
        assert_eq!(names, expected);
        for name in ["sharpe", "sharpe_adjusted", "beta", "max_drawdown", "total_return"] {
            let found = summary.get(name).unwrap();
            assert!(found.low < found.high && found.value.is_some(), "{name} {found:?}");
        }
        assert_eq!(summary, compute(&returns, &benchmark));
    }

    #[test]
    fn short_and_broken_series_give_null_and_no_panic() {
        for returns in
            [&[][..], &[0.01][..], &[0.0; 20][..], &[f64::NAN, 0.1, 0.2][..], &[-1.0, 0.0][..]]
        {
            let summary = compute(returns, &[]);
            assert_eq!(summary.value("sharpe").filter(|_| returns.len() != 2), None);
            assert_eq!(summary.value("beta"), None);
            let finite = |value: Option<f64>| value.is_none_or(f64::is_finite);
            assert!(
                summary.iter().all(|(_, e)| finite(e.value) && finite(e.low) && finite(e.high))
            );
        }
    }
}
