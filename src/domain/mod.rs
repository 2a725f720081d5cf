//! The vocabulary of trading: instruments, bars, corporate actions, calendars, costs, weights, orders.
//!
//! Pure values and formulas. No I/O, no clock, no settings files.

mod calendar;
mod corporate_action;
mod cost;
mod order;
mod prices;
mod symbol;
mod timeframe;
mod weights;

pub use calendar::{Calendar, CalendarError, CalendarName, Session};
pub use corporate_action::{CorporateAction, CorporateActionKind};
pub use cost::{CostModel, Slippage, Trade};
pub use order::{Fill, OrderId, OrderKind, OrderRequest, Side, TimeInForce};
pub use prices::{Bar, BarSeries, BookTop, MarketRow, Panel, Tick, TickFlags};
pub use symbol::{Symbol, SymbolError};
pub use timeframe::{Timeframe, TimeframeError};
pub use weights::{WeightError, Weights};
