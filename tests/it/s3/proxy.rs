//! A line between program and server that can be made bad.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What happens to one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Pass,
    /// The server answers, half of the answer arrives.
    Reset,
    /// The server is not asked; `503 SlowDown` with `Retry-After: 0`.
    Busy,
}

type Rule = dyn Fn(usize, &str) -> Fate + Send + Sync;

/// Listens on a port and asks the server for each request, unless `rule` (number and first line of
/// the request) wants otherwise. The rule may take its time.
pub(super) fn proxy(
    server: u16,
    rule: impl Fn(usize, &str) -> Fate + Send + Sync + 'static,
) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let rule: Arc<Rule> = Arc::new(rule);
    let count = Arc::new(AtomicUsize::new(0));
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (rule, count) = (Arc::clone(&rule), Arc::clone(&count));
            // A client that hangs up ends its thread and nothing else.
            std::thread::spawn(move || drop(serve(stream, server, &*rule, &count)));
        }
    });
    url
}

fn serve(stream: TcpStream, server: u16, rule: &Rule, count: &AtomicUsize) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut writer = stream;
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if line.trim().is_empty() {
            break;
        }
        if !line.to_ascii_lowercase().starts_with("connection:") {
            head += &line;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let fate = rule(count.fetch_add(1, Ordering::SeqCst), head.lines().next().unwrap_or_default());
    if fate == Fate::Busy {
        let text = "<Error><Code>SlowDown</Code><Message>reduce your rate</Message></Error>";
        return write!(
            writer,
            "HTTP/1.1 503 Slow Down\r\nRetry-After: 0\r\nConnection: close\r\n\
             Content-Type: application/xml\r\nContent-Length: {}\r\n\r\n{text}",
            text.len()
        );
    }
    let mut upstream = TcpStream::connect(("127.0.0.1", server))?;
    write!(upstream, "{head}Connection: close\r\n\r\n")?;
    upstream.write_all(&body)?;
    let mut answer = Vec::new();
    upstream.read_to_end(&mut answer)?;
    let keep = if fate == Fate::Reset { answer.len() / 2 } else { answer.len() };
    writer.write_all(&answer[..keep])
}
