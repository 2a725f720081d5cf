//! Rules of `features` and `transform`.

use super::check::Check;
use crate::config::{Agent, FeatureSpec, Group, Transform};
use crate::domain::Timeframe;

/// The longest window, in bars.
const LONGEST: usize = 10_000;

/// Checks every column and the chain over them.
pub(super) fn check(check: &mut Check, agent: &Agent) {
    list(check, &agent.features, "features", agent);
    for (index, feature) in agent.features.iter().enumerate() {
        if let FeatureSpec::Group(group) = feature {
            nested(check, group, index, agent);
        }
    }
    duplicates(check, &agent.features);
    for (index, step) in agent.transform.iter().enumerate() {
        if let Transform::ClipPercentile(clip) = step {
            let key = |field: &str| format!("transform[{index}].clip_percentile.{field}");
            check.within(&key("low"), clip.low, 0.0..=100.0);
            check.within(&key("high"), clip.high, 0.0..=100.0);
            below(check, (&key("low"), clip.low), (&key("high"), clip.high));
        }
    }
}

fn nested(check: &mut Check, group: &Group, index: usize, agent: &Agent) {
    let key = format!("features[{index}].group");
    let universe = agent.universe.timeframe;
    if group.timeframe <= universe {
        let at = format!("{key}.timeframe");
        let text = format!(
            "`{at}` must be longer than the universe's {universe}, was {}",
            group.timeframe
        );
        check.deny(&[&at, "universe.timeframe"], text);
    }
    let inner = format!("{key}.features");
    list(check, &group.features, &inner, agent);
    for (position, feature) in group.features.iter().enumerate() {
        if matches!(feature, FeatureSpec::Group(_)) {
            let at = format!("{inner}[{position}].group");
            check.deny(
                &[&at],
                format!("`{at}` must stand at the top of `features`, groups do not nest"),
            );
        }
    }
}

fn list(check: &mut Check, features: &[FeatureSpec], key: &str, agent: &Agent) {
    if features.is_empty() {
        check.deny(&[key], format!("`{key}` must name at least one feature, was empty"));
    }
    for (index, feature) in features.iter().enumerate() {
        one(check, feature, &format!("{key}[{index}]"), agent);
    }
}

fn one(check: &mut Check, feature: &FeatureSpec, key: &str, agent: &Agent) {
    let mut window = |path: &str, bars: usize, least: usize| {
        check.within(&format!("{key}.{path}"), bars, least..=LONGEST);
    };
    match feature {
        FeatureSpec::Return(p) => window("return.window", p.window, 1),
        FeatureSpec::LogReturn(p) => window("log_return.window", p.window, 1),
        FeatureSpec::Volatility(p) => window("volatility.window", p.window, 2),
        FeatureSpec::ZScore(p) => window("z_score.window", p.window, 2),
        FeatureSpec::Sma(p) => window("sma.window", p.window, 1),
        FeatureSpec::Ema(p) => window("ema.window", p.window, 1),
        FeatureSpec::Rsi(p) => window("rsi.window", p.window, 2),
        FeatureSpec::Adx(p) => window("adx.window", p.window, 2),
        FeatureSpec::Aroon(p) => window("aroon.window", p.window, 2),
        FeatureSpec::Atr(p) => window("atr.window", p.window, 1),
        FeatureSpec::Cci(p) => window("cci.window", p.window, 2),
        FeatureSpec::Roc(p) => window("roc.window", p.window, 1),
        FeatureSpec::Differencing(p) => window("differencing.window", p.window, 1),
        FeatureSpec::Mean(p) => window("mean.window", p.window, 1),
        FeatureSpec::Min(p) => window("min.window", p.window, 1),
        FeatureSpec::Max(p) => window("max.window", p.window, 1),
        FeatureSpec::Skew(p) => window("skew.window", p.window, 3),
        FeatureSpec::Stochastic(p) => {
            window("stochastic.k", p.k, 1);
            window("stochastic.smooth", p.smooth, 1);
            window("stochastic.d", p.d, 1);
        }
        FeatureSpec::Correlation(p) => window("correlation.window", p.window, 2),
        FeatureSpec::Beta(p) => window("beta.window", p.window, 2),
        FeatureSpec::Macd(p) => {
            window("macd.fast", p.fast, 2);
            window("macd.slow", p.slow, 2);
            window("macd.signal", p.signal, 1);
        }
        FeatureSpec::Bollinger(p) => window("bollinger.window", p.window, 2),
        FeatureSpec::Gradient(p) => window("gradient.window", p.window, 2),
        FeatureSpec::GradientPeaks(p) => window("gradient_peaks.window", p.window, 16),
        FeatureSpec::Inflection(p) => window("inflection.window", p.window, 8),
        FeatureSpec::Obv(_) | FeatureSpec::Group(_) => {}
    }
    beyond_windows(check, feature, key, agent);
}

