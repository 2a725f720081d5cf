//! Every wrong way to start a session at a broker.

mod books;
mod clients;

use super::BrokerKind;
use super::facts::{Confirmation, Facts};
use super::refusals::{phrase, refusals};
use crate::base::{DateRange, digest_bytes, now, parse_date};
use crate::config::{Agent, RiskLimits, from_bundle_yaml};
use crate::store::{GateRow, GateVerdict};

const QUICKSTART: &str = include_str!("../../../../../agents/quickstart.yaml");
const PRODUCTION: &str = include_str!("../../../../../configs/production.yaml");
const ACCOUNT: &str = "U1234567";

fn agent(sets: &[&str]) -> Agent {
    let mut all = vec![
        "data.source={yahoo: {}}",
        "universe.calendar=XNYS",
        "eval.gate.oracle_share_min=null",
        "eval.baselines=[cash]",
    ];
    all.extend(sets);
    let sets: Vec<String> = all.into_iter().map(str::to_owned).collect();
    from_bundle_yaml(QUICKSTART, "quickstart.yaml", &sets).unwrap()
}

fn limits() -> RiskLimits {
    let place: serde_json::Value = serde_yaml::from_str(PRODUCTION).unwrap();
    serde_json::from_value(place["risk"].clone()).unwrap()
}

fn verdict(passed: bool, checks: &str) -> GateRow {
    let day = |text| parse_date(text).unwrap();
    let verdict = GateVerdict {
        bundle: digest_bytes(b"bundle"),
        range: DateRange::try_new(day("2019-01-01"), day("2019-12-31")).unwrap(),
        agent: "quickstart".to_owned(),
        passed,
        checks: checks.to_owned(),
        data: digest_bytes(b"data"),
    };
    GateRow { verdict, judged_at: now(), is_sealed: true }
}

fn given(phrase: &str) -> Confirmation {
    Confirmation { phrases: vec![phrase.to_owned()], trouble: None }
}

