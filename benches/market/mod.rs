//! A made-up market for the benchmarks: three symbols, daily bars around the clock.

use releat::config::SyntheticSource;
use releat::connectors::synthetic::SyntheticMarket;
use releat::domain::{Calendar, CalendarName, MarketRow, Panel, Symbol, Timeframe};
use releat::ports::{BarSource, FetchRequest};

/// The symbols of the market.
pub(crate) fn symbols() -> Vec<Symbol> {
    ["AAA", "BBB", "CCC"].iter().map(|name| name.parse().expect("a legal symbol")).collect()
}

/// The calendar of the market.
pub(crate) fn calendar() -> Calendar {
    Calendar::new(CalendarName::AlwaysOpen)
}

/// The bars of `range`, aligned.
pub(crate) fn panel(range: &str) -> Panel {
    let source = SyntheticMarket::new(&SyntheticSource::default(), &symbols(), calendar());
    let series: Vec<_> = symbols()
        .into_iter()
        .map(|symbol| {
            let range = range.parse().expect("a legal range");
            let request = FetchRequest { symbol, timeframe: Timeframe::Day, range };
            source.fetch(&request).expect("a made-up market delivers").bars
        })
        .collect();
    let row = |index: usize| MarketRow {
        time: series[0][index].available_at,
        bars: series.iter().map(|bars| Some(bars[index])).collect(),
    };
    let rows = (0..series[0].len()).map(row).collect();
    Panel { symbols: symbols(), timeframe: Timeframe::Day, rows }
}