fn beyond_windows(check: &mut Check, feature: &FeatureSpec, key: &str, agent: &Agent) {
    let at = |path: &str| format!("{key}.{path}");
    match feature {
        FeatureSpec::Correlation(p) | FeatureSpec::Beta(p) => {
            let is_beta = matches!(feature, FeatureSpec::Beta(_));
            let at = at(if is_beta { "beta.with" } else { "correlation.with" });
            if !agent.universe.symbols.contains(&p.with) {
                let text = format!("`{at}` must be one of `universe.symbols`, was {}", p.with);
                check.deny(&[&at, "universe.symbols"], text);
            }
        }
        FeatureSpec::Macd(p) if p.fast >= p.slow => {
            let (fast, slow) = (at("macd.fast"), at("macd.slow"));
            let text = format!("`{fast}` must be below `{slow}` {}, was {}", p.slow, p.fast);
            check.deny(&[&fast, &slow], text);
        }
        FeatureSpec::Bollinger(p) => {
            check.positive(&at("bollinger.deviations"), p.deviations, 100.0);
        }
        FeatureSpec::Gradient(p) => check.positive(&at("gradient.unit_bps"), p.unit_bps, 1e6),
        FeatureSpec::GradientPeaks(p) => {
            let low = at("gradient_peaks.band_low");
            let high = at("gradient_peaks.band_high");
            check.positive(&at("gradient_peaks.unit_bps"), p.unit_bps, 1e6);
            check.positive(&at("gradient_peaks.fs_factor"), p.fs_factor, 1e6);
            check.positive(&low, p.band_low, 1e6);
            below(check, (&low, p.band_low), (&high, p.band_high));
            let half = (&*format!("half of {}", at("gradient_peaks.fs_factor")), p.fs_factor / 2.0);
            below(check, (&high, p.band_high), half);
        }
        FeatureSpec::Inflection(p) => {
            check.within(&at("inflection.sigma_bars"), p.sigma_bars, 0.0..=1000.0);
        }
        _ => {}
    }
}

fn below(check: &mut Check, (key, value): (&str, f64), (limit_key, limit): (&str, f64)) {
    if value >= limit {
        let text = format!("`{key}` must be below `{limit_key}` {limit}, was {value}");
        check.deny(&[key, limit_key], text);
    }
}

/// The same column twice tells nothing new; groups of one timeframe count as one list.
fn duplicates(check: &mut Check, features: &[FeatureSpec]) {
    let mut seen: Vec<(Option<Timeframe>, &FeatureSpec, String)> = Vec::new();
    for (index, feature) in features.iter().enumerate() {
        let key = format!("features[{index}]");
        let columns: Vec<_> = match feature {
            FeatureSpec::Group(group) => {
                let inner = group.features.iter().enumerate();
                let key = |position| format!("{key}.group.features[{position}]");
                inner.map(|(at, column)| (Some(group.timeframe), column, key(at))).collect()
            }
            column => vec![(None, column, key)],
        };
        for (timeframe, column, key) in columns {
            let twin = seen.iter().find(|known| known.0 == timeframe && known.1 == column);
            if let Some((_, _, first)) = twin {
                let text = format!("`{key}` must be a new column, it repeats `{first}`");
                check.deny(&[&key, first], text);
            }
            seen.push((timeframe, column, key));
        }
    }
}
