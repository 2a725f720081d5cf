//! `releat data bars`: bars of the ticks in the lake, as a text file.

use std::path::PathBuf;

use super::export::{HEADER, write_rows};
use crate::base::{DateRange, write_atomic};
use crate::commands::{Failure, FailureKind, SessionOptions};
use crate::config::QuotePrice;
use crate::dataset::ticks::{BarRule, TickBars, TickKey, TickLake, bars_from_ticks};
use crate::domain::{Calendar, CalendarName, Symbol, Timeframe};

/// Options of `data bars`.
#[derive(Debug, Clone)]
pub struct DataBarsOptions {
    /// The instrument.
    pub symbol: Symbol,
    /// The folder of the source in the lake.
    pub source: String,
    /// When a bar ends.
    pub rule: BarRule,
    /// The price that bars are made of.
    pub price: QuotePrice,
    /// The sessions that bars of a length are counted in.
    pub calendar: CalendarName,
    /// Which days (UTC); all if absent.
    pub range: Option<DateRange>,
    /// The file; `-` is standard output.
    pub output: PathBuf,
}

/// Writes bars built from the ticks of the lake as CSV.
///
/// # Errors
/// [`FailureKind::Data`] if there are no ticks, [`FailureKind::Usage`] for an impossible rule.
pub fn data_bars(options: &SessionOptions, command: &DataBarsOptions) -> Result<(), Failure> {
    let lake = TickLake::new(options.place()?.store.lake_dir);
    let key = TickKey { source: command.source.clone(), symbol: command.symbol.clone() };
    let manifest = lake.manifest(&key)?;
    let days = manifest.as_ref().and_then(|manifest| {
        let (first, last) = (manifest.days.keys().next()?, manifest.days.keys().next_back()?);
        DateRange::try_new(*first, *last).ok()
    });
    let nothing = || {
        Failure::new(FailureKind::Data, format!("no ticks of {key} in the lake"))
            .hint("releat fetch --ticks with an agent whose source has ticks")
    };
    let range = command.range.or(days).ok_or_else(nothing)?;
    let ticks = lake.days(&key, range)?;
    if ticks.is_empty() {
        return Err(nothing());
    }
    let calendar = Calendar::new(command.calendar);
    let machine = TickBars::try_new(command.rule, command.price, calendar.clone())
        .map_err(|error| Failure::new(FailureKind::Usage, error))?;
    let bars =
        bars_from_ticks(&ticks, machine).map_err(|error| Failure::new(FailureKind::Data, error))?;
    // Bars that end after a count have no length; their first tick tells their time.
    let timeframe = match command.rule {
        BarRule::Time(timeframe) => timeframe,
        _ => Timeframe::Seconds(1),
    };
    let mut text = HEADER.to_owned();
    write_rows(&mut text, &bars, timeframe, &calendar);
    if command.output.as_os_str() == "-" {
        return options.console.data(&text);
    }
    write_atomic(&command.output, text.as_bytes())
        .map_err(|error| Failure::new(FailureKind::Data, error))?;
    let (count, path) = (bars.len(), command.output.display());
    options.console.say(&format!("wrote {count} bars of {} ticks to {path}", ticks.len()));
    Ok(())
}
