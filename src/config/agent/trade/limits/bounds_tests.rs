use super::*;

fn none() -> RiskLimits {
    RiskLimits::default()
}

/// The effective limits, or the keys that are too wide.
fn join(own: &RiskLimits, binding: &RiskLimits) -> Result<RiskLimits, Vec<&'static str>> {
    own.bounded_by(binding).map_err(|slacks| slacks.iter().map(|slack| slack.key).collect())
}

fn filled(number: f64, count: u32, hours: OutsideHours) -> RiskLimits {
    let count = Some(count);
    let number = Some(number);
    RiskLimits {
        order_quantity_max: number,
        order_notional_max: number,
        order_notional_frac_max: number,
        price_collar_frac: number,
        reference_age_s_max: number,
        spread_frac_max: number,
        weight_abs_max: number,
        gross_exposure_max: number,
        net_exposure_max: number,
        cash_frac_min: number,
        duplicate_window_s: number,
        orders_per_s_max: count,
        orders_per_minute_max: count,
        round_trips_per_hour_max: count,
        quote_age_s_max: number,
        bar_age_intervals_max: number,
        clock_skew_s_max: number,
        outside_hours: Some(hours),
        daily_loss_frac_max: number,
        drawdown_frac_max: number,
        var_frac_max: number,
        cvar_frac_max: number,
        var_method: Some(VarMethod::Historical),
        var_confidence: Some(0.99),
        var_window_days: Some(252),
        rejects_per_minute_max: count,
        reconcile_gap_s_max: number,
        bad_signals_max: count,
        heartbeat_s_max: number,
    }
}

#[test]
fn what_is_absent_is_taken_over() {
    let full = filled(0.5, 5, OutsideHours::Deny);
    assert_eq!(join(&none(), &full), Ok(full.clone()));
    assert_eq!(join(&full, &none()), Ok(full.clone()));
    assert_eq!(join(&full, &full), Ok(full.clone()));
    assert_eq!(join(&none(), &none()), Ok(none()));
    assert_eq!(full.absent(), [""; 0]);
    assert_eq!(none().absent().len(), 26);
}

/// Every key is caught exactly where it is wider.
#[test]
fn every_key_may_be_tightened_and_not_widened() {
    let low = filled(0.4, 4, OutsideHours::Deny);
    let high = filled(0.5, 5, OutsideHours::Allow);
    let mut too_wide = join(&high, &low).unwrap_err();
    let mut reverse = join(&low, &high).unwrap_err();
    assert_eq!(reverse, ["cash_frac_min", "duplicate_window_s"]);
    too_wide.append(&mut reverse);
    too_wide.sort_unstable();
    let mut all = none().absent();
    all.sort_unstable();
    assert_eq!(too_wide, all);
}

#[test]
fn an_agent_may_not_choose_another_estimate_of_a_limit_of_the_place() {
    let place = RiskLimits { var_frac_max: Some(0.02), ..none() };
    let own = |method, confidence, window| RiskLimits {
        var_method: method,
        var_confidence: confidence,
        var_window_days: window,
        ..none()
    };
    let free = own(Some(VarMethod::Parametric), Some(0.9), Some(60));
    assert_eq!(join(&free, &place), Err(vec!["var_method", "var_confidence", "var_window_days"]));
    assert_eq!(join(&free, &none()), Ok(free.clone()));
    let tighter = own(Some(VarMethod::Historical), Some(0.995), Some(252));
    assert_eq!(join(&tighter, &place).unwrap().var_confidence, Some(0.995));
}

#[test]
fn a_slack_names_both_numbers() {
    let place = RiskLimits { gross_exposure_max: Some(1.0), ..none() };
    let agent = RiskLimits { gross_exposure_max: Some(2.5), ..none() };
    let slacks = agent.bounded_by(&place).unwrap_err();
    assert_eq!(slacks[0].to_string(), "`gross_exposure_max` must be as tight as 1, was 2.5");
}

#[test]
fn a_dropped_limit_is_wider() {
    let one = RiskLimits { gross_exposure_max: Some(1.0), ..none() };
    assert!(none().is_wider_than(&one));
    assert!(!one.is_wider_than(&none()));
    assert!(!one.is_wider_than(&one));
    let defaults = RiskLimits { var_method: Some(VarMethod::Historical), ..one.clone() };
    assert!(!one.is_wider_than(&defaults) && !defaults.is_wider_than(&one));
}
