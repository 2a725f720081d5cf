use crate::config::validate::check_place;
use crate::config::{LoadRequest, Place, RiskLimits, load_place};

/// The text of every fault.
fn texts(limits: &RiskLimits) -> Vec<String> {
    let place = Place { risk: limits.clone(), ..Place::default() };
    check_place(&place).into_iter().map(|finding| finding.text).collect()
}

fn with(change: impl FnOnce(&mut RiskLimits)) -> Vec<String> {
    let mut limits = RiskLimits::default();
    change(&mut limits);
    texts(&limits)
}

#[test]
fn every_limit_has_a_range() {
    let limits: RiskLimits = serde_json::from_value(
        RiskLimits::default().absent().into_iter().filter(|key| *key != "outside_hours").fold(
            serde_json::json!({"var_confidence": 1.0, "var_window_days": 19}),
            |mut all, key| {
                let is_count = key.contains("_per_") || key == "bad_signals_max";
                all[key] = if is_count { 0.into() } else { (-101.0).into() };
                all
            },
        ),
    )
    .unwrap();
    let found = texts(&limits);
    assert_eq!(found.len(), 27, "{found:#?}");
    assert!(
        found.contains(&"`risk.var_confidence` must be at least 0.5 and below 1, was 1".to_owned())
    );
    assert!(found.contains(&"`risk.cash_frac_min` must be in -100..=1, was -101".to_owned()));
    assert!(found.contains(&"`risk.orders_per_s_max` must be in 1..=1000, was 0".to_owned()));
}

#[test]
fn numbers_that_are_none_are_found() {
    for value in [f64::NAN, f64::INFINITY, 0.0, -1.0] {
        let found = with(|limits| limits.drawdown_frac_max = Some(value));
        let text = format!("`risk.drawdown_frac_max` must be above 0 and at most 1, was {value}");
        assert_eq!(found, [text]);
    }
    assert_eq!(with(|limits| limits.drawdown_frac_max = Some(1.0)), [""; 0]);
}

#[test]
fn limits_fit_together() {
    let found = with(|limits| {
        (limits.weight_abs_max, limits.gross_exposure_max) = (Some(1.5), Some(1.0));
    });
    assert_eq!(
        found,
        ["`risk.weight_abs_max` must be at most `risk.gross_exposure_max`, 1, was 1.5"]
    );
    assert_eq!(with(|limits| limits.weight_abs_max = Some(1.5)), [""; 0]);
}

fn of_place(name: &str) -> RiskLimits {
    let root = env!("CARGO_MANIFEST_DIR").into();
    let request = LoadRequest { root, env: Some(name.to_owned()), ..LoadRequest::default() };
    load_place(&request).unwrap_or_else(|errors| panic!("{errors}")).risk
}

#[test]
fn the_places_that_trade_set_their_limits() {
    let (production, staging) = (of_place("production"), of_place("staging"));
    assert_eq!(production.absent(), [""; 0]);
    assert_eq!(staging.absent(), ["spread_frac_max", "quote_age_s_max"]);
    assert_eq!(staging.bounded_by(&production), Ok(production), "the same numbers");
}

#[test]
fn the_manual_explains_every_limit() {
    let manual = include_str!("../../../../docs/RISK.md");
    for key in RiskLimits::default().absent() {
        assert!(manual.contains(&format!("| `{key}` |")), "{key}");
    }
}
