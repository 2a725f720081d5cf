//! What is refused before anything is traded, and what is found.

use super::bench::{connector, opened, options, wish};
use crate::base::{Interrupt, variable};
use crate::config::AlpacaConnector;
use crate::connectors::vendors::alpaca::broker::{connect, examine};
use crate::connectors::vendors::alpaca::sim::{AlpacaSim, SimOptions};
use crate::domain::Timeframe;
use crate::ports::{Broker, FindingOutcome, VenueWish};

fn refusal(sim: &AlpacaSim, wish: &VenueWish) -> String {
    match connect(&connector(sim), wish, &Interrupt::never()) {
        Ok(_) => "opened".to_owned(),
        Err(refusal) => refusal.to_string(),
    }
}

#[test]
fn every_reason_is_told_at_once() {
    let sim = AlpacaSim::start(options(1, Vec::new())).unwrap();
    let wrong = VenueWish {
        account: Some("PA1".to_owned()),
        is_live: true,
        currency: "EUR".to_owned(),
        timeframe: Timeframe::Seconds(30),
        symbols: vec!["ZZZZ".parse().unwrap()],
        ..wish("a b")
    };
    let text = refusal(&sim, &wrong);
    for part in [
        "alpaca trades in USD, the session in EUR",
        "bars of whole minutes, was asked for 30s",
        "`a b` cannot be a part of order names",
        "the key is of account PA3SIMULATED, the session wants PA1",
        "is a paper account, a live session was asked for",
        "alpaca knows no `ZZZZ`",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert_eq!(refusal(&sim, &wish("good")), "opened");
    let live = SimOptions { account: "123456789".to_owned(), ..options(1, Vec::new()) };
    let sim = AlpacaSim::start(live).unwrap();
    assert!(refusal(&sim, &wish("s")).contains("is a live account, a paper session"));
    assert_eq!(refusal(&sim, &VenueWish { is_live: true, ..wish("s") }), "opened");
}

// fault: wrong_account
#[test]
fn addresses_say_which_money_it_is() {
    let check = |trading_url: &str, is_live: bool, expected: &str| {
        let connector = AlpacaConnector {
            trading_url: trading_url.to_owned(),
            key_variable: "RELEAT_NO_SUCH_VARIABLE".to_owned(),
            ..AlpacaConnector::default()
        };
        let wish = VenueWish { is_live, ..wish("s") };
        let refused = connect(&connector, &wish, &Interrupt::never()).err().unwrap();
        assert!(refused.to_string().contains(expected), "{refused}");
        assert!(refused.to_string().contains("the variable RELEAT_NO_SUCH_VARIABLE must hold it"));
    };
    check("", true, "https://paper-api.alpaca.markets is of the other kind");
    check("https://api.alpaca.markets/", false, "https://api.alpaca.markets is of the other kind");
    check("https://api.alpaca.markets", true, "");
}

#[test]
fn keys_appear_nowhere() {
    let keys = Some(("other".to_owned(), "keys".to_owned()));
    let sim = AlpacaSim::start(SimOptions { keys, ..options(1, Vec::new()) }).unwrap();
    let text = refusal(&sim, &wish("s"));
    assert!(text.contains("refused the key"), "{text}");
    let found = format!("{:?}", examine(&connector(&sim), &wish("s")));
    let sim = AlpacaSim::start(options(1, Vec::new())).unwrap();
    let (mut broker, stream) = opened(&sim, "s");
    let snapshot = broker.snapshot(crate::base::Timestamp::default()).unwrap();
    let shown = format!("{broker:?} {stream:?} {snapshot:?} {:?}", broker.notes());
    let secret = variable(super::bench::SECRET_VARIABLE).unwrap();
    for text in [text, found, shown] {
        assert!(!text.contains(&secret), "{text}");
    }
}

#[test]
fn nobody_listens() {
    let sim = AlpacaSim::start(options(1, Vec::new())).unwrap();
    let connector = connector(&sim);
    drop(sim);
    let refused = connect(&connector, &wish("s"), &Interrupt::never()).err().unwrap();
    assert!(refused.is_unreachable, "{refused}");
    let found = examine(&connector, &wish("s"));
    assert_eq!(found[0].outcome, FindingOutcome::Failed);
    assert!(found[1..].iter().all(|finding| finding.outcome == FindingOutcome::Skipped));
}

#[test]
fn a_good_account_passes_and_a_clock_that_is_wrong_fails() {
    let sim = AlpacaSim::start(SimOptions { clock: None, speed: 1.0, ..options(1, Vec::new()) });
    let sim = sim.unwrap();
    let found = examine(&connector(&sim), &wish("s"));
    let all: Vec<_> = found.iter().map(|finding| (finding.check, finding.outcome)).collect();
    assert!(all.iter().all(|(_, outcome)| *outcome == FindingOutcome::Passed), "{found:#?}");
    assert_eq!(all.len(), 10);
    let before = sim.with_house(|house| house.orders().count());
    assert_eq!(before, 0);
    let sim = AlpacaSim::start(SimOptions { has_sip: false, ..options(1, Vec::new()) }).unwrap();
    let found = examine(&connector(&sim), &wish("s"));
    let of = |check: &str| found.iter().find(|finding| finding.check == check).unwrap().outcome;
    assert_eq!(of("clock_skew"), FindingOutcome::Failed);
    assert_eq!(of("data_type"), FindingOutcome::Warned);
    assert_eq!(of("calendar"), FindingOutcome::Passed);
}
