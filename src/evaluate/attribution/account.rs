//! A list of trades as an account: its equity at every row.

use super::Rules;
use super::trace::{Opening, SeenRow};

/// Shares that change hands between two rows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Deal {
    /// The row before.
    pub(super) step: usize,
    /// Position of the symbol in the universe.
    pub(super) symbol_index: usize,
    /// Shares, sales negative.
    pub(super) quantity: f64,
    /// Currency units per share.
    pub(super) price: f64,
}

/// Cash that comes or goes between two rows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Cash {
    /// The row before.
    pub(super) step: usize,
    /// Currency units, negative if paid.
    pub(super) amount: f64,
}

/// Who says what interest and borrowing cost.
#[derive(Debug, Clone, Copy)]
pub(super) enum Financing<'a> {
    /// The rules of the backtest, on the account's own cash and shorts.
    Modelled(&'a Rules),
    /// What the venue posted, which is among the cash.
    Posted,
}

/// Equity at the close of each row, currency units.
pub(super) fn equities(
    (opening, rows): (&Opening, &[SeenRow]),
    deals: &[Deal],
    flows: &[Cash],
    financing: Financing<'_>,
) -> Vec<f64> {
    let mut cash = opening.cash;
    let mut held = opening.positions.clone();
    let (mut deals, mut flows) = (deals.to_vec(), flows.to_vec());
    deals.sort_by_key(|deal| deal.step);
    flows.sort_by_key(|flow| flow.step);
    let (mut deals, mut flows) = (deals.iter().peekable(), flows.iter().peekable());
    let mut found = Vec::with_capacity(rows.len());
    found.extend(rows.first().map(|row| equity(cash, &held, row)));
    for (step, after) in rows.iter().skip(1).enumerate() {
        while let Some(deal) = deals.next_if(|deal| deal.step <= step) {
            cash -= deal.quantity * deal.price;
            held[deal.symbol_index] += deal.quantity;
        }
        while let Some(flow) = flows.next_if(|flow| flow.step <= step) {
            cash += flow.amount;
        }
        if let Financing::Modelled(rules) = financing {
            let short: f64 = values(&held, after).map(|value| (-value).max(0.0)).sum();
            cash *= 1.0 + rules.cash_return_per_bar;
            cash -= rules.borrow_rate_per_bar * short;
        }
        found.push(equity(cash, &held, after));
    }
    found
}

fn equity(cash: f64, held: &[f64], row: &SeenRow) -> f64 {
    cash + values(held, row).sum::<f64>()
}

/// The value of each position; a symbol that is not held needs no price.
fn values<'a>(held: &'a [f64], row: &'a SeenRow) -> impl Iterator<Item = f64> + 'a {
    let value = |(quantity, close): (&f64, &f64)| {
        if *quantity == 0.0 { 0.0 } else { quantity * close }
    };
    held.iter().zip(&row.closes).map(value)
}
