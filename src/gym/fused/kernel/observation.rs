//! Rows of observations; see `observation`, which defines the position block.

use pulp::Simd;

use super::account::Books;
use super::vector::{Row, Vector, num_vectors};
use crate::gym::fused::tables::Given;
use crate::gym::observation::{
    BARS_HELD_SCALE, DRAWDOWN_SCALE, UNREALIZED_SCALE, VALUE_CLIP, WEIGHT_CLIP,
};
use crate::gym::reference::EQUITY_FLOOR_FRAC;
use crate::gym::vector::MIN_ENTRY_VALUE;

/// Writes features and position block of a block's environments; `rows` and `obs` end with the last
/// environment.
#[inline(always)]
pub(super) fn write<S: Simd>(
    simd: S,
    books: &Books<'_>,
    drawdown: &Row,
    rows: &[i32],
    obs: &mut [f32],
    given: Given<'_>,
) {
    let Given { tables, settings } = given;
    let width = tables.features_width;
    for (obs, row) in obs.chunks_exact_mut(width).zip(rows) {
        obs.copy_from_slice(&tables.features[*row as usize * width..][..width]);
    }
    let num_symbols = settings.num_symbols;
    let mut place = Place { obs, width, column: settings.num_features };
    let mut values = Row::ZERO;
    weights(simd, &*books.cash, &*books.equity, &mut values);
    place.scatter(&values);
    for held in books.values.iter() {
        weights(simd, held, &*books.equity, &mut values);
        place.scatter(&values);
    }
    let mut symbol = 0;
    while symbol < num_symbols {
        unrealized(simd, &books.values[symbol], &books.gains[symbol], &mut values);
        place.scatter(&values);
        symbol += 1;
    }
    for bars_held in books.bars_held.iter() {
        scaled(simd, bars_held, BARS_HELD_SCALE as f32, &mut values);
        place.scatter(&values);
    }
    scaled(simd, drawdown, DRAWDOWN_SCALE as f32, &mut values);
    place.scatter(&values);
}

/// A column of the observations.
struct Place<'a> {
    obs: &'a mut [f32],
    width: usize,
    column: usize,
}

impl Place<'_> {
    /// Writes the column and goes on to the next.
    #[inline(always)]
    fn scatter(&mut self, values: &Row) {
        for (obs, value) in self.obs.chunks_exact_mut(self.width).zip(&values.0) {
            obs[self.column] = *value;
        }
        self.column += 1;
    }
}

#[inline(always)]
fn weights<S: Simd>(simd: S, held: &Row, equity: &Row, out: &mut Row) {
    let mut at = 0;
    while at < num_vectors::<S>() {
        let equity = Vector::load(simd, equity, at).clamp_min(EQUITY_FLOOR_FRAC as f32);
        let weight = Vector::load(simd, held, at) / equity;
        bounded(weight, WEIGHT_CLIP as f32).store(out, at);
        at += 1;
    }
}

#[inline(always)]
fn unrealized<S: Simd>(simd: S, held: &Row, gains: &Row, out: &mut Row) {
    let mut at = 0;
    while at < num_vectors::<S>() {
        let gain = Vector::load(simd, gains, at);
        let entry_size = (Vector::load(simd, held, at) - gain).abs();
        let unrealized = gain / entry_size.clamp_min(MIN_ENTRY_VALUE as f32);
        bounded(unrealized * UNREALIZED_SCALE as f32, VALUE_CLIP as f32).store(out, at);
        at += 1;
    }
}

#[inline(always)]
fn scaled<S: Simd>(simd: S, row: &Row, scale: f32, out: &mut Row) {
    let mut at = 0;
    while at < num_vectors::<S>() {
        let value = Vector::load(simd, row, at) * scale;
        value.clamp_max(VALUE_CLIP as f32).store(out, at);
        at += 1;
    }
}

#[inline(always)]
fn bounded<S: Simd>(value: Vector<S>, bound: f32) -> Vector<S> {
    value.clamp_min(-bound).clamp_max(bound)
}
