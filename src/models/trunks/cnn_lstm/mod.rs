//! Convolutions over a window of past observations, then LSTM layers.

mod convolution;
mod lstm;
mod shape;
mod trunk;

pub use shape::CnnLstmShape;
pub(in crate::models) use trunk::CnnLstmTrunk;
