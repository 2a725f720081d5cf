use std::fs;
use std::path::Path;

use super::*;
use crate::base::{Interrupt, NoProgress, StopSignal};
use crate::config::{
    AlpacaFeed, AlpacaSource, Connectors, CsvSource, FileLayout, IbkrPrice, IbkrSource, Source,
    Universe,
};
use crate::connectors::open_source;
use crate::dataset::{Lake, source_folder};
use crate::domain::{Calendar, CalendarName, Timeframe};
use crate::ports::SourceError;

const HEADER: &str = "time,open,high,low,close,volume\n";

struct Place {
    folder: tempfile::TempDir,
    lake: Lake,
    universe: Universe,
    calendar: Calendar,
}

fn place() -> Place {
    let folder = tempfile::tempdir().unwrap();
    let symbols = ["SPY", "QQQ"].map(|name| name.parse().unwrap()).to_vec();
    Place {
        lake: Lake::new(folder.path().join("lake")),
        folder,
        universe: Universe {
            symbols,
            timeframe: Timeframe::Day,
            calendar: CalendarName::Xnys,
            currency: "USD".to_owned(),
        },
        calendar: Calendar::new(CalendarName::Xnys),
    }
}

impl Place {
    fn source(&self) -> Source {
        Source::Csv(CsvSource {
            path: self.folder.path().to_owned(),
            layout: FileLayout::Generic,
            columns: Default::default(),
        })
    }

    fn job(&self, range: &str) -> FetchJob<'_> {
        FetchJob {
            lake: &self.lake,
            source: source_folder(&self.source(), &self.universe.symbols),
            symbols: &self.universe.symbols,
            timeframe: Timeframe::Day,
            range: range.parse().unwrap(),
            calendar: &self.calendar,
            mode: FetchMode::Missing,
        }
    }

    fn fetch(&self, range: &str) -> FetchOutcome {
        let source = open_source(
            &self.source(),
            &self.universe,
            &Connectors::default(),
            &Interrupt::never(),
        )
        .unwrap();
        fetch(&self.job(range), source.as_ref(), &NoProgress, &Interrupt::never()).unwrap()
    }
}

fn write(folder: &Path, name: &str, days: &[&str]) {
    let row = |day: &&str| format!("{day},10,11,9,10.5,100\n");
    let rows: String = days.iter().map(row).collect();
    fs::write(folder.join(name), format!("{HEADER}{rows}")).unwrap();
}

fn done(outcome: &FetchOutcome, index: usize) -> &SymbolFetch {
    let symbol = &outcome.symbols[index];
    assert!(symbol.error.is_none(), "{:?}", symbol.error);
    &symbol.fetched
}

#[test]
fn a_second_fetch_adds_nothing_and_a_grown_file_only_its_new_rows() {
    let place = place();
    let folder = place.folder.path();
    for name in ["SPY.csv", "QQQ.csv"] {
        write(folder, name, &["2019-01-02", "2019-01-03", "2019-01-04"]);
    }
    let planned = plan(&place.job("2019-01-01..2019-01-04")).unwrap();
    assert_eq!(planned[0].missing, ["2019-01-01..2019-01-04".parse().unwrap()]);
    let first = place.fetch("2019-01-01..2019-01-04");
    assert!(first.is_complete());
    assert_eq!((done(&first, 0).report.rows_added, done(&first, 1).report.rows_total), (3, 3));
    let second = place.fetch("2019-01-01..2019-01-04");
    assert_eq!((done(&second, 0).report.rows_added, done(&second, 0).report.rows_total), (0, 3));
    assert!(plan(&place.job("2019-01-01..2019-01-04")).unwrap()[0].missing.is_empty());
    let open_end = place.fetch("2019-01-01..2019-01-31");
    assert!(open_end.is_complete());
    assert_eq!(done(&open_end, 0).uncovered, ["2019-01-05..2019-01-31".parse().unwrap()]);
    write(folder, "SPY.csv", &["2019-01-02", "2019-01-03", "2019-01-04", "2019-01-07"]);
    let grown = place.fetch("2019-01-01..2019-01-07");
    assert_eq!((done(&grown, 0).report.rows_added, done(&grown, 1).report.rows_added), (1, 0));
}

