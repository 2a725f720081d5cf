//! Rules of `trade.sizing`, `trade.execution`, `trade.bracket` and `trade.instruments`.

use crate::config::validate::check::Check;
use crate::config::{Bracket, Execution, Instrument, Sizing, Trade};

/// Largest quantity, price step and notional that make sense.
const NUMBER_MAX: f64 = 1e12;

/// Checks how a wish becomes weights and weights become orders.
pub(super) fn trading(check: &mut Check, trade: &Trade) {
    sizing(check, &trade.sizing);
    execution(check, &trade.execution);
    if let Some(bracket) = &trade.bracket {
        protection(check, bracket);
    }
    for (symbol, rules) in &trade.instruments {
        instrument(check, &format!("trade.instruments.{symbol}"), rules);
    }
}

fn sizing(check: &mut Check, sizing: &Sizing) {
    let (name, window, band) = match sizing {
        Sizing::TargetWeights(rule) => ("target_weights", None, rule.band),
        Sizing::EqualRisk(rule) => ("equal_risk", Some(rule.window), rule.band),
        Sizing::MinVariance(rule) => ("min_variance", Some(rule.window), rule.band),
        Sizing::MaxSharpe(rule) => ("max_sharpe", Some(rule.window), rule.band),
        Sizing::Kelly(rule) => {
            check.positive("trade.sizing.kelly.fraction", rule.fraction, 1.0);
            check.positive("trade.sizing.kelly.weight_max", rule.weight_max, 10.0);
            ("kelly", Some(rule.window), rule.band)
        }
        Sizing::VolatilityTarget(rule) => {
            let key = |name| format!("trade.sizing.volatility_target.{name}");
            check.positive(&key("volatility_annual"), rule.volatility_annual, 10.0);
            check.positive(&key("scale_max"), rule.scale_max, 100.0);
            ("volatility_target", Some(rule.window), rule.band)
        }
        Sizing::FixedFractional(rule) => {
            check.positive("trade.sizing.fixed_fractional.fraction", rule.fraction, 1.0);
            ("fixed_fractional", None, rule.band)
        }
    };
    check.within(&format!("trade.sizing.{name}.band"), band, 0.0..=1.0);
    if let Some(window) = window {
        check.within(&format!("trade.sizing.{name}.window"), window, 10..=10_000);
    }
}

fn execution(check: &mut Check, execution: &Execution) {
    match execution {
        Execution::Market => {}
        Execution::Twap(rule) => {
            check.within("trade.execution.twap.duration_s", rule.duration_s, 1.0..=86_400.0);
            check.within("trade.execution.twap.parts", rule.parts, 1..=1000);
        }
        Execution::Vwap(rule) => {
            check.within("trade.execution.vwap.duration_s", rule.duration_s, 1.0..=86_400.0);
            check.within("trade.execution.vwap.parts", rule.parts, 1..=1000);
            check.within("trade.execution.vwap.window", rule.window, 1..=10_000);
        }
        Execution::Pov(rule) => {
            let frac = rule.participation_frac;
            check.positive("trade.execution.pov.participation_frac", frac, 1.0);
            check.within("trade.execution.pov.duration_s", rule.duration_s, 1.0..=86_400.0);
        }
        Execution::Passive(rule) => {
            check.positive("trade.execution.passive.wait_s", rule.wait_s, 86_400.0);
            let offset = rule.offset_bps;
            check.within("trade.execution.passive.offset_bps", offset, -1000.0..=1000.0);
        }
    }
}

fn protection(check: &mut Check, bracket: &Bracket) {
    if let Some(frac) = bracket.stop_loss_frac
        && !(frac > 0.0 && frac < 1.0)
    {
        let key = "trade.bracket.stop_loss_frac";
        check.deny(&[key], format!("`{key}` must be above 0 and below 1, was {frac}"));
    }
    if let Some(frac) = bracket.take_profit_frac {
        check.positive("trade.bracket.take_profit_frac", frac, 100.0);
    }
    if bracket.stop_loss_frac.is_none() && bracket.take_profit_frac.is_none() {
        let keys = ["trade.bracket", "trade.bracket.stop_loss_frac"];
        let text =
            "`trade.bracket` must have `stop_loss_frac` or `take_profit_frac`, found neither";
        check.deny(&keys, text.to_owned());
    }
}

