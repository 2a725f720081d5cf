//! The reward of a block; see `vector::reward`, which defines it.

use pulp::Simd;

use super::account::BarRows;
use super::orders::add;
use super::vector::{LANES, Row, Vector, num_vectors};
use crate::gym::fused::settings::{Alpha, DifferentialSharpe, Rewards, SharpeBlend};
use crate::gym::reference::{MIN_GROWTH, MIN_RETURN_DEVIATION};

/// What the rewards of a block remember.
#[derive(Debug)]
pub(super) struct Memory<'a> {
    /// Mean and variance, or nothing.
    pub(super) moments: &'a mut [Row],
    /// The window of recent returns, or nothing.
    pub(super) ring: &'a mut [Row],
    /// The row of the window that this bar writes.
    pub(super) ring_row: usize,
}

/// Sums the parts that are asked for.
#[inline(always)]
pub(super) fn reward<S: Simd>(
    simd: S,
    rewards: &Rewards,
    bar: &BarRows,
    memory: &mut Memory<'_>,
    reward: &mut Row,
) {
    *reward = Row::ZERO;
    if let Some(part) = &rewards.alpha {
        alpha(simd, part, bar, reward);
    }
    if let Some(factor) = rewards.log_return {
        log_return(simd, factor, bar, reward);
    }
    if let Some(factor) = rewards.pnl {
        let mut at = 0;
        while at < num_vectors::<S>() {
            add(reward, at, Vector::load(simd, &bar.pnl, at) * factor, simd);
            at += 1;
        }
    }
    if let Some(part) = &rewards.sharpe_blend {
        memory.ring[memory.ring_row] = bar.portfolio_return;
        sharpe_blend(simd, part, bar, memory.ring, reward);
    }
    if let Some(part) = &rewards.differential_sharpe {
        differential_sharpe(simd, part, bar, memory.moments, reward);
    }
}

#[inline(always)]
fn alpha<S: Simd>(simd: S, part: &Alpha, bar: &BarRows, reward: &mut Row) {
    let mut at = 0;
    while at < num_vectors::<S>() {
        let own = Vector::load(simd, &bar.portfolio_return, at);
        let excess = own - Vector::load(simd, &bar.benchmark_return, at);
        add(reward, at, (excess * part.scale).clamp(part.clip) * part.weight, simd);
        at += 1;
    }
}

#[inline(always)]
fn log_return<S: Simd>(simd: S, factor: f32, bar: &BarRows, reward: &mut Row) {
    let mut logs = Row::ZERO;
    let mut at = 0;
    while at < num_vectors::<S>() {
        let growth = Vector::load(simd, &bar.portfolio_return, at);
        growth.clamp_min((MIN_GROWTH - 1.0) as f32).store(&mut logs, at);
        at += 1;
    }
    let mut lane = 0;
    while lane < LANES {
        logs.0[lane] = logs.0[lane].ln_1p();
        lane += 1;
    }
    let mut at = 0;
    while at < num_vectors::<S>() {
        add(reward, at, Vector::load(simd, &logs, at) * factor, simd);
        at += 1;
    }
}

#[inline(always)]
fn sharpe_blend<S: Simd>(
    simd: S,
    part: &SharpeBlend,
    bar: &BarRows,
    ring: &[Row],
    reward: &mut Row,
) {
    let mut at = 0;
    while at < num_vectors::<S>() {
        let window = Vector::splat(simd, part.window);
        let mut sum = Vector::splat(simd, 0.0);
        let mut square_sum = sum;
        let mut row = 0;
        while row < ring.len() {
            let value = Vector::load(simd, &ring[row], at);
            sum = sum + value;
            square_sum = square_sum + value * value;
            row += 1;
        }
        let mean = sum / window;
        let squares = square_sum / window;
        let deviation = (squares - mean * mean).clamp_min(0.0).sqrt();
        let ratio = mean / deviation.clamp_min(MIN_RETURN_DEVIATION as f32);
        let drawdown = Vector::load(simd, &bar.drawdown, at);
        let excess = (drawdown - drawdown.all(part.drawdown_threshold)).clamp_min(0.0);
        let value = ratio * part.ratio_weight
            + Vector::load(simd, &bar.portfolio_return, at) * part.return_weight
            - excess * part.drawdown_weight;
        add(reward, at, value * part.weight, simd);
        at += 1;
    }
}

#[inline(always)]
fn differential_sharpe<S: Simd>(
    simd: S,
    part: &DifferentialSharpe,
    bar: &BarRows,
    moments: &mut [Row],
    reward: &mut Row,
) {
    let mut at = 0;
    while at < num_vectors::<S>() {
        let mean = Vector::load(simd, &moments[0], at);
        let variance = Vector::load(simd, &moments[1], at);
        let surprise = Vector::load(simd, &bar.portfolio_return, at) - mean;
        let square = surprise * surprise;
        let slope = variance * surprise + mean * (variance - square) * 0.5;
        let mean = mean + surprise * part.eta;
        let variance = (variance + square * part.eta) * part.keep;
        let deviation = variance.sqrt().clamp_min(MIN_RETURN_DEVIATION as f32);
        let cube = deviation * deviation * deviation;
        add(reward, at, slope / cube * part.weight, simd);
        mean.store(&mut moments[0], at);
        variance.store(&mut moments[1], at);
        at += 1;
    }
}
