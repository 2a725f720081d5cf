//! From the weights of a signal to the weights that are traded.
//!
//! [`Sizer`] follows the rule of `trade.sizing` and leaves alone what is off by no more than its band. It looks at closes
//! and weights only; limits are the gate's matter.

mod band;
mod equal_risk;
mod estimate;
mod linear;
mod programme;
mod sizer;

#[cfg(test)]
mod tests;

pub(crate) use sizer::Sizer;
