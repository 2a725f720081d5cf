//! Rules of `data.source`.

use super::super::check::Check;
use crate::config::{Agent, ColumnMap, Mt5Source, Planted, Source, SyntheticSource};

/// Checks the source.
pub(super) fn check(check: &mut Check, agent: &Agent) {
    match &agent.data.source {
        Source::Csv(source) => {
            path(check, "data.source.csv.path", &source.path);
            columns(check, "data.source.csv.columns", &source.columns);
        }
        Source::Parquet(source) => {
            path(check, "data.source.parquet.path", &source.path);
            columns(check, "data.source.parquet.columns", &source.columns);
        }
        Source::Synthetic(source) => synthetic(check, source, agent),
        Source::Lean(source) => path(check, "data.source.lean.path", &source.path),
        Source::Histdata(source) => path(check, "data.source.histdata.path", &source.path),
        Source::Mt5(source) => mt5(check, source),
        Source::Ibkr(source) if source.exchange.is_empty() => {
            let key = "data.source.ibkr.exchange";
            check.deny(&[key], format!("`{key}` must name an exchange, was empty"));
        }
        Source::Yahoo(_) | Source::Polygon(_) | Source::Alpaca(_) | Source::Ibkr(_) => {}
    }
}

fn path(check: &mut Check, key: &str, path: &std::path::Path) {
    if path.as_os_str().is_empty() {
        check.deny(&[key], format!("`{key}` must name a folder or file, was empty"));
    }
}

fn mt5(check: &mut Check, source: &Mt5Source) {
    if let Some(files) = &source.path {
        path(check, "data.source.mt5.path", files);
    }
    let zone = &source.server_zone.0;
    if zone != "new_york_close" && jiff::tz::TimeZone::get(zone).is_err() {
        let key = "data.source.mt5.server_zone";
        let text = format!("`{key}` must be new_york_close or an IANA zone, was `{zone}`");
        check.deny(&[key], text);
    }
}

fn columns(check: &mut Check, prefix: &str, map: &ColumnMap) {
    let named = [
        ("time", &map.time),
        ("open", &map.open),
        ("high", &map.high),
        ("low", &map.low),
        ("close", &map.close),
        ("volume", &map.volume),
        ("dividend", &map.dividend),
        ("split", &map.split),
    ];
    for (index, (field, column)) in named.iter().enumerate() {
        let key = format!("{prefix}.{field}");
        if column.is_empty() {
            check.deny(&[&key], format!("`{key}` must name a column, was empty"));
        }
        if let Some((other, _)) = named[..index].iter().find(|(_, known)| known == column) {
            let other = format!("{prefix}.{other}");
            let text = format!("`{key}` must differ from `{other}`, both are `{column}`");
            check.deny(&[&key, &other], text);
        }
    }
}

fn synthetic(check: &mut Check, source: &SyntheticSource, agent: &Agent) {
    const KEY: &str = "data.source.synthetic";
    let key = |field: &str| format!("{KEY}.{field}");
    check.within(&key("drift_annual"), source.drift_annual, -10.0..=10.0);
    check.positive(&key("volatility_annual"), source.volatility_annual, 10.0);
    check.within(&key("stress_multiple"), source.stress_multiple, 1.0..=100.0);
    if !(0.0..1.0).contains(&source.correlation) {
        let key = key("correlation");
        let text = format!("`{key}` must be at least 0 and below 1, was {}", source.correlation);
        check.deny(&[&key], text);
    }
    check.within(&key("tail_degrees"), source.tail_degrees, 3..=1000);
    if let Some(favorite) = &source.planted {
        planted(check, favorite);
    }
    for (symbol, &drift) in &source.drift_by_symbol {
        let key = format!("{KEY}.drift_by_symbol.{symbol}");
        check.within(&key, drift, -10.0..=10.0);
        if !agent.universe.symbols.contains(symbol) {
            let text =
                format!("`{key}` must be about a symbol of `universe.symbols`, was {symbol}");
            check.deny(&[&format!("{KEY}.drift_by_symbol"), "universe.symbols"], text);
        }
    }
}

fn planted(check: &mut Check, favorite: &Planted) {
    let key = |field: &str| format!("data.source.synthetic.planted.{field}");
    check.positive(&key("edge_bps"), favorite.edge_bps, 1000.0);
    if !(0.0..1.0).contains(&favorite.stay) {
        let key = key("stay");
        let text = format!("`{key}` must be at least 0 and below 1, was {}", favorite.stay);
        check.deny(&[&key], text);
    }
    if !(favorite.volume_multiple > 1.0 && favorite.volume_multiple <= 1000.0) {
        let key = key("volume_multiple");
        let found = favorite.volume_multiple;
        let text = format!("`{key}` must be above 1 and at most 1000, was {found}");
        check.deny(&[&key], text);
    }
}
