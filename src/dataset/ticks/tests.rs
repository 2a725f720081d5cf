use proptest::prelude::{Strategy, any, prop_assert, prop_assert_eq, proptest};

use super::*;
use crate::base::Timestamp;
use crate::config::QuotePrice;
use crate::domain::{Bar, Calendar, CalendarName, Tick, TickFlags};

fn always_open() -> Calendar {
    Calendar::new(CalendarName::AlwaysOpen)
}

fn xnys() -> Calendar {
    Calendar::new(CalendarName::Xnys)
}

fn trade(text: &str, last: f64, volume: f64) -> Tick {
    let time = text.parse().unwrap();
    Tick { time, bid: f64::NAN, ask: f64::NAN, last, volume, flags: TickFlags::TRADE }
}

fn quote(text: &str, bid: f64, ask: f64) -> Tick {
    let flags = TickFlags::BID.with(TickFlags::ASK);
    Tick { time: text.parse().unwrap(), bid, ask, last: f64::NAN, volume: 0.0, flags }
}

fn bars(ticks: &[Tick], rule: BarRule, price: QuotePrice, calendar: Calendar) -> Vec<Bar> {
    let machine = TickBars::try_new(rule, price, calendar).unwrap();
    bars_from_ticks(&ticks.iter().copied().collect(), machine).unwrap()
}

fn show(bar: &Bar) -> String {
    let Bar { open_time, available_at, open, high, low, close, volume } = bar;
    format!("{open_time}..{available_at} {open} {high} {low} {close} {volume}")
}

#[test]
fn one_second_bars_are_known_at_their_end() {
    let ticks = [
        trade("2013-10-07T13:29:59.999Z", 9.0, 1.0),
        trade("2013-10-07T13:30:00.5Z", 10.0, 100.0),
        trade("2013-10-07T13:30:00.9Z", 12.0, 50.0),
        trade("2013-10-07T13:30:00.9Z", 11.0, 50.0),
        trade("2013-10-07T13:30:03Z", 13.0, 1.0),
        trade("2013-10-07T20:00:00Z", 14.0, 1.0),
    ];
    let rule = BarRule::Time("1s".parse().unwrap());
    let found: Vec<_> = bars(&ticks, rule, QuotePrice::Last, xnys()).iter().map(show).collect();
    let expected = [
        "2013-10-07T13:30:00Z..2013-10-07T13:30:01Z 10 12 10 11 200",
        "2013-10-07T13:30:03Z..2013-10-07T13:30:04Z 13 13 13 13 1",
    ];
    assert_eq!(found, expected);
}

#[test]
fn bars_are_counted_from_the_open_and_end_with_the_session() {
    let ticks = ["2013-10-07T13:31:00Z", "2013-10-07T19:31:00Z"].map(|time| trade(time, 1.0, 1.0));
    let check = |timeframe: &str, calendar: Calendar, expected: &[&str]| {
        let rule = BarRule::Time(timeframe.parse().unwrap());
        let found = bars(&ticks, rule, QuotePrice::Last, calendar);
        let spans = found.iter().map(|bar| format!("{}..{}", bar.open_time, bar.available_at));
        assert_eq!(spans.collect::<Vec<_>>(), expected, "{timeframe}");
    };
    let hours = [
        "2013-10-07T13:30:00Z..2013-10-07T14:30:00Z",
        "2013-10-07T19:30:00Z..2013-10-07T20:00:00Z",
    ];
    check("1h", xnys(), &hours);
    let hours = [
        "2013-10-07T13:00:00Z..2013-10-07T14:00:00Z",
        "2013-10-07T19:00:00Z..2013-10-07T20:00:00Z",
    ];
    check("1h", always_open(), &hours);
    check("1d", xnys(), &["2013-10-07T13:30:00Z..2013-10-07T20:00:00Z"]);
    check("1d", always_open(), &["2013-10-07T00:00:00Z..2013-10-08T00:00:00Z"]);
    check("1w", xnys(), &["2013-10-07T13:30:00Z..2013-10-11T20:00:00Z"]);
    check("1mo", xnys(), &["2013-10-01T13:30:00Z..2013-10-31T20:00:00Z"]);
}

