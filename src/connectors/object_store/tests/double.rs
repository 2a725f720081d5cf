//! A store in memory that speaks enough of S3, and misbehaves when a test says so.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::base::{Interrupt, digest_bytes};
use crate::config::{Limits, S3Connector};
use crate::connectors::object_store::ObjectStore;

/// What happens to one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    None,
    /// The line is cut before the request is carried out.
    Cut,
    /// The request is carried out, the line is cut in the middle of the answer.
    CutAnswer,
    /// Nothing comes.
    Silence,
    /// An answer of this status with this code, and a wish to be left alone for some seconds.
    Status(u16, &'static str, Option<u64>),
    /// An answer that is no answer of a store.
    Nonsense,
}

/// One request as it came.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) method: String,
    pub(super) key: String,
    pub(super) headers: BTreeMap<String, String>,
}

type Rule = Arc<dyn Fn(usize, &Seen) -> Fault + Send + Sync>;
type Objects = BTreeMap<String, Stored>;

#[derive(Debug, Clone)]
struct Stored {
    bytes: Vec<u8>,
    sha256: Option<String>,
    modified: String,
}

struct Inner {
    objects: Mutex<Objects>,
    seen: Mutex<Vec<Seen>>,
    rule: Mutex<Rule>,
    count: AtomicUsize,
    page: usize,
    knows_conditions: bool,
}

pub(super) struct Double {
    inner: Arc<Inner>,
    port: u16,
}

const NEW: &str = "2026-01-01T00:00:00.000Z";

impl Double {
    pub(super) fn start() -> Self {
        Self::with(1000, true)
    }

    /// With `page` keys in a page of a listing.
    pub(super) fn with(page: usize, knows_conditions: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let inner = Arc::new(Inner {
            objects: Mutex::default(),
            seen: Mutex::default(),
            rule: Mutex::new(Arc::new(|_, _| Fault::None)),
            count: AtomicUsize::new(0),
            page,
            knows_conditions,
        });
        let shared = Arc::clone(&inner);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                // A client that hangs up ends its thread and nothing else.
                std::thread::spawn(move || drop(shared.serve(stream)));
            }
        });
        Self { inner, port }
    }

    /// Decides from now on what happens to each request; the count begins at 0.
    pub(super) fn rule(&self, rule: impl Fn(usize, &Seen) -> Fault + Send + Sync + 'static) {
        *self.inner.rule.lock().unwrap() = Arc::new(rule);
        self.inner.count.store(0, Ordering::SeqCst);
    }

    pub(super) fn connector(&self) -> S3Connector {
        S3Connector {
            endpoint_url: format!("http://127.0.0.1:{}", self.port),
            // The build tool sets both, whatever they hold.
            key_variable: "CARGO_PKG_NAME".to_owned(),
            secret_variable: "CARGO_PKG_VERSION".to_owned(),
            limits: Limits {
                requests_per_s: 1000.0,
                burst: 1000,
                parallel: 2,
                tries: 3,
                silence_s: 0.5,
                request_s: 5.0,
                pause_s: 0.001,
                pause_max_s: 2.0,
            },
            ..S3Connector::default()
        }
    }

    pub(super) fn store(&self) -> ObjectStore {
        ObjectStore::try_new(&self.connector(), "lake", &Interrupt::never()).unwrap()
    }

    /// Puts bytes behind the back of everybody; a digest in the metadata is lost.
    pub(super) fn plant(&self, key: &str, bytes: &[u8]) {
        let stored = Stored { bytes: bytes.to_vec(), sha256: None, modified: NEW.to_owned() };
        self.inner.objects.lock().unwrap().insert(key.to_owned(), stored);
    }

    pub(super) fn remove(&self, key: &str) {
        self.inner.objects.lock().unwrap().remove(key);
    }

    /// Makes every object look as if it was written long ago.
    pub(super) fn age(&self) {
        for stored in self.inner.objects.lock().unwrap().values_mut() {
            stored.modified = "2020-01-01T00:00:00.000Z".to_owned();
        }
    }

    pub(super) fn objects(&self) -> BTreeMap<String, Vec<u8>> {
        let objects = self.inner.objects.lock().unwrap();
        objects.iter().map(|(key, stored)| (key.clone(), stored.bytes.clone())).collect()
    }

    /// The requests since the last call.
    pub(super) fn seen(&self) -> Vec<Seen> {
        std::mem::take(&mut self.inner.seen.lock().unwrap())
    }

    pub(super) fn count(&self, method: &str) -> usize {
        self.inner.seen.lock().unwrap().iter().filter(|seen| seen.method == method).count()
    }
}

impl Inner {
    fn serve(&self, stream: TcpStream) -> std::io::Result<()> {
        let mut reader = BufReader::new(stream.try_clone()?);
        let mut writer = stream;
        let Some((seen, query, body)) = read_request(&mut reader)? else { return Ok(()) };
        self.seen.lock().unwrap().push(seen.clone());
        let number = self.count.fetch_add(1, Ordering::SeqCst);
        let rule = Arc::clone(&self.rule.lock().unwrap());
        let fault = rule(number, &seen);
        let answer = match fault {
            Fault::Cut => return Ok(()),
            Fault::Silence => {
                std::thread::sleep(Duration::from_secs(2));
                return Ok(());
            }
            Fault::Status(status, code, wait_s) => failure(status, code, wait_s),
            Fault::Nonsense => answer(200, "Content-Type: text/html\r\n", b"<html>hi</html>"),
            Fault::None | Fault::CutAnswer => self.act(&seen, &query, body),
        };
        let keep = if fault == Fault::CutAnswer { answer.len() - 3 } else { answer.len() };
        writer.write_all(&answer[..keep])?;
        writer.flush()
    }

