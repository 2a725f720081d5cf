//! The client of one vendor, shared by all threads that fetch from it.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::{Client, Method, Request, Url, redirect, retry};
use serde::de::DeserializeOwned;
use tokio::runtime::Runtime;

use super::answer::{Answer, Denied, Posted, Reply};
use super::ask::Ask;
use super::course::{Course, Pause, Step};
use super::exchange::{Loss, exchange};
use super::pacer::{Pacer, Turn};
use super::pauses::{after_refusal, jittered, retry_after};
use super::read::{Flaw, read_json};
use crate::base::{Interrupt, Rng, SeedStream, Stopwatch, now, variable};
use crate::config::Limits;
use crate::ports::RemoteError;

/// How long a thread sleeps before it looks whether the process is asked to stop.
const SLICE_S: f64 = 0.05;

/// Who is asked, and how.
#[derive(Debug, Clone)]
pub(in crate::connectors) struct Venue {
    /// For texts.
    pub(in crate::connectors) name: &'static str,
    /// How the client calls itself.
    pub(in crate::connectors) user_agent: &'static str,
    /// How fast and how long.
    pub(in crate::connectors) limits: Limits,
    /// The variables that hold keys, the most telling first.
    pub(in crate::connectors) key_variables: Vec<String>,
}

/// Asks one vendor; threads share its pace.
#[derive(Debug)]
pub(in crate::connectors) struct VendorClient {
    venue: Venue,
    keys: Vec<String>,
    client: Client,
    /// `None` only while the client is dropped.
    runtime: Option<Runtime>,
    clock: Stopwatch,
    pacer: Mutex<Pacer>,
    chance: Mutex<Rng>,
    interrupt: Interrupt,
}

impl VendorClient {
    /// A client that has read its keys.
    ///
    /// # Errors
    /// [`RemoteError::NoKey`] if a variable is not set; [`RemoteError::NoClient`] if the system
    /// gives no thread or no certificates.
    pub(in crate::connectors) fn try_new(venue: Venue) -> Result<Self, RemoteError> {
        // An error says that some other client has chosen the same before.
        drop(rustls::crypto::ring::default_provider().install_default());
        let keys = read_keys(&venue)?;
        let failed = |reason: String| RemoteError::NoClient { venue: venue.name, reason };
        let client = Client::builder()
            .user_agent(venue.user_agent)
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .build()
            .map_err(|error| failed(error.to_string()))?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .map_err(|error| failed(error.to_string()))?;
        // Pauses differ from run to run on purpose; they never reach the data.
        let seed = now().nanos().unsigned_abs();
        Ok(Self {
            keys,
            client,
            runtime: Some(runtime),
            clock: Stopwatch::start(),
            pacer: Mutex::new(Pacer::new(&venue.limits)),
            chance: Mutex::new(SeedStream::new(seed).child(venue.name).rng()),
            interrupt: Interrupt::never(),
            venue,
        })
    }

    /// Gives up soon after the process is asked to stop.
    #[must_use]
    pub(in crate::connectors) fn stopped_by(mut self, interrupt: Interrupt) -> Self {
        self.interrupt = interrupt;
        self
    }

    /// The key in the variable with this position in [`Venue::key_variables`].
    pub(in crate::connectors) fn key(&self, position: usize) -> &str {
        self.keys.get(position).map_or("", String::as_str)
    }

    /// How many symbols may be asked for at the same time.
    pub(in crate::connectors) fn parallel(&self) -> usize {
        self.venue.limits.parallel
    }

    /// Asks until there is an answer, a denial, or no hope; `expected` describes the JSON for people.
    ///
    /// # Errors
    /// [`RemoteError`]
    pub(in crate::connectors) fn get_json<T: DeserializeOwned>(
        &self,
        ask: &Ask,
        expected: &str,
    ) -> Result<Reply<T>, RemoteError> {
        let mut found = None;
        let mut read = |answer: &Answer| {
            found = Some(read_json(answer)?);
            Ok(())
        };
        let answer = self.get(ask, expected, &mut read)?;
        Ok(match found {
            Some(found) => Reply::Found(found),
            None => Reply::Denied(Denied {
                status: answer.status,
                text: self.blot(&String::from_utf8_lossy(&answer.body)),
            }),
        })
    }