#[test]
fn a_bar_of_volume_closes_with_the_tick_that_reaches_it() {
    let times = ["2019-01-02T15:00:00Z", "2019-01-02T15:00:01Z", "2019-01-02T15:00:02Z"];
    let ticks = [(times[0], 10.0, 60.0), (times[1], 11.0, 60.0), (times[2], 9.0, 5.0)];
    let ticks = ticks.map(|(time, last, volume)| trade(time, last, volume));
    let check = |rule, expected: &[&str]| {
        let found = bars(&ticks, rule, QuotePrice::Last, xnys());
        assert_eq!(found.iter().map(show).collect::<Vec<_>>(), expected, "{rule:?}");
    };
    let first = "2019-01-02T15:00:00Z..2019-01-02T15:00:01Z 10 11 10 11 120";
    let second = "2019-01-02T15:00:02Z..2019-01-02T15:00:02Z 9 9 9 9 5";
    check(BarRule::Volume(100.0), &[first, second]);
    check(BarRule::Dollars(1260.0), &[first, second]);
    check(BarRule::Ticks(2), &[first, second]);
    for wrong in [BarRule::Ticks(0), BarRule::Volume(0.0), BarRule::Dollars(f64::NAN)] {
        assert!(TickBars::try_new(wrong, QuotePrice::Last, xnys()).is_err(), "{wrong:?}");
    }
}

#[test]
fn a_price_off_the_market_counts_with_its_volume_alone() {
    let mut ticks = [
        trade("2019-01-02T15:00:00Z", 50.0, 10.0),
        trade("2019-01-02T15:00:00Z", 10.0, 1.0),
        trade("2019-01-02T15:00:00Z", 1.0, 10.0),
        trade("2019-01-02T15:00:00Z", 99.0, 10.0),
        trade("2019-01-02T15:00:05Z", 99.0, 10.0),
    ];
    for row in [0, 2, 4] {
        ticks[row].flags = TickFlags::TRADE.with(TickFlags::OFF_MARKET);
    }
    ticks[3].flags = TickFlags::TRADE.with(TickFlags::SUSPICIOUS);
    let mut machine =
        TickBars::try_new(BarRule::Time("1s".parse().unwrap()), QuotePrice::Last, xnys()).unwrap();
    let mut found = Vec::new();
    for tick in &ticks {
        found.extend(machine.push(tick).unwrap());
    }
    found.extend(machine.finish());
    let expected = ["2019-01-02T15:00:00Z..2019-01-02T15:00:01Z 10 10 10 10 21"];
    assert_eq!(found.iter().map(show).collect::<Vec<_>>(), expected);
    let counts = machine.passed_over();
    assert_eq!((counts.suspicious, counts.without_price), (1, 1));
}

#[test]
fn quotes_make_bars_of_either_side_and_the_middle() {
    let ticks = [
        quote("2014-05-05T00:00:00Z", 1.0, 3.0),
        quote("2014-05-05T00:00:00.5Z", 2.0, 1.5),
        quote("2014-05-05T00:00:00.7Z", f64::NAN, 4.0),
    ];
    let check = |price, expected: &str| {
        let rule = BarRule::Time("1min".parse().unwrap());
        let found = bars(&ticks, rule, price, always_open());
        let Bar { open, high, low, close, volume, .. } = found[0];
        assert_eq!(format!("{open} {high} {low} {close} {volume}"), expected, "{price:?}");
    };
    check(QuotePrice::Bid, "1 2 1 2 2");
    check(QuotePrice::Ask, "3 4 1.5 4 3");
    check(QuotePrice::Mid, "2 2 1.75 1.75 2");
}

