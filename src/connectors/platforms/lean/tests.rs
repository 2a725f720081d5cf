use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::layout::{Instrument, Resolution, Side};
use super::rows::{RowTimes, read_bars, read_ticks};
use super::*;
use crate::base::recorded;
use crate::config::{FileContent, LeanSource, QuotePrice};
use crate::connectors::platforms::lines::Lines;
use crate::connectors::platforms::wall::WallDay;
use crate::dataset::Incoming;
use crate::domain::{Bar, Calendar, CalendarName, CorporateActionKind, TickFlags};
use crate::ports::{BarSource, FetchRequest, SourceError};

fn zip(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut writer = zip::ZipWriter::new(fs::File::create(path).unwrap());
    writer.start_file("rows.csv", zip::write::SimpleFileOptions::default()).unwrap();
    writer.write_all(text.as_bytes()).unwrap();
    writer.finish().unwrap();
}

fn source(path: PathBuf, content: FileContent, price: Option<QuotePrice>) -> LeanSource {
    LeanSource { path, content, price }
}

fn fetch(
    settings: &LeanSource,
    calendar: CalendarName,
    asked: (&str, &str, &str),
) -> Result<Incoming, SourceError> {
    let (symbol, timeframe, range) = asked;
    let request = FetchRequest {
        symbol: symbol.parse().unwrap(),
        timeframe: timeframe.parse().unwrap(),
        range: range.parse().unwrap(),
    };
    LeanFiles::try_new(settings, &[], Calendar::new(calendar)).unwrap().fetch(&request)
}

fn show(bar: &Bar) -> String {
    let Bar { open_time, available_at, open, high, low, close, volume } = bar;
    format!("{open_time}..{available_at} {open} {high} {low} {close} {volume}")
}

const MINUTES: &str = "34140000,1,1,1,1,1\n34200000,1000000,1020000,990000,1010000,100\n\
                       34260000,1010000,1030000,1000000,1000000,50\n57600000,1,1,1,1,1\n";

#[test]
fn minutes_join_and_those_outside_the_session_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    zip(folder.path(), "equity/usa/minute/spy/20191007_trade.zip", MINUTES);
    let settings = source(folder.path().to_owned(), FileContent::Bars, None);
    let asked = |timeframe| ("SPY", timeframe, "2019-10-01..2019-10-31");
    let fetched = fetch(&settings, CalendarName::Xnys, asked("1min")).unwrap();
    let shown: Vec<_> = fetched.bars.iter().map(show).collect();
    let expected = [
        "2019-10-07T13:30:00Z..2019-10-07T13:31:00Z 100 102 99 101 100",
        "2019-10-07T13:31:00Z..2019-10-07T13:32:00Z 101 103 100 100 50",
    ];
    assert_eq!(shown, expected);
    let place = folder.path().join("equity/usa").display().to_string();
    let outside = format!("2 bars from {place} lie outside the sessions of XNYS: left out");
    let factors =
        format!("no factor file for SPY in {place}/factor_files: no splits, no dividends");
    assert_eq!(fetched.notes, [factors, outside]);
    let fetched = fetch(&settings, CalendarName::Xnys, asked("1d")).unwrap();
    let expected = "2019-10-07T13:30:00Z..2019-10-07T20:00:00Z 100 103 99 100 150";
    assert_eq!(show(&fetched.bars[0]), expected);
    let week = fetch(&settings, CalendarName::Xnys, asked("1w")).unwrap_err().to_string();
    assert!(week.starts_with("no bars for `SPY` in 2019-10-01..2019-10-31: "), "{week}");
    let seconds = fetch(&settings, CalendarName::Xnys, asked("30s")).unwrap_err().to_string();
    assert!(seconds.contains("expected bars of 30s or shorter ones that fit"), "{seconds}");
    let error = fetch(&settings, CalendarName::Xnys, ("QQQ", "1d", "2019-10-01..2019-10-31"));
    let error = error.unwrap_err().to_string();
    assert!(
        error.contains("expected a folder or file `qqq` of equity, forex or crypto"),
        "{error}"
    );
}

