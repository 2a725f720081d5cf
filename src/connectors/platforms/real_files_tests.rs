//! The recorded files beside the repository, where they are present.

use crate::base::recorded;
use crate::config::{ColumnMap, CsvSource, FileLayout};
use crate::connectors::local::CsvFiles;
use crate::dataset::ticks::join_bars;
use crate::domain::{Calendar, CalendarName};
use crate::ports::{BarSource, FetchRequest};

#[test]
fn recorded_minutes_with_a_header() {
    let Some(folder) = recorded("intraday/nautilus/fxcm") else { return };
    let columns = ColumnMap { time: "timestamp".to_owned(), ..ColumnMap::default() };
    let path = folder.join("gbpusd-m1-bid-2012.csv");
    let settings = CsvSource { path, layout: FileLayout::Generic, columns };
    let calendar = Calendar::new(CalendarName::AlwaysOpen);
    let request = FetchRequest {
        symbol: "GBPUSD".parse().unwrap(),
        timeframe: "1min".parse().unwrap(),
        range: "2012-02-01..2012-03-02".parse().unwrap(),
    };
    let files = CsvFiles::try_new(&settings, &[], calendar.clone()).unwrap();
    let fetched = files.fetch(&request).unwrap();
    assert_eq!(fetched.bars.len(), 30_117);
    let first = fetched.bars[0];
    assert_eq!(first.open_time.to_string(), "2012-02-01T00:00:00Z");
    assert_eq!(
        (first.open, first.high, first.low, first.close),
        (1.57597, 1.57606, 1.57576, 1.57576)
    );
    let days = join_bars(&fetched.bars, "1d".parse().unwrap(), &calendar).unwrap();
    let highest = fetched.bars.iter().map(|bar| bar.high).fold(0.0, f64::max);
    assert_eq!(days.iter().map(|bar| bar.high).fold(0.0, f64::max), highest);
    assert!((24..=31).contains(&days.len()), "{}", days.len());
}
