//! The recorded daily files beside the repository, where they are present.

use std::path::{Path, PathBuf};

use super::*;
use crate::base::{Interrupt, NoProgress, recorded};
use crate::config::{Adjust, ColumnMap, Connectors, CsvSource, FileLayout, Source, Universe};
use crate::connectors::open_source;
use crate::dataset::{Lake, PanelRequest, SeriesKey, StoredSeries, build_panel, source_folder};
use crate::domain::{Calendar, CalendarName, CorporateActionKind, Timeframe};

const YEARS: &str = "2010-01-01..2019-12-31";

struct Fetched {
    _folder: tempfile::TempDir,
    lake: Lake,
    source: String,
    universe: Universe,
    calendar: Calendar,
}

fn fetch_all(
    path: PathBuf,
    layout: FileLayout,
    columns: ColumnMap,
    range: &str,
    names: &[&str],
) -> Fetched {
    let folder = tempfile::tempdir().unwrap();
    let universe = Universe {
        symbols: names.iter().map(|name| name.parse().unwrap()).collect(),
        timeframe: Timeframe::Day,
        calendar: CalendarName::Xnys,
        currency: "USD".to_owned(),
    };
    let source = Source::Csv(CsvSource { path, layout, columns });
    let fetched = Fetched {
        lake: Lake::new(folder.path()),
        _folder: folder,
        source: source_folder(&source, &universe.symbols),
        universe,
        calendar: Calendar::new(CalendarName::Xnys),
    };
    let job = FetchJob {
        lake: &fetched.lake,
        source: fetched.source.clone(),
        symbols: &fetched.universe.symbols,
        timeframe: Timeframe::Day,
        range: range.parse().unwrap(),
        calendar: &fetched.calendar,
        mode: FetchMode::Missing,
    };
    let opened =
        open_source(&source, &fetched.universe, &Connectors::default(), &Interrupt::never())
            .unwrap();
    let outcome = fetch(&job, opened.as_ref(), &NoProgress, &Interrupt::never()).unwrap();
    assert!(outcome.is_complete(), "{:?}", outcome.symbols);
    fetched
}

impl Fetched {
    fn series(&self, name: &str) -> StoredSeries {
        let key = SeriesKey {
            source: self.source.clone(),
            symbol: name.parse().unwrap(),
            timeframe: Timeframe::Day,
        };
        self.lake.series(&key).unwrap()
    }

    fn closes(&self, range: &str) -> Vec<Vec<Option<f64>>> {
        let request = PanelRequest {
            source: self.source.clone(),
            symbols: self.universe.symbols.clone(),
            timeframe: Timeframe::Day,
            adjust: Adjust::Total,
            range: range.parse().unwrap(),
        };
        let panel = build_panel(&self.lake, &request, &self.calendar).unwrap();
        let close = |bars: &[Option<crate::domain::Bar>]| {
            bars.iter().map(|bar| bar.map(|bar| bar.close)).collect()
        };
        panel.rows.iter().map(|row| close(&row.bars)).collect()
    }
}

fn column(path: &Path, index: usize) -> Vec<f64> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().skip(1).map(|line| line.split(',').nth(index).unwrap().parse().unwrap()).collect()
}

/// Greatest ratio over least ratio, minus 1.
fn spread(ratios: impl Iterator<Item = f64>) -> f64 {
    let (least, greatest) = ratios.fold((f64::MAX, f64::MIN), |(l, g), r| (l.min(r), g.max(r)));
    greatest / least - 1.0
}

