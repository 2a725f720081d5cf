use std::fs;
use std::path::PathBuf;

use super::*;
use crate::base::recorded;
use crate::config::{FileContent, Mt5Source, QuotePrice, ServerZone};
use crate::connectors::platforms::ServerClock;
use crate::dataset::Incoming;
use crate::domain::{Bar, Calendar, CalendarName, TickFlags};
use crate::ports::{BarSource, FetchRequest, SourceError};

const HEADER: &str = "<DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\t<VOL>\t<SPREAD>";
const ROWS: [&str; 2] = [
    "2019.01.02\t00:00:00\t1.1\t1.3\t1.0\t1.2\t41\t0\t8",
    "2019.01.02\t00:01:00\t1.2\t1.4\t1.1\t1.3\t9\t0\t8",
];

fn settings(path: PathBuf, content: FileContent) -> Mt5Source {
    Mt5Source { path: Some(path), content, ..Mt5Source::default() }
}

fn fetch(
    settings: &Mt5Source,
    calendar: CalendarName,
    asked: (&str, &str),
) -> Result<Incoming, SourceError> {
    let request = FetchRequest {
        symbol: "EURUSD".parse().unwrap(),
        timeframe: asked.0.parse().unwrap(),
        range: asked.1.parse().unwrap(),
    };
    Mt5Files::try_new(settings, &[], Calendar::new(calendar))?.fetch(&request)
}

fn show(bar: &Bar) -> String {
    let Bar { open_time, available_at, open, high, low, close, volume } = bar;
    format!("{open_time}..{available_at} {open} {high} {low} {close} {volume}")
}

/// Fetches around New Year 2019 from a file of the name and bytes.
fn fetch_text(name: &str, bytes: &[u8], timeframe: &str) -> Result<Incoming, SourceError> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(name), bytes).unwrap();
    let settings = settings(folder.path().to_owned(), FileContent::Bars);
    fetch(&settings, CalendarName::AlwaysOpen, (timeframe, "2018-12-20..2019-01-10"))
}

