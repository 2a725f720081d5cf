//! Bars, ticks, and the bars of many instruments at one time.

mod bar;
mod market;
mod quote;
mod tick;

pub use bar::{Bar, BarSeries};
pub use market::{MarketRow, Panel};
pub use quote::BookTop;
pub use tick::{Tick, TickFlags};
