//! The connection to TWS or IB Gateway: made when first needed, watched, made again when lost.
//!
//! Callers block; inside, one small runtime does the waiting for all of them.

use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ibapi::{Client, Error};
use tokio::runtime::Runtime;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::failure::{Failure, Refusal, VENUE, Verdict, judge, unavailable};
use super::pacing::{Admission, Ask, Pacer, PacingRules};
use super::session::Session;
use crate::base::{Interrupt, Stopwatch};
use crate::config::{IbkrConnector, Limits};
use crate::ports::RemoteError;

/// The longest wait for a handshake.
const CONNECT_S: f64 = 10.0;
/// The longest wait for the time of day, which a living gateway knows at once.
const BEAT_S: f64 = 5.0;
/// How long a failed connection speaks for the next ones.
const FAILED_S: f64 = 30.0;
/// How often a wait looks whether a stop is requested.
const LOOK_S: f64 = 0.1;
/// The longest window of the broker's pacing rules.
const PACING_S: f64 = 600.0;

/// TWS or IB Gateway, with what it allows.
#[derive(Debug)]
pub(super) struct Gateway {
    /// There until the end.
    runtime: Option<Runtime>,
    interrupt: Interrupt,
    address: String,
    client_id: i32,
    limits: Limits,
    messages_per_s: u32,
    pacer: Mutex<Pacer>,
    finished: Notify,
    clock: Stopwatch,
    link: tokio::sync::Mutex<Link>,
}

#[derive(Debug, Default)]
struct Link {
    session: Option<Arc<Session>>,
    /// Whether there ever was one: a gateway that has been there is waited for.
    was_connected: bool,
    failures: u32,
    failed: Option<(Stopwatch, RemoteError)>,
}

impl Gateway {
    /// Prepares a connection; none is made.
    pub(super) fn try_new(
        connector: &IbkrConnector,
        rules: PacingRules,
    ) -> Result<Self, RemoteError> {
        let address = format!("{}:{}", connector.host, connector.port);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("ibkr")
            .enable_all()
            .build()
            .map_err(|error| unavailable("a connection", 1, &format!("no thread: {error}")))?;
        Ok(Self {
            runtime: Some(runtime),
            interrupt: Interrupt::never(),
            address,
            client_id: connector.client_id,
            limits: connector.limits,
            messages_per_s: rules.messages_per_s,
            pacer: Mutex::new(Pacer::new(rules, &connector.limits)),
            finished: Notify::new(),
            clock: Stopwatch::start(),
            link: tokio::sync::Mutex::default(),
        })
    }

    /// Gives up waiting once a stop is requested.
    pub(super) fn stopped_by(mut self, interrupt: Interrupt) -> Self {
        self.interrupt = interrupt;
        self
    }

    /// Where it listens.
    pub(super) fn address(&self) -> &str {
        &self.address
    }

    /// Sends a question until there is an answer, at most as often as the limits say.
    pub(super) fn ask<T>(
        &self,
        ask: &Ask,
        send: impl AsyncFn(&Client) -> Result<T, Error>,
    ) -> Result<T, Failure> {
        let stopped = || {
            let request = ask.text().to_owned();
            Failure::Remote(RemoteError::Stopped { venue: VENUE, request })
        };
        let Some(runtime) = &self.runtime else { return Err(stopped()) };
        runtime.block_on(async {
            tokio::select! {
                answer = self.ask_until_answered(ask, send) => answer,
                () = stop(&self.interrupt) => Err(stopped()),
            }
        })
    }

    async fn ask_until_answered<T>(
        &self,
        ask: &Ask,
        send: impl AsyncFn(&Client) -> Result<T, Error>,
    ) -> Result<T, Failure> {
        let mut reason = String::new();
        for attempt in 1..=self.limits.tries {
            let verdict = match self.attempt(ask, &send).await {
                Ok(answer) => return Ok(answer),
                Err(verdict) => verdict,
            };
            let is_last = attempt == self.limits.tries;
            match verdict {
                Verdict::Empty => return Err(Failure::Empty),
                Verdict::Unknown(text) => return Err(Failure::Unknown(text)),
                Verdict::Final(error) => return Err(Failure::Remote(error)),
                Verdict::Pacing(text) => {
                    self.hold();
                    reason = text;
                }
                Verdict::Again(text) | Verdict::Lost(text) => {
                    reason = text;
                    if !is_last {
                        sleep(self.pause(attempt)).await;
                    }
                }
            }
        }
        let request = format!("{} ({})", ask.text(), self.address);
        Err(Failure::Remote(unavailable(&request, self.limits.tries, &reason)))
    }

    async fn attempt<T>(
        &self,
        ask: &Ask,
        send: &impl AsyncFn(&Client) -> Result<T, Error>,
    ) -> Result<T, Verdict> {
        self.session().await?.recovered(seconds(self.limits.pause_max_s)).await?;
        let open = self.admitted(ask).await;
        // The wait may have been long, and the connection may be gone.
        let session = self.session().await?;
        let answer = self.watched(&session, ask, send(&session.client)).await;
        drop(open);
        if matches!(answer, Err(Verdict::Lost(_))) {
            self.discard(&session).await;
        }
        answer
    }

