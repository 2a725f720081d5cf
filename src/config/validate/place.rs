//! Rules of the place.

use super::check::Check;
use crate::config::{Limits, Place};

/// Checks folders, addresses and limits.
pub(super) fn check(check: &mut Check, place: &Place) {
    connectors(check, place);
    let folders =
        [("store.lake_dir", &place.store.lake_dir), ("store.runs_dir", &place.store.runs_dir)];
    for (key, folder) in folders {
        if folder.as_os_str().is_empty() {
            check.deny(&[key], format!("`{key}` must name a folder, was empty"));
        }
    }
    if place.store.lake_dir == place.store.runs_dir {
        let text = format!(
            "`store.runs_dir` must differ from `store.lake_dir`, both are {}",
            place.store.runs_dir.display()
        );
        check.deny(&["store.runs_dir", "store.lake_dir"], text);
    }
}

fn connectors(check: &mut Check, place: &Place) {
    let all = &place.connectors;
    let urls = [
        ("connectors.yahoo.base_url", &all.yahoo.base_url),
        ("connectors.polygon.base_url", &all.polygon.base_url),
        ("connectors.alpaca.base_url", &all.alpaca.base_url),
        ("connectors.mt5.base_url", &all.mt5.base_url),
    ];
    for (key, text) in urls {
        url(check, key, text);
    }
    let optional = [
        ("connectors.alpaca.trading_url", &all.alpaca.trading_url),
        ("connectors.s3.endpoint_url", &all.s3.endpoint_url),
    ];
    for (key, text) in optional {
        if !text.is_empty() {
            url(check, key, text);
        }
    }
    let limited = [
        ("yahoo", &all.yahoo.limits),
        ("polygon", &all.polygon.limits),
        ("alpaca", &all.alpaca.limits),
        ("ibkr", &all.ibkr.limits),
        ("mt5", &all.mt5.limits),
        ("s3", &all.s3.limits),
    ];
    for (venue, own) in limited {
        limits(check, &format!("connectors.{venue}.limits"), own);
    }
}

fn url(check: &mut Check, key: &str, text: &str) {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let host = rest.map_or("", |rest| rest.split('/').next().unwrap_or_default());
    if host.is_empty() || text.contains(char::is_whitespace) || text.contains(['?', '#']) {
        let text = format!("`{key}` must be http://HOST[:PORT] or https://HOST, was `{text}`");
        check.deny(&[key], text);
    }
}

fn limits(check: &mut Check, prefix: &str, limits: &Limits) {
    let key = |field: &str| format!("{prefix}.{field}");
    check.positive(&key("requests_per_s"), limits.requests_per_s, 1000.0);
    check.within(&key("burst"), limits.burst, 1..=1000);
    check.within(&key("parallel"), limits.parallel, 1..=64);
    check.within(&key("tries"), limits.tries, 1..=100);
    check.positive(&key("silence_s"), limits.silence_s, 3600.0);
    check.positive(&key("request_s"), limits.request_s, 86_400.0);
    check.positive(&key("pause_s"), limits.pause_s, 3600.0);
    check.positive(&key("pause_max_s"), limits.pause_max_s, 86_400.0);
}
