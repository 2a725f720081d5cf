//! Indicators of momentum: where the close stands in its recent range, and what volume says.

mod cci;
mod obv;
mod rsi;
mod stochastic;

pub(super) use cci::Cci;
pub(super) use obv::Obv;
pub(super) use rsi::Rsi;
pub(super) use stochastic::Stochastic;
