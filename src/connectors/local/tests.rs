use std::fs;
use std::io::Write;
use std::path::Path;

use super::*;
use crate::base::DateRange;
use crate::config::{ColumnMap, CsvSource, FileLayout, ParquetSource};
use crate::dataset::{Incoming, Lake, SeriesKey};
use crate::domain::{Calendar, CalendarName, CorporateActionKind, Symbol, Timeframe};
use crate::ports::{BarSource, FetchRequest, SourceError};

const YAHOO_HEADER: &str = "Date,Open,High,Low,Close,Adj Close,Volume\n";
const GENERIC: &str = "time,open,high,low,close,volume\n2019-01-02,10,11,9,10.5,100\n";

fn symbol(text: &str) -> Symbol {
    text.parse().unwrap()
}

fn calendar() -> Calendar {
    Calendar::new(CalendarName::Xnys)
}

fn request(name: &str, timeframe: &str, range: &str) -> FetchRequest {
    FetchRequest {
        symbol: symbol(name),
        timeframe: timeframe.parse().unwrap(),
        range: range.parse().unwrap(),
    }
}

fn csv(path: &Path, layout: FileLayout, columns: ColumnMap) -> CsvFiles {
    let settings = CsvSource { path: path.to_owned(), layout, columns };
    CsvFiles::try_new(&settings, &[symbol("SPY")], calendar()).unwrap()
}

/// Fetches 2019 from one file of the name and text.
fn fetch(layout: FileLayout, name: &str, text: &str) -> Result<Incoming, SourceError> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(name), text).unwrap();
    csv(folder.path(), layout, ColumnMap::default()).fetch(&request(
        "SPY",
        "1d",
        "2019-01-01..2019-12-31",
    ))
}

fn check_error(layout: FileLayout, text: &str, expected: &str) {
    let error = fetch(layout, "SPY.csv", text).unwrap_err();
    let found = error.to_string();
    assert!(found.contains(expected), "{found:?} does not contain {expected:?}");
    assert_eq!(error.exit_code(), 3);
}

#[test]
fn generic_rows_become_bars_and_actions() {
    let text = "Volume,TIME,Open,High,Low,Close,Dividend,Split\n\
                100,2018-12-31,1,1,1,1,0,0\n\
                100,2019-01-02,10,11,9,10.5,,\n\
                200,2019-01-03,10,11,9,10.5,0.25,1\n\
                ,2019-01-04 00:00:00-05:00,20,22,18,21,0,2\n";
    let incoming = fetch(FileLayout::Generic, "spy_2010-2019.CSV", text).unwrap();
    assert_eq!(incoming.bars.len(), 3);
    let first = incoming.bars[0];
    assert_eq!(first.open_time.to_string(), "2019-01-02T14:30:00Z");
    assert_eq!(first.available_at.to_string(), "2019-01-02T21:00:00Z");
    assert_eq!((first.open, first.high, first.low, first.close), (10.0, 11.0, 9.0, 10.5));
    assert!(incoming.bars[2].volume.is_nan(), "an empty cell is left to the quality checks");
    let kinds: Vec<_> = incoming.actions.iter().map(|action| action.kind).collect();
    let dividend = CorporateActionKind::Dividend { amount: 0.25 };
    assert_eq!(kinds, [dividend, CorporateActionKind::Split { ratio: 2.0 }]);
    assert_eq!(incoming.actions[1].ex_date.to_string(), "2019-01-04");
}

#[test]
fn generic_bars_below_a_day_take_the_clock_of_the_exchange() {
    let folder = tempfile::tempdir().unwrap();
    let text = "when,o,h,l,c\n2019-07-02 09:30:00,1,1,1,1\n2019-07-02T13:35:00Z,1,1,1,1\n";
    fs::write(folder.path().join("SPY.csv"), text).unwrap();
    let name = str::to_owned;
    let columns = ColumnMap {
        time: name("when"),
        open: name("o"),
        high: name("h"),
        low: name("l"),
        close: name("c"),
        ..ColumnMap::default()
    };
    let source = csv(folder.path(), FileLayout::Generic, columns);
    let incoming = source.fetch(&request("SPY", "5min", "2019-07-02..2019-07-02")).unwrap();
    let times: Vec<_> = incoming.bars.iter().map(|bar| bar.open_time.to_string()).collect();
    assert_eq!(times, ["2019-07-02T13:30:00Z", "2019-07-02T13:35:00Z"]);
    assert_eq!(incoming.bars[0].volume, 0.0);
    assert!(incoming.notes[0].contains("has no column `volume`"), "{:?}", incoming.notes);
}

