//! Bars, ticks, and the bars of many instruments at one time.

mod bar;
mod market;
mod tick;

pub use bar::{Bar, BarSeries};
pub use market::{MarketRow, Panel};
pub use tick::{Tick, TickFlags};