#[test]
fn a_renamed_fund_is_read_under_each_name() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let row = |day: &str, price: u32| format!("{day} 00:00,{price},{price},{price},{price},1\n");
    let qqqq = row("20110321", 20_000) + &row("20110322", 20_000) + &row("20110323", 90_000);
    zip(root, "equity/usa/daily/qqqq.zip", &qqqq);
    let qqq = row("20110322", 80_000) + &row("20110323", 30_000) + &row("20110324", 30_000);
    zip(root, "equity/usa/daily/qqq.zip", &qqq);
    fs::create_dir_all(root.join("equity/usa/map_files")).unwrap();
    let map = "19990310,qqq,Q\n20041130,qqq,Q\n20110322,qqqq,Q\n20501231,qqq,Q\n";
    fs::write(root.join("equity/usa/map_files/qqq.csv"), map).unwrap();
    fs::create_dir_all(root.join("equity/usa/factor_files")).unwrap();
    let factors = "20110321,0.5,0.5,2\n20110323,1,0.5,3\n20501231,1,1,0\n";
    fs::write(root.join("equity/usa/factor_files/qqq.csv"), factors).unwrap();
    let settings = source(root.to_owned(), FileContent::Bars, None);
    let asked = ("QQQ", "1d", "2011-03-01..2011-03-31");
    let fetched = fetch(&settings, CalendarName::Xnys, asked).unwrap();
    let closes: Vec<f64> = fetched.bars.iter().map(|bar| bar.close).collect();
    assert_eq!(closes, [2.0, 2.0, 3.0, 3.0]);
    let actions: Vec<_> = fetched.actions.iter().map(|a| (a.ex_date.to_string(), a.kind)).collect();
    let dividend = CorporateActionKind::Dividend { amount: 1.0 };
    let split = CorporateActionKind::Split { ratio: 2.0 };
    assert_eq!(actions, [("2011-03-22".to_owned(), dividend), ("2011-03-24".to_owned(), split)]);
    fs::remove_file(root.join("equity/usa/daily/qqqq.zip")).unwrap();
    let fetched = fetch(&settings, CalendarName::Xnys, asked).unwrap();
    assert_eq!(fetched.bars.len(), 2);
    let expected = "no daily files of QQQQ, the name in 2011-02-28..2011-03-22";
    assert!(fetched.notes.contains(&expected.to_owned()), "{:?}", fetched.notes);
    let week = fetch(&settings, CalendarName::Xnys, ("QQQ", "1w", asked.2)).unwrap_err();
    assert_eq!(week.exit_code(), 3, "the week is not over");
}

#[test]
fn trades_carry_what_their_conditions_say() {
    let folder = tempfile::tempdir().unwrap();
    let rows = "34200007,1674100,500,Q,2000,0\n34200008,9000000,100,D,100000,0\n\
                34200009,1,100,D,1,1\n34200500,1674200,200,P,20000020,0\n";
    zip(folder.path(), "equity/usa/tick/spy/20131007_trade.zip", rows);
    let settings = source(folder.path().to_owned(), FileContent::Ticks, None);
    let calendar = Calendar::new(CalendarName::Xnys);
    let lean = LeanFiles::try_new(&settings, &[], calendar).unwrap();
    let range = "2013-10-07..2013-10-07".parse().unwrap();
    let parts = lean.read_ticks(&"SPY".parse().unwrap(), range).unwrap();
    let flags: Vec<_> = parts[0].ticks.iter().map(|tick| tick.flags).collect();
    let trade = TickFlags::TRADE;
    let expected =
        [trade, trade.with(TickFlags::OFF_MARKET), trade.with(TickFlags::SUSPICIOUS), trade];
    assert_eq!(flags, expected);
    let fetched =
        fetch(&settings, CalendarName::Xnys, ("SPY", "1s", "2013-10-07..2013-10-07")).unwrap();
    let expected = "2013-10-07T13:30:00Z..2013-10-07T13:30:01Z 167.41 167.42 167.41 167.42 800";
    assert_eq!(fetched.bars.iter().map(show).collect::<Vec<_>>(), [expected]);
    zip(folder.path(), "equity/usa/tick/spy/20131007_trade.zip", "34200007,1674100,500,Q,xx,0\n");
    let error = fetch(&settings, CalendarName::Xnys, ("SPY", "1s", "2013-10-07..2013-10-07"));
    let error = error.unwrap_err().to_string();
    let expected = "column `sale conditions` must be a hexadecimal number, was `xx` (";
    assert!(error.starts_with(expected) && error.ends_with("20131007_trade.zip:1)"), "{error}");
}