#[test]
fn all_usual_layouts_of_bars_say_the_same() {
    let tabs = format!("{HEADER}\r\n{}\r\n{}\r\n", ROWS[0], ROWS[1]);
    let utf16: Vec<u8> =
        "\u{feff}".encode_utf16().chain(tabs.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let layouts: [(&str, Vec<u8>); 8] = [
        ("header", tabs.clone().into_bytes()),
        ("utf-16", utf16),
        ("utf-8 mark", format!("\u{feff}{tabs}").into_bytes()),
        ("no header", ROWS.join("\n").into_bytes()),
        ("commas", ROWS.join("\n").replace('\t', ",").into_bytes()),
        ("semicolons", tabs.replace('\t', ";").into_bytes()),
        ("hours and minutes", b"2019.01.02,00:00,1.1,1.3,1.0,1.2,41\n2019.01.02,00:01,1.2,1.4,1.1,1.3,9\n".to_vec()),
        ("one cell", b"time,open,high,low,close,tick_volume,spread,real_volume\n2019-01-02 00:00:00,1.1,1.3,1.0,1.2,41,8,0\n2019-01-02 00:01:00,1.2,1.4,1.1,1.3,9,8,0\n".to_vec()),
    ];
    for (layout, bytes) in layouts {
        let fetched = fetch_text("EURUSD_M1_201901020000_201901022359.csv", &bytes, "1min");
        let shown: Vec<_> = fetched.unwrap().bars.iter().map(show).collect();
        let expected = [
            "2019-01-01T22:00:00Z..2019-01-01T22:01:00Z 1.1 1.3 1 1.2 41",
            "2019-01-01T22:01:00Z..2019-01-01T22:02:00Z 1.2 1.4 1.1 1.3 9",
        ];
        assert_eq!(shown, expected, "{layout}");
        let joined = fetch_text("EURUSD.csv", &bytes, "1h").unwrap().bars;
        let expected = "2019-01-01T22:00:00Z..2019-01-01T23:00:00Z 1.1 1.4 1 1.3 50";
        assert_eq!(joined.iter().map(show).collect::<Vec<_>>(), [expected], "{layout}");
    }
}

#[test]
fn days_of_the_server_are_known_no_earlier_than_they_end() {
    let days = "<DATE>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\t<VOL>\t<SPREAD>\n\
                2019.01.02\t1.1\t1.3\t1.0\t1.2\t41\t7\t8\n2019.01.03\t1.2\t1.4\t1.1\t1.3\t9\t0\t8\n";
    let expected = [
        "2019-01-02T00:00:00Z..2019-01-03T00:00:00Z 1.1 1.3 1 1.2 7",
        "2019-01-03T00:00:00Z..2019-01-04T00:00:00Z 1.2 1.4 1.1 1.3 0",
    ];
    for name in ["EURUSD_Daily_201901020000_201901030000.csv", "EURUSD.csv"] {
        let fetched = fetch_text(name, days.as_bytes(), "1d").unwrap();
        let shown: Vec<_> = fetched.bars.iter().map(show).collect();
        assert_eq!(shown, expected, "{name}: real volume is taken where there is any");
    }
    let error = fetch_text("EURUSD.csv", days.as_bytes(), "1h").unwrap_err();
    assert!(error.to_string().contains("not bars of 1h from bars of 1d"), "{error}");
}

#[test]
fn zones_and_suffixes_are_the_brokers() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("EURUSD.r_M1.csv"), ROWS.join("\n")).unwrap();
    let mut settings = settings(folder.path().to_owned(), FileContent::Bars);
    settings.suffix = ".r".to_owned();
    settings.server_zone = ServerZone("Europe/London".to_owned());
    let asked = ("1min", "2019-01-02..2019-01-02");
    let fetched = fetch(&settings, CalendarName::AlwaysOpen, asked).unwrap();
    assert_eq!(fetched.bars[0].open_time.to_string(), "2019-01-02T00:00:00Z");
    settings.server_zone = ServerZone("Mars/Base".to_owned());
    assert_eq!(fetch(&settings, CalendarName::AlwaysOpen, asked).unwrap_err().exit_code(), 2);
    settings.server_zone = ServerZone::default();
    settings.price = QuotePrice::Ask;
    let error = fetch(&settings, CalendarName::AlwaysOpen, asked).unwrap_err().to_string();
    assert!(error.ends_with("others with `content: ticks`, not `ask` with bars"), "{error}");
}

#[test]
fn hours_that_are_shown_twice_are_told() {
    let rows =
        "2019.10.27,03:30,1,1,1,1,5\n2019.10.27,03:00,2,2,2,2,5\n2019.10.27,03:30,3,3,3,3,5\n";
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("EURUSD_M30.csv"), rows).unwrap();
    let mut settings = settings(folder.path().to_owned(), FileContent::Bars);
    settings.server_zone = ServerZone("Europe/Athens".to_owned());
    let asked = ("30min", "2019-10-27..2019-10-27");
    let fetched = fetch(&settings, CalendarName::AlwaysOpen, asked).unwrap();
    let times: Vec<_> = fetched.bars.iter().map(|bar| bar.open_time.to_string()).collect();
    let expected = ["2019-10-27T00:30:00Z", "2019-10-27T01:00:00Z", "2019-10-27T01:30:00Z"];
    assert_eq!(times, expected);
    assert!(fetched.notes[0].contains("3 times of the server's clock are shown twice"));
}

const TICKS: &str = "<DATE>\t<TIME>\t<BID>\t<ASK>\t<LAST>\t<VOLUME>\t<FLAGS>\n\
    2019.01.02\t15:00:00.017\t1.1\t1.3\t\t\t6\n\
    2019.01.02\t15:00:00.228\t1.2\t\t\t\t2\n\
    2019.01.02\t15:00:00.300\t\t\t1.25\t3\t56\n";

