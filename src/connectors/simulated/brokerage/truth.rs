//! The ground truth: a row for everything that really happened, which tests compare with what a client believes.

use super::order::{HouseOrder, Position};
use crate::base::Timestamp;
use crate::domain::Symbol;

const HEADER: &str = "row,time,number,client,reference,symbol,quantity,price,execution,amount,cash";

/// Rows of comma-separated values. Quantities have the sign of the side.
#[derive(Debug)]
pub(super) struct Truth {
    rows: Vec<String>,
}

impl Truth {
    pub(super) fn new(cash: f64) -> Self {
        Self { rows: vec![format!("cash,,,,,,,,,{cash},{cash}")] }
    }

    pub(super) fn csv(&self) -> String {
        let mut text = format!("{HEADER}\n");
        for row in &self.rows {
            text.push_str(row);
            text.push('\n');
        }
        text
    }

    pub(super) fn position(&mut self, symbol: &Symbol, position: Position) {
        let Position { quantity, average_cost } = position;
        self.rows.push(format!("position,,,,,{symbol},{quantity},{average_cost},,,"));
    }

    pub(super) fn order(&mut self, time: Timestamp, number: u64, order: &HouseOrder) {
        let HouseOrder { client, symbol, .. } = order;
        let quantity = order.side.sign() * order.quantity;
        let price = order.kind.limit_price().or_else(|| order.kind.stop_price());
        let price = price.map(|price| price.to_string()).unwrap_or_default();
        let reference = order.reference.replace([',', '\n', '"'], " ");
        self.rows.push(format!(
            "order,{time},{number},{client},{reference},{symbol},{quantity},{price},,,"
        ));
    }

    pub(super) fn change(&mut self, time: Timestamp, number: u64, quantity: f64) {
        self.rows.push(format!("change,{time},{number},,,,{quantity},,,,"));
    }

    pub(super) fn end(&mut self, time: Timestamp, number: u64, how: &str) {
        self.rows.push(format!("{how},{time},{number},,,,,,,,"));
    }

    pub(super) fn fill(
        &mut self,
        time: Timestamp,
        number: u64,
        (execution, symbol): (&str, &Symbol),
        (signed, price): (f64, f64),
        cash: f64,
    ) {
        let amount = -signed * price;
        self.rows.push(format!(
            "fill,{time},{number},,,{symbol},{signed},{price},{execution},{amount:.6},{cash:.6}"
        ));
    }

    pub(super) fn commission(
        &mut self,
        time: Timestamp,
        number: u64,
        execution: &str,
        cost: f64,
        cash: f64,
    ) {
        self.rows
            .push(format!("commission,{time},{number},,,,,,{execution},{:.2},{cash:.6}", -cost));
    }

    pub(super) fn correction(
        &mut self,
        time: Timestamp,
        number: u64,
        (execution, symbol): (&str, &Symbol),
        price: f64,
        cash: f64,
    ) {
        self.rows
            .push(format!("correction,{time},{number},,,{symbol},,{price},{execution},,{cash:.6}"));
    }
}