#[test]
fn malformed_text_is_told_by_file_line_and_column() {
    let generic = FileLayout::Generic;
    check_error(generic, "", "must have the columns time,open,high,low,close, found nothing");
    check_error(
        generic,
        "Date,Open\n",
        "must have the columns time,open,high,low,close, found Date,Open",
    );
    check_error(
        generic,
        &format!("{GENERIC}2019-01-03,ten,11,9,10,1\n"),
        "column `open` must be a number, was `ten`",
    );
    check_error(generic, &format!("{GENERIC}2019-01-03,ten,11,9,10,1\n"), "SPY.csv:3)");
    check_error(
        generic,
        &format!("{GENERIC}03/01/2019,10,11,9,10,1\n"),
        "column `time` must be YYYY-MM-DD, ",
    );
    check_error(
        generic,
        &format!("{GENERIC}2019-01-03,10,11\n"),
        "a row must be as long as the header, was 3 cells long instead of 6",
    );
    check_error(
        generic,
        "time,open,high,low,close,volume\n",
        "no bars for `SPY` in 2019-01-01..2019-12-31",
    );
    check_error(generic, &GENERIC.replace("2019", "2018"), "has 2018-01-02..2018-01-02");
}

#[test]
fn each_layout_checks_its_own_columns() {
    check_error(
        FileLayout::Yahoo,
        GENERIC,
        "must have the columns Date,Open,High,Low,Close,Adj Close,Volume",
    );
    check_error(FileLayout::Lean, GENERIC, "column `time` must be YYYYMMDD HH:MM, was `time`");
    check_error(
        FileLayout::Lean,
        "20190102 00:00,1,1,x,1,1\n",
        "column `low` must be a number, was `x`",
    );
}

#[test]
fn bytes_that_are_no_text_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("SPY.csv"),
        [b"time,open,high,low,close\n\xff".as_slice(), b",1,1,1,1\n"].concat(),
    )
    .unwrap();
    let error = csv(folder.path(), FileLayout::Generic, ColumnMap::default())
        .fetch(&request("SPY", "1d", "2019-01-01..2019-12-31"))
        .unwrap_err();
    assert!(error.to_string().contains("a row must be UTF-8 text, was other bytes"), "{error}");
}

#[test]
fn yahoo_dividends_come_from_the_adjusted_close() {
    // A dividend of 2 on 2019-01-04 over a close of 100: f steps from 0.98 to 1.
    let text = format!(
        "{YAHOO_HEADER}2019-01-02,100,101,99,100,98,1\n2019-01-03,100,101,99,100,98.0000001,1\n\
         2019-01-04,98,99,97,98,98,1\n2019-01-07,null,null,null,null,null,null\n"
    );
    let incoming = fetch(FileLayout::Yahoo, "SPY.csv", &text).unwrap();
    assert_eq!((incoming.bars.len(), incoming.actions.len()), (4, 1));
    assert!(incoming.bars[3].close.is_nan());
    assert_eq!(incoming.actions[0].ex_date.to_string(), "2019-01-04");
    let CorporateActionKind::Dividend { amount } = incoming.actions[0].kind else { panic!() };
    assert!((amount - 2.0).abs() < 1e-6, "{amount}");
    let wrong = fetch(
        FileLayout::Yahoo,
        "SPY.csv",
        &text.replace(",98,1\n2019-01-03", ",99,1\n2019-01-03"),
    );
    assert!(wrong.unwrap().notes[0].starts_with("Adj Close falls against Close on 2019-01-03"));
}

#[test]
fn lean_actions_take_effect_in_the_session_after_the_row() {
    let folder = tempfile::tempdir().unwrap();
    let rows = "20140606 00:00,6455700,6512500,6444800,6455700,10\n\
                20140609 00:00,926900,938800,917500,937000,70\n";
    let file = fs::File::create(folder.path().join("aapl.zip")).unwrap();
    let mut archive = zip::ZipWriter::new(file);
    archive.start_file("aapl.csv", zip::write::SimpleFileOptions::default()).unwrap();
    archive.write_all(rows.as_bytes()).unwrap();
    archive.finish().unwrap();
    fs::create_dir(folder.path().join("factor_files")).unwrap();
    let factors = "20140507,0.8961764,0.03571430,592.33\n20140606,0.9011818,0.03571430,645.57\n\
                   20140806,0.9011818,0.25,94.97\n20501231,1,1,0\n";
    fs::write(folder.path().join("factor_files/aapl.csv"), factors).unwrap();
    let source = csv(folder.path(), FileLayout::Lean, ColumnMap::default());
    let incoming = source.fetch(&request("AAPL", "1d", "2014-01-01..2014-12-31")).unwrap();
    assert_eq!(incoming.bars[0].close, 645.57);
    assert_eq!(incoming.notes, Vec::<String>::new());
    let shown: Vec<_> = incoming
        .actions
        .iter()
        .map(|action| format!("{} {:?}", action.ex_date, action.kind))
        .collect();
    assert!(shown[0].starts_with("2014-05-08 Dividend { amount: 3.28"), "{shown:?}");
    assert_eq!(shown[1], "2014-06-09 Split { ratio: 7.0 }");
    assert!(shown[2].starts_with("2014-08-07 Dividend"), "{shown:?}");
}