#[test]
fn empty_quotes_are_unchanged_and_empty_trades_are_none() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("EURUSD_201901020000_201901022359.csv"), TICKS).unwrap();
    let mut settings = settings(folder.path().to_owned(), FileContent::Ticks);
    let calendar = Calendar::new(CalendarName::AlwaysOpen);
    let files = Mt5Files::try_new(&settings, &[], calendar).unwrap();
    let range = "2019-01-02..2019-01-02".parse().unwrap();
    let ticks = files.read_ticks(&"EURUSD".parse().unwrap(), range).unwrap().remove(0).ticks;
    assert_eq!((&ticks.bid[..], &ticks.ask[..]), (&[1.1, 1.2, 1.2][..], &[1.3, 1.3, 1.3][..]));
    assert_eq!((ticks.last[2], &ticks.volume[..]), (1.25, &[0.0, 0.0, 3.0][..]));
    assert!(ticks.last[0].is_nan());
    let flags = [TickFlags::BID.with(TickFlags::ASK), TickFlags::BID, TickFlags::TRADE];
    assert_eq!(ticks.iter().map(|tick| tick.flags).collect::<Vec<_>>(), flags);
    for (price, expected) in
        [(QuotePrice::Bid, "1.1 1.2 1.1 1.2 3"), (QuotePrice::Last, "1.25 1.25 1.25 1.25 3")]
    {
        settings.price = price;
        let asked = ("1s", "2019-01-02..2019-01-02");
        let bar = fetch(&settings, CalendarName::AlwaysOpen, asked).unwrap().bars[0];
        let expected = format!("2019-01-02T13:00:00Z..2019-01-02T13:00:01Z {expected}");
        assert_eq!(show(&bar), expected, "{price:?}");
    }
}

#[test]
fn other_files_are_refused() {
    let check = |bytes: &[u8], expected: &str| {
        let error = fetch_text("EURUSD_M1.csv", bytes, "1min").unwrap_err().to_string();
        assert!(error.contains(expected), "{error:?} does not contain {expected:?}");
    };
    check(b"", "must have the columns <DATE>,<TIME>,<OPEN>");
    check(TICKS.as_bytes(), "found date,time,bid,ask,last,volume,flags");
    check(b"2019.01.02\t00:00:00\t1.1\t1.2", "found 4 columns without a header");
    check(b"2019.13.02,00:00,1,1,1,1,1", "column `date` must be YYYY.MM.DD or YYYY.MM.DD HH:MM:SS");
    check(b"2019.01.02,25:00,1,1,1,1,1", "column `time` must be HH:MM:SS, was `25:00`");
    check(&[0xff, 0xfe, 0x00, 0xd8], "the text must be UTF-16 after its mark, was other bytes");
}

#[test]
fn recorded_ticks() {
    let Some(folder) = recorded("intraday/mt5") else { return };
    let path = folder.join("mt5_ticks_20221110_excerpt.csv");
    let calendar = Calendar::new(CalendarName::AlwaysOpen);
    let settings = settings(path, FileContent::Ticks);
    let files = Mt5Files::try_new(&settings, &[], calendar).unwrap();
    let range = "2022-11-10..2022-11-10".parse().unwrap();
    let ticks = files.read_ticks(&"EURGBP".parse().unwrap(), range).unwrap().remove(0).ticks;
    assert_eq!(ticks.len(), 7);
    let first = ticks.get(0);
    assert_eq!((first.bid, first.ask, first.volume), (0.86682, 0.86712, 0.0));
    assert_eq!(first.time.to_string(), "2022-11-10T13:00:00.017Z", "two hours ahead in winter");
    assert!(ticks.iter().all(|tick| tick.flags == TickFlags::BID.with(TickFlags::ASK)));
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(
        bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..60),
        text in "(<DATE>\t<TIME>\t<BID>\t<ASK>\n)?([0-9]{4}[.][0-9]{2}[.][0-9]{2}[\t,;][0-9:.]{0,12}[\t0-9.,]{0,40}\n){0,4}",
    ) {
        let path = std::path::Path::new("x.csv");
        let mut clock = ServerClock::of_server(&ServerZone::default()).unwrap();
        for input in [&bytes[..], text.as_bytes()] {
            drop(super::rows::read_bars(path, input, &mut clock));
            drop(super::rows::read_ticks(path, input, &mut clock));
        }
    }
}
