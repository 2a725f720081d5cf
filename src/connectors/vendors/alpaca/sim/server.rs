//! The double at work.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio::sync::broadcast::{self, Receiver, Sender};
use tokio::time::sleep;

use super::clock::SimClock;
use super::desk::Desk;
use super::faults::{FaultKind, FaultPlan, Occasion};
use super::options::SimOptions;
use super::wire::{Request, Response, converse, read, write};
use super::{market, routes};
use crate::base::{Interrupt, Timestamp, now, write_atomic};
use crate::connectors::simulated::brokerage::Brokerage;
use crate::domain::Symbol;

/// How often the house looks at its clock.
const TICK: Duration = Duration::from_millis(10);
/// News that a slow client may be behind by.
const QUEUE_MAX: usize = 16_384;
const MINUTE_NANOS: i64 = 60_000_000_000;
/// Between two quotes of a symbol, seconds of ours.
const QUOTES_S: f64 = 0.1;
/// After a long leap of the clock no more minutes than this are sent.
const MINUTES_MAX: i64 = 600;
const WINDOW_S: f64 = 60.0;

/// A running double; it ends when it is dropped.
#[derive(Debug)]
pub struct AlpacaSim {
    address: SocketAddr,
    shared: Arc<Shared>,
    runtime: Option<Runtime>,
}

/// Something for every client.
#[derive(Debug, Clone)]
pub(super) enum Out {
    Update(String),
    Bars(Arc<Vec<Value>>),
    Quotes(Arc<Vec<Value>>),
    Close,
}

/// What all connections share.
#[derive(Debug)]
pub(super) struct Shared {
    options: SimOptions,
    clock: SimClock,
    desk: Mutex<Desk>,
    plan: Mutex<FaultPlan>,
    state: Mutex<State>,
    out: Sender<Out>,
}

#[derive(Debug, Default)]
struct State {
    silent_until_s: f64,
    mute_until_s: f64,
    stale_until_s: f64,
    /// An update that waits for the next one.
    held: Option<String>,
    /// Symbols that anybody has asked for.
    symbols: Vec<Symbol>,
    window: (f64, u32),
    /// Updates that were sent.
    told: u64,
}

impl AlpacaSim {
    /// Starts to listen on the loopback.
    ///
    /// # Errors
    /// The port cannot be had, or the system gives no thread.
    pub fn start(options: SimOptions) -> io::Result<Self> {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let listener = runtime.block_on(TcpListener::bind(("127.0.0.1", options.port)))?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            clock: SimClock::start(options.clock, options.speed),
            desk: Mutex::new(Desk::new(&options)),
            plan: Mutex::new(FaultPlan::new(options.faults.clone())),
            state: Mutex::new(State::default()),
            out: broadcast::channel(QUEUE_MAX).0,
            options,
        });
        runtime.spawn(tick(Arc::clone(&shared)));
        runtime.spawn(accept(listener, Arc::clone(&shared)));
        Ok(Self { address, shared, runtime: Some(runtime) })
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The same as an address for requests; websockets are on the same port.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What time it is at the venue.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.shared.clock.now()
    }

    /// Everything that really happened, as comma-separated values.
    #[must_use]
    pub fn truth_csv(&self) -> String {
        lock(&self.shared.desk).house.truth_csv()
    }

    /// Looks at the books.
    pub fn with_house<T>(&self, look: impl FnOnce(&Brokerage) -> T) -> T {
        look(&lock(&self.shared.desk).house)
    }

    /// Serves until the process is asked to stop, then writes the ground truth.
    ///
    /// # Errors
    /// The file of the ground truth cannot be written.
    pub fn wait(&self, stop: &Interrupt) -> Result<(), crate::base::FileError> {
        while stop.stop_requested().is_none() {
            thread::sleep(Duration::from_millis(50));
        }
        match &self.shared.options.ground_truth {
            Some(path) => write_atomic(path, self.truth_csv().as_bytes()),
            None => Ok(()),
        }
    }
}

impl Drop for AlpacaSim {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Shared {
    pub(super) fn listen(&self) -> Receiver<Out> {
        self.out.subscribe()
    }

    pub(super) fn is_silent(&self) -> bool {
        self.clock.real_seconds() < lock(&self.state).silent_until_s
    }

    pub(super) fn knows(&self, identity: &str, secret: &str) -> bool {
        match &self.options.keys {
            Some((own, other)) => own == identity && other == secret,
            None => !identity.is_empty() && !secret.is_empty(),
        }
    }

