//! Which feature is computed by which kernel, and what its columns are called.

use super::averages::{Ema, Macd, Sma};
use super::bands::{Bollinger, ZScore};
use super::directional::{Adx, Aroon, Atr};
use super::momentum::{Cci, Obv, Rsi, Stochastic};
use super::pairs::{Pair, Relation};
use super::returns::{Change, Scale, Volatility};
use crate::config::{FeatureSpec, InputWindow, PriceInput};
use crate::features::kernel::Kernel;

/// The kernel of one feature; `None` for kinds that are no indicator.
pub(crate) fn build(spec: &FeatureSpec) -> Option<Box<dyn Kernel>> {
    Some(match spec {
        FeatureSpec::Return(p) => Box::new(Change::new(Scale::Simple, p.window)),
        FeatureSpec::LogReturn(p) => Box::new(Change::new(Scale::Log, p.window)),
        FeatureSpec::Roc(p) => Box::new(Change::new(Scale::Percent, p.window)),
        FeatureSpec::Volatility(p) => Box::new(Volatility::new(p.window)),
        FeatureSpec::ZScore(p) => Box::new(ZScore::new(*p)),
        FeatureSpec::Sma(p) => Box::new(Sma::new(*p)),
        FeatureSpec::Ema(p) => Box::new(Ema::new(*p)),
        FeatureSpec::Macd(p) => Box::new(Macd::new(*p)),
        FeatureSpec::Rsi(p) => Box::new(Rsi::new(p.window)),
        FeatureSpec::Adx(p) => Box::new(Adx::new(p.window)),
        FeatureSpec::Aroon(p) => Box::new(Aroon::new(p.window)),
        FeatureSpec::Atr(p) => Box::new(Atr::new(p.window)),
        FeatureSpec::Bollinger(p) => Box::new(Bollinger::new(*p)),
        FeatureSpec::Stochastic(p) => Box::new(Stochastic::new(*p)),
        FeatureSpec::Cci(p) => Box::new(Cci::new(p.window)),
        FeatureSpec::Obv(_) => Box::new(Obv::new()),
        FeatureSpec::Correlation(p) => Box::new(Pair::new(Relation::Correlation, p.window)),
        FeatureSpec::Beta(p) => Box::new(Pair::new(Relation::Beta, p.window)),
        _ => return None,
    })
}

/// The columns of one feature without the symbol, in the order of the kernel's outputs; `None`
/// for kinds that are no indicator.
///
/// One output is called after the feature and its parameters, `rsi_14` or `sma_20_volume` (the
/// input is named unless it is the close); several are `macd_12_26_9.signal` and so on.
pub(crate) fn output_names(spec: &FeatureSpec) -> Option<Vec<String>> {
    let (base, outputs): (String, &[&str]) = match spec {
        FeatureSpec::Return(p) => (format!("return_{}", p.window), &[]),
        FeatureSpec::LogReturn(p) => (format!("log_return_{}", p.window), &[]),
        FeatureSpec::Roc(p) => (format!("roc_{}", p.window), &[]),
        FeatureSpec::Volatility(p) => (format!("volatility_{}", p.window), &[]),
        FeatureSpec::ZScore(p) => (with_input("z_score", *p), &[]),
        FeatureSpec::Sma(p) => (with_input("sma", *p), &[]),
        FeatureSpec::Ema(p) => (with_input("ema", *p), &[]),
        FeatureSpec::Macd(p) => {
            (format!("macd_{}_{}_{}", p.fast, p.slow, p.signal), &["macd", "signal", "histogram"])
        }
        FeatureSpec::Rsi(p) => (format!("rsi_{}", p.window), &[]),
        FeatureSpec::Adx(p) => (format!("adx_{}", p.window), &["adx", "plus_di", "minus_di"]),
        FeatureSpec::Aroon(p) => (format!("aroon_{}", p.window), &["up", "down"]),
        FeatureSpec::Atr(p) => (format!("atr_{}", p.window), &[]),
        FeatureSpec::Bollinger(p) => {
            (format!("bollinger_{}_{}", p.window, p.deviations), &["upper", "middle", "lower"])
        }
        FeatureSpec::Stochastic(p) => {
            (format!("stochastic_{}_{}_{}", p.k, p.smooth, p.d), &["k", "d"])
        }
        FeatureSpec::Cci(p) => (format!("cci_{}", p.window), &[]),
        FeatureSpec::Obv(_) => ("obv".to_owned(), &[]),
        FeatureSpec::Correlation(p) => (format!("correlation_{}_{}", p.with, p.window), &[]),
        FeatureSpec::Beta(p) => (format!("beta_{}_{}", p.with, p.window), &[]),
        _ => return None,
    };
    if outputs.is_empty() {
        return Some(vec![base]);
    }
    Some(outputs.iter().map(|output| format!("{base}.{output}")).collect())
}

fn with_input(kind: &str, spec: InputWindow) -> String {
    let suffix = match spec.input {
        PriceInput::Open => "_open",
        PriceInput::High => "_high",
        PriceInput::Low => "_low",
        PriceInput::Close => "",
        PriceInput::Volume => "_volume",
    };
    format!("{kind}_{}{suffix}", spec.window)
}
