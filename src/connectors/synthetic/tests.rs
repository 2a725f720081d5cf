use std::collections::BTreeMap;

use super::*;
use crate::base::DateRange;
use crate::config::{Adjust, Planted, SyntheticSource};
use crate::dataset::{Adjuster, Incoming};
use crate::domain::{Bar, Calendar, CalendarName, Symbol};
use crate::ports::{BarSource, FetchRequest};

fn universe() -> Vec<Symbol> {
    ["AAA", "BBB", "CCC"].map(|name| name.parse().unwrap()).to_vec()
}

fn calendar() -> Calendar {
    Calendar::new(CalendarName::Xnys)
}

fn fetch(market: &SyntheticSource, name: &str, timeframe: &str, range: &str) -> Incoming {
    let request = FetchRequest {
        symbol: name.parse().unwrap(),
        timeframe: timeframe.parse().unwrap(),
        range: range.parse().unwrap(),
    };
    SyntheticMarket::new(market, &universe(), calendar()).fetch(&request).unwrap()
}

fn adjusted(incoming: &Incoming) -> Vec<Bar> {
    let mut adjuster = Adjuster::new(&incoming.actions, Adjust::Total, calendar().zone());
    incoming.bars.iter().map(|bar| adjuster.update(bar)).collect()
}

fn log_returns(incoming: &Incoming) -> Vec<f64> {
    adjusted(incoming).windows(2).map(|pair| (pair[1].close / pair[0].close).ln()).collect()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let (mean_a, mean_b) = (mean(a), mean(b));
    let covariance = |x: &[f64], y: &[f64], mx: f64, my: f64| {
        x.iter().zip(y).map(|(x, y)| (x - mx) * (y - my)).sum::<f64>()
    };
    covariance(a, b, mean_a, mean_b)
        / (covariance(a, a, mean_a, mean_a) * covariance(b, b, mean_b, mean_b)).sqrt()
}

const YEARS: &str = "2000-01-01..2023-12-31";

#[test]
fn a_longer_range_and_another_universe_leave_earlier_bars_alone() {
    let market = SyntheticSource::default();
    let short = fetch(&market, "BBB", "1d", "2010-03-01..2010-12-31");
    let long = fetch(&market, "BBB", "1d", "2005-01-01..2020-12-31");
    let start = long.bars.iter().position(|bar| *bar == short.bars[0]).unwrap();
    assert_eq!(long.bars[start..start + short.bars.len()], short.bars);
    let alone = SyntheticMarket::new(&market, &["BBB".parse().unwrap()], calendar());
    let request = FetchRequest {
        symbol: "BBB".parse().unwrap(),
        timeframe: "1d".parse().unwrap(),
        range: "2010-03-01..2010-12-31".parse().unwrap(),
    };
    assert_eq!(alone.fetch(&request).unwrap().bars, short.bars);
    let other =
        fetch(&SyntheticSource { seed: 2, ..market }, "BBB", "1d", "2010-03-01..2010-12-31");
    assert_ne!(other.bars, short.bars);
}

#[test]
fn bars_are_possible_and_the_market_is_as_ordered() {
    let market = SyntheticSource {
        drift_by_symbol: BTreeMap::from([("AAA".parse().unwrap(), 0.5)]),
        ..SyntheticSource::default()
    };
    let [a, b] = ["AAA", "BBB"].map(|name| fetch(&market, name, "1d", YEARS));
    for bar in a.bars.iter().chain(&b.bars) {
        let inside = |price: f64| bar.low <= price && price <= bar.high;
        assert!(inside(bar.open) && inside(bar.close) && bar.low > 0.0, "{bar:?}");
        assert!(bar.volume >= 1.0 && bar.close < 2000.0, "{bar:?}");
    }
    assert!(!a.actions.is_empty(), "a drift of 0.55 a year brings splits");
    let (ra, rb) = (log_returns(&a), log_returns(&b));
    assert!((mean(&ra) * 252.0 - 0.55).abs() < 0.15, "{}", mean(&ra) * 252.0);
    assert!((correlation(&ra, &rb) - 0.6).abs() < 0.06, "{}", correlation(&ra, &rb));
    let variance = mean(&rb.iter().map(|r| r * r).collect::<Vec<_>>());
    let volatility = (variance * 252.0).sqrt();
    assert!(volatility > 0.16 && volatility < 0.3, "calm 0.15, storm 0.375: {volatility}");
    let kurtosis = mean(&rb.iter().map(|r| r.powi(4)).collect::<Vec<_>>()) / variance.powi(2);
    assert!(kurtosis > 4.0, "fat tails: {kurtosis}");
    let squares: Vec<f64> = rb.iter().map(|r| r.abs()).collect();
    let clustering = correlation(&squares[20..], &squares[..squares.len() - 20]);
    assert!(clustering > 0.05, "volatility clusters: {clustering}");
}

