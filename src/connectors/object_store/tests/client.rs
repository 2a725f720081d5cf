//! One object at a time.

use super::double::{Double, Fault};
use crate::base::{Interrupt, digest_bytes};
use crate::connectors::object_store::{LatestBy, ObjectError, ObjectStore, Put, PutIf};
use crate::ports::RemoteError;

#[test]
fn an_object_is_written_read_and_removed() {
    let double = Double::start();
    let store = double.store();
    assert_eq!(store.put("a/^x=1.json", b"hello", PutIf::Always).unwrap(), Put::Done);
    assert_eq!(double.objects()["a/^x=1.json"], b"hello");
    let object = store.get("a/^x=1.json").unwrap().unwrap();
    assert_eq!(object.bytes, b"hello");
    let facts = store.head("a/^x=1.json").unwrap().unwrap();
    assert_eq!((facts.size, &facts.etag), (5, &object.etag));
    assert_eq!(facts.sha256, Some(digest_bytes(b"hello")));
    assert_eq!(facts.modified.to_string(), "2026-01-01T00:00:00Z");
    store.delete("a/^x=1.json").unwrap();
    store.delete("a/^x=1.json").unwrap();
    assert!(store.get("a/^x=1.json").unwrap().is_none());
    assert!(store.head("a/^x=1.json").unwrap().is_none());
}

#[test]
fn a_put_carries_length_and_digest() {
    let double = Double::start();
    double.store().put("x", b"abc", PutIf::Absent).unwrap();
    let headers = double.seen().remove(0).headers;
    assert_eq!(headers["content-length"], "3");
    assert_eq!(headers["if-none-match"], "*");
    let encoded = "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=";
    assert_eq!(headers["x-amz-checksum-sha256"], encoded);
    assert_eq!(headers["x-amz-meta-sha256"], digest_bytes(b"abc").to_string());
    assert_eq!(headers["x-amz-content-sha256"], digest_bytes(b"abc").to_string());
}

#[test]
fn of_two_conditional_puts_one_wins() {
    let double = Double::start();
    let store = double.store();
    assert_eq!(store.put("x", b"one", PutIf::Absent).unwrap(), Put::Done);
    assert_eq!(store.put("x", b"two", PutIf::Absent).unwrap(), Put::Lost);
    let seen = store.get("x").unwrap().unwrap();
    assert_eq!(store.put("x", b"three", PutIf::Unchanged(&seen.etag)).unwrap(), Put::Done);
    assert_eq!(store.put("x", b"four", PutIf::Unchanged(&seen.etag)).unwrap(), Put::Lost);
    assert_eq!(store.get("x").unwrap().unwrap().bytes, b"three");
    store.delete("x").unwrap();
    assert_eq!(store.put("x", b"five", PutIf::Unchanged(&seen.etag)).unwrap(), Put::Lost);
}

#[test]
fn a_file_is_checked_before_it_takes_its_name() {
    let double = Double::start();
    let store = double.store();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/x.bin");
    store.put("x", b"hello", PutIf::Always).unwrap();
    assert_eq!(store.get_file("x", &path, digest_bytes(b"hello")).unwrap(), 5);
    double.plant("x", b"hellO");
    let error = store.get_file("x", &path, digest_bytes(b"hello")).unwrap_err();
    assert!(matches!(error, ObjectError::Damaged { .. }), "{error}");
    assert_eq!(error.exit_code(), 3);
    assert_eq!(std::fs::read(&path).unwrap(), b"hello");
    let error = store.get_file("y", &path, digest_bytes(b"hello")).unwrap_err();
    assert_eq!(error.to_string(), "s3://lake/y must be in the object store, found nothing");
    assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
}

#[test]
fn a_listing_goes_over_all_pages() {
    let double = Double::with(10, true);
    for number in 0..95 {
        double.plant(&format!("a/{number:03}"), b"x");
    }
    double.plant("ab/1", b"x");
    let store = double.store();
    let keys: Vec<String> = store.list("a/").unwrap().into_iter().map(|entry| entry.key).collect();
    assert_eq!(keys.len(), 95);
    assert!(keys.is_sorted() && keys[94] == "a/094");
    assert_eq!(double.count("GET"), 10);
    assert!(store.list("b/").unwrap().is_empty());
}

#[test]
fn the_latest_is_the_last_key_or_the_last_written() {
    let double = Double::start();
    double.plant("runs/2024", b"x");
    double.plant("runs/2025", b"x");
    double.age();
    double.plant("runs/2023", b"x");
    let store = double.store();
    let latest = |by| store.latest("runs/", by).unwrap().unwrap().key;
    assert_eq!(latest(LatestBy::Key), "runs/2025");
    assert_eq!(latest(LatestBy::Modified), "runs/2023");
    assert!(store.latest("walks/", LatestBy::Key).unwrap().is_none());
}

#[test]
fn a_missing_key_names_its_variable() {
    let mut connector = Double::start().connector();
    connector.secret_variable = "RELEAT_TEST_NO_SUCH_SECRET".to_owned();
    let error = ObjectStore::try_new(&connector, "lake", &Interrupt::never()).unwrap_err();
    assert_eq!(error.exit_code(), 2);
    assert!(error.to_string().contains("RELEAT_TEST_NO_SUCH_SECRET"), "{error}");
}

#[test]
fn the_bucket_stands_in_the_path_or_in_the_host() {
    use aws_sdk_s3::presigning::PresigningConfig;
    let double = Double::start();
    let mut connector = double.connector();
    connector.endpoint_url = "https://s3.example.com/".to_owned();
    let address = |connector: &crate::config::S3Connector| {
        let store = ObjectStore::try_new(connector, "lake", &Interrupt::never()).unwrap();
        let day = PresigningConfig::expires_in(std::time::Duration::from_secs(60)).unwrap();
        let request = store.client.get_object().bucket("lake").key("a/b").presigned(day);
        let address = store.runtime.block_on(request).unwrap().uri().to_owned();
        address.split('?').next().unwrap().to_owned()
    };
    assert_eq!(address(&connector), "https://s3.example.com/lake/a/b");
    connector.addressing = crate::config::S3Addressing::VirtualHost;
    assert_eq!(address(&connector), "https://lake.s3.example.com/a/b");
    connector.endpoint_url = String::new();
    connector.region = "eu-central-1".to_owned();
    assert_eq!(address(&connector), "https://lake.s3.eu-central-1.amazonaws.com/a/b");
}

#[test]
fn a_pace_is_kept_over_repetitions() {
    let double = Double::start();
    double.rule(|_, _| Fault::Status(503, "SlowDown", None));
    let error = double.store().get("x").unwrap_err();
    assert!(matches!(&error, ObjectError::Remote(RemoteError::Unavailable { tries: 3, .. })));
    assert_eq!(double.seen().len(), 3);
}
