//! The vocabulary of trading: instruments, bars, corporate actions, calendars, costs, weights, orders.
//!
//! Pure values and formulas. No I/O, no clock, no settings files.

mod bar;
mod calendar;
mod corporate_action;
mod cost;
mod market;
mod order;
mod symbol;
mod timeframe;
mod weights;

pub use bar::{Bar, BarSeries};
pub use calendar::{Calendar, CalendarError, CalendarName, Session};
pub use corporate_action::{CorporateAction, CorporateActionKind};
pub use cost::{CostModel, Slippage, Trade};
pub use market::{MarketRow, Panel};
pub use order::{Fill, OrderId, OrderRequest, Side};
pub use symbol::{Symbol, SymbolError};
pub use timeframe::{Timeframe, TimeframeError};
pub use weights::{WeightError, Weights};
