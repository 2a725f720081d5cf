//! Pictures in rows: months by years, symbols by time.

mod coverage;
mod heat_map;

pub use coverage::{CoverageChart, CoverageRow, Span, coverage};
pub use heat_map::{MonthlyHeatMap, monthly_heat_map};
