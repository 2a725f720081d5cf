//! Whether the parameters of a feature are legal.

use crate::config::{FeatureSpec, Group};
use crate::domain::{Symbol, Timeframe};
use crate::features::FeatureError;

const WINDOW_MAX: usize = 10_000;

/// The key of a feature in the agent file.
pub(super) const fn kind(spec: &FeatureSpec) -> &'static str {
    match spec {
        FeatureSpec::Return(_) => "return",
        FeatureSpec::LogReturn(_) => "log_return",
        FeatureSpec::Volatility(_) => "volatility",
        FeatureSpec::ZScore(_) => "z_score",
        FeatureSpec::Sma(_) => "sma",
        FeatureSpec::Ema(_) => "ema",
        FeatureSpec::Macd(_) => "macd",
        FeatureSpec::Rsi(_) => "rsi",
        FeatureSpec::Adx(_) => "adx",
        FeatureSpec::Aroon(_) => "aroon",
        FeatureSpec::Atr(_) => "atr",
        FeatureSpec::Bollinger(_) => "bollinger",
        FeatureSpec::Stochastic(_) => "stochastic",
        FeatureSpec::Cci(_) => "cci",
        FeatureSpec::Roc(_) => "roc",
        FeatureSpec::Obv(_) => "obv",
        FeatureSpec::Correlation(_) => "correlation",
        FeatureSpec::Beta(_) => "beta",
        FeatureSpec::Differencing(_) => "differencing",
        FeatureSpec::Mean(_) => "mean",
        FeatureSpec::Min(_) => "min",
        FeatureSpec::Max(_) => "max",
        FeatureSpec::Skew(_) => "skew",
        FeatureSpec::Gradient(_) => "gradient",
        FeatureSpec::GradientPeaks(_) => "gradient_peaks",
        FeatureSpec::Inflection(_) => "inflection",
        FeatureSpec::Group(_) => "group",
    }
}

/// Every parameter against its range.
///
/// # Errors
/// [`FeatureError::Parameter`] for the first one outside.
pub(super) fn check_parameters(spec: &FeatureSpec) -> Result<(), FeatureError> {
    let check = Check { feature: kind(spec) };
    match spec {
        FeatureSpec::Return(p) | FeatureSpec::LogReturn(p) | FeatureSpec::Roc(p) => {
            check.window("window", p.window, 1)
        }
        FeatureSpec::Atr(p) => check.window("window", p.window, 1),
        FeatureSpec::Volatility(p)
        | FeatureSpec::Rsi(p)
        | FeatureSpec::Adx(p)
        | FeatureSpec::Aroon(p)
        | FeatureSpec::Cci(p) => check.window("window", p.window, 2),
        FeatureSpec::Sma(p)
        | FeatureSpec::Ema(p)
        | FeatureSpec::Differencing(p)
        | FeatureSpec::Mean(p)
        | FeatureSpec::Min(p)
        | FeatureSpec::Max(p) => check.window("window", p.window, 1),
        FeatureSpec::ZScore(p) => check.window("window", p.window, 2),
        FeatureSpec::Skew(p) => check.window("window", p.window, 3),
        FeatureSpec::Macd(p) => {
            check.window("fast", p.fast, 2)?;
            check.window("slow", p.slow, p.fast + 1)?;
            check.window("signal", p.signal, 1)
        }
        FeatureSpec::Bollinger(p) => {
            check.window("window", p.window, 2)?;
            check.above_zero("deviations", p.deviations)
        }
        FeatureSpec::Stochastic(p) => {
            check.window("k", p.k, 1)?;
            check.window("smooth", p.smooth, 1)?;
            check.window("d", p.d, 1)
        }
        FeatureSpec::Correlation(p) | FeatureSpec::Beta(p) => check.window("window", p.window, 2),
        FeatureSpec::Gradient(p) => {
            check.window("window", p.window, 2)?;
            check.above_zero("unit_bps", p.unit_bps)
        }
        FeatureSpec::GradientPeaks(p) => {
            check.window("window", p.window, 16)?;
            check.above_zero("unit_bps", p.unit_bps)?;
            check.above_zero("fs_factor", p.fs_factor)?;
            check.above_zero("band_low", p.band_low)?;
            let expected = "above `band_low` and below half of `fs_factor`";
            check.number("band_high", p.band_high, expected, |edge| {
                p.band_low < edge && edge < p.fs_factor / 2.0
            })
        }
        FeatureSpec::Inflection(p) => {
            check.window("window", p.window, 8)?;
            check.number("sigma_bars", p.sigma_bars, "at least 0 and at most `window`", |sigma| {
                (0.0..=p.window as f64).contains(&sigma)
            })
        }
        FeatureSpec::Obv(_) | FeatureSpec::Group(_) => Ok(()),
    }
}