#[test]
fn the_total_return_chain_is_yahoos_adjusted_close() {
    let Some(data) = recorded("daily") else { return };
    let names = ["SPY", "QQQ", "IWM", "TLT", "GLD"];
    let folder = data.join("yahoo");
    let fetched = fetch_all(folder.clone(), FileLayout::Yahoo, ColumnMap::default(), YEARS, &names);
    let closes = fetched.closes(YEARS);
    assert_eq!(closes.len(), 2516);
    for (index, name) in names.iter().enumerate() {
        let series = fetched.series(name);
        assert_eq!(series.bars.len(), 2516, "{name}");
        assert!(
            series.manifest.gaps.is_empty() && series.manifest.quarantined.is_empty(),
            "{name}"
        );
        let adjusted = column(&folder.join(format!("{name}_2010-2019.csv")), 5);
        let ratios = closes.iter().zip(&adjusted).map(|(row, adj)| row[index].unwrap() / adj);
        let spread = spread(ratios);
        assert!(spread < 1e-4, "{name}: {spread}");
    }
}

#[test]
fn lean_factor_files_give_the_known_events() {
    let Some(data) = recorded("daily") else { return };
    let names = ["SPY", "IWM", "AAPL"];
    let fetched =
        fetch_all(data.join("lean"), FileLayout::Lean, ColumnMap::default(), YEARS, &names);
    let spy = fetched.series("SPY");
    assert_eq!(spy.bars.len(), 2516);
    for (date, expected) in [("2019-03-15", 1.2331), ("2019-09-20", 1.3836)] {
        let action = spy.actions.iter().find(|action| action.ex_date.to_string() == date).unwrap();
        let CorporateActionKind::Dividend { amount } = action.kind else { panic!("{action:?}") };
        assert!((amount - expected).abs() < 5e-4, "{date}: {amount}");
    }
    let aapl = fetched.series("AAPL");
    let is_split = |kind| matches!(kind, CorporateActionKind::Split { .. });
    let splits: Vec<_> = aapl.actions.iter().filter(|action| is_split(action.kind)).collect();
    assert_eq!(splits.len(), 1);
    assert_eq!(splits[0].ex_date.to_string(), "2014-06-09");
    assert_eq!(splits[0].kind, CorporateActionKind::Split { ratio: 7.0 });
    // Two lows of 2010 and 2011 have lost a digit: 25.30 and 32.65.
    let suspects: Vec<String> =
        aapl.manifest.suspects.iter().map(|suspect| suspect.time.date_utc().to_string()).collect();
    assert_eq!(suspects, ["2010-08-31", "2011-01-03"]);
}

#[test]
fn yahoo_and_lean_tell_the_same_total_return() {
    let Some(data) = recorded("daily") else { return };
    let lean =
        fetch_all(data.join("lean"), FileLayout::Lean, ColumnMap::default(), YEARS, &["SPY"]);
    let yahoo =
        fetch_all(data.join("yahoo"), FileLayout::Yahoo, ColumnMap::default(), YEARS, &["SPY"]);
    // LEAN's closes are last trades and the last dividend of the cut file is not known.
    let (lean, yahoo) = (lean.closes(YEARS), yahoo.closes(YEARS));
    let growth = |closes: &[Vec<Option<f64>>]| closes[2500][0].unwrap() / closes[0][0].unwrap();
    let (lean, yahoo) = (growth(&lean), growth(&yahoo));
    assert!((lean / yahoo - 1.0).abs() < 5e-3, "{lean} {yahoo}");
}

#[test]
fn a_yfinance_export_is_a_generic_file() {
    let Some(data) = recorded("daily") else { return };
    let name = str::to_owned;
    let columns = ColumnMap {
        time: name("Datetime"),
        dividend: name("Dividends"),
        split: name("Stock Splits"),
        ..ColumnMap::default()
    };
    let path = data.join("yfinance/EWG-1d-no-bad-divs.csv");
    let range = "2022-01-01..2024-08-21";
    let fetched = fetch_all(path.clone(), FileLayout::Generic, columns, range, &["EWG"]);
    let series = fetched.series("EWG");
    assert!(series.manifest.gaps.is_empty() && series.manifest.quarantined.is_empty());
    assert!(!series.actions.is_empty());
    let adjusted = column(&path, 5);
    let closes = fetched.closes(range);
    let spread = spread(closes.iter().zip(&adjusted).map(|(row, adj)| row[0].unwrap() / adj));
    assert!(spread < 2e-3, "{spread}");
}
