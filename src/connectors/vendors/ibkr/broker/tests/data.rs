//! Bars and quotes as they come.

use super::stage::{Desk, Stage, options, spy};
use crate::base::Timestamp;
use crate::connectors::simulated::brokerage::VirtualMarket;
use crate::domain::{Bar, CalendarName};
use crate::ports::StreamEvent;

fn bars(desk: &Desk) -> Vec<Bar> {
    let of = |event: &StreamEvent| match event {
        StreamEvent::Bar { symbol, bar, .. } if *symbol == spy() => Some(*bar),
        _ => None,
    };
    desk.news.iter().filter_map(of).collect()
}

fn is_whole(bar: &Bar) -> bool {
    bar.available_at.nanos() - bar.open_time.nanos() == 60_000_000_000
}

#[test]
fn past_bars_come_first_then_the_one_that_grows_and_each_is_told_whole() {
    let mut options = options();
    options.speed = 20.0;
    let stage = Stage::new(options);
    let mut desk = stage.open();
    let open: Timestamp = "2026-01-05T14:30:00Z".parse().unwrap();
    let now = stage.sim.venue_time();
    desk.until("three new bars", |desk| {
        let last = bars(desk).iter().filter(|bar| is_whole(bar)).map(|bar| bar.open_time).max();
        last.is_some_and(|last| last.nanos() > now.nanos() + 60_000_000_000)
    });
    let found = bars(&desk);
    assert_eq!(found[0].open_time, open, "from the beginning of the wish");
    let market = VirtualMarket::new(1, CalendarName::Xnys);
    let mut whole: Vec<Bar> = found.into_iter().filter(is_whole).collect();
    whole.dedup_by_key(|bar| bar.open_time);
    for pair in whole.windows(2) {
        let step = pair[1].open_time.nanos() - pair[0].open_time.nanos();
        assert_eq!(step, 60_000_000_000, "no gap");
    }
    for bar in &whole {
        let truth = market.bar(&spy(), bar.open_time, bar.available_at).unwrap();
        assert_eq!((bar.open, bar.close), (truth.open, truth.close), "{}", bar.open_time);
    }
    let is_quote = |event: &StreamEvent| matches!(event, StreamEvent::Quote { symbol, top } if *symbol == spy() && top.is_sound());
    assert!(desk.news.iter().any(is_quote));
    let time = desk.stream.venue_time().unwrap();
    let gap = (stage.sim.venue_time().nanos() - time.nanos()).abs();
    assert!(gap < 40_000_000_000, "{gap}");
}
