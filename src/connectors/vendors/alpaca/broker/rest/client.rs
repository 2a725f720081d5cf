//! One request and its outcome, where it matters whether it may have arrived.

use std::future::Future;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::{Client, Method, redirect, retry};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::runtime::{Handle, Runtime};
use tokio::time::{sleep, timeout};

use super::clock::VenueClock;
use super::keys::Keys;
use super::pace::{Pace, Told, Urgency};
use crate::base::{Interrupt, Stopwatch, Timestamp, now};
use crate::config::Limits;
use crate::connectors::vendors::Notes;
use crate::connectors::vendors::alpaca::broker::wire::Refusal;

const USER_AGENT: &str = concat!("releat/", env!("CARGO_PKG_VERSION"));
const IDENTITY_HEADER: HeaderName = HeaderName::from_static("apca-api-key-id");
const SECRET_HEADER: HeaderName = HeaderName::from_static("apca-api-secret-key");
/// Whoever asks is waiting for the next bar.
const TRIES_MAX: u32 = 3;
/// An order that cannot leave within this time does not leave.
const ORDER_WAIT_S: f64 = 5.0;
const LOOK: Duration = Duration::from_millis(50);
/// What is under way when the process is asked to stop, and what cancels then, has so long.
const STOP_GRACE: Duration = Duration::from_secs(5);

/// A request.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) struct Call {
    pub(super) method: Method,
    pub(super) base: Base,
    pub(super) path: String,
    pub(super) query: Vec<(&'static str, String)>,
    pub(super) body: Option<Value>,
}

/// Which service is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Base {
    Trading,
    Data,
}

/// Why there is no good answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) enum Loss {
    /// Nothing left, or the venue said that it did nothing.
    NotSent(String),
    /// It may be done or not.
    Unknown(String),
    /// The venue said no.
    Refused { status: u16, code: i64, message: String },
}

impl Loss {
    pub(in super::super) fn text(&self) -> String {
        match self {
            Self::NotSent(text) | Self::Unknown(text) => text.clone(),
            Self::Refused { status, message, .. } => format!("{status}: {message}"),
        }
    }
}

/// The way to both services, shared by everything that uses this account.
#[derive(Debug)]
pub(in super::super) struct Line {
    trading_url: String,
    data_url: String,
    keys: Keys,
    limits: Limits,
    client: Client,
    /// `None` only while it is dropped.
    runtime: Option<Runtime>,
    handle: Handle,
    clock: Stopwatch,
    pace: Mutex<Pace>,
    venue_clock: Mutex<VenueClock>,
    notes: Mutex<Notes>,
    interrupt: Interrupt,
}

impl Line {
    /// A line that nothing has been sent on.
    ///
    /// # Errors
    /// What the system did not give.
    pub(in super::super) fn try_new(
        (trading_url, data_url): (&str, &str),
        keys: Keys,
        limits: Limits,
        interrupt: Interrupt,
    ) -> Result<Self, String> {
        // An error says that some other client has chosen the same before.
        drop(rustls::crypto::ring::default_provider().install_default());
        let client = Client::builder()
            .user_agent(USER_AGENT)
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .build()
            .map_err(|error| error.to_string())?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .map_err(|error| error.to_string())?;
        Ok(Self {
            trading_url: trading_url.trim_end_matches('/').to_owned(),
            data_url: data_url.trim_end_matches('/').to_owned(),
            keys,
            limits,
            client,
            handle: runtime.handle().clone(),
            runtime: Some(runtime),
            clock: Stopwatch::start(),
            pace: Mutex::new(Pace::new(limits.requests_per_s)),
            venue_clock: Mutex::new(VenueClock::new()),
            notes: Mutex::default(),
            interrupt,
        })
    }

    pub(in super::super) const fn keys(&self) -> &Keys {
        &self.keys
    }

    /// Seconds since the line was made; for deadlines.
    pub(in super::super) fn seconds(&self) -> f64 {
        self.clock.seconds()
    }