#[test]
fn impossible_ticks_stay_out_and_odd_ones_are_counted() {
    let mut ticks: TickTable = [
        quote("2014-05-05T00:00:01Z", 1.0, 1.1),
        quote("2014-05-05T00:00:01Z", 1.0, 1.1),
        quote("2014-05-05T00:00:03Z", 1.2, 1.1),
        quote("2014-05-05T00:00:02Z", 1.0, 1.3),
        quote("2014-05-05T00:00:04Z", f64::NAN, f64::NAN),
        quote("2014-05-05T00:00:04Z", 0.0, 1.0),
        quote("2014-05-05T00:00:04Z", 1.0, f64::INFINITY),
        trade("2014-05-05T00:00:04Z", 1.0, -1.0),
        trade("2014-05-05T00:00:04Z", 1.0, f64::NAN),
    ]
    .into_iter()
    .collect();
    let report = clean_ticks(&mut ticks);
    assert_eq!((report.seen, report.late, report.crossed, report.repeated), (9, 1, 1, 1));
    let expected = [
        (TickDefect::NoPrice, 1),
        (TickDefect::NotFinite, 2),
        (TickDefect::NotPositive, 1),
        (TickDefect::NegativeVolume, 1),
    ];
    assert_eq!(report.rejected, expected);
    assert_eq!(ticks.ask, [1.1, 1.1, 1.3, 1.1]);
    let note = report.note("a file").unwrap();
    let expected = "9 ticks from a file: 1 late, sorted in; 1 crossed quotes, kept; \
                    1 repeated, kept; 5 rejected";
    assert_eq!(note, expected);
}

#[test]
fn shorter_bars_join_like_their_ticks() {
    let bar = |text: &str, high: f64, volume: f64| {
        let open_time: Timestamp = text.parse().unwrap();
        let available_at = open_time.saturating_add_nanos(60_000_000_000);
        Bar { open_time, available_at, open: 2.0, high, low: 1.0, close: high, volume }
    };
    let minutes = [
        bar("2013-10-07T13:29:00Z", 9.0, 1.0),
        bar("2013-10-07T13:31:00Z", 3.0, 1.0),
        bar("2013-10-07T13:34:00Z", 4.0, 2.0),
        bar("2013-10-07T13:33:00Z", 9.0, 2.0),
        bar("2013-10-07T13:35:00Z", 5.0, 3.0),
    ];
    let found = join_bars(&minutes, "5min".parse().unwrap(), &xnys()).unwrap();
    let expected = [
        "2013-10-07T13:30:00Z..2013-10-07T13:35:00Z 2 4 1 4 3",
        "2013-10-07T13:35:00Z..2013-10-07T13:40:00Z 2 5 1 5 3",
    ];
    assert_eq!(found.iter().map(show).collect::<Vec<_>>(), expected);
}

#[test]
fn a_bar_that_reaches_beyond_the_longer_one_stays_out() {
    let bar = |text: &str, seconds: i64| {
        let open_time: Timestamp = text.parse().unwrap();
        let available_at = open_time.saturating_add_nanos(seconds * 1_000_000_000);
        Bar { open_time, available_at, open: 1.0, high: 1.0, low: 1.0, close: 1.0, volume: 1.0 }
    };
    let check = |asked: &str, calendar: Calendar, bars: &[Bar], expected: (usize, usize)| {
        let mut joiner = BarJoiner::new(asked.parse().unwrap(), calendar);
        let mut found = bars.iter().filter_map(|bar| joiner.push(bar).unwrap()).count();
        found += usize::from(joiner.finish().is_some());
        assert_eq!((found, joiner.straddling()), expected, "{asked}");
    };
    // The hours of a clock do not fit into a session that begins at half past nine.
    let hours = [bar("2013-10-07T14:00:00Z", 3600), bar("2013-10-07T15:00:00Z", 3600)];
    check("2h", xnys(), &hours, (1, 1));
    check("2h", always_open(), &hours, (1, 0));
    check("1h", xnys(), &hours, (2, 0));
    let fours = [bar("2013-10-07T22:00:00Z", 14_400)];
    check("1d", always_open(), &fours, (0, 1));
    check("4h", always_open(), &fours, (1, 0));
}

