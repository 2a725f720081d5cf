//! Pictures: the one place that knows how they look.
//!
//! Each function takes plain data and gives a [`Picture`], which becomes SVG or PNG from the same
//! drawing. Layout, ticks and colors are ours; kuva writes the SVG and fills the pixels, with its own
//! embedded font. No I/O, no clock.

mod canvas;
mod charts;
mod dates;
#[cfg(test)]
mod flaws_tests;
mod frame;
mod look;
mod picture;
mod text;
mod thin;
mod ticks;

pub use charts::{
    AreaChart, At, Bar, BarChart, ColumnChart, CoverageChart, CoverageRow, Histogram, Layer,
    LineChart, Mark, Marker, MonthlyHeatMap, Panel, PanelAxis, PanelDot, PanelsChart, ParallelAxis,
    ParallelChart, ParallelLine, Role, Rule, Series, Span, StackedChart, TimelineBar,
    TimelineChart, TimelineRow, Tone, TradeMark, TradesChart, XAxis, XyChart, XyLayer, area, bars,
    columns, coverage, histogram, line, monthly_heat_map, panels, parallel, split_histogram,
    stacked, timeline, trades, xy,
};
pub use frame::Scale;
pub use look::{DARK_REPLACEMENTS, FONT_FAMILY};
pub use picture::{Picture, PlotError};
pub use ticks::{NumberFormat, round_marks, short as short_number};
