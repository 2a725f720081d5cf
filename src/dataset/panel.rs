//! Several series on one clock.

use std::collections::BTreeMap;

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
    let num_symbols = request.symbols.len();
    let mut rows: BTreeMap<Timestamp, Vec<Option<Bar>>> = BTreeMap::new();
    for (index, key) in request.keys().into_iter().enumerate() {
        for bar in adjusted_bars(lake, &key, request, calendar)? {
            rows.entry(bar.open_time).or_insert_with(|| vec![None; num_symbols])[index] = Some(bar);
        }
    }
    let row = |bars: Vec<Option<Bar>>| {
        let time = bars.iter().flatten().map(|bar| bar.available_at).max().unwrap_or_default();
        MarketRow { time, bars }
    };
    let rows = rows.into_values().map(row).collect();
    Ok(Panel { symbols: request.symbols.clone(), timeframe: request.timeframe, rows })
}

fn adjusted_bars(
    lake: &Lake,
    key: &SeriesKey,
    request: &PanelRequest,
    calendar: &Calendar,
) -> Result<Vec<Bar>, LakeError> {
    let series = lake.series(key)?;
    let zone = calendar.zone();
    let mut adjuster = Adjuster::new(&series.actions, request.adjust, zone);
    let inside =
        series.bars.iter().filter(|bar| request.range.contains(bar.open_time.date_in(zone)));
    let bars: Vec<Bar> = inside.map(|bar| adjuster.update(bar)).collect();
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