#[test]
fn lean_without_factors_says_so_and_bad_archives_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let source = csv(folder.path(), FileLayout::Lean, ColumnMap::default());
    let wanted = request("SPY", "1d", "2019-01-01..2019-12-31");
    fs::write(folder.path().join("spy.csv"), "20190102 00:00,1,1,1,1,1\n").unwrap();
    let notes = source.fetch(&wanted).unwrap().notes;
    assert!(notes[0].starts_with("no factor file for SPY"), "{notes:?}");
    fs::rename(folder.path().join("spy.csv"), folder.path().join("spy.zip")).unwrap();
    let text = source.fetch(&wanted).unwrap_err().to_string();
    assert!(text.contains("spy.zip must be a zip file with one csv file in it"), "{text}");
}

#[test]
fn the_file_of_a_symbol_must_be_one() {
    let folder = tempfile::tempdir().unwrap();
    let source = csv(folder.path(), FileLayout::Generic, ColumnMap::default());
    let wanted = request("SPY", "1d", "2019-01-01..2019-12-31");
    let text = source.fetch(&wanted).unwrap_err().to_string();
    assert!(text.starts_with("no data for `SPY`: expected SPY.csv or SPY_*.csv in "), "{text}");
    fs::write(folder.path().join("SPYG.csv"), GENERIC).unwrap();
    fs::write(folder.path().join("SPY.txt"), GENERIC).unwrap();
    assert!(matches!(source.fetch(&wanted), Err(SourceError::UnknownSymbol { .. })));
    fs::write(folder.path().join("spy.csv"), GENERIC).unwrap();
    assert_eq!(source.fetch(&wanted).unwrap().bars.len(), 1);
    fs::write(folder.path().join("SPY_2010-2019.csv"), GENERIC).unwrap();
    let text = source.fetch(&wanted).unwrap_err().to_string();
    assert!(text.contains("SPY_2010-2019.csv and ") && text.ends_with("spy.csv"), "{text}");
    let gone = csv(&folder.path().join("gone"), FileLayout::Generic, ColumnMap::default());
    assert!(gone.fetch(&wanted).unwrap_err().to_string().starts_with("cannot read "));
}

#[test]
fn one_file_serves_one_symbol() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("anything.csv");
    fs::write(&path, GENERIC).unwrap();
    let source = csv(&path, FileLayout::Generic, ColumnMap::default());
    let wanted = request("SPY", "1d", "2019-01-01..2019-12-31");
    assert_eq!(source.fetch(&wanted).unwrap().bars.len(), 1);
    let settings = CsvSource { path, layout: FileLayout::Generic, columns: ColumnMap::default() };
    let both = [symbol("SPY"), symbol("QQQ")];
    let error = CsvFiles::try_new(&settings, &both, calendar()).unwrap_err();
    assert_eq!(error.exit_code(), 2);
}

#[test]
fn a_lake_file_can_be_a_parquet_source() {
    let folder = tempfile::tempdir().unwrap();
    let days: DateRange = "2019-01-01..2019-12-31".parse().unwrap();
    let bars = fetch(FileLayout::Generic, "SPY.csv", GENERIC).unwrap();
    let lake = Lake::new(folder.path());
    let key =
        SeriesKey { source: "t".to_owned(), symbol: symbol("SPY"), timeframe: Timeframe::Day };
    lake.commit(&key, &bars, days, &calendar()).unwrap();
    let path = lake.folder(&key).join("2019.parquet");
    let columns = ColumnMap { time: "open_time".to_owned(), ..ColumnMap::default() };
    let settings = ParquetSource { path, columns };
    let source = ParquetFiles::try_new(&settings, &[symbol("SPY")], calendar()).unwrap();
    let incoming = source.fetch(&request("SPY", "1d", "2019-01-01..2019-12-31")).unwrap();
    assert_eq!(incoming.bars, bars.bars);
}
