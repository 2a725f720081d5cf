//! Several series on one clock.

use rayon::prelude::{IntoParallelRefIterator, ParallelIterator};

use super::{Adjuster, Lake, LakeError, SeriesKey, missing_ranges};
use crate::base::{DateRange, Timestamp};
use crate::config::Adjust;
use crate::domain::{Bar, Calendar, MarketRow, Panel, Symbol, Timeframe};

/// Which panel to build.
#[derive(Debug, Clone, PartialEq)]
pub struct PanelRequest {
    /// The folder of the source, by [`super::source_folder`].
    pub source: String,
    /// The universe; the order of the bars in each row.
    pub symbols: Vec<Symbol>,
    /// The length of the bars.
    pub timeframe: Timeframe,
    /// Which actions the prices are adjusted for.
    pub adjust: Adjust,
    /// The days, in the zone of the exchange.
    pub range: DateRange,
}

/// Days of a request that a series has nothing for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shortfall {
    /// Whose bars are missing.
    pub symbol: Symbol,
    /// The days that were never fetched.
    pub missing: Vec<DateRange>,
}

impl PanelRequest {
    /// The series behind the panel, in the order of the universe.
    #[must_use]
    pub fn keys(&self) -> Vec<SeriesKey> {
        let key = |symbol: &Symbol| SeriesKey {
            source: self.source.clone(),
            symbol: symbol.clone(),
            timeframe: self.timeframe,
        };
        self.symbols.iter().map(key).collect()
    }
}

/// Adjusts each series and aligns all by opening time.
///
/// The adjustment begins at the first bar of the range, so what the lake holds of earlier days does
/// not matter. A row exists where any symbol has a bar; the others are `None` there.
///
/// # Errors
/// [`LakeError::Missing`], [`LakeError::NoRows`] with what the lake has, [`LakeError::Damaged`].
pub fn build_panel(
    lake: &Lake,
    request: &PanelRequest,
    calendar: &Calendar,
) -> Result<Panel, LakeError> {
    let keys = request.keys();
    let read = |key: &SeriesKey| adjusted_bars(lake, key, request, calendar);
    // Collected one by one, so that the first symbol that fails is the one that is named.
    let read: Vec<Result<Vec<Bar>, LakeError>> = keys.par_iter().map(read).collect();
    let series: Vec<Vec<Bar>> = read.into_iter().collect::<Result<_, _>>()?;
    let times = series.iter().fold(Vec::new(), |times, bars| joined(&times, bars));
    let empty =
        |_: &Timestamp| MarketRow { time: Timestamp::MIN, bars: vec![None; request.symbols.len()] };
    let mut rows: Vec<MarketRow> = times.iter().map(empty).collect();
    for (index, bars) in series.iter().enumerate() {
        let mut row = 0;
        for bar in bars {
            // Every time of a bar is among the times.
            while times[row] < bar.open_time {
                row += 1;
            }
            rows[row].time = rows[row].time.max(bar.available_at);
            rows[row].bars[index] = Some(*bar);
        }
    }
    Ok(Panel { symbols: request.symbols.clone(), timeframe: request.timeframe, rows })
}

/// The times of both, each once, in order.
fn joined(times: &[Timestamp], bars: &[Bar]) -> Vec<Timestamp> {
    let is_same =
        times.len() == bars.len() && times.iter().zip(bars).all(|(t, b)| *t == b.open_time);
    if is_same {
        return times.to_vec();
    }
    let mut all: Vec<Timestamp> =
        times.iter().copied().chain(bars.iter().map(|bar| bar.open_time)).collect();
    // Two sorted runs: the stable sort merges them in one pass.
    all.sort();
    all.dedup();
    all
}

fn adjusted_bars(
    lake: &Lake,
    key: &SeriesKey,
    request: &PanelRequest,
    calendar: &Calendar,
) -> Result<Vec<Bar>, LakeError> {
    let series = lake.series_around(key, request.range)?;
    let zone = calendar.zone();
    let mut adjuster = Adjuster::new(&series.actions, request.adjust, zone);
    let date = |bar: &Bar| bar.open_time.date_in(zone);
    let first = series.bars.partition_point(|bar| date(bar) < request.range.start());
    let end = series.bars.partition_point(|bar| date(bar) <= request.range.end());
    let bars: Vec<Bar> = series.bars[first..end].iter().map(|bar| adjuster.update(bar)).collect();
    if bars.is_empty() {
        let has = series.manifest.range;
        return Err(LakeError::NoRows { key: key.clone(), range: request.range, has });
    }
    Ok(bars)
}

/// What a panel would lack because it was never fetched; gaps that the source has are not among it.
///
/// # Errors
/// [`LakeError`] if a manifest cannot be read or the range leaves the calendar.
pub fn panel_shortfall(
    lake: &Lake,
    request: &PanelRequest,
    calendar: &Calendar,
) -> Result<Vec<Shortfall>, LakeError> {
    let mut shortfalls = Vec::new();
    for key in request.keys() {
        let covered = lake.manifest(&key)?.map(|manifest| manifest.covered).unwrap_or_default();
        let missing = missing_ranges(&covered, request.range, calendar)?;
        if !missing.is_empty() {
            shortfalls.push(Shortfall { symbol: key.symbol, missing });
        }
    }
    Ok(shortfalls)
}
