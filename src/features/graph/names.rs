//! The names of columns: `SPY.rsi_14`, `SPY.macd_12_26_9.signal`, `SPY.log_return_1@1w`.

use crate::config::FeatureSpec;
use crate::domain::{Symbol, Timeframe};
use crate::features::{indicators, simple};

/// The names of one feature's outputs for one symbol, in the order of the kernel's outputs.
pub(super) fn column_names(
    symbol: &Symbol,
    spec: &FeatureSpec,
    group: Option<Timeframe>,
) -> Vec<String> {
    let names = simple::output_names(spec).or_else(|| indicators::output_names(spec));
    let suffix = group.map(|timeframe| format!("@{timeframe}")).unwrap_or_default();
    names.iter().flatten().map(|name| format!("{symbol}.{name}{suffix}")).collect()
}
