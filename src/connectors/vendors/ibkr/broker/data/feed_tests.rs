//! Messages about data in, events out.

use ibapi::contracts::tick_types::TickType;
use ibapi::market_data::MarketDataType;
use ibapi::market_data::historical::Bar as IbkrBar;
use ibapi::market_data::realtime::{TickPrice, TickTypes};

use super::super::values::Moment;
use super::{Cause, Feed, Span};
use crate::base::Timestamp;
use crate::domain::{Calendar, CalendarName, Symbol, Timeframe};
use crate::ports::StreamEvent;

fn spy() -> Symbol {
    "SPY".parse().unwrap()
}

fn feed(takes_delayed: bool) -> Feed {
    let span = Span {
        calendar: Calendar::new(CalendarName::Xnys),
        timeframe: Timeframe::Seconds(60),
        since: Timestamp::MIN,
    };
    Feed::new(span, &[spy(), "QQQ".parse().unwrap()], true, takes_delayed)
}

fn at(seconds: f64) -> Moment {
    Moment { time: Timestamp::from_seconds(1_767_623_400 + seconds as i64), at: seconds }
}

fn price(kind: TickType, price: f64) -> TickTypes {
    TickTypes::Price(TickPrice { tick_type: kind, price, ..TickPrice::default() })
}

fn bar(seconds: i64) -> IbkrBar {
    let date = format!("{:+}", 1_767_623_400 + seconds).parse().unwrap();
    let (open, high, low, close) = (1.0, 1.0, 1.0, 1.0);
    IbkrBar { date, open, high, low, close, volume: 1.0, wap: 1.0, count: 1 }
}

fn names(feed: &mut Feed) -> Vec<String> {
    let name = |symbol: Option<Symbol>| symbol.map_or("all".to_owned(), |it| it.to_string());
    feed.drain()
        .into_iter()
        .map(|event| match event {
            StreamEvent::Stale { symbol, .. } => format!("stale {}", name(symbol)),
            StreamEvent::Fresh { symbol, .. } => format!("fresh {}", name(symbol)),
            StreamEvent::Note { text, .. } => format!("note {text}"),
            StreamEvent::Bar { symbol, .. } => format!("bar {symbol}"),
            StreamEvent::Quote { symbol, .. } => format!("quote {symbol}"),
        })
        .collect()
}

// fault: code_2103_farm, codes_of_farms_that_are_well
#[test]
fn guard_2103_is_stale_after_thirty_seconds_without_data() {
    let mut feed = feed(false);
    feed.farm_broken("usfarm", 1.0);
    feed.bar(&spy(), &bar(0), at(5.0));
    feed.drain();
    feed.pass(at(30.0));
    assert!(names(&mut feed).is_empty());
    feed.pass(at(31.5));
    feed.pass(at(32.5));
    assert_eq!(names(&mut feed), ["stale QQQ"], "once, and only what has stopped");
    feed.farm_well("usfarm", at(40.0).time);
    assert_eq!(names(&mut feed), ["fresh QQQ"]);
    feed.pass(at(90.0));
    assert!(!names(&mut feed).iter().any(|name| name.starts_with("stale")));
}

// fault: code_10197
#[test]
fn guard_10197_makes_all_stale_once_until_data_ticks() {
    let mut feed = feed(false);
    feed.notice(&spy(), 10_197, "No market data during competing live session", at(1.0));
    feed.notice(&spy(), 10_197, "No market data during competing live session", at(2.0));
    assert_eq!(names(&mut feed), ["stale all"]);
    feed.tick(&spy(), &price(TickType::Bid, 1.0), at(3.0));
    assert_eq!(names(&mut feed), ["fresh all"]);
}

// fault: code_354_and_kin
#[test]
fn guard_354_10089_10090_10091_10167_10168_are_refused_unless_delayed_data_is_wished() {
    for code in [354, 10_089, 10_090, 10_091, 10_167, 10_168] {
        let mut live = feed(false);
        live.notice(&spy(), code, "not subscribed", at(1.0));
        assert_eq!(names(&mut live), ["stale SPY"], "{code}");
        assert_eq!(live.verdict().0, [format!("SPY: {code} not subscribed")]);
        let mut delayed = feed(true);
        delayed.notice(&spy(), code, "not subscribed", at(1.0));
        assert!(names(&mut delayed).is_empty());
    }
}

// fault: code_354_and_kin
#[test]
fn guard_market_data_types_3_and_4() {
    for kind in [MarketDataType::Delayed, MarketDataType::DelayedFrozen] {
        let mut feed = feed(false);
        feed.tick(&spy(), &TickTypes::MarketDataType(kind), at(1.0));
        assert_eq!(names(&mut feed), ["stale SPY"]);
        assert!(!feed.verdict().1, "QQQ is not known");
        feed.tick(&spy(), &TickTypes::MarketDataType(MarketDataType::Realtime), at(2.0));
        assert_eq!(names(&mut feed), ["fresh SPY"]);
        assert!(feed.verdict().0.is_empty());
    }
}

// fault: code_354_and_kin
#[test]
fn guard_delayed_ticks_make_no_quotes() {
    let ticks = [price(TickType::DelayedBid, 1.0), price(TickType::DelayedAsk, 2.0)];
    let (mut live, mut delayed) = (feed(false), feed(true));
    for tick in &ticks {
        live.tick(&spy(), tick, at(1.0));
        delayed.tick(&spy(), tick, at(1.0));
    }
    assert_eq!(names(&mut live), ["stale SPY"]);
    assert_eq!(names(&mut delayed), ["quote SPY"]);
}

// fault: frame_burst
#[test]
fn guard_queue_keeps_the_newest_edition() {
    let mut feed = feed(false);
    for second in 0..1000 {
        feed.bar(&spy(), &bar(0), at(f64::from(second) / 20.0));
        feed.tick(&spy(), &price(TickType::Bid, 1.0), at(1.0));
        feed.tick(&spy(), &price(TickType::Ask, 2.0 + f64::from(second)), at(1.0));
    }
    let events = feed.drain();
    assert_eq!(events.len(), 2);
    assert!(matches!(events[1], StreamEvent::Quote { top, .. } if top.ask == 1001.0));
}

// fault: code_162_pacing
#[test]
fn causes_add_up_until_the_last_has_gone() {
    let mut feed = feed(false);
    feed.link_lost("1100", at(1.0).time);
    feed.competing("10197", at(1.0).time);
    assert_eq!(names(&mut feed), ["stale all"]);
    feed.link_restored(at(2.0).time);
    assert!(names(&mut feed).is_empty());
    feed.tick(&spy(), &price(TickType::Bid, 1.0), at(3.0));
    assert_eq!(names(&mut feed), ["fresh all"]);
    feed.ended(&spy(), Cause::Bars, "162", at(4.0));
    feed.ended(&spy(), Cause::Quotes, "10189", at(4.0));
    assert_eq!(names(&mut feed), ["stale SPY"]);
    feed.bars(&spy(), &[bar(0), bar(60)], at(130.0));
    assert_eq!(names(&mut feed), ["bar SPY", "bar SPY"]);
    feed.tick(&spy(), &price(TickType::Ask, 1.5), at(131.0));
    assert_eq!(names(&mut feed), ["fresh SPY", "quote SPY"]);
    feed.bars(&spy(), &[bar(0), bar(60), bar(120)], at(190.0));
    assert_eq!(names(&mut feed), ["bar SPY", "bar SPY"], "only what was missed");
}
