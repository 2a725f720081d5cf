//! The rules of pacing, by hand and by random schedules.

use std::time::Duration;

use proptest::prelude::{ProptestConfig, any, proptest};

use crate::config::Limits;
use crate::connectors::vendors::ibkr::pacing::{Admission, Ask, Pacer, PacingRules};

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn fast() -> Limits {
    Limits { requests_per_s: 1_000.0, burst: 1_000, ..Limits::default() }
}

fn ask(text: &str, series: &str, weight: u32) -> Ask {
    Ask::History { text: text.to_owned(), series: series.to_owned(), weight }
}

fn pacer() -> Pacer {
    Pacer::new(PacingRules::default(), &fast())
}

// fault: history_rules
#[test]
fn an_identical_request_waits_sixteen_seconds() {
    let mut pacer = pacer();
    let same = ask("a", "s", 1);
    assert_eq!(pacer.admit(ms(0), &same), Admission::Go);
    pacer.finish();
    assert_eq!(pacer.admit(ms(1_000), &same), Admission::Wait(ms(15_000)));
    assert_eq!(pacer.admit(ms(16_000), &same), Admission::Go);
}

// fault: history_rules
#[test]
fn the_sixth_request_of_a_series_waits_and_another_series_does_not() {
    let mut pacer = pacer();
    for index in 0..5 {
        let one = ask(&format!("a{index}"), "s", 1);
        assert_eq!(pacer.admit(ms(index * 10), &one), Admission::Go);
    }
    assert_eq!(pacer.admit(ms(50), &ask("a5", "s", 1)), Admission::Wait(ms(2_950)));
    assert_eq!(pacer.admit(ms(50), &ask("a5", "t", 1)), Admission::Go);
    assert_eq!(pacer.admit(ms(3_000), &ask("a6", "s", 1)), Admission::Go);
    // What counts twice needs twice the room.
    assert_eq!(pacer.admit(ms(3_005), &ask("a7", "s", 2)), Admission::Wait(ms(15)));
}

// fault: history_rules
#[test]
fn the_window_counts_double_requests_twice() {
    let mut pacer = pacer();
    for index in 0..30 {
        let one = ask(&format!("a{index}"), &format!("s{index}"), 2);
        assert_eq!(pacer.admit(ms(index * 100), &one), Admission::Go);
        pacer.finish();
    }
    let wait = Admission::Wait(ms(602_000 - 3_000));
    assert_eq!(pacer.admit(ms(3_000), &ask("b", "t", 1)), wait);
    assert_eq!(pacer.admit(ms(602_000), &ask("b", "t", 1)), Admission::Go);
}

// fault: history_rules
#[test]
fn fifty_open_requests_are_enough_and_other_messages_pass() {
    let rules = PacingRules { window_requests: 1_000, ..PacingRules::default() };
    let mut pacer = Pacer::new(rules, &fast());
    for index in 0..50 {
        let one = ask(&format!("a{index}"), &format!("s{index}"), 1);
        assert_eq!(pacer.admit(ms(index * 100), &one), Admission::Go);
    }
    assert_eq!(pacer.admit(ms(9_000), &ask("b", "t", 1)), Admission::Full);
    let message = Ask::Message { text: "c".to_owned() };
    assert_eq!(pacer.admit(ms(9_000), &message), Admission::Go);
    pacer.finish();
    assert_eq!(pacer.admit(ms(9_000), &ask("b", "t", 1)), Admission::Go);
}

#[test]
fn a_complaint_holds_history_back_and_nothing_else() {
    let mut pacer = pacer();
    pacer.hold(ms(5_000));
    pacer.hold(ms(4_000));
    assert_eq!(pacer.admit(ms(1_000), &ask("a", "s", 1)), Admission::Wait(ms(4_000)));
    assert_eq!(pacer.admit(ms(1_000), &Ask::Message { text: "c".to_owned() }), Admission::Go);
}

#[test]
fn the_limits_of_the_connector_hold_besides() {
    let limits = Limits { requests_per_s: 2.0, burst: 2, ..Limits::default() };
    let mut pacer = Pacer::new(PacingRules::default(), &limits);
    let mut times = Vec::new();
    let mut now = ms(0);
    for index in 0..5 {
        let one = ask(&format!("a{index}"), &format!("s{index}"), 1);
        while let Admission::Wait(span) = pacer.admit(now, &one) {
            now += span;
        }
        times.push(now.as_millis());
    }
    assert_eq!(times, [0, 0, 500, 1000, 1500]);
}

/// What a schedule sent, and when.
type Sent = Vec<(Duration, Ask)>;

