//! One feature of one symbol: where it reads, where it writes, and its kernel.

use std::ops::Range;

use crate::config::FeatureSpec;
use crate::domain::MarketRow;
use crate::features::kernel::{Kernel, KernelInput};
use crate::features::{indicators, simple};

/// The plan of one node.
#[derive(Debug, Clone)]
pub(super) struct NodePlan {
    /// The index of the symbol in the universe.
    pub(super) symbol: usize,
    /// The index of the `with` symbol.
    pub(super) other: Option<usize>,
    /// The index of the group whose bars it reads; `None` for the bars of the universe.
    pub(super) group: Option<usize>,
    /// The formula.
    pub(super) spec: FeatureSpec,
    /// Its columns.
    pub(super) columns: Range<usize>,
}

/// A kernel at work.
pub(super) struct Node {
    symbol: usize,
    other: Option<usize>,
    pub(super) group: Option<usize>,
    pub(super) columns: Range<usize>,
    kernel: Box<dyn Kernel>,
}

/// The kernel of a feature; `None` for a group, which has none of its own.
pub(super) fn kernel(spec: &FeatureSpec) -> Option<Box<dyn Kernel>> {
    simple::build(spec).or_else(|| indicators::build(spec))
}

impl Node {
    /// A fresh kernel for the plan; `None` if its feature has no kernel.
    pub(super) fn new(plan: &NodePlan) -> Option<Self> {
        Some(Self {
            symbol: plan.symbol,
            other: plan.other,
            group: plan.group,
            columns: plan.columns.clone(),
            kernel: kernel(&plan.spec)?,
        })
    }

    /// Takes one row into the kernel. A row without the symbol's bar, or without that of the
    /// `with` symbol, leaves kernel and values as they were.
    pub(super) fn step(&mut self, row: &MarketRow, out: &mut [f64]) {
        let Some(bar) = &row.bars[self.symbol] else { return };
        let other = match self.other.map(|index| row.bars[index].as_ref()) {
            Some(None) => return,
            Some(present) => present,
            None => None,
        };
        self.kernel.update(&KernelInput { bar, other }, out);
    }
}