#[test]
fn forex_quotes_have_two_sides_and_the_clock_of_their_market() {
    let folder = tempfile::tempdir().unwrap();
    let row = "0,1.1,1.3,1.0,1.2,0,1.2,1.4,1.1,1.3,0\n";
    zip(folder.path(), "forex/fxcm/minute/eurusd/20190107_quote.zip", row);
    zip(folder.path(), "forex/oanda/minute/usdjpy/20190107_quote.zip", row);
    let fetch = |symbol, price| {
        let settings = source(folder.path().to_owned(), FileContent::Bars, price);
        fetch(&settings, CalendarName::AlwaysOpen, (symbol, "1min", "2019-01-07..2019-01-08"))
    };
    let bid = "2019-01-07T05:00:00Z..2019-01-07T05:01:00Z 1.1 1.3 1 1.2 0";
    let fetched = fetch("EURUSD", None).unwrap();
    assert_eq!(show(&fetched.bars[0]), bid);
    assert!(fetched.notes[0].contains("weekends without quotes are listed as gaps"));
    let bar = fetch("USDJPY", Some(QuotePrice::Ask)).unwrap().bars[0];
    assert_eq!(show(&bar), "2019-01-07T00:00:00Z..2019-01-07T00:01:00Z 1.2 1.4 1.1 1.3 0");
    let bar = fetch("EURUSD", Some(QuotePrice::Mid)).unwrap().bars[0];
    assert!((bar.open - 1.15).abs() < 1e-12 && (bar.close - 1.25).abs() < 1e-12, "{bar:?}");
    let error = fetch("EURUSD", Some(QuotePrice::Last)).unwrap_err();
    assert_eq!(error.exit_code(), 2);
    zip(folder.path(), "forex/oanda/minute/eurusd/20190107_quote.zip", row);
    assert!(matches!(fetch("EURUSD", None), Err(SourceError::Ambiguous { .. })));
}

#[test]
fn crypto_has_units_and_a_zip_for_either_side() {
    let folder = tempfile::tempdir().unwrap();
    zip(folder.path(), "crypto/coinbase/daily/btcusd_trade.zip", "20180101 00:00,1.5,3,1,2,0.25\n");
    let row = "60000,10.5,11,10,10.75,0.125\n";
    zip(folder.path(), "crypto/coinbase/minute/btcusd/20180102_trade.zip", row);
    let settings = source(folder.path().to_owned(), FileContent::Bars, None);
    let fetch = |timeframe| {
        let asked = ("BTCUSD", timeframe, "2018-01-01..2018-01-02");
        show(&fetch(&settings, CalendarName::AlwaysOpen, asked).unwrap().bars[0])
    };
    assert_eq!(fetch("1d"), "2018-01-01T00:00:00Z..2018-01-02T00:00:00Z 1.5 3 1 2 0.25");
    assert_eq!(fetch("1min"), "2018-01-02T00:01:00Z..2018-01-02T00:02:00Z 10.5 11 10 10.75 0.125");
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "[0-9.:, a-f\n]{0,80}|([0-9]{1,19}(,[0-9a-f.]{0,9}){0,12}\n){1,4}|([0-9]{8} [0-9:]{5}(,[0-9.]{0,9}){0,12}\n){1,4}") {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir_all(root.join("equity/usa/daily")).unwrap();
        fs::write(root.join("equity/usa/daily/spy.zip"), "").unwrap();
        let instrument = Instrument::find(root, &"SPY".parse().unwrap()).unwrap();
        let day = WallDay::new("2019-03-10".parse().unwrap(), &instrument.zone);
        let lines = || Lines::new(Path::new("x.csv"), text.as_bytes(), b',');
        for side in [Side::Trade, Side::Quote] {
            drop(read_ticks(lines(), &day, &instrument, side));
        }
        for times in [RowTimes::Day(&day), RowTimes::Written(&instrument)] {
            let price = QuotePrice::Mid;
            drop(read_bars(lines(), &times, Resolution::Minute, price, 1.0, |_| Ok(())));
        }
    }
}

// The recorded files beside the repository, where they are present.

const DAY: &str = "2013-10-07..2013-10-07";

