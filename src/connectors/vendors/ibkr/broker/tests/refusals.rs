//! What speaks against an account, before anything is traded.

use super::super::super::sim::{Act, MarketDataRights, Moment, SimOptions};
use super::super::examine;
use super::stage::{Stage, is_long, options, script};
use crate::ports::{FindingOutcome, VenueWish};

fn reasons(stage: &Stage, wish: &VenueWish) -> String {
    stage.try_open(wish).err().map(|refusal| refusal.reasons.join("\n")).unwrap_or_default()
}

// fault: wrong_account
#[test]
fn guard_the_wrong_kind_of_account_and_unknown_symbols_are_refused_together() {
    let stage = Stage::new(options());
    let wish = VenueWish {
        is_live: true,
        symbols: vec!["ZZZZ1".parse().unwrap(), "SPY".parse().unwrap()],
        ..stage.wish()
    };
    let found = reasons(&stage, &wish);
    assert!(found.contains("live trading is asked for") && found.contains("200"), "{found}");
    let missing = VenueWish { account: Some("DU7".to_owned()), ..stage.wish() };
    assert!(reasons(&stage, &missing).contains("has no account DU7"));
}

// fault: code_354_and_kin
#[test]
fn guard_delayed_data_is_refused_unless_it_is_wished() {
    let mut options = options();
    options.market_data = MarketDataRights::Delayed;
    let stage = Stage::new(options);
    let found = reasons(&stage, &stage.wish());
    assert!(found.contains("354") || found.contains("10167"), "{found}");
    let wish = VenueWish { delayed_data: true, ..stage.wish() };
    assert_eq!(reasons(&stage, &wish), "");
}

// fault: code_321
#[test]
fn guard_an_api_that_only_reads_is_refused() {
    let mut options = options();
    options.is_read_only = true;
    let stage = Stage::new(options);
    let found = reasons(&stage, &stage.wish());
    assert!(found.contains("only reads") && found.contains("321"), "{found}");
    let findings = examine(&stage.connector, &stage.wish());
    let permissions = findings.iter().find(|finding| finding.check == "permissions").unwrap();
    assert_eq!(permissions.outcome, FindingOutcome::Failed);
}

// fault: code_326
#[test]
fn guard_326_names_the_client_id() {
    let stage = Stage::new(options());
    let _first = stage.open();
    let refusal = stage.try_open(&stage.wish()).err().unwrap();
    assert!(refusal.reasons[0].contains("client id 17 is in use"), "{refusal}");
    assert!(!refusal.is_unreachable);
}

// fault: server_too_old
#[test]
fn guard_a_gateway_that_is_too_old_is_told_from_one_that_is_not_there() {
    for version in [157, 200, 212] {
        let stage = Stage::new(SimOptions { server_version_max: version, ..options() });
        let refusal = stage.try_open(&stage.wish()).err().unwrap();
        let text = refusal.to_string();
        assert!(text.contains("server version 213 or later (update TWS or IB Gateway)"), "{text}");
        assert!(text.contains(&format!("version {}", version.min(200))), "{text}");
        assert!(!refusal.is_unreachable && refusal.reasons.len() == 1, "{refusal:?}");
        let findings = examine(&stage.connector, &stage.wish());
        assert_eq!((findings[0].check, findings[0].outcome), ("connect", FindingOutcome::Failed));
        assert!(findings[0].detail.contains("server version 213 or later"), "{findings:?}");
    }
}

// fault: gateway_absent
#[test]
fn guard_nobody_there() {
    let mut stage = Stage::new(options());
    // Nobody listens on the port that was free a moment ago.
    let free = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
    stage.connector.port = free;
    let refusal = stage.try_open(&stage.wish()).err().unwrap();
    assert!(refusal.is_unreachable && refusal.reasons[0].contains("start TWS"), "{refusal}");
}

// fault: gateway_silent
#[test]
fn guard_a_gateway_that_accepts_and_says_nothing() {
    if !is_long() {
        return;
    }
    let mut options = options();
    options.faults = script(|_, moment| match moment {
        Moment::Connected { .. } => vec![Act::Drop],
        _ => Vec::new(),
    });
    let stage = Stage::new(options);
    let refusal = stage.try_open(&stage.wish()).err().unwrap();
    assert!(refusal.is_unreachable && refusal.reasons[0].contains("says nothing for 10 s"));
}

#[test]
fn an_examination_tells_everything_in_its_order() {
    let mut options = options();
    options.clock = None;
    let stage = Stage::new(options);
    let findings = examine(&stage.connector, &stage.wish());
    let failed: Vec<_> =
        findings.iter().filter(|it| it.outcome == FindingOutcome::Failed).collect();
    assert!(failed.is_empty(), "{failed:?}");
    let names: Vec<_> = findings.iter().map(|finding| finding.check).collect();
    assert_eq!(
        names,
        [
            "connect",
            "server_version",
            "account",
            "permissions",
            "data_type",
            "clock_skew",
            "calendar",
            "market_rules",
            "open_orders",
            "what_if"
        ]
    );
    assert_eq!(stage.sim.with_house(|house| house.orders().count()), 0, "nothing was placed");
    let stopped = Stage::new(super::stage::options());
    let skew = examine(&stopped.connector, &stopped.wish());
    let skew = skew.iter().find(|finding| finding.check == "clock_skew").unwrap();
    assert_eq!(skew.outcome, FindingOutcome::Failed, "months apart");
}
