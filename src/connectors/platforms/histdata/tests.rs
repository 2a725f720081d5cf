use std::fs;
use std::io::Write;
use std::path::PathBuf;

use super::*;
use crate::base::recorded;
use crate::config::{FileContent, HistdataSource, QuotePrice};
use crate::dataset::Incoming;
use crate::domain::{Bar, Calendar, CalendarName};
use crate::ports::{BarSource, FetchRequest, SourceError};

fn fetch(
    path: PathBuf,
    content: FileContent,
    price: QuotePrice,
    asked: (&str, &str),
) -> Result<Incoming, SourceError> {
    let request = FetchRequest {
        symbol: "EURUSD".parse().unwrap(),
        timeframe: asked.0.parse().unwrap(),
        range: asked.1.parse().unwrap(),
    };
    let settings = HistdataSource { path, content, price };
    let calendar = Calendar::new(CalendarName::AlwaysOpen);
    HistdataFiles::try_new(&settings, &[], calendar)?.fetch(&request)
}

fn show(bar: &Bar) -> String {
    let Bar { open_time, available_at, open, high, low, close, volume } = bar;
    format!("{open_time}..{available_at} {open} {high} {low} {close} {volume}")
}

#[test]
fn the_layouts_of_bars_say_the_same() {
    let ascii = "20120701 235900;1.3066;1.307;1.306;1.3065;0\r\n\
                 20120702 000000;1.3065;1.309;1.3065;1.308;0\r\n";
    let terminal = "2012.07.01,23:59,1.3066,1.307,1.306,1.3065,0\n\
                    2012.07.02,00:00,1.3065,1.309,1.3065,1.308,0\n";
    for (name, text) in [("ASCII", ascii), ("NT", ascii), ("MT", terminal)] {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(format!("DAT_{name}_EURUSD_M1_2012.csv")), text).unwrap();
        let fetch = |timeframe| {
            let path = folder.path().to_owned();
            let asked = (timeframe, "2012-07-02..2012-07-02");
            fetch(path, FileContent::Bars, QuotePrice::Bid, asked).unwrap()
        };
        let minutes: Vec<_> = fetch("1min").bars.iter().map(show).collect();
        let expected = [
            "2012-07-02T04:59:00Z..2012-07-02T05:00:00Z 1.3066 1.307 1.306 1.3065 0",
            "2012-07-02T05:00:00Z..2012-07-02T05:01:00Z 1.3065 1.309 1.3065 1.308 0",
        ];
        assert_eq!(minutes, expected, "{name}");
        let day = "2012-07-02T00:00:00Z..2012-07-03T00:00:00Z 1.3066 1.309 1.306 1.308 0";
        assert_eq!(show(&fetch("1d").bars[0]), day, "{name}");
    }
}

#[test]
fn a_download_is_read_beside_its_report() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("HISTDATA_COM_ASCII_EURUSD_T201901.zip");
    let mut writer = zip::ZipWriter::new(fs::File::create(path).unwrap());
    let options = zip::write::SimpleFileOptions::default();
    for (name, text) in [
        ("DAT_ASCII_EURUSD_T_201901.txt", "a report"),
        ("DAT_ASCII_EURUSD_T_201901.csv", "20190102 000003660,1.1,1.3,0\n"),
    ] {
        writer.start_file(name, options).unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    }
    writer.finish().unwrap();
    let asked = ("1s", "2019-01-02..2019-01-02");
    let path = folder.path().to_owned();
    let fetched = fetch(path, FileContent::Ticks, QuotePrice::Ask, asked).unwrap();
    let expected = "2019-01-02T05:00:03Z..2019-01-02T05:00:04Z 1.3 1.3 1.3 1.3 1";
    assert_eq!(show(&fetched.bars[0]), expected);
}

#[test]
fn wrong_cells_and_wishes_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let write = |text: &str| {
        fs::write(folder.path().join("DAT_ASCII_EURUSD_M1_2012.csv"), text).unwrap();
    };
    let check = |content, price, timeframe, expected: &str| {
        let asked = (timeframe, "2012-07-02..2012-07-02");
        let error = fetch(folder.path().to_owned(), content, price, asked).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    };
    let (bars, bid) = (FileContent::Bars, QuotePrice::Bid);
    write("20120701 245900;1;1;1;1;0\n");
    check(bars, bid, "1min", "column `time` must be YYYYMMDD HHMMSS or YYYY.MM.DD,HH:MM, was");
    write("20120701 235900;1;x;1;1;0\n");
    check(bars, bid, "1min", "column `high` must be a number, was `x`");
    write("20110701 235900;1;1;1;1;0\n");
    check(bars, bid, "1min", "has 2011-07-02..2011-07-02");
    check(bars, bid, "30s", "source histdata supports bars of whole minutes");
    check(bars, QuotePrice::Ask, "1min", "not `ask` with bars");
    check(FileContent::Ticks, QuotePrice::Last, "1min", "not `last` with ticks");
}

#[test]
fn recorded_ticks() {
    let Some(folder) = recorded("intraday/nautilus") else { return };
    let path = folder.join("quote_tick_data.csv");
    let settings =
        HistdataSource { path: path.clone(), content: FileContent::Ticks, price: QuotePrice::Bid };
    let calendar = Calendar::new(CalendarName::AlwaysOpen);
    let files = HistdataFiles::try_new(&settings, &[], calendar).unwrap();
    let range = "2020-01-01..2020-01-02".parse().unwrap();
    let ticks = files.read_ticks(&"EURUSD".parse().unwrap(), range).unwrap().remove(0).ticks;
    assert_eq!(ticks.len(), 9500);
    let first = ticks.get(0);
    assert_eq!((first.bid, first.ask), (1.1212, 1.12172));
    assert_eq!(first.time.to_string(), "2020-01-01T22:00:00.065Z", "the week opens at 17:00");
    let asked = ("1min", "2020-01-01..2020-01-02");
    let fetched = fetch(path, FileContent::Ticks, QuotePrice::Bid, asked).unwrap();
    assert_eq!(fetched.bars[0].open, 1.1212);
    let quotes: f64 = fetched.bars.iter().map(|bar| bar.volume).sum();
    assert_eq!(quotes, 9500.0);
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "[0-9.:,; \n]{0,80}|(20120[0-9]{3} [0-9]{6,9}[;,]?[0-9.;,]{0,30}\n){1,4}") {
        let path = std::path::Path::new("x.csv");
        drop(super::rows::read_bars(path, text.as_bytes(), |_| Ok(())));
        drop(super::rows::read_ticks(path, text.as_bytes()));
    }
}