/// The symbol that a feature of two symbols names, which must be in the universe.
///
/// # Errors
/// [`FeatureError::UnknownOther`].
pub(super) fn other_symbol(
    spec: &FeatureSpec,
    symbols: &[Symbol],
) -> Result<Option<usize>, FeatureError> {
    let (FeatureSpec::Correlation(pair) | FeatureSpec::Beta(pair)) = spec else {
        return Ok(None);
    };
    let found = symbols.iter().position(|symbol| *symbol == pair.with);
    found.map(Some).ok_or_else(|| FeatureError::UnknownOther {
        feature: kind(spec),
        symbol: pair.with.clone(),
        universe: join(symbols),
    })
}

/// A group's timeframe must be made of whole bars of the universe, and groups do not nest.
///
/// # Errors
/// [`FeatureError::Group`], or [`FeatureError::Empty`] for a group without features.
pub(super) fn check_group(group: &Group, base: Timeframe) -> Result<(), FeatureError> {
    let wrong = |expected, found: String| Err(FeatureError::Group { base, expected, found });
    if group.features.is_empty() {
        return Err(FeatureError::Empty { found: "a group has no features" });
    }
    if group.features.iter().any(|spec| matches!(spec, FeatureSpec::Group(_))) {
        return wrong("features of its own, no other group", "a group in a group".to_owned());
    }
    if group.timeframe <= base {
        return wrong("a longer timeframe", group.timeframe.to_string());
    }
    match (base, group.timeframe) {
        (Timeframe::Week, Timeframe::Month) => {
            wrong("a timeframe of whole weeks, and months are not", group.timeframe.to_string())
        }
        (Timeframe::Seconds(short), Timeframe::Seconds(long)) if !long.is_multiple_of(short) => {
            wrong("a multiple of that timeframe", group.timeframe.to_string())
        }
        _ => Ok(()),
    }
}

/// The symbols as one text.
pub(super) fn join(symbols: &[Symbol]) -> String {
    symbols.iter().map(Symbol::as_str).collect::<Vec<_>>().join(", ")
}

struct Check {
    feature: &'static str,
}

impl Check {
    fn window(&self, key: &'static str, value: usize, least: usize) -> Result<(), FeatureError> {
        if (least..=WINDOW_MAX).contains(&value) {
            return Ok(());
        }
        self.wrong(key, format!("in {least}..={WINDOW_MAX}"), value.to_string())
    }

    fn above_zero(&self, key: &'static str, value: f64) -> Result<(), FeatureError> {
        self.number(key, value, "above 0", |value| value.is_finite() && value > 0.0)
    }

    fn number(
        &self,
        key: &'static str,
        value: f64,
        expected: &str,
        is_legal: impl Fn(f64) -> bool,
    ) -> Result<(), FeatureError> {
        if is_legal(value) {
            return Ok(());
        }
        self.wrong(key, expected.to_owned(), value.to_string())
    }

    fn wrong(
        &self,
        key: &'static str,
        expected: String,
        found: String,
    ) -> Result<(), FeatureError> {
        Err(FeatureError::Parameter { feature: self.feature, key, expected, found })
    }
}
