//! The kinds of pictures, one file each.

mod area;
mod bars;
mod columns;
mod grids;
mod histogram;
mod line;
mod stacked;
mod study;
mod trades;
mod xy;

pub use area::{AreaChart, area};
pub use bars::{Bar, BarChart, bars};
pub use columns::{ColumnChart, columns};
pub use grids::{CoverageChart, CoverageRow, MonthlyHeatMap, Span, coverage, monthly_heat_map};
pub use histogram::{Histogram, Marker, histogram, split_histogram};
pub use line::{LineChart, Role, Series, line};
pub use stacked::{Layer, StackedChart, stacked};
pub use study::{
    Panel, PanelAxis, PanelDot, PanelsChart, ParallelAxis, ParallelChart, ParallelLine,
    TimelineBar, TimelineChart, TimelineRow, panels, parallel, timeline,
};
pub use trades::{TradeMark, TradesChart, trades};
pub use xy::{At, Mark, Rule, Tone, XAxis, XyChart, XyLayer, xy};

#[cfg(test)]
mod tests;