    /// Posts JSON once, and does not judge the answer unless the key is refused: only who knows what was
    /// posted can tell whether it may be posted again.
    ///
    /// # Errors
    /// [`RemoteError`]
    pub(in crate::connectors) fn post_once(
        &self,
        ask: &Ask,
        body: &serde_json::Value,
    ) -> Result<Posted, RemoteError> {
        let address =
            || RemoteError::Address { venue: self.venue.name, found: ask.base().to_owned() };
        let url = ask.url().ok_or_else(address)?;
        self.wait_for_turn(ask)?;
        let mut request = self.request(Method::POST, &url, ask);
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        *request.body_mut() = Some(body.to_string().into());
        match self.send(&request) {
            Ok(answer) if matches!(answer.status, 401 | 403) => {
                Err(self.hopeless(ask, "", Step::KeyRefused, &answer))
            }
            Ok(answer) => {
                let text = self.blot(&String::from_utf8_lossy(&answer.body));
                Ok(Posted::Answered { status: answer.status, text })
            }
            Err(Loss::Stopped) => Err(self.stopped(ask)),
            Err(Loss::Line(reason)) => Ok(Posted::Lost { reason: self.blot(&reason) }),
        }
    }

    /// Waits with jitter before another try of a request that the caller repeats itself.
    ///
    /// # Errors
    /// [`RemoteError::Unavailable`] after the last try, [`RemoteError::Stopped`].
    pub(in crate::connectors) fn wait_to_repeat(
        &self,
        ask: &Ask,
        tries: u32,
        reason: &str,
    ) -> Result<(), RemoteError> {
        self.pause(ask, tries, reason, Pause::Own)
    }

    /// An answer of the wrong shape that only the vendor's connector can see.
    pub(in crate::connectors) fn malformed(
        &self,
        ask: &Ask,
        expected: &str,
        found: impl Into<String>,
    ) -> RemoteError {
        RemoteError::Malformed {
            venue: self.venue.name,
            request: self.label(ask),
            expected: expected.to_owned(),
            found: self.blot(&found.into()),
        }
    }

    /// A denial that the vendor's connector has no better word for.
    pub(in crate::connectors) fn refused(&self, ask: &Ask, denied: &Denied) -> RemoteError {
        let answer = Answer { body: denied.text.clone().into_bytes(), ..Answer::default() };
        RemoteError::Refused {
            venue: self.venue.name,
            request: self.label(ask),
            status: denied.status,
            reason: answer.excerpt(),
        }
    }

    fn get(
        &self,
        ask: &Ask,
        expected: &str,
        read: &mut dyn FnMut(&Answer) -> Result<(), Flaw>,
    ) -> Result<Answer, RemoteError> {
        let address =
            || RemoteError::Address { venue: self.venue.name, found: ask.base().to_owned() };
        let mut course = Course::new(ask.url().ok_or_else(address)?);
        loop {
            self.wait_for_turn(ask)?;
            let outcome = self.send(&self.request(Method::GET, &course.url, ask));
            let step = match &outcome {
                Ok(answer) => course.judge(answer, read),
                Err(Loss::Stopped) => return Err(self.stopped(ask)),
                Err(Loss::Line(reason)) => {
                    Step::Again { reason: reason.clone(), pause: Pause::Own }
                }
            };
            match (step, outcome) {
                (Step::Take, Ok(answer)) => return Ok(answer),
                (Step::Again { reason, pause }, _) => {
                    course.tries += 1;
                    self.pause(ask, course.tries, &reason, pause)?;
                }
                (Step::Follow | Step::Take, _) => {}
                (step, outcome) => {
                    return Err(self.hopeless(ask, expected, step, &outcome.unwrap_or_default()));
                }
            }
        }
    }

    fn request(&self, method: Method, url: &Url, ask: &Ask) -> Request {
        let mut builder = self.client.request(method.clone(), url.clone());
        for (name, value) in ask.headers() {
            builder = builder.header(*name, value);
        }
        builder.build().unwrap_or_else(|_| Request::new(method, url.clone()))
    }

    fn send(&self, request: &Request) -> Result<Answer, Loss> {
        let Some(runtime) = &self.runtime else { return Err(Loss::Stopped) };
        let Some(request) = request.try_clone() else { return Err(Loss::Stopped) };
        let mut is_counted = false;
        let on_head = || {
            self.pacer().answered(self.clock.seconds());
            is_counted = true;
        };
        let limits = &self.venue.limits;
        let work = exchange(&self.client, request, limits, &self.interrupt, on_head);
        let outcome = runtime.block_on(work);
        if !is_counted {
            self.pacer().answered(self.clock.seconds());
        }
        outcome
    }

