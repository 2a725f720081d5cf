//! What the environments of a block read of market and actions.

use super::vector::{LANES, Row};
use crate::gym::fused::tables::Given;
use crate::gym::vector::Layout;

/// Where each environment's rows of the tables begin.
#[derive(Debug)]
pub(super) struct Places {
    /// In the records of the market.
    pub(super) records: [usize; LANES],
    /// In the table of orders.
    pub(super) orders: [usize; LANES],
}

/// One symbol's bar and order in every environment. What the settings have no use for is not written.
#[derive(Debug)]
pub(super) struct SymbolRows {
    pub(super) weight: Row,
    pub(super) threshold: Row,
    pub(super) growth: Row,
    pub(super) fill: Row,
    pub(super) fillable: Row,
    pub(super) open: Row,
    pub(super) high: Row,
    pub(super) low: Row,
    pub(super) exists: Row,
    pub(super) share_cost: Row,
    pub(super) inverse_notional: Row,
    pub(super) unknown_notional: Row,
}

impl SymbolRows {
    pub(super) const ZERO: Self = Self {
        weight: Row::ZERO,
        threshold: Row::ZERO,
        growth: Row::ZERO,
        fill: Row::ZERO,
        fillable: Row::ZERO,
        open: Row::ZERO,
        high: Row::ZERO,
        low: Row::ZERO,
        exists: Row::ZERO,
        share_cost: Row::ZERO,
        inverse_notional: Row::ZERO,
        unknown_notional: Row::ZERO,
    };

    /// Gathers one symbol.
    #[inline(always)]
    pub(super) fn gather(&mut self, symbol: usize, places: &Places, given: Given<'_>) {
        let Given { tables, settings } = given;
        let Layout { num_symbols, fillable, inside, share_cost, impact, tradable: _, cash: _ } =
            tables.layout;
        let records = &tables.records;
        column(&tables.orders, &places.orders, symbol, &mut self.weight);
        column(&tables.orders, &places.orders, settings.num_symbols + symbol, &mut self.threshold);
        column(records, &places.records, symbol, &mut self.growth);
        column(records, &places.records, num_symbols + symbol, &mut self.fill);
        if let Some(start) = fillable {
            column(records, &places.records, start + symbol, &mut self.fillable);
        }
        if let Some(start) = inside {
            column(records, &places.records, start + symbol, &mut self.open);
            column(records, &places.records, start + num_symbols + symbol, &mut self.high);
            column(records, &places.records, start + 2 * num_symbols + symbol, &mut self.low);
            column(records, &places.records, start + 3 * num_symbols + symbol, &mut self.exists);
        }
        if let Some(start) = share_cost {
            column(records, &places.records, start + symbol, &mut self.share_cost);
        }
        if let Some(start) = impact {
            column(records, &places.records, start + symbol, &mut self.inverse_notional);
            let unknown = start + num_symbols + symbol;
            column(records, &places.records, unknown, &mut self.unknown_notional);
        }
    }
}

/// Gathers one column of a table.
#[inline(always)]
pub(super) fn column(table: &[f32], places: &[usize; LANES], column: usize, out: &mut Row) {
    let mut lane = 0;
    while lane < LANES {
        out.0[lane] = table[places[lane] + column];
        lane += 1;
    }
}
