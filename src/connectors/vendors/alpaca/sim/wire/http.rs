//! Just enough HTTP/1.1 for a client that behaves.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const HEAD_BYTES_MAX: usize = 64 * 1024;
const BODY_BYTES_MAX: usize = 1024 * 1024;

/// A request.
#[derive(Debug, Clone, Default, PartialEq)]
pub(in super::super) struct Request {
    pub(in super::super) method: String,
    pub(in super::super) path: String,
    pub(in super::super) query: Vec<(String, String)>,
    pub(in super::super) headers: Vec<(String, String)>,
    pub(in super::super) body: Vec<u8>,
}

impl Request {
    pub(in super::super) fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    pub(in super::super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// Reads a head; names of headers become lower case.
    pub(in super::super) fn parse(head: &str) -> Option<Self> {
        let mut lines = head.split("\r\n");
        let mut first = lines.next()?.split(' ');
        let (method, target) = (first.next()?, first.next()?);
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let fields = query.split('&').filter(|field| !field.is_empty()).map(|field| {
            let (name, value) = field.split_once('=').unwrap_or((field, ""));
            (plain(name), plain(value))
        });
        let headers = lines.filter_map(|line| {
            let (name, value) = line.split_once(':')?;
            Some((name.trim().to_ascii_lowercase(), value.trim().to_owned()))
        });
        Some(Self {
            method: method.to_owned(),
            path: plain(path),
            query: fields.collect(),
            headers: headers.collect(),
            body: Vec::new(),
        })
    }
}

/// Text without the escapes of an address.
fn plain(text: &str) -> String {
    let mut bytes = text.bytes();
    let mut out = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        let hex = |b: Option<u8>| char::from(b?).to_digit(16);
        match byte {
            b'+' => out.push(b' '),
            b'%' => match (hex(bytes.next()), hex(bytes.next())) {
                #[expect(clippy::cast_possible_truncation, reason = "two digits are a byte")]
                (Some(high), Some(low)) => out.push((16 * high + low) as u8),
                _ => out.push(b'?'),
            },
            byte => out.push(byte),
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// The next request of a connection; `None` at its end or if it makes no sense.
pub(in super::super) async fn read(stream: &mut TcpStream, rest: &mut Vec<u8>) -> Option<Request> {
    let mut chunk = [0; 8192];
    let end = loop {
        if let Some(end) = rest.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        let count = stream.read(&mut chunk).await.ok().filter(|count| *count > 0)?;
        rest.extend_from_slice(chunk.get(..count)?);
        if rest.len() > HEAD_BYTES_MAX {
            return None;
        }
    };
    let mut request = Request::parse(std::str::from_utf8(rest.get(..end)?).ok()?)?;
    rest.drain(..end + 4);
    let length = request.header("content-length").map_or(Some(0), |text| text.parse().ok())?;
    if length > BODY_BYTES_MAX {
        return None;
    }
    while rest.len() < length {
        let count = stream.read(&mut chunk).await.ok().filter(|count| *count > 0)?;
        rest.extend_from_slice(chunk.get(..count)?);
    }
    request.body = rest.drain(..length).collect();
    Some(request)
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Response {
    pub(in super::super) status: u16,
    pub(in super::super) headers: Vec<(&'static str, String)>,
    pub(in super::super) body: String,
}

impl Response {
    pub(in super::super) fn json(value: &serde_json::Value) -> Self {
        Self { status: 200, headers: Vec::new(), body: value.to_string() }
    }

    pub(in super::super) fn status(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: String::new() }
    }

    /// A denial as Alpaca words it.
    pub(in super::super) fn refusal(status: u16, code: i64, message: &str) -> Self {
        let body = serde_json::json!({"code": code, "message": message}).to_string();
        Self { status, headers: Vec::new(), body }
    }
}

/// Sends an answer; tells whether that worked.
pub(in super::super) async fn write(stream: &mut TcpStream, response: &Response) -> bool {
    let mut text = format!("HTTP/1.1 {} OK\r\ncontent-type: application/json\r\n", response.status);
    for (name, value) in &response.headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    if response.status != 204 {
        text.push_str(&format!("content-length: {}\r\n", response.body.len()));
    }
    text.push_str("\r\n");
    text.push_str(&response.body);
    stream.write_all(text.as_bytes()).await.is_ok()
}
