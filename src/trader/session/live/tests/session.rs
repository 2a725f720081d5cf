//! Sessions whose data fails.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use super::super::{LiveFeed, LiveNotice, SessionClock};
use super::stage::{OPEN, Seen, after, at, bar, both, builder, play, play_until, script, symbols};
use crate::base::Timestamp;
use crate::domain::OrderRequest;
use crate::ports::StreamEvent;
use crate::trader::{Alert, Effect, Event};

fn stale(symbol: Option<usize>, time: Timestamp) -> (Timestamp, StreamEvent) {
    let symbol = symbol.map(|index| symbols()[index].clone());
    (time, StreamEvent::Stale { symbol, reason: "2103".to_owned(), time })
}

fn fresh(symbol: Option<usize>, time: Timestamp) -> (Timestamp, StreamEvent) {
    (time, StreamEvent::Fresh { symbol: symbol.map(|index| symbols()[index].clone()), time })
}

fn of(seen: &Seen, symbol: usize) -> Vec<&OrderRequest> {
    seen.orders.iter().filter(|order| order.symbol == symbols()[symbol]).collect()
}

/// Rows that were decided on, by the end of their bars.
fn decided(seen: &Seen) -> Vec<Timestamp> {
    let bar = |(event, _): &(Event, Vec<Effect>)| match event {
        Event::Bar(row) => Some(row.time),
        _ => None,
    };
    seen.rows.iter().filter_map(bar).collect()
}

// fault: bar_missing
#[test]
fn a_row_that_does_not_come_is_told_once_and_so_is_the_first_that_comes_again() {
    let seen = play(both([1, 2, 10, 11]), 700, None);
    let (since, time) = (after(180), after(600));
    assert_eq!(seen.notices, [LiveNotice::Silent { since }, LiveNotice::Heard { time }]);
    assert_eq!(decided(&seen), [after(60), after(120), after(600), after(660)]);
}

#[test]
fn a_session_whose_rows_come_is_told_nothing() {
    assert_eq!(play(both(1..=10), 640, None).notices, []);
    // A minute is the limit: one second less is none.
    assert_eq!(play(both(1..=2), 239, None).notices, []);
}

// fault: stale_leg
#[test]
fn a_symbol_in_doubt_is_not_entered_and_the_other_trades() {
    let mut events = both(1..=6);
    events.extend([stale(Some(0), after(130)), fresh(Some(0), after(250))]);
    let seen = play(events, 400, None);
    let times = |symbol| of(&seen, symbol).iter().map(|order| order.decided_at).collect::<Vec<_>>();
    // In and out in turn; in again once its data is good.
    assert_eq!(times(0), [60, 120, 300, 360].map(after));
    assert_eq!(times(1), [60, 120, 180, 240, 300, 360].map(after));
    assert_eq!(decided(&seen).len(), 6, "every row is decided on");
    for (event, _) in &seen.rows {
        let Event::Bar(row) = event else { continue };
        let is_in_doubt = after(130) < row.time && row.time < after(250);
        assert_eq!(row.bars[0].is_none(), is_in_doubt, "{row:?}");
        assert!(row.bars[1].is_some());
    }
    let told = |event: &Event| matches!(event, Event::Stale { .. } | Event::Fresh { .. });
    assert_eq!(seen.rows.iter().filter(|(event, _)| told(event)).count(), 2);
}

// fault: stale_leg
#[test]
fn a_symbol_in_doubt_can_be_left() {
    let mut events = both(1..=2);
    events.push(stale(Some(0), after(90)));
    let seen = play(events, 150, None);
    let [entry, exit] = of(&seen, 0)[..] else { panic!("{:?}", seen.orders) };
    assert_eq!(exit.decided_at, after(120));
    assert_eq!(exit.signed_quantity(), -entry.signed_quantity());
}

// fault: stale_all
#[test]
fn a_row_of_which_every_symbol_is_in_doubt_is_history() {
    for all in [vec![None], vec![Some(0), Some(1)]] {
        let mut events = both(1..=4);
        events.extend(all.iter().map(|&symbol| stale(symbol, after(90))));
        events.extend(all.iter().map(|&symbol| fresh(symbol, after(200))));
        let seen = play(events, 300, None);
        assert_eq!(decided(&seen), [after(60), after(240)], "{all:?}");
    }
}

// fault: delisting
#[test]
fn delisting_is_learned_from_the_venue_and_asked_for_once() {
    let seen = play(both(1..=6), 400, Some(0));
    assert_eq!(of(&seen, 0).len(), 1);
    assert!(of(&seen, 1).len() >= 5);
    let alerts = seen.rows.iter().flat_map(|(_, effects)| effects);
    let told = |effect: &&Effect| matches!(effect, Effect::Alert(Alert::NotTraded { .. }));
    assert_eq!(alerts.filter(told).count(), 1);
}

// fault: bar_missing
#[test]
fn a_bar_that_comes_after_its_row_went_out_without_it_is_counted_and_told() {
    let clock = Arc::new(AtomicI64::new(at(OPEN).nanos()));
    let (_, late) = bar(0, 1);
    let events = vec![bar(1, 1), (after(80), late.clone()), (after(81), late)];
    let mut stream = script(events, &clock);
    let mut feed = LiveFeed::new(&mut stream, builder(), SessionClock::by_hand(Arc::clone(&clock)));
    clock.store(after(70).nanos(), Ordering::SeqCst);
    feed.listen().unwrap();
    assert_eq!(feed.row(), None, "the other symbol may still come");
    std::thread::sleep(Duration::from_millis(1050));
    let row = feed.row().unwrap();
    assert!(row.bars[0].is_none() && row.bars[1].is_some());
    assert_eq!(feed.notices(), []);
    clock.store(after(90).nanos(), Ordering::SeqCst);
    feed.listen().unwrap();
    assert_eq!(feed.notices(), [LiveNotice::LateBars { num_late: 1 }], "the same again is no news");
}

#[test]
fn a_session_ends_once_however_many_rows_come_at_once() {
    // The last minute in which rows are waited for.
    let late = both([3, 4]).into_iter().map(|(_, event)| (after(240), event));
    let events = both(1..=2).into_iter().chain(late).collect();
    let seen = play_until(events, 400, None, Some(after(180)));
    let last = |(event, _): &&(Event, Vec<Effect>)| matches!(event, Event::LastBar(_));
    assert_eq!(seen.rows.iter().filter(last).count(), 1);
}