#[test]
fn minutes_fill_the_session() {
    let incoming = fetch(&SyntheticSource::default(), "AAA", "5min", "2000-01-03..2000-01-04");
    assert_eq!(incoming.bars.len(), 2 * 78);
    assert_eq!(incoming.bars[77].available_at.to_string(), "2000-01-03T21:00:00Z");
    let request = FetchRequest {
        symbol: "AAA".parse().unwrap(),
        timeframe: "1w".parse().unwrap(),
        range: "2010-01-01..2010-12-31".parse().unwrap(),
    };
    let source = SyntheticMarket::new(&SyntheticSource::default(), &universe(), calendar());
    assert_eq!(source.fetch(&request).unwrap_err().exit_code(), 2);
}

fn planted() -> SyntheticSource {
    SyntheticSource {
        volatility_annual: 0.03,
        planted: Some(Planted::default()),
        ..SyntheticSource::default()
    }
}

fn oracle(market: &SyntheticSource) -> PlantedOracle {
    let days: DateRange = YEARS.parse().unwrap();
    PlantedOracle::try_new(market, &universe(), &calendar(), days.end()).unwrap().unwrap()
}

#[test]
fn volume_shows_the_favorite_and_the_next_bar_pays_it_after_the_open() {
    let market = planted();
    let oracle = oracle(&market);
    let incoming = fetch(&market, "BBB", "1d", YEARS);
    let bars = adjusted(&incoming);
    let zone = calendar().zone().clone();
    let (mut favored, mut others, mut gaps) = (Vec::new(), Vec::new(), Vec::new());
    let (mut loud, mut quiet) = (Vec::new(), Vec::new());
    for (raw, pair) in incoming.bars.iter().zip(bars.windows(2)) {
        let favorite = oracle.favorite(raw.open_time.date_in(&zone)).unwrap();
        let (after_open, volume) =
            if favorite == 2 { (&mut favored, &mut loud) } else { (&mut others, &mut quiet) };
        after_open.push((pair[1].close / pair[1].open).ln() * 1e4);
        volume.push(pair[0].volume.ln());
        gaps.push((pair[1].open / pair[0].close).ln() * 1e4);
    }
    let base = 0.05 / 252.0 * 1e4;
    assert!((mean(&favored) - 60.0 - base).abs() < 4.0, "{}", mean(&favored));
    assert!((mean(&others) + 20.0 - base).abs() < 4.0, "{}", mean(&others));
    assert!(mean(&gaps).abs() < 1.0, "{}", mean(&gaps));
    assert!((mean(&loud) - mean(&quiet) - 4_f64.ln()).abs() < 0.05);
    assert!(favored.len() > 500, "the chain visits every favorite: {}", favored.len());
}

/// Decides at the close, fills at the next open, as an account does.
fn realized_growth(market: &SyntheticSource, cost: f64) -> f64 {
    let oracle = oracle(market);
    let policy = oracle.best_policy(cost);
    let series: Vec<Incoming> =
        universe().iter().map(|s| fetch(market, s.as_str(), "1d", YEARS)).collect();
    let bars: Vec<Vec<Bar>> = series.iter().map(adjusted).collect();
    let zone = calendar().zone().clone();
    let (mut cash, mut shares, mut held) = (1.0, 0.0, 0_usize);
    let last = bars[0].len() - 1;
    for t in 0..last {
        let at = |asset: usize, row: usize| bars[asset - 1][row];
        let favorite = oracle.favorite(bars[0][t].open_time.date_in(&zone)).unwrap();
        let target = policy.target(favorite, held);
        if target != held {
            let equity = cash + if held > 0 { shares * at(held, t).close } else { 0.0 };
            if held > 0 {
                let notional = shares * at(held, t + 1).open;
                cash += notional * (1.0 - cost);
                shares = 0.0;
            }
            if target > 0 {
                shares = equity / at(target, t).close;
                let notional = shares * at(target, t + 1).open;
                cash -= notional * (1.0 + cost);
            }
            held = target;
        }
    }
    let equity = cash + if held > 0 { shares * bars[held - 1][last].close } else { 0.0 };
    equity.ln() / last as f64
}

#[test]
fn the_oracle_earns_what_it_says() {
    let market = planted();
    for cost in [0.0, 0.0005, 0.004] {
        let expected = oracle(&market).best_policy(cost).growth_per_bar();
        let realized = realized_growth(&market, cost);
        assert!((realized / expected - 1.0).abs() < 0.05, "{cost}: {realized} {expected}");
    }
}

#[test]
fn without_costs_the_policy_follows_the_favorite_and_the_value_is_known() {
    let market = SyntheticSource { drift_annual: 0.0, ..planted() };
    let policy = oracle(&market).best_policy(0.0);
    for favorite in 0..4 {
        for held in 0..4 {
            assert_eq!(policy.target(favorite, held), favorite);
        }
    }
    // The favorite is an asset three quarters of the time and pays 60 basis points then.
    assert!((policy.growth_per_bar() - 0.75 * 60e-4).abs() < 1e-9, "{}", policy.growth_per_bar());
    let dear = oracle(&market).best_policy(0.9);
    assert!(dear.growth_per_bar() < 1e-9, "nobody trades at that cost");
    let plain = SyntheticSource::default();
    let days: DateRange = YEARS.parse().unwrap();
    let none = PlantedOracle::try_new(&plain, &universe(), &calendar(), days.end()).unwrap();
    assert_eq!(none, None);
}