#[test]
fn asking_for_everything_shows_a_changed_past() {
    let place = place();
    for name in ["SPY.csv", "QQQ.csv"] {
        write(place.folder.path(), name, &["2019-01-02", "2019-01-03"]);
    }
    place.fetch("2019-01-01..2019-01-03");
    let path = place.folder.path().join("SPY.csv");
    let changed = fs::read_to_string(&path).unwrap().replace("2019-01-02,10,", "2019-01-02,10.1,");
    fs::write(&path, changed).unwrap();
    assert!(done(&place.fetch("2019-01-01..2019-01-03"), 0).report.changed.is_empty());
    let source =
        open_source(&place.source(), &place.universe, &Connectors::default(), &Interrupt::never())
            .unwrap();
    let job = FetchJob { mode: FetchMode::All, ..place.job("2019-01-01..2019-01-03") };
    let outcome = fetch(&job, source.as_ref(), &NoProgress, &Interrupt::never()).unwrap();
    assert_eq!(done(&outcome, 0).report.changed.len(), 1);
    assert_eq!(done(&outcome, 1).report.changed.len(), 0);
}

#[test]
fn one_failure_does_not_keep_the_others_away() {
    let place = place();
    write(place.folder.path(), "QQQ.csv", &["2019-01-02"]);
    let outcome = place.fetch("2019-01-01..2019-01-02");
    assert!(!outcome.is_complete());
    let failed = outcome.symbols[0].error.as_ref().unwrap();
    assert!(matches!(failed, FetchError::Source(SourceError::UnknownSymbol { .. })), "{failed}");
    assert_eq!(done(&outcome, 1).report.rows_added, 1);
}

#[test]
fn a_signal_and_a_lock_keep_it_from_starting() {
    let place = place();
    let source =
        open_source(&place.source(), &place.universe, &Connectors::default(), &Interrupt::never())
            .unwrap();
    let interrupt = Interrupt::never();
    interrupt.request_stop(StopSignal::Term);
    let job = place.job("2019-01-01..2019-01-02");
    let outcome = fetch(&job, source.as_ref(), &NoProgress, &interrupt).unwrap();
    let stopped = Some(FetchStop::Signal(StopSignal::Term));
    assert_eq!((outcome.symbols.len(), outcome.untried.len(), outcome.stopped), (0, 2, stopped));
    let _held = place.lake.writer(&job.source).unwrap();
    let error = fetch(&job, source.as_ref(), &NoProgress, &Interrupt::never()).unwrap_err();
    assert_eq!(error.exit_code(), 4);
}

#[test]
fn another_layout_seed_or_planted_universe_is_another_source() {
    let place = place();
    let symbols = &place.universe.symbols;
    let other = Source::Csv(CsvSource {
        path: place.folder.path().to_owned(),
        layout: FileLayout::Yahoo,
        columns: Default::default(),
    });
    assert_ne!(source_folder(&place.source(), symbols), source_folder(&other, symbols));
    let mut market = crate::config::SyntheticSource::default();
    let plain = Source::Synthetic(market.clone());
    assert!(source_folder(&plain, symbols).starts_with("synthetic-"));
    assert_eq!(source_folder(&plain, symbols), source_folder(&plain, &symbols[..1]));
    market.planted = Some(Default::default());
    let planted = Source::Synthetic(market);
    assert_ne!(source_folder(&planted, symbols), source_folder(&planted, &symbols[..1]));
}

#[test]
fn a_vendor_is_its_name_unless_it_was_told_something_special() {
    let folder = |source: Source| source_folder(&source, &[]);
    assert_eq!(folder(Source::Yahoo(Default::default())), "yahoo");
    assert_eq!(folder(Source::Polygon(Default::default())), "polygon");
    assert_eq!(folder(Source::Alpaca(Default::default())), "alpaca");
    assert_eq!(folder(Source::Ibkr(Default::default())), "ibkr");
    assert_eq!(folder(Source::Mt5(Default::default())), "mt5");
    let iex = folder(Source::Alpaca(AlpacaSource { feed: AlpacaFeed::Iex }));
    assert!(iex.starts_with("alpaca-") && iex.len() == "alpaca-".len() + 8, "{iex}");
    let price = |price| folder(Source::Ibkr(IbkrSource { price, ..IbkrSource::default() }));
    assert_eq!(price(IbkrPrice::Trades), "ibkr");
    assert_ne!(price(IbkrPrice::Bid), price(IbkrPrice::Ask));
}