fn lake_ticks(seconds: std::ops::Range<i64>) -> TickTable {
    let tick = |second: i64| Tick {
        time: Timestamp::from_seconds(1_399_248_000 + second * 3600),
        bid: 1.0 + second as f64,
        ask: f64::NAN,
        last: 0.1,
        volume: second as f64,
        flags: TickFlags::BID,
    };
    seconds.map(tick).collect()
}

#[test]
fn the_lake_keeps_days_and_only_adds() {
    let folder = tempfile::tempdir().unwrap();
    let lake = TickLake::new(folder.path());
    let key = TickKey { source: "lean-12345678".to_owned(), symbol: "EURUSD".parse().unwrap() };
    assert!(lake.manifest(&key).unwrap().is_none());
    let first = lake.commit(&key, lake_ticks(0..30)).unwrap();
    assert_eq!((first.rows_added, first.rows_total), (30, 30));
    assert_eq!(lake.manifest(&key).unwrap().unwrap().days.len(), 2);
    assert_eq!(lake.commit(&key, lake_ticks(5..20)).unwrap().rows_added, 0);
    assert_eq!(lake.commit(&key, lake_ticks(20..50)).unwrap().rows_added, 20);
    let mut other = lake_ticks(0..3);
    other.bid[1] = 7.0;
    let told = lake.commit(&key, other).unwrap();
    assert_eq!((told.rows_added, told.changed.len()), (0, 1));
    let all = lake.window(&key, Timestamp::MIN, Timestamp::MAX).unwrap();
    assert_eq!(format!("{all:?}"), format!("{:?}", lake_ticks(0..50)));
    let day = lake.days(&key, "2014-05-06..2014-05-06".parse().unwrap()).unwrap();
    assert_eq!(format!("{day:?}"), format!("{:?}", lake_ticks(24..48)));
}

#[test]
fn a_death_between_manifest_and_rename_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let lake = TickLake::new(folder.path());
    let key = TickKey { source: "x".to_owned(), symbol: "EURUSD".parse().unwrap() };
    lake.commit(&key, lake_ticks(0..3)).unwrap();
    let file = lake.folder(&key).join("2014-05-05.parquet");
    let staged = lake.folder(&key).join("2014-05-05.parquet.staged");
    std::fs::rename(&file, &staged).unwrap();
    std::fs::write(lake.folder(&key).join("2014-05-09.parquet.staged"), b"half").unwrap();
    let read = || lake.window(&key, Timestamp::MIN, Timestamp::MAX).unwrap().len();
    assert_eq!(read(), 3);
    lake.commit(&key, lake_ticks(3..4)).unwrap();
    assert_eq!((read(), staged.exists()), (4, false));
    std::fs::write(&file, b"other").unwrap();
    let error = lake.window(&key, Timestamp::MIN, Timestamp::MAX).unwrap_err().to_string();
    assert!(
        error.contains("2014-05-05.parquet is damaged: expected ticks with SHA-256"),
        "{error}"
    );
}

/// Trades of whole numbers, so that sums are exact, up to an hour apart.
fn trades() -> impl Strategy<Value = Vec<Tick>> {
    let one = (0_i64..3_600_000, 1_u32..1000, 0_u32..500, any::<[bool; 4]>());
    proptest::collection::vec(one, 1..200).prop_map(|steps| {
        let mut millis = 1_546_400_000_000_i64;
        let tick = |(step, price, volume, bits): (i64, u32, u32, [bool; 4])| {
            millis += if bits[0] { step } else { step % 1000 };
            let flags = if bits[1] && bits[2] && bits[3] {
                TickFlags::TRADE.with(TickFlags::OFF_MARKET)
            } else {
                TickFlags::TRADE
            };
            let time = Timestamp::from_nanos(millis * 1_000_000);
            let (last, volume) = (f64::from(price), f64::from(volume));
            Tick { time, bid: f64::NAN, ask: f64::NAN, last, volume, flags }
        };
        steps.into_iter().map(tick).collect()
    })
}