/// Everything as it must be for real money at Interactive Brokers.
fn good() -> Facts {
    let names = vec!["quickstart".to_owned()];
    Facts {
        is_live: true,
        broker: BrokerKind::Ibkr,
        port: Some(4001),
        trading_url: String::new(),
        account: Some(ACCOUNT.to_owned()),
        confirmation: given(&phrase(&names, ACCOUNT)),
        speed: 1.0,
        agents: vec![agent(&[])],
        names,
        broken: Vec::new(),
        verdicts: vec![vec![verdict(true, r#"[{"name":"sharpe_min"}]"#)]],
        trade: agent(&[]).trade,
        limits: limits(),
        delayed_data: false,
    }
}

/// A paper session at Interactive Brokers that may start.
fn paper() -> Facts {
    Facts {
        is_live: false,
        port: Some(4002),
        account: None,
        confirmation: Confirmation::default(),
        verdicts: vec![Vec::new()],
        limits: RiskLimits::default(),
        ..good()
    }
}

fn alpaca(is_live: bool, trading_url: &str) -> Facts {
    Facts {
        broker: BrokerKind::Alpaca,
        port: None,
        trading_url: trading_url.to_owned(),
        ..if is_live { good() } else { paper() }
    }
}

#[test]
fn a_session_that_is_as_it_must_be_may_start() {
    assert_eq!(refusals(&good()), [""; 0]);
    assert_eq!(refusals(&paper()), [""; 0]);
    assert_eq!(refusals(&alpaca(true, "https://api.alpaca.markets")), [""; 0]);
    assert_eq!(refusals(&alpaca(false, "")), [""; 0]);
}

/// The same on another account, confirmed for it.
fn on(account: &str, facts: Facts) -> Facts {
    let confirmation = given(&phrase(&facts.names, account));
    Facts { account: Some(account.to_owned()), confirmation, ..facts }
}

type Wrong = (&'static str, &'static str, fn() -> Facts);

/// What is wrong, words of the reason, and the facts.
const WRONG: [Wrong; 29] = [
    ("paper gateway", "port 4002 contradict", || Facts { port: Some(4002), ..good() }),
    ("paper TWS", "port 7497 contradict", || Facts { port: Some(7497), ..good() }),
    ("live gateway on paper", "port 4001 contradict", || Facts { port: Some(4001), ..paper() }),
    ("live TWS on paper", "port 7496 contradict", || Facts { port: Some(7496), ..paper() }),
    ("paper account", "account DU7 contradict", || on("DU7", good())),
    ("advisor's paper account", "account DF7 contradict", || on("DF7", good())),
    ("live account on paper", "account U1234567 contradict", || on(ACCOUNT, paper())),
    ("Alpaca's paper account", "account PA7 contradict", || {
        on("PA7", alpaca(true, "https://api.alpaca.markets"))
    }),
    ("Alpaca's paper address", "paper-api.alpaca.markets contradict", || {
        alpaca(true, "https://paper-api.alpaca.markets/")
    }),
    ("Alpaca's default address is paper", "paper-api.alpaca.markets contradict", || {
        alpaca(true, "")
    }),
    ("Alpaca's live address on paper", "https://api.alpaca.markets contradict", || {
        alpaca(false, "https://api.alpaca.markets")
    }),
    ("no account", "the account is not named", || Facts { account: None, ..good() }),
    ("no confirmation", "not confirmed", || Facts {
        confirmation: Confirmation::default(),
        ..good()
    }),
    ("an empty confirmation", "must be `trade", || Facts { confirmation: given(""), ..good() }),
    ("another account's confirmation", "word for word", || Facts {
        confirmation: given(&phrase(&["quickstart".into()], "U7654321")),
        ..good()
    }),
    ("another agent's confirmation", "word for word", || Facts {
        confirmation: given(&phrase(&["other".into()], ACCOUNT)),
        ..good()
    }),
    ("a file of phrases that is not there", "cannot read --confirm-file", || Facts {
        confirmation: Confirmation {
            trouble: Some("cannot read --confirm-file f: none".to_owned()),
            ..given("")
        },
        ..good()
    }),
    ("a tampered bundle", "bundle b cannot be trusted", || Facts {
        broken: vec!["bundle b cannot be trusted: its digest differs".to_owned()],
        agents: Vec::new(),
        names: Vec::new(),
        verdicts: Vec::new(),
        confirmation: Confirmation::default(),
        ..good()
    }),
    ("no limits", "risk.drawdown_frac_max", || Facts { limits: RiskLimits::default(), ..good() }),
    ("one limit missing", "limits that are not set: risk.heartbeat_s_max;", || Facts {
        limits: RiskLimits { heartbeat_s_max: None, ..limits() },
        ..good()
    }),
    ("never judged", "no verdict of the gate", || Facts { verdicts: vec![vec![]], ..good() }),
    ("the gate said no", "the gate said no", || Facts {
        verdicts: vec![vec![verdict(false, r#"[{"name":"sharpe_min"}]"#)]],
        ..good()
    }),
    ("the gate asks for nothing", "its gate asks for nothing", || Facts {
        verdicts: vec![vec![verdict(true, "[]")]],
        ..good()
    }),
    ("a forged verdict", "not as it was written", || Facts {
        verdicts: vec![vec![GateRow {
            is_sealed: false,
            ..verdict(true, r#"[{"name":"sharpe_min"}]"#)
        }]],
        ..good()
    }),
    ("delayed data", "minutes old", || Facts { delayed_data: true, ..good() }),
    ("a made-up market", "made-up market", || Facts {
        agents: vec![from_bundle_yaml(QUICKSTART, "quickstart.yaml", &[]).unwrap()],
        ..good()
    }),
    ("fills that no venue gives", "fills at the close", || Facts {
        agents: vec![agent(&["env.fill=same_close"])],
        ..good()
    }),
    ("agents of other symbols", "must trade the same symbols", || Facts {
        agents: vec![agent(&[]), agent(&["universe.symbols=[AAA]"])],
        names: vec!["quickstart".into(), "quickstart-2".into()],
        verdicts: vec![good().verdicts[0].clone(), good().verdicts[0].clone()],
        confirmation: given(&phrase(&["quickstart".into(), "quickstart-2".into()], ACCOUNT)),
        ..good()
    }),
    ("a clock that runs fast", "--speed is for rehearsals", || Facts { speed: 2.0, ..good() }),
];

// fault: live_without_limits, live_delayed_data, live_not_judged, live_made_up, bundle_touched
// fault: live_not_confirmed
#[test]
fn each_wrong_way_is_refused_with_its_reason_and_no_other() {
    for (what, words, facts) in WRONG {
        let reasons = refusals(&facts());
        assert_eq!(reasons.len(), 1, "{what}: {reasons:?}");
        assert!(reasons[0].contains(words), "{what}: {reasons:?}");
    }
}

#[test]
fn an_environment_that_closes_positions_needs_orders_that_do() {
    let facts = || Facts { agents: vec![agent(&["env.rules.stop_loss_frac=0.05"])], ..good() };
    let reasons = refusals(&facts());
    assert!(reasons.len() == 1 && reasons[0].contains("set trade.bracket"), "{reasons:?}");
    let trade = agent(&["trade.bracket={stop_loss_frac: 0.05}"]).trade;
    assert_eq!(refusals(&Facts { trade, ..facts() }), [""; 0]);
}

// fault: live_many_reasons
#[test]
fn all_reasons_are_told_at_once() {
    let facts = Facts {
        port: Some(7497),
        account: Some("DU1".into()),
        confirmation: Confirmation::default(),
        limits: RiskLimits::default(),
        verdicts: vec![vec![]],
        delayed_data: true,
        speed: 60.0,
        agents: vec![from_bundle_yaml(QUICKSTART, "quickstart.yaml", &[]).unwrap()],
        ..good()
    };
    assert_eq!(refusals(&facts).len(), 8, "{:#?}", refusals(&facts));
}
