//! Section `features`: the columns of the observation.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::{Symbol, Timeframe};

/// One entry of the feature list. Windows are in bars.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FeatureSpec {
    /// Simple return over `window` bars.
    Return(WindowOnly),
    /// Logarithmic return over `window` bars.
    LogReturn(WindowOnly),
    /// Sample standard deviation of one-bar log returns.
    Volatility(WindowOnly),
    /// Distance from the rolling mean in rolling standard deviations.
    ZScore(InputWindow),
    /// Simple moving average.
    Sma(InputWindow),
    /// Exponential moving average.
    Ema(InputWindow),
    /// Moving average convergence/divergence: line, signal, histogram.
    Macd(Macd),
    /// Relative strength index (Wilder).
    Rsi(WindowOnly),
    /// Average directional index with +DI and −DI (Wilder).
    Adx(WindowOnly),
    /// Aroon up and down.
    Aroon(WindowOnly),
    /// Average true range (Wilder).
    Atr(WindowOnly),
    /// Bollinger bands: upper, middle, lower.
    Bollinger(Bollinger),
    /// Slow stochastic oscillator: %K and %D.
    Stochastic(Stochastic),
    /// Commodity channel index.
    Cci(WindowOnly),
    /// Rate of change in percent.
    Roc(WindowOnly),
    /// On-balance volume.
    Obv(Empty),
    /// Rolling correlation of one-bar returns with another symbol.
    Correlation(WithOther),
    /// Rolling beta of one-bar returns against another symbol.
    Beta(WithOther),
    /// Input `window` bars ago minus the input now, as a fraction of the input now.
    Differencing(InputWindow),
    /// Rolling mean of the input, relative to the input now.
    Mean(InputWindow),
    /// Rolling mean minus rolling minimum, relative to the input now.
    Min(InputWindow),
    /// Rolling maximum minus rolling mean, relative to the input now.
    Max(InputWindow),
    /// Rolling skewness of the input.
    Skew(InputWindow),
    /// Angle of the least-squares slope, in degrees.
    Gradient(Gradient),
    /// Angles of the slopes around the last peak of the band-passed input: three outputs.
    GradientPeaks(PeakGradient),
    /// Sine fit of the detrended input: four outputs.
    Inflection(Inflection),
    /// Features on a longer timeframe, joined as of its close.
    Group(Group),
}

/// What a feature reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PriceInput {
    /// First price of the bar.
    Open,
    /// Highest price.
    High,
    /// Lowest price.
    Low,
    /// Last price.
    #[default]
    Close,
    /// Traded quantity.
    Volume,
}

/// No parameters: `obv: {}`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Empty {}

/// A window of the close (or of the bar's high, low and close, where the formula asks for them).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WindowOnly {
    /// Bars, 1..=10000; volatility, RSI, ADX, Aroon and CCI need 2 or more.
    pub window: usize,
}

/// A window of any column of the bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InputWindow {
    /// Bars, 1..=10000; the z-score needs 2 or more, skewness 3.
    pub window: usize,
    /// Which column. Default close.
    #[serde(default)]
    pub input: PriceInput,
}

/// Parameters of MACD.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Macd {
    /// Bars of the fast average, 2..=10000. Default 12.
    #[serde(default = "twelve")]
    pub fast: usize,
    /// Bars of the slow average, more than `fast`. Default 26.
    #[serde(default = "twenty_six")]
    pub slow: usize,
    /// Bars of the signal average, 1..=10000. Default 9.
    #[serde(default = "nine")]
    pub signal: usize,
}

fn twelve() -> usize {
    12
}

fn twenty_six() -> usize {
    26
}

fn nine() -> usize {
    9
}

/// Parameters of Bollinger bands.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Bollinger {
    /// Bars, 2..=10000.
    pub window: usize,
    /// Population standard deviations from the middle, above 0. Default 2.
    #[serde(default = "two")]
    pub deviations: f64,
}

fn two() -> f64 {
    2.0
}

/// Parameters of the slow stochastic oscillator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stochastic {
    /// Bars of the fast %K, 1..=10000.
    pub k: usize,
    /// Bars of the average that makes slow %K, 1..=10000. Default 3.
    #[serde(default = "three")]
    pub smooth: usize,
    /// Bars of the average that makes slow %D, 1..=10000. Default 3.
    #[serde(default = "three")]
    pub d: usize,
}

fn three() -> usize {
    3
}

/// A window of one-bar returns beside those of another symbol.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WithOther {
    /// The other symbol; one of the universe.
    pub with: Symbol,
    /// Bars, 2..=10000.
    pub window: usize,
}

/// Parameters of the gradient.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Gradient {
    /// Bars, 2..=10000.
    pub window: usize,
    /// Which column. Default close.
    #[serde(default)]
    pub input: PriceInput,
    /// Basis points of the input that make 45 degrees when gained in one bar. Default 100.
    #[serde(default = "hundred")]
    pub unit_bps: f64,
}

fn hundred() -> f64 {
    100.0
}

/// Parameters of the gradient around peaks.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PeakGradient {
    /// Bars, 16..=10000.
    pub window: usize,
    /// Which column. Default close.
    #[serde(default)]
    pub input: PriceInput,
    /// Basis points of the input that make 45 degrees when gained in one bar. Default 100.
    #[serde(default = "hundred")]
    pub unit_bps: f64,
    /// Lower edge of the Butterworth band, cycles per `fs_factor` bars. Default 0.2.
    #[serde(default = "band_low")]
    pub band_low: f64,
    /// Upper edge of the band, below half of `fs_factor`. Default 2.5.
    #[serde(default = "band_high")]
    pub band_high: f64,
    /// Samples per unit of frequency. Default 10.
    #[serde(default = "ten")]
    pub fs_factor: f64,
}

fn band_low() -> f64 {
    0.2
}

fn band_high() -> f64 {
    2.5
}

fn ten() -> f64 {
    10.0
}

/// Parameters of the sine fit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Inflection {
    /// Bars, 8..=10000.
    pub window: usize,
    /// Which column. Default close.
    #[serde(default)]
    pub input: PriceInput,
    /// Width of the Gaussian smoothing before the fit, bars, at least 0 (0 = none). Default 2.
    #[serde(default = "two")]
    pub sigma_bars: f64,
}

/// Features on a longer timeframe.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Longer than the universe's timeframe.
    pub timeframe: Timeframe,
    /// The columns, windows in bars of that timeframe; groups do not nest.
    pub features: Vec<FeatureSpec>,
}
