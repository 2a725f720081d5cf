//! One row a step with every term of the account, so that anyone can recompute it.

use super::simulate::{Trajectory, TrajectoryStep};
use crate::config::FillRule;
use crate::gym::{ActionTable, ExecutionKind, Tape};

/// The audit file of a trajectory as CSV.
///
/// # Units
/// `time`: the decision, RFC 3339; weights and returns: fractions of equity; `turnover`: traded
/// notional over equity before; `cost`, `equity`: currency units, after the step; prices: adjusted
/// currency units per share; `quantity`: shares traded by orders, sales negative, 0 for an order too
/// small to be sent (`gym::MIN_ORDER_FRAC`). An empty target weight is HOLD. `close` is the price that the decision
/// was sized on, `fill_price` what an order is filled at, `next_close` what the step ends on;
/// `exit_price` is where a stop or target left the market inside the bar, if one did.
#[must_use]
pub fn audit_csv(
    trajectory: &Trajectory,
    tape: &Tape,
    table: &ActionTable,
    fill: FillRule,
) -> String {
    let symbols: Vec<String> = tape.symbols().iter().map(ToString::to_string).collect();
    let mut text = header(&symbols);
    for step in &trajectory.steps {
        text += &row(step, tape, table, fill);
    }
    text
}

fn header(symbols: &[String]) -> String {
    let assets: Vec<&str> =
        std::iter::once("CASH").chain(symbols.iter().map(String::as_str)).collect();
    let mut names: Vec<String> = ["time", "action", "action_name"].map(str::to_owned).to_vec();
    for group in ["weight_before", "target_weight", "weight_after"] {
        names.extend(assets.iter().map(|asset| format!("{group}.{asset}")));
    }
    for group in ["close", "quantity", "fill_price", "exit_price", "next_close"] {
        names.extend(symbols.iter().map(|symbol| format!("{group}.{symbol}")));
    }
    for name in
        ["turnover", "cost", "cash_return", "portfolio_return", "benchmark_return", "equity"]
    {
        names.push(name.to_owned());
    }
    names.join(",") + "\n"
}

fn row(step: &TrajectoryStep, tape: &Tape, table: &ActionTable, fill: FillRule) -> String {
    let account = &step.account;
    let num_symbols = tape.num_symbols();
    let mut cells = vec![
        step.time.to_string(),
        step.action.map(|action| action.to_string()).unwrap_or_default(),
        step.action.map(|action| table.names()[action].clone()).unwrap_or_default(),
    ];
    let numbers = |values: &[f64]| values.iter().map(f64::to_string).collect::<Vec<_>>();
    cells.extend(numbers(&account.weights_before));
    cells.extend(match &account.target_weights {
        Some(weights) => numbers(weights),
        None => vec![String::new(); num_symbols + 1],
    });
    cells.extend(numbers(&account.weights_after));
    cells.extend(tape.quotes(step.row).iter().map(|quote| quote.close.to_string()));
    cells.extend((0..num_symbols).map(|symbol_index| {
        let own = account.executions.iter().filter(|e| e.symbol_index == symbol_index);
        let orders = own.filter(|e| e.kind == ExecutionKind::Order);
        (orders.map(|order| order.quantity).sum::<f64>() + 0.0).to_string()
    }));
    cells.extend((0..num_symbols).map(|s| tape.fill_price(fill, step.row, s).to_string()));
    cells.extend((0..num_symbols).map(|symbol_index| {
        let exits = account.executions.iter().filter(|e| e.kind != ExecutionKind::Order);
        let own = exits.filter(|e| e.symbol_index == symbol_index);
        own.map(|exit| exit.price.to_string()).next_back().unwrap_or_default()
    }));
    cells.extend(tape.quotes(step.row + 1).iter().map(|quote| quote.close.to_string()));
    cells.extend(numbers(&[
        account.turnover,
        account.cost,
        account.cash_return,
        account.portfolio_return,
        account.benchmark_return,
        account.equity_after,
    ]));
    cells.join(",") + "\n"
}