fn instrument(check: &mut Check, section: &str, rules: &Instrument) {
    check.within(&format!("{section}.lot"), rules.lot, 0.0..=NUMBER_MAX);
    check.within(&format!("{section}.tick"), rules.tick, 0.0..=NUMBER_MAX);
    check.within(&format!("{section}.notional_min"), rules.notional_min, 0.0..=NUMBER_MAX);
    if rules.venue.as_deref().is_some_and(|venue| venue.trim().is_empty()) {
        let key = format!("{section}.venue");
        check.deny(&[&key], format!("`{key}` must name a venue, was empty"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{
        BandSizing, FixedFractionalSizing, KellySizing, PassiveExecution, PovExecution,
        TwapExecution, VolatilityTargetSizing, VwapExecution, WindowSizing,
    };

    fn findings(trade: &Trade) -> String {
        let mut check = Check::default();
        trading(&mut check, trade);
        format!("{check:?}")
    }

    /// Every text must be among the findings; none for an empty list.
    fn check(trade: &Trade, texts: &[&str]) {
        let found = findings(trade);
        for text in texts {
            assert!(found.contains(text), "`{text}` must be in {found}");
        }
        assert_eq!(found.matches("must ").count(), texts.len(), "{found}");
    }

    fn sized(sizing: Sizing) -> Trade {
        Trade { sizing, ..Trade::default() }
    }

    fn executed(execution: Execution) -> Trade {
        Trade { execution, ..Trade::default() }
    }

    #[test]
    fn defaults_are_sound() {
        check(&Trade::default(), &[]);
        let window = WindowSizing::default();
        for sizing in [
            Sizing::EqualRisk(window),
            Sizing::MinVariance(window),
            Sizing::MaxSharpe(window),
            Sizing::Kelly(KellySizing::default()),
            Sizing::VolatilityTarget(VolatilityTargetSizing::default()),
            Sizing::FixedFractional(FixedFractionalSizing::default()),
        ] {
            check(&sized(sizing), &[]);
        }
        for execution in [
            Execution::Twap(TwapExecution::default()),
            Execution::Vwap(VwapExecution::default()),
            Execution::Pov(PovExecution::default()),
            Execution::Passive(PassiveExecution::default()),
        ] {
            check(&executed(execution), &[]);
        }
    }

    #[test]
    fn numbers_stay_in_their_ranges() {
        let nan = f64::NAN;
        check(
            &sized(Sizing::TargetWeights(BandSizing { band: 1.5 })),
            &["`trade.sizing.target_weights.band` must be in 0..=1, was 1.5"],
        );
        check(
            &sized(Sizing::MinVariance(WindowSizing { window: 9, band: nan })),
            &[
                "`trade.sizing.min_variance.window` must be in 10..=10000, was 9",
                "`trade.sizing.min_variance.band` must be in 0..=1, was NaN",
            ],
        );
        check(
            &sized(Sizing::Kelly(KellySizing {
                fraction: 1.1,
                weight_max: 0.0,
                ..KellySizing::default()
            })),
            &["`trade.sizing.kelly.fraction` must be", "`trade.sizing.kelly.weight_max` must be"],
        );
        check(
            &executed(Execution::Twap(TwapExecution { duration_s: nan, parts: 0 })),
            &["`trade.execution.twap.duration_s` must", "`trade.execution.twap.parts` must"],
        );
        check(
            &executed(Execution::Pov(PovExecution { participation_frac: 0.0, duration_s: 0.0 })),
            &["`trade.execution.pov.participation_frac`", "`trade.execution.pov.duration_s`"],
        );
        check(
            &executed(Execution::Passive(PassiveExecution { wait_s: 0.0, offset_bps: 2e3 })),
            &["`trade.execution.passive.wait_s`", "`trade.execution.passive.offset_bps`"],
        );
    }

    #[test]
    fn brackets_protect_and_instruments_make_sense() {
        let bracket = |stop_loss_frac, take_profit_frac| Trade {
            bracket: Some(Bracket { stop_loss_frac, take_profit_frac }),
            ..Trade::default()
        };
        check(&bracket(Some(0.1), None), &[]);
        check(&bracket(None, Some(2.0)), &[]);
        check(&bracket(None, None), &["found neither"]);
        check(&bracket(Some(1.0), Some(0.0)), &["above 0 and below 1, was 1", "at most 100"]);
        let rules = Instrument {
            lot: -1.0,
            tick: f64::INFINITY,
            notional_min: f64::NAN,
            venue: Some(" ".to_owned()),
        };
        let mut trade = Trade::default();
        trade.instruments.insert("SPY".parse().unwrap(), rules);
        let texts =
            ["SPY.lot` must", "SPY.tick` must", "SPY.notional_min` must", "SPY.venue` must"];
        check(&trade, &texts);
    }
}
