//! The contract of every feature formula: a streaming fold over bars.

use crate::config::PriceInput;
use crate::domain::Bar;

/// What a kernel sees of one row.
#[derive(Debug, Clone, Copy)]
pub(crate) struct KernelInput<'a> {
    /// The bar of the symbol whose column is computed.
    pub(crate) bar: &'a Bar,
    /// The bar of the `with` symbol; `None` when it did not trade or the feature names none.
    pub(crate) other: Option<&'a Bar>,
}

/// One streaming formula of one symbol.
///
/// The outputs are NaN until [`Kernel::warm_up`] updates have been seen. A batch column is the fold
/// of `update` over the bars, and a kernel's state depends on nothing but the inputs it was given,
/// so a batch column and a stream agree bit for bit.
pub(crate) trait Kernel: Send {
    /// The length of `out`.
    fn num_outputs(&self) -> usize;

    /// The number of updates after which every output is a number (1 = at once).
    fn warm_up(&self) -> usize;

    /// Takes the next bar in order of time and writes the outputs as of its close.
    fn update(&mut self, input: &KernelInput<'_>, out: &mut [f64]);
}

/// The column of `bar` that `input` names.
pub(crate) const fn read(input: PriceInput, bar: &Bar) -> f64 {
    match input {
        PriceInput::Open => bar.open,
        PriceInput::High => bar.high,
        PriceInput::Low => bar.low,
        PriceInput::Close => bar.close,
        PriceInput::Volume => bar.volume,
    }
}
