//! Market, actions and starts as the kernel reads them: what one environment needs lies together.

use burn::tensor::Tensor;

use super::settings::Settings;
use crate::gym::ActionTable;
use crate::gym::vector::{Layout, TensorEnv};

/// The tables of one environment, on the host.
#[derive(Debug)]
pub(super) struct Tables {
    /// `[T, F + P]`, the last P columns free.
    pub(super) features: Vec<f32>,
    pub(super) features_width: usize,
    /// `[T, C]`: the market of the bar after each row, one record a row.
    pub(super) records: Vec<f32>,
    pub(super) record_width: usize,
    pub(super) layout: Layout,
    /// `[K, 2R]`: target weights, then the least change that is traded.
    pub(super) orders: Vec<f32>,
    pub(super) orders_width: usize,
    /// Where the row of an action that keeps the holdings begins in `orders`.
    pub(super) hold: usize,
    /// What each action does, `[K]`.
    pub(super) actions: Vec<ActionKind>,
    /// Where episodes begin.
    pub(super) starts: Vec<i32>,
    /// How many offsets into `starts` there are.
    pub(super) num_offsets: usize,
    /// Whether an action can ever be illegal.
    pub(super) has_masks: bool,
}

/// What stays the same from step to step.
#[derive(Debug, Clone, Copy)]
pub(super) struct Given<'a> {
    pub(super) tables: &'a Tables,
    pub(super) settings: &'a Settings,
}

/// What legality asks of an action.
#[derive(Debug, Clone, Copy)]
pub(super) struct ActionKind {
    /// Whether it is a row of weights.
    pub(super) is_trade: bool,
    /// Whether it leaves more than cash.
    pub(super) is_open: bool,
    /// The symbols that it wants, one bit each.
    pub(super) wants: u64,
}

impl Tables {
    /// Copies the tables out of a tensor environment; nothing if its device keeps them.
    pub(super) fn of(env: &TensorEnv, table: &ActionTable, settings: &Settings) -> Option<Self> {
        let (features, features_width) = rows(env.market.features.clone())?;
        let (records, record_width) = rows(env.market.columns.clone().transpose())?;
        let (orders, orders_width) = rows(env.orders.columns.clone().transpose())?;
        Some(Self {
            features,
            features_width,
            records,
            record_width,
            layout: env.market.layout,
            orders,
            orders_width,
            hold: table.hold_action() * orders_width,
            actions: (0..settings.num_actions).map(|at| ActionKind::of(table, at)).collect(),
            num_offsets: env.starts.period,
            starts: env.starts.rows.clone().try_into_vec_as().ok()?,
            has_masks: env.has_masks(),
        })
    }
}

impl ActionKind {
    fn of(table: &ActionTable, action: usize) -> Self {
        let weights = table.rows()[action].as_ref();
        let risky = weights.map_or(&[] as &[f64], |weights| weights.risky());
        let wanted = risky.iter().enumerate().filter(|(_, weight)| **weight != 0.0);
        Self {
            is_trade: weights.is_some(),
            is_open: !table.is_flat(action),
            wants: wanted.fold(0, |bits, (symbol, _)| bits | 1 << symbol),
        }
    }
}

/// The values of a table, row by row, and its width.
fn rows(table: Tensor<2>) -> Option<(Vec<f32>, usize)> {
    let [_, width] = table.dims();
    Some((table.try_into_vec_as().ok()?, width))
}
