//! Indicators of direction and of range: ADX, Aroon, ATR.

mod adx;
mod aroon;
mod atr;

pub(super) use adx::Adx;
pub(super) use aroon::Aroon;
pub(super) use atr::Atr;