/// Sends the requests of many symbols through a pacer, `parallel` at a time, with answers that take
/// as long as `delays` says.
fn schedule(
    symbols: usize,
    pages: usize,
    parallel: usize,
    delays: &[u64],
    limits: &Limits,
) -> Sent {
    let mut pacer = Pacer::new(PacingRules::default(), limits);
    let mut sent = Sent::new();
    let mut lanes: Vec<(Duration, bool)> = vec![(ms(0), false); parallel];
    let work = (0..symbols).flat_map(|symbol| (0..pages).map(move |page| (symbol, page)));
    let mut delay = delays.iter().cycle();
    for (symbol, page) in work {
        let weight = 1 + u32::try_from(symbol % 3 / 2).unwrap();
        // Every seventh request is one that failed and is repeated as it was.
        let text = format!("{symbol} {}", if page % 7 == 6 { page - 1 } else { page });
        let asks = [Ask::Message { text: "c".to_owned() }, ask(&text, &symbol.to_string(), weight)];
        for ask in asks.into_iter().skip(usize::from(page > 0)) {
            loop {
                lanes.sort_unstable();
                let (now, is_open) = lanes[0];
                if is_open {
                    pacer.finish();
                    lanes[0].1 = false;
                }
                match pacer.admit(now, &ask) {
                    Admission::Go => {
                        let is_history = matches!(ask, Ask::History { .. });
                        sent.push((now, ask.clone()));
                        lanes[0] = (now + ms(*delay.next().unwrap()), is_history);
                        break;
                    }
                    Admission::Wait(span) => lanes[0].0 = now + span,
                    Admission::Full => lanes[0].0 = now + ms(10),
                }
            }
        }
    }
    sent
}

/// Counts each rule by looking at each pair, with the numbers of the broker's documents.
fn broken_rules(sent: &Sent, limits: &Limits) -> Vec<String> {
    let mut broken = Vec::new();
    for (index, (now, ask)) in sent.iter().enumerate() {
        let before = |span: Duration| {
            sent[..=index].iter().filter(move |(time, _)| *time + span > *now).map(|(_, ask)| ask)
        };
        if before(ms(1_000)).count() > 50 {
            broken.push(format!("messages at {now:?}"));
        }
        let Ask::History { text, series, .. } = ask else { continue };
        let weigh = |ask: &Ask| match ask {
            Ask::History { weight, .. } => *weight,
            Ask::Message { .. } => 0,
        };
        if before(ms(600_000)).map(weigh).sum::<u32>() > 60 {
            broken.push(format!("window at {now:?}"));
        }
        let is_same =
            |other: &&Ask| matches!(other, Ask::History { text: other, .. } if other == text);
        if before(ms(15_000)).filter(is_same).count() > 1 {
            broken.push(format!("identical {text} at {now:?}"));
        }
        let is_series =
            |other: &&Ask| matches!(other, Ask::History { series: other, .. } if other == series);
        if before(ms(2_000)).filter(is_series).map(weigh).sum::<u32>() > 5 {
            broken.push(format!("series {series} at {now:?}"));
        }
        let history = before(ms(10_000)).filter(|ask| weigh(ask) > 0).count() as f64;
        if history > limits.requests_per_s.mul_add(10.0, f64::from(limits.burst)) {
            broken.push(format!("limits at {now:?}"));
        }
    }
    broken
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    // fault: history_rules
    #[test]
    fn no_schedule_of_five_hundred_symbols_breaks_a_rule(
        pages in 1_usize..10,
        parallel in 1_usize..80,
        delays in proptest::collection::vec(1_u64..4_000, 1..20),
        is_fast in any::<bool>(),
    ) {
        let limits = if is_fast { fast() } else { Limits { burst: 3, ..Limits::default() } };
        let symbols = 500 / pages.div_ceil(3);
        let sent = schedule(symbols, pages, parallel, &delays, &limits);
        assert_eq!(sent.len(), symbols * (pages + 1));
        assert_eq!(broken_rules(&sent, &limits), Vec::<String>::new());
    }
}

#[test]
fn five_hundred_symbols_take_no_longer_than_the_window_makes_them() {
    let sent = schedule(500, 1, 4, &[200], &fast());
    let weight: u32 = sent
        .iter()
        .map(|(_, ask)| if let Ask::History { weight, .. } = ask { *weight } else { 0 })
        .sum();
    let windows = u64::from(weight.div_ceil(60));
    let last = sent.last().unwrap().0;
    assert!(last <= ms(602_000 * windows), "{last:?} for {weight}");
}
