//! What a bad line or a bad store does to one request.

use super::double::{Double, Fault};
use crate::base::{Interrupt, StopSignal, digest_bytes};
use crate::connectors::object_store::{ObjectStore, Put, PutIf};

/// The first two requests meet the fault, the third is served.
fn mended(fault: Fault) {
    let double = Double::start();
    double.plant("x", b"hello");
    double.rule(move |number, _| if number < 2 { fault } else { Fault::None });
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    double.store().get_file("x", &path, digest_bytes(b"hello")).unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), b"hello", "{fault:?}");
    assert_eq!(double.seen().len(), 3, "{fault:?}");
}

/// Every request meets the fault; gives exit code, requests and text.
fn lasting(fault: Fault) -> (u8, usize, String) {
    let double = Double::start();
    double.plant("x", b"hello");
    double.rule(move |_, _| fault);
    let error = double.store().get("x").unwrap_err();
    (error.exit_code(), double.seen().len(), error.to_string())
}

#[test]
fn a_fault_that_passes_is_not_seen() {
    for fault in [
        Fault::Cut,
        Fault::CutAnswer,
        Fault::Silence,
        Fault::Status(503, "SlowDown", None),
        Fault::Status(503, "SlowDown", Some(0)),
        Fault::Status(500, "InternalError", None),
        Fault::Status(429, "TooManyRequests", None),
        Fault::Status(400, "RequestTimeout", None),
    ] {
        mended(fault);
    }
}

#[test]
fn a_fault_that_lasts_ends_with_its_reason() {
    let check = |fault: Fault, code: u8, requests: usize, words: &str| {
        let (found_code, found_requests, text) = lasting(fault);
        assert_eq!((found_code, found_requests), (code, requests), "{fault:?}: {text}");
        assert!(text.contains(words) && text.contains("GET s3://lake/x"), "{text}");
    };
    check(Fault::Cut, 4, 3, "tried 3 times");
    check(Fault::CutAnswer, 4, 3, "tried 3 times");
    check(Fault::Silence, 4, 3, "silence for 0.5 s");
    check(Fault::Status(503, "SlowDown", None), 4, 3, "503 SlowDown: as the test wants it");
    check(Fault::Status(503, "SlowDown", Some(99)), 4, 1, "wants no request for 99 s, at most 2 s");
    check(Fault::Status(403, "AccessDenied", None), 2, 1, "refused");
    check(Fault::Status(403, "SignatureDoesNotMatch", None), 2, 1, "403 SignatureDoesNotMatch");
    check(Fault::Status(404, "NoSuchBucket", None), 2, 1, "404 NoSuchBucket");
    check(Fault::Status(301, "PermanentRedirect", None), 2, 1, "301 PermanentRedirect");
}

#[test]
fn a_page_of_a_portal_is_no_listing() {
    let double = Double::start();
    double.rule(|_, _| Fault::Nonsense);
    let error = double.store().list("a/").unwrap_err();
    assert_eq!((error.exit_code(), double.seen().len()), (3, 3));
    assert!(error.to_string().contains("an answer of an S3 service"), "{error}");
}

#[test]
fn a_put_whose_answer_was_lost_is_told_as_lost_and_not_done_twice() {
    let double = Double::start();
    double.rule(|number, _| if number == 0 { Fault::CutAnswer } else { Fault::None });
    let put = double.store().put("x", b"mine", PutIf::Absent).unwrap();
    assert_eq!(put, Put::Lost);
    assert_eq!(double.objects()["x"], b"mine");
}

#[test]
fn nobody_listens() {
    let mut connector = Double::start().connector();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    connector.endpoint_url = format!("http://{free}");
    let store = ObjectStore::try_new(&connector, "lake", &Interrupt::never()).unwrap();
    let error = store.list("").unwrap_err();
    assert_eq!(error.exit_code(), 4);
    assert!(error.to_string().to_lowercase().contains("refused"), "{error}");
}

#[test]
fn a_signal_ends_the_waiting() {
    let mut connector = Double::start().connector();
    connector.limits.pause_s = 100.0;
    connector.limits.pause_max_s = 100.0;
    connector.endpoint_url = "http://127.0.0.1:1".to_owned();
    let interrupt = Interrupt::never();
    let store = ObjectStore::try_new(&connector, "lake", &interrupt).unwrap();
    let error = std::thread::scope(|scope| {
        let asked = scope.spawn(|| store.list("").unwrap_err());
        std::thread::sleep(std::time::Duration::from_millis(50));
        interrupt.request_stop(StopSignal::Int);
        asked.join().unwrap()
    });
    assert!(error.to_string().contains("stopped by a signal"), "{error}");
}