    fn act(&self, seen: &Seen, query: &str, body: Vec<u8>) -> Vec<u8> {
        let mut objects = self.objects.lock().unwrap();
        match seen.method.as_str() {
            "GET" if seen.key.is_empty() => self.list(&objects, query),
            "PUT" if self.is_refused(seen, &objects) => failure(412, "PreconditionFailed", None),
            "PUT" => {
                let sha256 = seen.headers.get("x-amz-meta-sha256").cloned();
                let etag = etag(&body);
                let stored = Stored { bytes: body, sha256, modified: NEW.to_owned() };
                objects.insert(seen.key.clone(), stored);
                answer(200, &format!("ETag: {etag}\r\n"), b"")
            }
            "DELETE" => {
                objects.remove(&seen.key);
                answer(204, "", b"")
            }
            method => match objects.get(&seen.key) {
                None => failure(404, "NoSuchKey", None),
                Some(stored) => get(stored, method == "HEAD"),
            },
        }
    }

    fn is_refused(&self, seen: &Seen, objects: &Objects) -> bool {
        let there = objects.get(&seen.key).map(|stored| etag(&stored.bytes));
        let absent = seen.headers.contains_key("if-none-match");
        let other = seen.headers.get("if-match").is_some_and(|tag| there.as_ref() != Some(tag));
        self.knows_conditions && (absent && there.is_some() || other)
    }

    fn list(&self, objects: &Objects, query: &str) -> Vec<u8> {
        let field = |name: &str| {
            let found =
                query.split('&').find_map(|part| part.strip_prefix(name)?.strip_prefix('='));
            decode(found.unwrap_or_default())
        };
        let (prefix, after) = (field("prefix"), field("continuation-token"));
        let fits = |key: &&String| key.starts_with(&prefix) && **key > after;
        let keys: Vec<&String> = objects.keys().filter(fits).collect();
        let mut text = String::from("<?xml version=\"1.0\"?><ListBucketResult>");
        for key in keys.iter().take(self.page) {
            let stored = &objects[*key];
            let (size, etag) = (stored.bytes.len(), etag(&stored.bytes));
            let time = &stored.modified;
            text += &format!(
                "<Contents><Key>{key}</Key><LastModified>{time}</LastModified><ETag>{etag}</ETag>\
                 <Size>{size}</Size></Contents>"
            );
        }
        let is_more = keys.len() > self.page;
        text += &format!("<IsTruncated>{is_more}</IsTruncated>");
        if is_more {
            let token = keys[self.page - 1];
            text += &format!("<NextContinuationToken>{token}</NextContinuationToken>");
        }
        text += "</ListBucketResult>";
        answer(200, "Content-Type: application/xml\r\n", text.as_bytes())
    }
}

fn get(stored: &Stored, is_head: bool) -> Vec<u8> {
    let mut headers = format!("ETag: {}\r\n", etag(&stored.bytes));
    let year = &stored.modified[..4];
    let day = if year == "2020" { "Wed" } else { "Thu" };
    headers += &format!("Last-Modified: {day}, 01 Jan {year} 00:00:00 GMT\r\n");
    if let Some(digest) = &stored.sha256 {
        headers += &format!("x-amz-meta-sha256: {digest}\r\n");
    }
    let whole = answer(200, &headers, &stored.bytes);
    if is_head { whole[..whole.len() - stored.bytes.len()].to_vec() } else { whole }
}

fn read_request(
    reader: &mut BufReader<TcpStream>,
) -> std::io::Result<Option<(Seen, String, Vec<u8>)>> {
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut words = line.split_whitespace();
    let (Some(method), Some(target)) = (words.next(), words.next()) else { return Ok(None) };
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let path = decode(path);
    let key = path.trim_start_matches('/').split_once('/').map_or("", |(_, key)| key);
    let mut seen =
        Seen { method: method.to_owned(), key: key.to_owned(), headers: BTreeMap::new() };
    let query = query.to_owned();
    loop {
        let mut header = String::new();
        reader.read_line(&mut header)?;
        let Some((name, value)) = header.trim_end().split_once(':') else { break };
        seen.headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = seen.headers.get("content-length").and_then(|text| text.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body)?;
    Ok(Some((seen, query, body)))
}

fn answer(status: u16, headers: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status} X\r\nContent-Length: {length}\r\nConnection: close\r\n{headers}\r\n"
    );
    [head.as_bytes(), body].concat()
}

fn failure(status: u16, code: &str, wait_s: Option<u64>) -> Vec<u8> {
    let body = format!("<Error><Code>{code}</Code><Message>as the test wants it</Message></Error>");
    let wait = wait_s.map(|wait_s| format!("Retry-After: {wait_s}\r\n")).unwrap_or_default();
    answer(status, &format!("Content-Type: application/xml\r\n{wait}"), body.as_bytes())
}

fn etag(bytes: &[u8]) -> String {
    format!("\"{}\"", &digest_bytes(bytes).to_string()[..32])
}

fn decode(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits: String = rest.by_ref().take(2).map(char::from).collect();
            bytes.push(u8::from_str_radix(&digits, 16).unwrap());
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).unwrap()
}
