//! Masks of a block, for settings under which an action can be illegal; see `vector::legality`.

use super::account::Books;
use super::vector::Row;
use crate::gym::ILLEGAL_LOGIT;
use crate::gym::fused::settings::Limits;
use crate::gym::fused::tables::{ActionKind, Given, Tables};

/// Writes the masks `[n, K]` of a block whose environments are at `rows` of the tape.
pub(in crate::gym::fused) fn write_mask(
    block: &mut [Row],
    rows: &[i32],
    mask: &mut [f32],
    given: Given<'_>,
) {
    let Given { tables, settings } = given;
    let books = Books::new(block, settings.num_symbols);
    for (lane, (mask, row)) in mask.chunks_exact_mut(settings.num_actions).zip(rows).enumerate() {
        let standing = Standing::new(&books, lane, *row as usize, given);
        for (value, action) in mask.iter_mut().zip(&tables.actions) {
            *value = if standing.is_legal(*action) { 0.0 } else { ILLEGAL_LOGIT as f32 };
        }
    }
}

/// What one account may do.
#[derive(Debug, Clone, Copy)]
struct Standing {
    /// Whether no row of weights may be taken.
    is_locked: bool,
    must_close: bool,
    /// The symbols without a bar, one bit each.
    halted: u64,
}

impl Standing {
    fn new(books: &Books<'_>, lane: usize, row: usize, given: Given<'_>) -> Self {
        let Given { tables, settings } = given;
        let Limits { min_hold, max_hold, max_trades } = settings.limits;
        let held = books.bars_held[0].0[lane];
        let is_young = min_hold.is_some_and(|least| held < least) && held > 0.0;
        let is_spent = max_trades.is_some_and(|most| books.num_trades.0[lane] >= most);
        let halted = halted(tables, row);
        let is_stuck = (0..settings.num_symbols)
            .any(|symbol| halted >> symbol & 1 == 1 && books.values[symbol].0[lane] != 0.0);
        let is_due = max_hold.is_some_and(|most| held >= most) && held > 0.0;
        Self {
            is_locked: is_young || is_spent || is_stuck,
            must_close: is_due && halted & 1 == 0,
            halted,
        }
    }

    fn is_legal(self, action: ActionKind) -> bool {
        if self.must_close {
            return !action.is_open;
        }
        !action.is_trade || !(self.is_locked || action.wants & self.halted != 0)
    }
}

fn halted(tables: &Tables, row: usize) -> u64 {
    let Some(start) = tables.layout.tradable else { return 0 };
    let flags = &tables.records[row * tables.record_width + start..][..tables.layout.num_symbols];
    flags
        .iter()
        .enumerate()
        .filter(|(_, flag)| **flag == 0.0)
        .fold(0, |bits, (symbol, _)| bits | 1 << symbol)
}
