//! The client against a server that misbehaves.

use std::sync::Arc;
use std::thread;

use serde::Deserialize;

use super::{Ask, Reply as Answered, VendorClient, Venue};
use crate::base::{Interrupt, StopSignal, variable};
use crate::config::Limits;
use crate::connectors::vendors::vendor_double::{Fault, Faults, Reply, Request, VendorDouble};
use crate::ports::RemoteError;

/// A variable that every test run has; its value stands for a key.
const KEY_VARIABLE: &str = "CARGO_PKG_NAME";

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Page {
    results: Vec<u32>,
}

fn limits() -> Limits {
    Limits {
        requests_per_s: 1000.0,
        burst: 1000,
        tries: 3,
        silence_s: 0.3,
        request_s: 1.0,
        pause_s: 0.001,
        pause_max_s: 2.0,
        ..Limits::default()
    }
}

fn client(limits: Limits) -> VendorClient {
    let key_variables = vec![KEY_VARIABLE.to_owned()];
    let venue = Venue { name: "vendor", user_agent: "releat", limits, key_variables };
    VendorClient::try_new(venue).unwrap()
}

fn good(_: &Request) -> Reply {
    Reply::json(r#"{"results":[1,2,3],"filler":"0123456789012345678901234567890123456789"}"#)
}

fn ask(double: &VendorDouble) -> Ask {
    Ask::new(&double.url(), "/v1/page").query("symbol", "AAA").header("X-Key", "none")
}

fn get(client: &VendorClient, double: &VendorDouble) -> Result<Answered<Page>, RemoteError> {
    client.get_json(&ask(double), "a page of results")
}

fn failure(fault: Fault) -> (String, usize) {
    let double = VendorDouble::start(Faults::none().always(fault).around(good));
    let error = get(&client(limits()), &double).unwrap_err();
    (error.to_string(), double.count())
}

#[test]
fn what_may_pass_is_asked_for_again() {
    for fault in [
        Fault::Status(500),
        Fault::Status(502),
        Fault::Status(503),
        Fault::Status(408),
        Fault::TooMany(None),
        Fault::too_many("0"),
        Fault::too_many("0.01"),
        Fault::too_many("Wed, 21 Oct 2015 07:28:00 GMT"),
        Fault::too_many("soon"),
        Fault::Reset,
        Fault::Cut,
        Fault::TruncatedGzip,
        Fault::Silence,
        Fault::Hang,
        Fault::HalfJson,
        Fault::WrongJson,
        Fault::Html,
    ] {
        let double = VendorDouble::start(Faults::none().at(0, fault.clone()).around(good));
        let page = get(&client(limits()), &double);
        assert_eq!(page.unwrap(), Answered::Found(Page { results: vec![1, 2, 3] }), "{fault:?}");
        assert_eq!(double.count(), 2, "{fault:?}");
    }
}

#[test]
fn what_does_not_pass_ends_in_a_text() {
    let lost = |reason: &str| {
        (format!("vendor did not answer /v1/page?symbol=AAA: {reason} (tried 3 times)"), 3)
    };
    assert_eq!(failure(Fault::Status(503)), lost("503 Service Unavailable"));
    assert_eq!(failure(Fault::TooMany(None)), lost("429 Too Many Requests"));
    assert_eq!(failure(Fault::Hang), lost("no byte for 0.3 s"));
    assert_eq!(failure(Fault::Silence), lost("no byte for 0.3 s"));
    assert_eq!(failure(Fault::Drip(200)), lost("the answer took more than 1 s"));
    assert_eq!(failure(Fault::HalfJson), lost("the answer ends in the middle"));
    for fault in [Fault::Reset, Fault::Cut, Fault::TruncatedGzip] {
        let (text, count) = failure(fault.clone());
        assert!(text.contains("the answer broke off: ") && count == 3, "{fault:?}: {text}");
    }
    let (text, count) = failure(Fault::WrongJson);
    assert!(
        text.starts_with("vendor must answer /v1/page?symbol=AAA with a page of results, found")
    );
    assert!(text.ends_with("(at `results[0]`)") && count == 2, "{text}");
    let (text, _) = failure(Fault::Html);
    assert!(
        text.ends_with("no JSON but `<!DOCTYPE html><title>Hello</title>` (text/html)"),
        "{text}"
    );
    let busy = "vendor wants no request for 3600 s, at most 2 s are waited (/v1/page?symbol=AAA)";
    assert_eq!(failure(Fault::too_many("3600")), (busy.to_owned(), 1));
}

#[test]
fn a_wrong_content_type_with_the_right_content_is_good() {
    let double = VendorDouble::start(Faults::none().always(Fault::WrongType).around(good));
    assert!(matches!(get(&client(limits()), &double), Ok(Answered::Found(_))));
}

#[test]
fn nobody_listens() {
    let address = {
        let double = VendorDouble::start(good);
        double.url()
    };
    let ask = Ask::new(&address, "/v1/page");
    let error = client(limits()).get_json::<Page>(&ask, "a page").unwrap_err();
    assert!(error.to_string().contains("/v1/page: no connection: "), "{error}");
    assert_eq!(error.exit_code(), 4);
    let nowhere = Ask::new("nowhere", "/v1/page");
    let error = client(limits()).get_json::<Page>(&nowhere, "a page").unwrap_err();
    assert_eq!(error.to_string(), "vendor must have an address like https://HOST, was `nowhere`");
}

#[test]
fn keys_are_refused_and_never_shown() {
    let key = variable(KEY_VARIABLE).unwrap();
    let echo = format!(r#"{{"error":"Unknown API Key {key}"}}"#);
    let double = VendorDouble::start(move |_| Reply::json(echo.clone()).status(401));
    let error = get(&client(limits()), &double).unwrap_err();
    let text = error.to_string();
    assert!(text.contains("refused the key in CARGO_PKG_NAME") && text.contains("401"), "{text}");
    assert!(text.contains("Unknown API Key ***") && !text.contains(&key), "{text}");
    assert_eq!((error.exit_code(), double.count()), (2, 1));
}

#[test]
fn a_denial_is_for_the_vendors_own_words() {
    let double = VendorDouble::start(Faults::none().always(Fault::Status(404)).around(good));
    match get(&client(limits()), &double).unwrap() {
        Answered::Denied(denied) => assert_eq!((denied.status, double.count()), (404, 1)),
        Answered::Found(page) => panic!("{page:?}"),
    }
}

#[test]
fn a_missing_key_names_its_variable() {
    let key_variables = vec!["RELEAT_NO_SUCH_VARIABLE".to_owned()];
    let venue = Venue { name: "vendor", user_agent: "releat", limits: limits(), key_variables };
    let error = VendorClient::try_new(venue).unwrap_err();
    assert!(error.to_string().contains("the variable RELEAT_NO_SUCH_VARIABLE must hold it"));
    assert_eq!(error.exit_code(), 2);
}

#[test]
fn redirects_do_not_carry_keys_away() {
    let other = VendorDouble::start(good);
    let away = Faults::none().always(Fault::Redirect(other.url())).around(good);
    let double = VendorDouble::start(away);
    let error = get(&client(limits()), &double).unwrap_err();
    assert!(error.to_string().contains("is not followed"), "{error}");
    assert_eq!((other.count(), double.count(), error.exit_code()), (0, 1, 2));
    let home = Faults::none().at(0, Fault::Redirect(String::new())).around(good);
    let double = VendorDouble::start(home);
    assert!(get(&client(limits()), &double).is_ok());
    assert_eq!(double.count(), 2);
}

#[test]
fn a_429_wave_never_makes_more_requests_than_allowed() {
    let wave = Faults::none()
        .during(3..6, Fault::too_many("1"))
        .during(10..12, Fault::TooMany(None))
        .at(15, Fault::Status(503));
    let double = VendorDouble::start(wave.around(good));
    let limits = Limits { requests_per_s: 20.0, burst: 1, tries: 10, ..limits() };
    let client = Arc::new(client(limits));
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..6 {
                    assert!(get(&client, &double).is_ok());
                }
            });
        }
    });
    assert_eq!(double.count(), 24 + 6);
    assert!(double.most_in_a_second() <= 20, "{}", double.most_in_a_second());
    // While the vendor wants to be left alone, nobody asks.
    let times: Vec<f64> = double.requests().iter().map(|logged| logged.at_s).collect();
    let longest = times.windows(2).map(|pair| pair[1] - pair[0]).fold(0.0, f64::max);
    assert!(longest > 0.9, "{times:?}");
}

#[test]
fn a_stop_ends_every_wait() {
    for (fault, limits) in [
        (Fault::Hang, Limits { silence_s: 600.0, request_s: 600.0, ..limits() }),
        (Fault::too_many("600"), Limits { pause_max_s: 3600.0, ..limits() }),
    ] {
        let double = VendorDouble::start(Faults::none().always(fault).around(good));
        let interrupt = Interrupt::never();
        let client = client(limits).stopped_by(interrupt.clone());
        thread::scope(|scope| {
            let waiting = scope.spawn(|| get(&client, &double).unwrap_err());
            while double.count() == 0 {
                thread::yield_now();
            }
            interrupt.request_stop(StopSignal::Term);
            let error = waiting.join().unwrap();
            assert!(matches!(error, RemoteError::Stopped { .. }), "{error}");
        });
    }
}