#[test]
fn recorded_minutes_of_trades_and_quotes() {
    let Some(root) = recorded("intraday/lean") else { return };
    let settings = source(root.clone(), FileContent::Bars, None);
    let both = ("SPY", "1min", "2013-10-07..2013-10-08");
    let fetched = fetch(&settings, CalendarName::Xnys, both).unwrap();
    assert_eq!(fetched.bars.len(), 780);
    assert_eq!(
        show(&fetched.bars[0]),
        "2013-10-07T13:30:00Z..2013-10-07T13:31:00Z 167.43 167.52 167.41 167.44 816453"
    );
    assert_eq!(
        fetched.bars[389].available_at.to_string(),
        "2013-10-07T20:00:00Z",
        "the last minute of the first session"
    );
    let volume: f64 = fetched.bars[..390].iter().map(|bar| bar.volume).sum();
    assert_eq!(volume, 81_489_219.0);
    let quotes = source(root, FileContent::Bars, Some(QuotePrice::Ask));
    let fetched = fetch(&quotes, CalendarName::Xnys, ("SPY", "1h", DAY)).unwrap();
    assert_eq!((fetched.bars.len(), fetched.bars[0].volume), (7, 0.0));
    assert_eq!(fetched.bars[6].available_at.to_string(), "2013-10-07T20:00:00Z");
}

#[test]
fn recorded_trades_make_the_seconds_and_the_minutes_of_the_day() {
    let Some(root) = recorded("intraday/lean") else { return };
    let calendar = Calendar::new(CalendarName::Xnys);
    let ticks = source(root.clone(), FileContent::Ticks, None);
    let lean = LeanFiles::try_new(&ticks, &[], calendar).unwrap();
    let parts = lean.read_ticks(&"SPY".parse().unwrap(), DAY.parse().unwrap()).unwrap();
    assert_eq!((parts.len(), parts[0].ticks.len()), (1, 250_601));
    assert_eq!(parts[0].ticks.get(0).time.to_string(), "2013-10-07T08:00:00.464Z");
    assert_eq!(parts[0].ticks.get(250_600).last, 167.3);

    let seconds = fetch(&ticks, CalendarName::Xnys, ("SPY", "1s", DAY)).unwrap();
    assert_eq!(seconds.bars.len(), 15_731);
    let volume: f64 = seconds.bars.iter().map(|bar| bar.volume).sum();
    assert_eq!(volume, 81_553_923.0);
    let told = "335 off the market, without influence on prices";
    assert!(seconds.notes.iter().any(|note| note.contains(told)), "{:?}", seconds.notes);
    let minutes = fetch(&ticks, CalendarName::Xnys, ("SPY", "1min", DAY)).unwrap().bars;
    let bars = source(root, FileContent::Bars, None);
    let printed = fetch(&bars, CalendarName::Xnys, ("SPY", "1min", DAY)).unwrap().bars;
    let equal = |what: fn(&Bar) -> f64| {
        minutes.iter().zip(&printed).filter(|(a, b)| (what(a) - what(b)).abs() < 1e-9).count()
    };
    // The vendor's own minutes leave out sweeps between markets as well.
    assert_eq!((minutes.len(), printed.len()), (390, 390));
    assert_eq!(equal(|bar| bar.volume), 388);
    let prices = [equal(|b| b.open), equal(|b| b.high), equal(|b| b.low), equal(|b| b.close)];
    assert!(prices.iter().all(|&count| count >= 345), "{prices:?}");
}

#[test]
fn recorded_forex_days_and_ticks() {
    let Some(root) = recorded("intraday/lean") else { return };
    let bars = source(root.clone(), FileContent::Bars, None);
    let days = ("EURUSD", "1min", "2014-05-01..2014-05-05");
    let fetched = fetch(&bars, CalendarName::AlwaysOpen, days).unwrap();
    assert_eq!(fetched.bars.len(), 1426 + 958 + 547);
    let first = "2014-05-01T05:00:00Z..2014-05-01T05:01:00Z 1.38727 1.38729 1.38723 1.38724 0";
    assert_eq!(show(&fetched.bars[0]), first);
    let friday = fetched.bars[1426 + 957];
    assert_eq!(friday.available_at.to_string(), "2014-05-02T21:00:00Z");
    let sunday = fetched.bars[1426 + 958];
    assert_eq!(sunday.open_time.to_string(), "2014-05-04T19:00:00Z");

    let ticks = source(root, FileContent::Ticks, None);
    let asked = ("EURUSD", "1min", "2014-05-04..2014-05-04");
    let made = fetch(&ticks, CalendarName::AlwaysOpen, asked).unwrap();
    assert!(made.notes.iter().any(|note| note.starts_with("8025 ticks from ")), "{:?}", made.notes);
    assert!(made.notes.iter().any(|note| note.contains("174 crossed quotes, kept")));
    let same = made.bars.iter().filter(|bar| {
        let printed = fetched.bars.iter().find(|other| other.open_time == bar.open_time);
        printed.is_some_and(|printed| printed.open == bar.open && printed.close == bar.close)
    });
    assert!(same.count() > 200);
}