    /// Waits until the rules let a message leave.
    async fn admitted(&self, ask: &Ask) -> Open<'_> {
        loop {
            let finished = self.finished.notified();
            let admission = self.pacer().admit(self.elapsed(), ask);
            match admission {
                Admission::Go => {
                    let is_history = matches!(ask, Ask::History { .. });
                    return Open { gateway: is_history.then_some(self) };
                }
                Admission::Wait(span) => sleep(span).await,
                Admission::Full => finished.await,
            }
        }
    }

    /// Waits for an answer as long as the gateway is alive, and no longer than a request may take.
    async fn watched<T>(
        &self,
        session: &Session,
        ask: &Ask,
        answer: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Verdict> {
        let mut answer = pin!(answer);
        let judged = |error: Error| judge(&error, ask.text());
        let deadline = Instant::now() + seconds(self.limits.request_s);
        let silence = seconds(self.limits.silence_s);
        loop {
            tokio::select! {
                biased;
                done = &mut answer => return done.map_err(judged),
                () = sleep_until(deadline) => return Err(Verdict::Again(self.slow(session))),
                () = sleep(silence) => {}
            }
            let beat = timeout(silence.min(seconds(BEAT_S)), session.client.server_time());
            tokio::select! {
                biased;
                done = &mut answer => return done.map_err(judged),
                alive = beat => if !matches!(alive, Ok(Ok(_))) {
                    let text = format!(
                        "silence for {} s, and no answer to a call for the time",
                        self.limits.silence_s
                    );
                    return Err(Verdict::Lost(text));
                },
            }
        }
    }

    fn slow(&self, session: &Session) -> String {
        format!("no answer in {} s{}", self.limits.request_s, session.complaints())
    }

    /// The connection, made if there is none.
    async fn session(&self) -> Result<Arc<Session>, Verdict> {
        let mut link = self.link.lock().await;
        if let Some(session) = link.session.as_ref().filter(|open| open.client.is_connected()) {
            return Ok(Arc::clone(session));
        }
        if let Some((since, error)) = &link.failed
            && since.seconds() < FAILED_S
        {
            return Err(Verdict::Final(error.clone()));
        }
        link.session = None;
        let patience = seconds(self.limits.silence_s.min(CONNECT_S));
        let rate = self.messages_per_s;
        match Session::open(&self.address, self.client_id, rate, patience).await {
            Ok(session) => {
                let session = Arc::new(session);
                *link = Link {
                    session: Some(Arc::clone(&session)),
                    was_connected: true,
                    ..Link::default()
                };
                Ok(session)
            }
            Err(refusal) => Err(link.remember(refusal, self.limits.tries)),
        }
    }

    async fn discard(&self, session: &Arc<Session>) {
        let mut link = self.link.lock().await;
        if link.session.as_ref().is_some_and(|current| Arc::ptr_eq(current, session)) {
            link.session = None;
        }
    }

    /// After a complaint: the whole window, or as long as the limits allow.
    fn hold(&self) {
        let span = seconds(self.limits.pause_max_s.min(PACING_S));
        let until = self.elapsed() + span;
        self.pacer().hold(until);
    }

    /// The pause after the attempt of this number, doubling.
    fn pause(&self, attempt: u32) -> Duration {
        let doubled =
            self.limits.pause_s * 2_f64.powi(i32::try_from(attempt - 1).unwrap_or(64).min(64));
        seconds(doubled.min(self.limits.pause_max_s))
    }

    fn elapsed(&self) -> Duration {
        seconds(self.clock.seconds())
    }

    fn pacer(&self) -> MutexGuard<'_, Pacer> {
        // The pacer is whole after each of its calls, so that of a thread that died is too.
        self.pacer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        // A name that nobody resolves would hold the end of the program up.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// A request without an answer yet; however it ends, it ends.
struct Open<'a> {
    gateway: Option<&'a Gateway>,
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        if let Some(gateway) = self.gateway {
            gateway.pacer().finish();
            gateway.finished.notify_waiters();
        }
    }
}

impl Link {
    /// Writes down that no connection was made; a gateway that has been there may come back.
    fn remember(&mut self, refusal: Refusal, tries: u32) -> Verdict {
        self.failures += 1;
        if refusal.may_pass && self.was_connected && self.failures < tries {
            return Verdict::Again(refusal.error.to_string());
        }
        self.failed = Some((Stopwatch::start(), refusal.error.clone()));
        Verdict::Final(refusal.error)
    }
}

async fn stop(interrupt: &Interrupt) {
    while interrupt.stop_requested().is_none() {
        sleep(seconds(LOOK_S)).await;
    }
}

fn seconds(span: f64) -> Duration {
    Duration::try_from_secs_f64(span).unwrap_or(Duration::MAX)
}