    fn wait_for_turn(&self, ask: &Ask) -> Result<(), RemoteError> {
        loop {
            let turn = self.pacer().take(self.clock.seconds());
            match turn {
                Turn::Go => return Ok(()),
                // Others may take the turn meanwhile, and a pause may come.
                Turn::Wait(wait) => self.rest(ask, wait.min(SLICE_S))?,
            }
        }
    }

    fn pause(&self, ask: &Ask, tries: u32, reason: &str, pause: Pause) -> Result<(), RemoteError> {
        let limits = &self.venue.limits;
        if tries >= limits.tries {
            let (venue, request) = (self.venue.name, self.label(ask));
            let reason = self.blot(reason);
            return Err(RemoteError::Unavailable { venue, request, tries, reason });
        }
        let Pause::Vendor(asked) = pause else {
            let wait = jittered(limits, tries, &mut lock(&self.chance));
            return self.rest(ask, wait);
        };
        let asked = asked.and_then(|text| retry_after(&text, now()));
        if let Some(wait) = asked.filter(|wait| *wait > limits.pause_max_s) {
            return Err(self.too_busy(ask, wait));
        }
        let own = after_refusal(limits, tries, &mut lock(&self.chance));
        let wait = asked.filter(|wait| *wait > 0.0).unwrap_or(own);
        self.pacer().pause_until(self.clock.seconds() + wait);
        Ok(())
    }

    #[expect(clippy::cast_possible_truncation, reason = "an absurd wait may be shown too short")]
    #[expect(clippy::cast_sign_loss, reason = "waits and limits are not negative")]
    fn too_busy(&self, ask: &Ask, wait: f64) -> RemoteError {
        RemoteError::TooBusy {
            venue: self.venue.name,
            request: self.label(ask),
            wait_s: wait.ceil() as u64,
            most_s: self.venue.limits.pause_max_s as u64,
        }
    }

    fn hopeless(&self, ask: &Ask, expected: &str, step: Step, answer: &Answer) -> RemoteError {
        let (venue, request, status) = (self.venue.name, self.label(ask), answer.status);
        match step {
            Step::Malformed(found) => self.malformed(ask, expected, found),
            Step::Refused(reason) => {
                RemoteError::Refused { venue, request, status, reason: self.blot(&reason) }
            }
            _ if self.keys.is_empty() => {
                let reason = self.blot(&answer.excerpt());
                RemoteError::Refused { venue, request, status, reason }
            }
            _ => RemoteError::KeyRefused {
                venue,
                request,
                status,
                reason: self.blot(&answer.excerpt()),
                variable: self.venue.key_variables.join(" and "),
            },
        }
    }

    fn rest(&self, ask: &Ask, seconds: f64) -> Result<(), RemoteError> {
        let end = self.clock.seconds() + seconds;
        loop {
            if self.interrupt.stop_requested().is_some() {
                return Err(self.stopped(ask));
            }
            let left = end - self.clock.seconds();
            if left <= 0.0 {
                return Ok(());
            }
            thread::sleep(Duration::from_secs_f64(left.min(SLICE_S)));
        }
    }

    fn stopped(&self, ask: &Ask) -> RemoteError {
        RemoteError::Stopped { venue: self.venue.name, request: self.label(ask) }
    }

    fn label(&self, ask: &Ask) -> String {
        self.blot(&ask.target())
    }

    /// The text without any key.
    fn blot(&self, text: &str) -> String {
        let keys = self.keys.iter().filter(|key| !key.is_empty());
        keys.fold(text.to_owned(), |text, key| text.replace(key.as_str(), "***"))
    }

    fn pacer(&self) -> MutexGuard<'_, Pacer> {
        lock(&self.pacer)
    }
}

impl Drop for VendorClient {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // A look-up of a name may still be under way; nobody waits for it.
            runtime.shutdown_background();
        }
    }
}

fn read_keys(venue: &Venue) -> Result<Vec<String>, RemoteError> {
    let read = |name: &String| {
        let key = variable(name).map(|key| key.trim().to_owned()).filter(|key| !key.is_empty());
        key.ok_or_else(|| RemoteError::NoKey { venue: venue.name, variable: name.clone() })
    };
    venue.key_variables.iter().map(read).collect()
}

/// A thread that panicked left numbers behind that are still good.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