    fn send(&self, out: Out) {
        let is_stale = self.clock.real_seconds() < lock(&self.state).stale_until_s;
        if is_stale && matches!(out, Out::Bars(_) | Out::Quotes(_)) {
            return;
        }
        // Nobody may listen.
        drop(self.out.send(out));
    }

    /// Sends updates with the faults that strike them.
    fn publish(self: &Arc<Self>, updates: Vec<Value>) {
        for mut data in updates {
            let struck = lock(&self.plan).strike(Occasion::Update);
            let is_mute = self.clock.real_seconds() < lock(&self.state).mute_until_s;
            if struck.contains(&FaultKind::UnknownEvent) {
                data["event"] = "moved_to_the_moon".into();
            }
            let mut text = json!({"stream": "trade_updates", "data": data}).to_string();
            if struck.contains(&FaultKind::MalformedUpdate) {
                text.truncate(text.len() / 2);
            }
            let held = lock(&self.state).held.take();
            let mut delay = None;
            let mut times = usize::from(!is_mute);
            let mut is_late = false;
            for kind in struck {
                match kind {
                    FaultKind::DropUpdate => times = 0,
                    FaultKind::DuplicateUpdate => times *= 2,
                    FaultKind::ReorderUpdate => is_late = true,
                    FaultKind::DelayUpdate(ms) => delay = Some(Duration::from_millis(ms)),
                    other => {
                        // The books are held here, and it may want them.
                        let shared = Arc::clone(self);
                        tokio::spawn(async move { shared.act(other) });
                    }
                }
            }
            if is_late {
                lock(&self.state).held = Some(text);
            } else {
                self.deliver(text, times, delay);
            }
            if let Some(held) = held {
                self.deliver(held, 1, None);
            }
        }
    }

    fn deliver(self: &Arc<Self>, text: String, times: usize, delay: Option<Duration>) {
        lock(&self.state).told += times as u64;
        if let Some(delay) = delay {
            let shared = Arc::clone(self);
            tokio::spawn(async move {
                sleep(delay).await;
                shared.send(Out::Update(text));
            });
            return;
        }
        for _ in 0..times {
            self.send(Out::Update(text.clone()));
        }
    }

    /// Faults that belong to no message.
    fn act(&self, kind: FaultKind) {
        let seconds = self.clock.real_seconds();
        let until = |ms: u64| seconds + ms as f64 / 1e3;
        match kind {
            FaultKind::CloseSockets => self.send(Out::Close),
            FaultKind::Silence(ms) => lock(&self.state).silent_until_s = until(ms),
            FaultKind::Mute(ms) => lock(&self.state).mute_until_s = until(ms),
            FaultKind::StaleData(ms) => lock(&self.state).stale_until_s = until(ms),
            FaultKind::UnknownStatus => {
                lock(&self.desk).strange_status = Some("held_by_the_moon");
            }
            FaultKind::ForeignOrder { symbol, quantity } => {
                if let Ok(symbol) = symbol.parse() {
                    lock(&self.desk).foreign(symbol, quantity);
                }
            }
            FaultKind::OverFill(quantity) => lock(&self.desk).over_fill(quantity),
            _ => {}
        }
    }

    /// Answers a request; `None` cuts the line.
    async fn answer(self: &Arc<Self>, request: Request) -> Option<Response> {
        let mut struck = lock(&self.plan).strike(Occasion::Request);
        if request.method == "POST" {
            struck.extend(lock(&self.plan).strike(Occasion::Order));
        }
        let mut after = None;
        for kind in struck {
            match kind {
                FaultKind::TooMany(reset_s) => return Some(too_many(reset_s as f64)),
                FaultKind::FailBefore => return Some(Response::refusal(500, 50_010_000, "oops")),
                FaultKind::ResetBefore => return None,
                FaultKind::FailAfter | FaultKind::ResetAfter | FaultKind::Hang => {
                    after = Some(kind);
                }
                other => self.act(other),
            }
        }
        let mut response = self.respond(&request);
        match after {
            Some(FaultKind::FailAfter) => response = Response::refusal(500, 50_010_000, "oops"),
            Some(FaultKind::ResetAfter) => return None,
            Some(_) => std::future::pending().await,
            None => {}
        }
        Some(response)
    }

