//! The kinds of pictures, one file each.

mod area;
mod bars;
mod columns;
mod grids;
mod histogram;
mod line;
mod stacked;
mod trades;

pub use area::{AreaChart, area};
pub use bars::{Bar, BarChart, bars};
pub use columns::{ColumnChart, columns};
pub use grids::{CoverageChart, CoverageRow, MonthlyHeatMap, Span, coverage, monthly_heat_map};
pub use histogram::{Histogram, Marker, histogram};
pub use line::{LineChart, Role, Series, line};
pub use stacked::{Layer, StackedChart, stacked};
pub use trades::{TradeMark, TradesChart, trades};

#[cfg(test)]
mod tests;