    /// Something for people, about something; without a word of the keys.
    pub(in super::super) fn note(&self, about: &str, text: &str) {
        let text = self.keys.blot(text);
        lock(&self.notes).say(about, &text, self.seconds());
    }

    /// What people were not told yet.
    pub(in super::super) fn take_notes(&self) -> Vec<String> {
        lock(&self.notes).take().collect()
    }

    /// What time it is at the venue, as far as its last word tells.
    pub(in super::super) fn venue_now(&self) -> Timestamp {
        lock(&self.venue_clock).time(self.seconds()).unwrap_or_default()
    }

    /// What time it is at the venue; asks it now and then.
    pub(in super::super) fn venue_time(&self) -> Result<Timestamp, Loss> {
        let is_due = lock(&self.venue_clock).is_due(self.seconds());
        if is_due {
            let time = self.clock()?;
            lock(&self.venue_clock).read(self.seconds(), time);
        }
        Ok(self.venue_now())
    }

    pub(in super::super) const fn handle(&self) -> &Handle {
        &self.handle
    }

    /// Starts a task that lives as long as the line.
    pub(in super::super) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        drop(self.handle.spawn(task));
    }

    /// Waits for an outcome.
    pub(in super::super) fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        self.handle.block_on(work)
    }

    /// Asks again while that may help.
    pub(in super::super) fn read<T: DeserializeOwned>(&self, call: &Call) -> Result<T, Loss> {
        self.parse(call, &self.wait(self.persist(call, Urgency::Read))?)
    }

    /// Asks once, for what can be asked later as well.
    pub(in super::super) fn glance<T: DeserializeOwned>(&self, call: &Call) -> Result<T, Loss> {
        self.parse(call, &self.wait(self.once(call, Urgency::Read))?)
    }

    /// Asks as if it were a cancel.
    pub(in super::super) fn read_urgently<T: DeserializeOwned>(
        &self,
        call: &Call,
    ) -> Result<T, Loss> {
        self.parse(call, &self.wait(self.persist(call, Urgency::Cancel))?)
    }

    fn parse<T: DeserializeOwned>(&self, call: &Call, text: &str) -> Result<T, Loss> {
        let mut reader = serde_json::Deserializer::from_str(text);
        serde_path_to_error::deserialize(&mut reader).map_err(|error| {
            let path = &call.path;
            Loss::Unknown(self.keys.blot(&format!("{path} has another shape: {error}")))
        })
    }

    /// Sends an order once.
    pub(in super::super) fn order(&self, call: &Call) -> Result<String, Loss> {
        self.wait(self.once(call, Urgency::Order))
    }

    /// Sends a cancel until there is an answer; twice does no harm.
    pub(in super::super) async fn cancel(&self, call: &Call) -> Result<String, Loss> {
        self.persist(call, Urgency::Cancel).await
    }

    async fn persist(&self, call: &Call, urgency: Urgency) -> Result<String, Loss> {
        let mut tries = 0;
        loop {
            let outcome = self.once(call, urgency).await;
            tries += 1;
            match outcome {
                Err(Loss::NotSent(_) | Loss::Unknown(_))
                    if tries < self.limits.tries.min(TRIES_MAX)
                        && self.interrupt.stop_requested().is_none() =>
                {
                    let doublings = i32::try_from(tries.min(30)).unwrap_or(30) - 1;
                    let most = self.limits.pause_s * 2_f64.powi(doublings);
                    sleep(Duration::from_secs_f64(most.min(self.limits.pause_max_s))).await;
                }
                outcome => return outcome,
            }
        }
    }

    async fn once(&self, call: &Call, urgency: Urgency) -> Result<String, Loss> {
        self.turn(urgency).await?;
        let request = self.request(call)?;
        let most = Duration::from_secs_f64(self.limits.request_s.min(self.limits.silence_s));
        let work = timeout(most, self.exchange(request));
        tokio::select! {
            outcome = work => outcome.unwrap_or_else(|_| {
                Err(Loss::Unknown(format!("no answer within {} s", most.as_secs_f64())))
            }),
            () = self.stopped() => Err(Loss::Unknown("the process was asked to stop".to_owned())),
        }
    }

    async fn turn(&self, urgency: Urgency) -> Result<(), Loss> {
        let started = self.seconds();
        let most = match urgency {
            Urgency::Order => ORDER_WAIT_S,
            Urgency::Read | Urgency::Cancel => self.limits.pause_max_s,
        };
        loop {
            let turn = self.pace().take(self.seconds(), urgency);
            let Err(wait) = turn else { return Ok(()) };
            if self.seconds() + wait - started > most {
                let text = format!("the venue's pace allows the next request in {wait:.1} s");
                return Err(Loss::NotSent(text));
            }
            sleep(Duration::from_secs_f64(wait.min(LOOK.as_secs_f64()))).await;
        }
    }

    fn request(&self, call: &Call) -> Result<reqwest::Request, Loss> {
        let base = match call.base {
            Base::Trading => &self.trading_url,
            Base::Data => &self.data_url,
        };
        let hidden = |key: &str| {
            let value = HeaderValue::from_str(key).map(|mut value| {
                value.set_sensitive(true);
                value
            });
            value.map_err(|_| Loss::NotSent("a key has characters that no header takes".to_owned()))
        };
        let mut builder = self
            .client
            .request(call.method.clone(), format!("{base}{}", call.path))
            .query(&call.query)
            .header(IDENTITY_HEADER, hidden(self.keys.identity())?)
            .header(SECRET_HEADER, hidden(self.keys.secret())?);
        if let Some(body) = &call.body {
            builder = builder.header(CONTENT_TYPE, "application/json").body(body.to_string());
        }
        builder.build().map_err(|_| Loss::NotSent(format!("`{base}` is no address")))
    }

    async fn exchange(&self, request: reqwest::Request) -> Result<String, Loss> {
        let response = match self.client.execute(request).await {
            Ok(response) => response,
            Err(error) => {
                let text = self.keys.blot(&reason(&error));
                let is_unsent = error.is_connect() || error.is_builder();
                return Err(if is_unsent { Loss::NotSent(text) } else { Loss::Unknown(text) });
            }
        };
        let status = response.status().as_u16();
        self.pace().heard(self.seconds(), told(response.headers()), status);
        let body = response.text().await;
        let body = body.map_err(|error| Loss::Unknown(self.keys.blot(&reason(&error))))?;
        match status {
            200..=299 => Ok(body),
            429 => Err(Loss::NotSent("the venue wants fewer requests (429)".to_owned())),
            408 | 425 | 500.. => Err(Loss::Unknown(
                self.keys.blot(&format!("the venue failed with {status}: {body}")),
            )),
            status => {
                let refusal: Refusal = serde_json::from_str(&body).unwrap_or_default();
                let message = self.keys.blot(refusal.message.as_deref().unwrap_or(&body));
                Err(Loss::Refused { status, code: refusal.code.unwrap_or_default(), message })
            }
        }
    }

    async fn stopped(&self) {
        while self.interrupt.stop_requested().is_none() {
            sleep(LOOK).await;
        }
        sleep(STOP_GRACE).await;
    }

    fn pace(&self) -> MutexGuard<'_, Pace> {
        lock(&self.pace)
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// A thread that panicked left numbers behind that are still good.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn told(headers: &HeaderMap) -> Told {
    let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<f64>().ok();
    let until = |reset: f64| reset - now().nanos() as f64 / 1e9;
    let retry = headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse::<f64>().ok());
    Told {
        limit: number("x-ratelimit-limit"),
        remaining: number("x-ratelimit-remaining"),
        reset_in_s: number("x-ratelimit-reset").map(until).or(retry),
    }
}

/// What went wrong, without the address.
fn reason(error: &reqwest::Error) -> String {
    let stage = if error.is_connect() { "no connection" } else { "no whole answer" };
    let mut cause = std::error::Error::source(error);
    let mut root = None;
    while let Some(inner) = cause {
        root = Some(inner.to_string());
        cause = inner.source();
    }
    root.map_or_else(|| stage.to_owned(), |root| format!("{stage}: {root}"))
}
