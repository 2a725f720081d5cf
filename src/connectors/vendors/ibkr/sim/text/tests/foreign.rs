//! Every message at every version, read and written by foreign clients.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use super::super::super::codec::Codec;
use super::super::super::message::Request;
use super::super::TextCodec;
use super::samples;
use crate::base::variable;

/// Every reply at every version, a line each.
fn replies() -> String {
    let mut text = String::new();
    for version in 100..=200 {
        let codec = TextCodec::new(version).unwrap();
        for reply in samples::replies() {
            for body in codec.write(&reply) {
                write!(text, "{version} {} ", reply.name().0).unwrap();
                body.iter().for_each(|byte| write!(text, "{byte:02x}").unwrap());
                text.push('\n');
            }
        }
    }
    text
}

/// What the clients print, or `None` with a line that says that they are not there.
fn told() -> Option<String> {
    let Some(python) = variable("RELEAT_FOREIGN_PYTHON") else {
        eprintln!("skipped: no RELEAT_FOREIGN_PYTHON names a Python with `ib_async` and `ibapi`");
        return None;
    };
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/foreign_clients");
    let mut child = Command::new(python)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .arg(program.join("every_version.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || input.write_all(replies().as_bytes()).unwrap());
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(output.status.success());
    Some(String::from_utf8(output.stdout).unwrap())
}

fn bytes(hex: &str) -> Vec<u8> {
    let byte = |index: usize| u8::from_str_radix(&hex[index..index + 2], 16).unwrap();
    (0..hex.len()).step_by(2).map(byte).collect()
}

/// What a version cannot tell is the same as what it tells by default.
fn plain(mut request: Request) -> Request {
    if let Request::TickByTick { count, ignore_size, .. } = &mut request {
        (*count, *ignore_size) = (0, true);
    }
    request
}

#[test]
fn foreign_clients_read_all_replies_and_their_requests_are_read_at_every_version() {
    let Some(told) = told() else { return };
    let mut meanings: BTreeMap<String, Request> = BTreeMap::new();
    let mut num_requests = 0;
    for line in told.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        assert_eq!(words[0], "request", "{line}");
        let (version, name) = (words[2].parse().unwrap(), words[3]);
        let read = TextCodec::new(version).unwrap().read(&bytes(words[4]));
        let request = plain(read.unwrap_or_else(|error| panic!("{line}: {error}")));
        assert_eq!(request.name().0, name.split(':').next().unwrap(), "{line}");
        let known = meanings.entry(name.to_owned()).or_insert_with(|| request.clone());
        assert_eq!(*known, request, "{line}");
        num_requests += 1;
    }
    assert_eq!(meanings.len(), 45);
    assert!(num_requests > 3000, "{num_requests}");
}
