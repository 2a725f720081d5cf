//! The account can be recomputed by anyone from the audit file.

use std::collections::BTreeMap;

use crate::sandbox::Sandbox;

type Row = BTreeMap<String, String>;

fn rows(text: &str) -> Vec<Row> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let names = reader.headers().unwrap().clone();
    reader
        .records()
        .map(|record| {
            let record = record.unwrap();
            names.iter().map(str::to_owned).zip(record.iter().map(str::to_owned)).collect()
        })
        .collect()
}

fn number(row: &Row, name: &str) -> f64 {
    row[name].parse().unwrap_or_else(|_| panic!("{name}: {}", row[name]))
}

/// Equity after a step, from weights, prices and the rate of costs; orders from the quantities that
/// the file tells, or from the target weights alone.
fn recompute(row: &Row, symbols: &[&str], equity: f64, cost_rate: f64, orders: Orders) -> f64 {
    let held = |symbol: &str| number(row, &format!("weight_before.{symbol}"));
    let mut cash = held("CASH") * equity;
    let mut value = 0.0;
    for symbol in symbols {
        let close = number(row, &format!("close.{symbol}"));
        let quantity = held(symbol) * equity / close;
        let target = &row[&format!("target_weight.{symbol}")];
        let traded = match orders {
            Orders::Told => number(row, &format!("quantity.{symbol}")),
            Orders::FromTargets if target.is_empty() => 0.0,
            Orders::FromTargets => target.parse::<f64>().unwrap() * equity / close - quantity,
        };
        let notional = traded * number(row, &format!("fill_price.{symbol}"));
        cash -= notional + cost_rate * notional.abs();
        value += (quantity + traded) * number(row, &format!("next_close.{symbol}"));
    }
    cash * (1.0 + number(row, "cash_return")) + value
}

#[derive(Clone, Copy)]
enum Orders {
    Told,
    FromTargets,
}

fn check(settings: &str, cost_rate: f64) {
    let sandbox = Sandbox::with_agent();
    let bundle =
        sandbox.document(&format!("train --config agents/tiny.yaml --no-eval -q {settings}"));
    let bundle = bundle["bundle"].as_str().unwrap();
    sandbox.succeed(&format!("eval --agent {bundle} --audit audit.csv -q"));
    let rows = rows(&sandbox.read("audit.csv"));
    assert!(rows.len() > 50, "{} rows", rows.len());
    let mut equity = 100_000.0;
    let mut turnover = 0.0;
    for row in &rows {
        let symbols = ["AAA", "BBB"];
        let exact = recompute(row, &symbols, equity, cost_rate, Orders::Told);
        let near = recompute(row, &symbols, equity, cost_rate, Orders::FromTargets);
        equity = number(row, "equity");
        turnover += number(row, "turnover");
        assert!((equity / exact - 1.0).abs() < 1e-9, "{row:?}: {equity} {exact}");
        // Orders too small to be sent are the only difference.
        assert!((equity / near - 1.0).abs() < 1e-6, "{row:?}: {equity} {near}");
        let weights: f64 =
            ["CASH", "AAA", "BBB"].iter().map(|a| number(row, &format!("weight_after.{a}"))).sum();
        assert!((weights - 1.0).abs() < 1e-9);
    }
    assert!(turnover > 0.0, "an agent that never trades proves nothing");
}

#[test]
fn next_open_with_default_costs() {
    check("", 4e-4);
}

#[test]
fn next_close_with_interest_on_cash() {
    check("--set env.fill=next_close --set env.cash_rate_annual=0.03", 4e-4);
}

#[test]
fn same_close_for_free() {
    let free = "--set env.fill=same_close --set env.costs.commission_bps=0 \
        --set env.costs.half_spread_bps=0 --set env.costs.slippage.constant_bps=0";
    check(free, 0.0);
}
