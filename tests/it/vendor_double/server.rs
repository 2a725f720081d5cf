//! The server: a thread for each connection, a log of what came.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::{Delivery, Reply, Request};

type Script = dyn Fn(&Request) -> Reply + Send + Sync;

/// How often an idle thread looks whether it is to end.
const LOOK: Duration = Duration::from_millis(20);

/// A running server.
pub(crate) struct VendorDouble {
    address: SocketAddr,
    shared: Arc<Shared>,
    acceptor: Option<JoinHandle<()>>,
}

/// A request and when it came.
#[derive(Debug, Clone)]
pub(crate) struct Logged {
    pub(crate) request: Request,
    /// Seconds since the start of the double.
    pub(crate) at_s: f64,
}

struct Shared {
    script: Box<Script>,
    log: Mutex<Vec<Logged>>,
    started: Instant,
    is_stopping: AtomicBool,
}

impl VendorDouble {
    /// Listens on a free port of this machine and answers by a script.
    #[expect(clippy::disallowed_methods, reason = "the double has a clock of its own")]
    pub(crate) fn start(script: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            script: Box::new(script),
            log: Mutex::default(),
            started: Instant::now(),
            is_stopping: AtomicBool::new(false),
        });
        let acceptor = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                for stream in listener.incoming() {
                    if shared.is_stopping() {
                        break;
                    }
                    let (Ok(stream), shared) = (stream, Arc::clone(&shared)) else { continue };
                    thread::spawn(move || shared.serve(stream));
                }
            })
        };
        Self { address, shared, acceptor: Some(acceptor) }
    }

    /// `http://127.0.0.1:PORT`
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// All requests so far, in order of arrival.
    pub(crate) fn requests(&self) -> Vec<Logged> {
        self.shared.log.lock().unwrap().clone()
    }

    /// How many requests came.
    pub(crate) fn count(&self) -> usize {
        self.shared.log.lock().unwrap().len()
    }

    /// Path and query of all requests so far.
    pub(crate) fn targets(&self) -> Vec<String> {
        self.requests().iter().map(|logged| logged.request.target()).collect()
    }

    /// The most requests in any half-open window of one second.
    pub(crate) fn most_in_a_second(&self) -> usize {
        let times: Vec<f64> = self.requests().iter().map(|logged| logged.at_s).collect();
        let within =
            |&first: &f64| times.iter().filter(|&&t| (first..first + 1.0).contains(&t)).count();
        times.iter().map(within).max().unwrap_or(0)
    }
}

impl Drop for VendorDouble {
    fn drop(&mut self) {
        self.shared.is_stopping.store(true, Ordering::Relaxed);
        // The acceptor wakes up for one more connection.
        drop(TcpStream::connect(self.address));
        if let Some(acceptor) = self.acceptor.take() {
            drop(acceptor.join());
        }
    }
}

impl Shared {
    fn is_stopping(&self) -> bool {
        self.is_stopping.load(Ordering::Relaxed)
    }

    fn serve(&self, mut stream: TcpStream) {
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(LOOK)).unwrap();
        while let Some(head) = self.read_head(&mut stream) {
            let Some(request) = self.note(&head) else { break };
            let reply = (self.script)(&request);
            if !self.send(&mut stream, &reply) {
                break;
            }
        }
    }

    /// Reads a head but for its last byte. Closing a socket with a byte unread resets it.
    fn read_head(&self, stream: &mut TcpStream) -> Option<String> {
        let mut buffer = [0; 16 * 1024];
        while !self.is_stopping() {
            let seen = match stream.peek(&mut buffer) {
                Ok(0) => return None,
                Ok(seen) => seen,
                Err(error)
                    if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) =>
                {
                    continue;
                }
                Err(_) => return None,
            };
            if let Some(end) = buffer[..seen].windows(4).position(|four| four == b"\r\n\r\n") {
                let mut head = vec![0; end + 3];
                stream.read_exact(&mut head).ok()?;
                return String::from_utf8(head).ok();
            }
            thread::sleep(Duration::from_millis(1));
        }
        None
    }

    fn note(&self, head: &str) -> Option<Request> {
        let mut log = self.log.lock().unwrap();
        let request = Request::parse(head, log.len())?;
        log.push(Logged { request: request.clone(), at_s: self.started.elapsed().as_secs_f64() });
        Some(request)
    }

    /// Whether the connection may serve another request.
    fn send(&self, stream: &mut TcpStream, reply: &Reply) -> bool {
        let goes_on = || !self.is_stopping();
        if reply.delivery == Delivery::Hang {
            self.wait_for_the_other(stream);
            return false;
        }
        let mut whole = reply.head().into_bytes();
        let head_bytes = whole.len();
        let part = match reply.delivery {
            Delivery::Reset(bytes) | Delivery::Cut(bytes) | Delivery::Silence(bytes) => {
                bytes.min(reply.body.len())
            }
            Delivery::Drip(..) | Delivery::Hang => 0,
            Delivery::Whole => reply.body.len(),
        };
        whole.extend(&reply.body[..part]);
        debug_assert!(head_bytes + part == whole.len());
        if stream.write_all(&whole).and_then(|()| stream.flush()).is_err() {
            return false;
        }
        match reply.delivery {
            Delivery::Reset(_) => {
                // What was sent has to arrive before the reset overtakes it.
                thread::sleep(LOOK);
                return false;
            }
            Delivery::Drip(bytes, pause) => {
                if reply.drip(stream, (bytes, pause), &goes_on).is_err() {
                    return false;
                }
            }
            Delivery::Silence(_) => self.wait_for_the_other(stream),
            Delivery::Whole | Delivery::Cut(_) | Delivery::Hang => {}
        }
        let is_read = stream.read_exact(&mut [0]).is_ok();
        is_read && matches!(reply.delivery, Delivery::Whole | Delivery::Drip(..))
    }

    fn wait_for_the_other(&self, stream: &mut TcpStream) {
        let mut last = [0; 2];
        drop(stream.read_exact(&mut last[..1]));
        while !self.is_stopping() {
            match stream.peek(&mut last) {
                Err(error)
                    if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
                _ => break,
            }
        }
    }
}
