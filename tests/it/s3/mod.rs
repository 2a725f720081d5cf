//! `releat data push|pull|sync` and the client below it against a real S3 server.

mod proxy;
mod server;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use proxy::{Fate, proxy};
use releat::base::{Interrupt, Stopwatch};
use releat::config::S3Connector;
use releat::connectors::{LatestBy, ObjectStore, Put, PutIf};
use serde_json::Value;
use server::{KEYS, Server};

use crate::sandbox::Sandbox;

/// A sandbox whose lake holds three years, or the days given.
fn filled(days: &str) -> Sandbox {
    let sandbox = Sandbox::with_agent();
    fetch(&sandbox, days);
    sandbox
}

fn fetch(sandbox: &Sandbox, days: &str) {
    sandbox.succeed(&format!("fetch --config agents/tiny.yaml --range {days} -q"));
}

/// `releat data …` against a server, with keys in the environment.
fn data(sandbox: &Sandbox, url: &str, arguments: &str) -> Command {
    let limits = "--set connectors.s3.limits.pause_s=0.01 --set connectors.s3.limits.tries=3";
    let mut command = sandbox.command(&format!(
        "data {arguments} --set connectors.s3.endpoint_url={url} {limits} --output-format json \
         --no-progress"
    ));
    command.env("AWS_ACCESS_KEY_ID", KEYS.0).env("AWS_SECRET_ACCESS_KEY", KEYS.1);
    command
}

/// Runs it and gives exit code, document and standard error.
fn run(sandbox: &Sandbox, url: &str, arguments: &str) -> (i32, Value, String) {
    read(&data(sandbox, url, arguments).output().unwrap())
}

fn read(output: &Output) -> (i32, Value, String) {
    let document = serde_json::from_slice(&output.stdout).unwrap_or_default();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code().unwrap_or(-1), document, errors)
}

/// Runs it, expects exit code 0 and gives the document.
fn succeed(sandbox: &Sandbox, url: &str, arguments: &str) -> Value {
    let (code, document, errors) = run(sandbox, url, arguments);
    assert_eq!(code, 0, "{arguments}: {errors}");
    document
}