fn rules() -> Vec<BarRule> {
    let times = ["1s", "1min", "1h", "1d", "1w", "1mo"].map(|text| text.parse().unwrap());
    let mut rules: Vec<BarRule> = times.into_iter().map(BarRule::Time).collect();
    rules.extend([BarRule::Ticks(7), BarRule::Volume(900.0), BarRule::Dollars(250_000.0)]);
    rules
}

proptest! {
    #[test]
    fn bars_conserve_volume_and_extremes(ticks in trades()) {
        for rule in rules() {
            let mut machine =
                TickBars::try_new(rule, QuotePrice::Last, always_open()).unwrap();
            let mut found = Vec::new();
            for tick in &ticks {
                found.extend(machine.push(tick).unwrap());
            }
            found.extend(machine.finish());
            if machine.passed_over().without_price == 0 {
                let volume: f64 = found.iter().map(|bar| bar.volume).sum();
                prop_assert_eq!(volume, ticks.iter().map(|tick| tick.volume).sum::<f64>());
            }
            let market = |tick: &&Tick| !tick.flags.has(TickFlags::OFF_MARKET);
            let prices = || ticks.iter().filter(market).map(|tick| tick.last);
            let highest = found.iter().map(|bar| bar.high).fold(f64::MIN, f64::max);
            let lowest = found.iter().map(|bar| bar.low).fold(f64::MAX, f64::min);
            prop_assert_eq!(highest, prices().fold(f64::MIN, f64::max));
            prop_assert_eq!(lowest, prices().fold(f64::MAX, f64::min));
            for pair in found.windows(2) {
                prop_assert!(pair[0].available_at <= pair[1].available_at);
                prop_assert!(pair[0].open_time <= pair[1].open_time);
            }
            for bar in &found {
                prop_assert!(bar.low <= bar.open && bar.open <= bar.high);
                prop_assert!(bar.low <= bar.close && bar.close <= bar.high);
            }
        }
    }

    #[test]
    fn a_stream_cut_anywhere_gives_the_same_bars(ticks in trades(), cut in 0_usize..200) {
        for rule in rules() {
            let whole = bars(&ticks, rule, QuotePrice::Last, always_open());
            let (head, tail) = ticks.split_at(cut.min(ticks.len()));
            let mut machine =
                TickBars::try_new(rule, QuotePrice::Last, always_open()).unwrap();
            let mut found = Vec::new();
            for tick in head {
                found.extend(machine.push(tick).unwrap());
            }
            let mut later = machine.clone();
            drop(machine);
            for tick in tail {
                found.extend(later.push(tick).unwrap());
            }
            found.extend(later.finish());
            prop_assert_eq!(&found, &whole);
        }
    }

    #[test]
    fn joined_bars_are_those_of_the_ticks(ticks in trades()) {
        let price = QuotePrice::Last;
        let time = |text: &str| BarRule::Time(text.parse().unwrap());
        let market: Vec<Tick> = ticks
            .into_iter()
            .map(|tick| Tick { flags: TickFlags::TRADE, ..tick })
            .collect();
        let minutes = bars(&market, time("1min"), price, always_open());
        for timeframe in ["5min", "1h", "1d", "1w", "1mo"] {
            let joined =
                join_bars(&minutes, timeframe.parse().unwrap(), &always_open()).unwrap();
            prop_assert_eq!(joined, bars(&market, time(timeframe), price, always_open()));
        }
    }
}