    fn respond(self: &Arc<Self>, request: &Request) -> Response {
        let word = |name: &str| request.header(name).unwrap_or_default();
        if !self.knows(word("apca-api-key-id"), word("apca-api-secret-key")) {
            return Response::refusal(403, 40_110_000, "request is not authorized");
        }
        if request.query("feed") == Some("sip") && !self.options.has_sip {
            let text = "subscription does not permit querying recent SIP data";
            return Response::refusal(403, 42_210_000, text);
        }
        let (left, reset_s) = self.count();
        let Some(left) = left else { return too_many(reset_s) };
        let mut desk = lock(&self.desk);
        let now = self.clock.now();
        let updates = desk.advance(now);
        self.publish(updates);
        let mut response = routes::answer(&mut desk, request, now);
        // What follows at once is told after the answer is made, but may arrive before it.
        let updates = desk.advance(now);
        self.publish(updates);
        let limit = self.options.requests_per_min;
        response.headers.push(("x-ratelimit-limit", limit.to_string()));
        response.headers.push(("x-ratelimit-remaining", left.to_string()));
        response.headers.push(("x-ratelimit-reset", reset_at(reset_s)));
        response
    }

    /// Counts a request: how many are left in this minute, and when it ends.
    fn count(&self) -> (Option<u32>, f64) {
        let seconds = self.clock.real_seconds();
        let mut state = lock(&self.state);
        if seconds - state.window.0 >= WINDOW_S {
            state.window = (seconds, 0);
        }
        state.window.1 += 1;
        let left = self.options.requests_per_min.checked_sub(state.window.1);
        (left, state.window.0 + WINDOW_S - seconds)
    }
}

fn too_many(reset_s: f64) -> Response {
    let mut response = Response::refusal(429, 42_910_000, "rate limit exceeded");
    response.headers.push(("x-ratelimit-remaining", "0".to_owned()));
    response.headers.push(("x-ratelimit-reset", reset_at(reset_s)));
    response
}

fn reset_at(seconds: f64) -> String {
    format!("{}", (now().nanos() as f64 / 1e9 + seconds).ceil())
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    loop {
        if let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, Arc::clone(&shared)));
        }
    }
}

/// Tells a websocket from a request without taking anything off the line.
async fn serve(mut stream: TcpStream, shared: Arc<Shared>) {
    let mut head = vec![0; 4096];
    loop {
        let Ok(count) = stream.peek(&mut head).await else { return };
        let seen = String::from_utf8_lossy(head.get(..count).unwrap_or_default()).into_owned();
        if count == 0 || seen.contains("\r\n\r\n") || count == head.len() {
            let request = Request::parse(&seen);
            if let Some(request) = request.filter(|r| r.header("upgrade").is_some()) {
                return converse(stream, &request.path, shared).await;
            }
            break;
        }
        sleep(Duration::from_millis(1)).await;
    }
    let mut rest = Vec::new();
    while let Some(request) = read(&mut stream, &mut rest).await {
        let Some(response) = shared.answer(request).await else { return };
        if !write(&mut stream, &response).await {
            return;
        }
    }
}

/// Lets time pass.
async fn tick(shared: Arc<Shared>) {
    let mut minute = shared.clock.now().nanos().div_euclid(MINUTE_NANOS);
    let mut quoted_s = 0.0;
    loop {
        sleep(TICK).await;
        let struck = lock(&shared.plan).pass(shared.clock.seconds());
        struck.into_iter().for_each(|kind| shared.act(kind));
        let (time, symbols) = (shared.clock.now(), lock(&shared.state).symbols.clone());
        let mut desk = lock(&shared.desk);
        let updates = desk.advance(time);
        shared.publish(updates);
        let prices = desk.house.market();
        let latest = time.nanos().div_euclid(MINUTE_NANOS);
        minute = minute.max(latest - MINUTES_MAX);
        while minute < latest {
            let start = Timestamp::from_nanos(minute * MINUTE_NANOS);
            shared.send(Out::Bars(Arc::new(market::minute(prices, &symbols, start))));
            minute += 1;
        }
        if shared.clock.real_seconds() - quoted_s >= QUOTES_S {
            quoted_s = shared.clock.real_seconds();
            shared.send(Out::Quotes(Arc::new(market::quotes(prices, &symbols, time))));
        }
    }
}

impl Shared {
    /// Remembers what is asked for: only that is streamed.
    pub(super) fn want(&self, symbols: &[Symbol]) {
        let mut state = lock(&self.state);
        for symbol in symbols {
            if !state.symbols.contains(symbol) {
                state.symbols.push(symbol.clone());
            }
        }
    }
}

/// A task that panicked left books behind that are still good to look at.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