/// Runs it with `-q` and text; gives exit code and both streams.
fn quietly(sandbox: &Sandbox, url: &str, arguments: &str) -> (Option<i32>, String) {
    let settings = format!("--set connectors.s3.endpoint_url={url}");
    let mut command = sandbox.command(&format!("data {arguments} {settings} -q"));
    command.env("AWS_ACCESS_KEY_ID", KEYS.0).env("AWS_SECRET_ACCESS_KEY", KEYS.1);
    let output = command.output().unwrap();
    (output.status.code(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
}

/// Every file of the lake but the locks.
fn lake(sandbox: &Sandbox) -> BTreeMap<String, Vec<u8>> {
    fn collect(folder: &Path, root: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                collect(&path, root, files);
            } else if entry.file_name() != ".lock" {
                let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
                files.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    let (root, mut files) = (sandbox.path("data/lake"), BTreeMap::new());
    collect(&root, &root, &mut files);
    files
}

/// How many files of the lake have `part` in their path.
fn count(sandbox: &Sandbox, part: &str) -> usize {
    lake(sandbox).keys().filter(|name| name.contains(part)).count()
}

/// No manifest of the bucket names bytes that are not there.
fn assert_readable(server: &Server, bucket: &str) {
    let keys = server.keys(bucket);
    for key in keys.iter().filter(|key| key.ends_with("/manifest.json")) {
        let manifest: Value =
            serde_json::from_str(&server.ask("GET", &format!("/{bucket}/{key}"), "", b"").1)
                .unwrap();
        let folder = key.strip_suffix("manifest.json").unwrap();
        for (year, file) in manifest["years"].as_object().unwrap() {
            let name = format!("{folder}{year}.{}.parquet", file["sha256"].as_str().unwrap());
            assert!(keys.contains(&name), "{name}");
        }
    }
}

/// The client in this process; both variables are set by the build tool.
fn client(server: &Server, bucket: &str) -> ObjectStore {
    let connector = S3Connector {
        endpoint_url: server.url(),
        key_variable: "CARGO_PKG_NAME".to_owned(),
        secret_variable: "CARGO_PKG_VERSION".to_owned(),
        ..S3Connector::default()
    };
    ObjectStore::try_new(&connector, bucket, &Interrupt::never()).unwrap()
}

#[test]
fn a_lake_goes_to_the_store_and_comes_back() {
    let Some(server) = Server::shared() else { return };
    server.bucket("round-trip");
    let here = filled("2015-01-01..2016-12-31");
    let push = "push --to s3://round-trip/lakes/eu";
    let plan = succeed(&here, &server.url(), &format!("{push} --plan"));
    let all = count(&here, "");
    assert_eq!(plan["uploaded"], all);
    assert!(server.keys("round-trip").is_empty());
    let sent = succeed(&here, &server.url(), push);
    assert_eq!((&sent["schema_version"], &sent["uploaded"]), (&1.into(), &all.into()));
    assert_eq!((&sent["bytes"], &sent["complete"]), (&plan["bytes"], &true.into()));
    assert_eq!(sent["target"], "s3://round-trip/lakes/eu");
    assert_readable(&server, "round-trip");
    let again = succeed(&here, &server.url(), push);
    assert_eq!((&again["uploaded"], &again["skipped"]), (&0.into(), &all.into()));
    let (code, text) = quietly(&here, &server.url(), push);
    assert_eq!((code, text.as_str()), (Some(0), ""));

    let there = Sandbox::with_agent();
    let one = "pull --from s3://round-trip/lakes/eu --symbol AAA";
    assert_eq!(succeed(&there, &server.url(), one)["downloaded"], count(&here, "/AAA/"));
    let pulled = succeed(&there, &server.url(), "pull --from s3://round-trip/lakes/eu");
    let (one, rest) = (count(&here, "/AAA/"), count(&here, "/BBB/"));
    assert_eq!((&pulled["downloaded"], &pulled["skipped"]), (&rest.into(), &one.into()));
    assert_eq!(lake(&there), lake(&here));

    fetch(&there, "2017-01-01..2017-12-31");
    let synced = succeed(&there, &server.url(), "sync --to s3://round-trip/lakes/eu");
    let grown = synced["uploaded"].as_u64().unwrap();
    assert!((4..=6).contains(&grown), "{grown}");
    let synced = succeed(&here, &server.url(), "sync --from s3://round-trip/lakes/eu");
    assert_eq!(synced["downloaded"], grown);
    assert_eq!(lake(&there), lake(&here));

    let (code, _, errors) = run(&here, &server.url(), "pull --from s3://round-trip/lakes/us");
    assert_eq!(code, 3);
    assert!(errors.contains("s3://round-trip/lakes/us must hold a series"), "{errors}");
}

#[test]
fn a_push_that_is_killed_goes_on_where_it_was() {
    let Some(server) = Server::shared() else { return };
    server.bucket("killed");
    let here = filled("2010-01-01..2017-12-31");
    let slowly = "push --to s3://killed/lake --set connectors.s3.limits.requests_per_s=20 \
                  --set connectors.s3.limits.burst=1 --set connectors.s3.limits.parallel=1";
    let mut killed = 0;
    // Each life sends a little more than the one before.
    for life in 1..40 {
        let mut child = data(&here, &server.url(), slowly)
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let started = Stopwatch::start();
        while started.seconds() < 0.15 + 0.15 * f64::from(life)
            && child.try_wait().unwrap().is_none()
        {
            std::thread::sleep(Duration::from_millis(5));
        }
        if child.try_wait().unwrap().is_some_and(|status| status.success()) {
            break;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        killed += 1;
        assert_readable(&server, "killed");
    }
    assert!(killed >= 2, "{killed}");
    let contents = || {
        let keys = server.keys("killed");
        keys.into_iter().filter(|key| !key.ends_with("/manifest.json")).collect::<Vec<_>>()
    };
    let before = contents();
    let rest = succeed(&here, &server.url(), "push --to s3://killed/lake");
    assert_eq!(contents(), before, "{rest}");
    let there = Sandbox::empty();
    succeed(&there, &server.url(), "pull --from s3://killed/lake");
    assert_eq!(lake(&there), lake(&here));
}

#[test]
fn of_two_writers_one_wins_and_the_other_is_told() {
    let Some(server) = Server::shared() else { return };
    server.bucket("writers");
    let first = filled("2015-01-01..2015-12-31");
    let second = filled("2016-01-01..2016-12-31");
    let url = server.url();
    let is_done = AtomicBool::new(false);
    let push = "push --to s3://writers/lake --symbol AAA";
    // The second writer has looked and sent its content when the first one commits.
    let gate = proxy(server.port(), move |_, line| {
        let is_commit = line.starts_with("PUT") && line.contains("/manifest.json");
        if is_commit && !is_done.swap(true, Ordering::SeqCst) {
            assert_eq!(succeed(&first, &url, push)["uploaded"], count(&first, "/AAA/"));
        }
        Fate::Pass
    });
    let (code, document, errors) = run(&second, &gate, push);
    assert_eq!((code, &document["complete"]), (3, &false.into()), "{errors}");
    let conflict = &document["conflicts"][0];
    assert!(conflict["series"].as_str().unwrap().ends_with("/AAA/1d"));
    assert_ne!(conflict["lake_sha256"], conflict["mirror_sha256"]);
    assert!(errors.contains(conflict["lake_sha256"].as_str().unwrap()), "{errors}");
    assert!(errors.contains("hint: compare after `releat data pull --from"), "{errors}");
    assert_readable(&server, "writers");
    let (code, ..) = run(&second, &server.url(), "sync --to s3://writers/lake --symbol AAA");
    assert_eq!(code, 3);
}

#[test]
fn a_loser_with_more_wins_the_next_round() {
    let Some(server) = Server::shared() else { return };
    server.bucket("rounds");
    let first = filled("2015-01-01..2015-12-31");
    let second = filled("2015-01-01..2016-12-31");
    let url = server.url();
    let is_done = AtomicBool::new(false);
    let gate = proxy(server.port(), move |_, line| {
        let is_commit = line.starts_with("PUT") && line.contains("/manifest.json");
        if is_commit && !is_done.swap(true, Ordering::SeqCst) {
            succeed(&first, &url, "push --to s3://rounds/lake");
        }
        Fate::Pass
    });
    let told = succeed(&second, &gate, "push --to s3://rounds/lake");
    assert_eq!(told["complete"], true);
    let there = Sandbox::empty();
    succeed(&there, &server.url(), "pull --from s3://rounds/lake");
    assert_eq!(lake(&there), lake(&second));
}

#[test]
fn keys_are_checked() {
    // The first four actions prepare user and bucket; every later one must be signed. The mirror has
    // no prefix, because some versions of moto check the signature of an escaped slash wrongly.
    let Some(server) = Server::start(&[("INITIAL_NO_AUTH_ACTION_COUNT", "4")]) else { return };
    let iam = |text: &str| {
        let headers = "Content-Type: application/x-www-form-urlencoded\r\nAuthorization: \
                       AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/iam/aws4_request, \
                       SignedHeaders=host, Signature=x\r\n";
        let (status, body) = server.ask("POST", "/", headers, text.as_bytes());
        assert_eq!(status, 200, "{body}");
        body
    };
    iam("Action=CreateUser&UserName=me&Version=2010-05-08");
    let key = iam("Action=CreateAccessKey&UserName=me&Version=2010-05-08");
    let field = |name: &str| {
        let rest = key.split(&format!("<{name}>")).nth(1).unwrap();
        rest.split('<').next().unwrap().to_owned()
    };
    let (id, secret) = (field("AccessKeyId"), field("SecretAccessKey"));
    iam("Action=PutUserPolicy&UserName=me&PolicyName=all&Version=2010-05-08&PolicyDocument=%7B%22\
         Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22\
         Action%22%3A%22s3%3A%2A%22%2C%22Resource%22%3A%22%2A%22%7D%5D%7D");
    server.bucket("checked");
    let here = filled("2015-01-01..2015-12-31");
    let push = |id: &str, secret: &str| {
        let mut command = data(&here, &server.url(), "push --to s3://checked");
        command.env("AWS_ACCESS_KEY_ID", id).env("AWS_SECRET_ACCESS_KEY", secret);
        read(&command.output().unwrap())
    };
    let (code, _, errors) = push(&id, "wrong-secret");
    assert_eq!(code, 2, "{errors}");
    assert!(errors.contains("SignatureDoesNotMatch"), "{errors}");
    assert!(!errors.contains("wrong-secret"), "{errors}");
    let (code, _, errors) = push("AKIAUNKNOWN", &secret);
    assert_eq!(code, 2, "{errors}");
    assert!(errors.contains("InvalidAccessKeyId") && !errors.contains(&secret), "{errors}");
    let (code, _, errors) = push("", &secret);
    assert_eq!(code, 2);
    assert!(errors.contains("AWS_ACCESS_KEY_ID") && errors.contains("hint:"), "{errors}");
    let (code, document, errors) = push(&id, &secret);
    assert_eq!((code, &document["uploaded"]), (0, &count(&here, "").into()), "{errors}");
}

#[test]
fn a_bucket_or_a_server_that_is_not_there_is_told() {
    let Some(server) = Server::shared() else { return };
    let here = filled("2015-01-01..2015-06-30");
    let (code, _, errors) = run(&here, &server.url(), "push --to s3://no-such-bucket/lake");
    assert_eq!(code, 2);
    assert!(errors.contains("404 NoSuchBucket"), "{errors}");
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("http://{free}");
    let (code, _, errors) = run(&here, &url, "pull --from s3://no-such-bucket/lake");
    assert_eq!(code, 4);
    assert!(errors.contains("tried 3 times"), "{errors}");
    let (code, _, errors) = run(&here, &url, "push --to s3://no-such-bucket/lake --offline");
    assert_eq!(code, 4);
    assert!(errors.contains("--offline"), "{errors}");
    let (code, ..) = run(&here, &url, "push --to no-such-bucket");
    assert_eq!(code, 2);
}

#[test]
fn damaged_content_is_refused_and_sent_anew() {
    let Some(server) = Server::shared() else { return };
    server.bucket("damaged");
    let here = filled("2015-01-01..2016-12-31");
    succeed(&here, &server.url(), "push --to s3://damaged/lake");
    let keys = server.keys("damaged");
    let key = keys.iter().find(|key| key.contains("/AAA/1d/2016.")).unwrap();
    let path = format!("/damaged/{key}");
    server.ask("PUT", &path, "", b"rubbish");
    let there = Sandbox::empty();
    let (code, document, errors) = run(&there, &server.url(), "pull --from s3://damaged/lake");
    assert_eq!(code, 6, "{errors}");
    assert!(errors.contains(key) && errors.contains("is damaged: expected SHA-256"), "{errors}");
    assert_eq!(document["complete"], false);
    assert_eq!(document["downloaded"], count(&here, "/BBB/"));
    assert!(lake(&there).keys().all(|name| !name.contains("AAA/1d/manifest.json")));
    // Another length shows in the listing.
    assert_eq!(succeed(&here, &server.url(), "push --to s3://damaged/lake")["uploaded"], 1);
    succeed(&there, &server.url(), "pull --from s3://damaged/lake");
    assert_eq!(lake(&there), lake(&here));
}

#[test]
fn a_bad_line_does_no_harm() {
    let Some(server) = Server::shared() else { return };
    server.bucket("bad-line");
    let here = filled("2015-01-01..2016-12-31");
    // Every request meets both faults before it is served.
    let bad = |port| {
        proxy(port, move |number, _| match number % 3 {
            0 => Fate::Busy,
            1 => Fate::Reset,
            _ => Fate::Pass,
        })
    };
    let alone = "--set connectors.s3.limits.parallel=1";
    let push = format!("push --to s3://bad-line/lake {alone}");
    succeed(&here, &bad(server.port()), &push);
    assert_readable(&server, "bad-line");
    let there = Sandbox::empty();
    let pull = format!("pull --from s3://bad-line/lake {alone}");
    succeed(&there, &bad(server.port()), &pull);
    assert_eq!(lake(&there), lake(&here));
}

#[test]
fn a_listing_has_more_than_a_thousand_keys() {
    let Some(server) = Server::shared() else { return };
    server.bucket("pages");
    for number in 0..1100 {
        server.ask("PUT", &format!("/pages/many/{number:04}"), "", b"x");
    }
    server.ask("PUT", "/pages/many/0500", "", b"again");
    server.ask("PUT", "/pages/more/1", "", b"x");
    let store = client(&server, "pages");
    let keys = store.list("many/").unwrap();
    assert_eq!(keys.len(), 1100);
    assert!(keys.windows(2).all(|pair| pair[0].key < pair[1].key));
    assert_eq!(store.latest("many/", LatestBy::Key).unwrap().unwrap().key, "many/1099");
    assert!(store.latest("many/", LatestBy::Modified).unwrap().is_some());
    assert!(store.latest("none/", LatestBy::Key).unwrap().is_none());
}

#[test]
fn conditional_puts_hold() {
    let Some(server) = Server::shared() else { return };
    server.bucket("conditions");
    let store = client(&server, "conditions");
    assert_eq!(store.put("a/^x=1", b"one", PutIf::Absent).unwrap(), Put::Done);
    assert_eq!(store.put("a/^x=1", b"two", PutIf::Absent).unwrap(), Put::Lost);
    let seen = store.get("a/^x=1").unwrap().unwrap();
    assert_eq!(seen.bytes, b"one");
    assert_eq!(store.put("a/^x=1", b"two", PutIf::Unchanged(&seen.etag)).unwrap(), Put::Done);
    assert_eq!(store.put("a/^x=1", b"three", PutIf::Unchanged(&seen.etag)).unwrap(), Put::Lost);
    let facts = store.head("a/^x=1").unwrap().unwrap();
    assert_eq!(facts.size, 3);
    assert_eq!(facts.sha256, Some(releat::base::digest_bytes(b"two")));
    store.delete("a/^x=1").unwrap();
    assert!(store.head("a/^x=1").unwrap().is_none());
    let none = store.put("a/^x=1", b"four", PutIf::Unchanged(&seen.etag)).unwrap();
    assert_eq!(none, Put::Lost);
}
