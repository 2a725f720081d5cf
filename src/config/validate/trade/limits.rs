//! Rules of limits, of the place and of an agent.

use crate::config::RiskLimits;
use crate::config::validate::check::Check;

/// Checks limits under `section`.
pub(in crate::config::validate) fn limits(check: &mut Check, section: &str, limits: &RiskLimits) {
    for fault in limits.faults() {
        let key = format!("{section}.{}", fault.key);
        let text = format!("`{key}` must be {}, was {}", fault.expected, fault.value);
        check.deny(&[&key], text);
    }
    narrowing(check, section, limits);
}

/// Limits that only make sense together.
fn narrowing(check: &mut Check, section: &str, limits: &RiskLimits) {
    let pairs = [
        (
            "net_exposure_max",
            limits.net_exposure_max,
            "gross_exposure_max",
            limits.gross_exposure_max,
        ),
        ("weight_abs_max", limits.weight_abs_max, "gross_exposure_max", limits.gross_exposure_max),
        ("var_frac_max", limits.var_frac_max, "cvar_frac_max", limits.cvar_frac_max),
    ];
    for (low_key, low, high_key, high) in pairs {
        let (low_key, high_key) = (format!("{section}.{low_key}"), format!("{section}.{high_key}"));
        if let Some((low, high)) = low.zip(high).filter(|(low, high)| low > high) {
            let text = format!("`{low_key}` must be at most `{high_key}`, {high}, was {low}");
            check.deny(&[&low_key, &high_key], text);
        }
    }
}

#[cfg(test)]
#[path = "limits_tests.rs"]
mod tests;
