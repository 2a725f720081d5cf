//! When the next request may leave, by the rules of the broker.
//!
//! A state machine without a clock: the caller says what time it is, as a span since any fixed
//! moment. What it admits never breaks a rule, whatever the caller asks for.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use crate::config::Limits;

const SECOND: Duration = Duration::from_secs(1);

/// How many requests in which span.
///
/// # Source
/// TWS API, "Historical Data Limitations": no identical request within 15 seconds, fewer than six
/// for the same contract, exchange and tick type within two seconds, at most 60 in ten minutes,
/// `BID_ASK` counts twice, at most 50 open at a time; at most 50 messages a second of any kind. The
/// spans here are a little longer and the rate a little lower: the gateway counts when a message
/// arrives, which is later than it leaves, and not always by as much.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct PacingRules {
    /// The span in which [`Self::window_requests`] may leave.
    pub(super) window: Duration,
    /// Requests for history in any window, those that count twice counted twice.
    pub(super) window_requests: u32,
    /// The least span between two identical requests.
    pub(super) identical: Duration,
    /// The span in which [`Self::series_requests`] may leave.
    pub(super) series: Duration,
    /// Requests for one contract, exchange and kind of price in any such span.
    pub(super) series_requests: u32,
    /// Requests without an answer yet.
    pub(super) open: u32,
    /// Messages of any kind in any second.
    pub(super) messages_per_s: u32,
}

impl Default for PacingRules {
    fn default() -> Self {
        Self {
            window: Duration::from_secs(602),
            window_requests: 60,
            identical: Duration::from_secs(16),
            series: Duration::from_secs(3),
            series_requests: 5,
            open: 50,
            messages_per_s: 45,
        }
    }
}

/// A message that wants to leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ask {
    /// Not about history; only the rate of messages holds.
    Message {
        /// What is asked, for error texts.
        text: String,
    },
    /// About history; all rules hold.
    History {
        /// All that is asked; equal texts are identical requests.
        text: String,
        /// The contract, the exchange and the kind of price.
        series: String,
        /// How often the broker counts it: 2 for bid and ask together, else 1.
        weight: u32,
    },
}

impl Ask {
    /// What is asked, for error texts.
    pub(super) fn text(&self) -> &str {
        match self {
            Self::Message { text } | Self::History { text, .. } => text,
        }
    }
}

/// The answer to a message that wants to leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Admission {
    /// It may leave now, and counts.
    Go,
    /// It may ask again after this span.
    Wait(Duration),
    /// It may ask again when an open request has its answer.
    Full,
}

/// What has left so far.
#[derive(Debug)]
pub(super) struct Pacer {
    rules: PacingRules,
    spacing: Duration,
    burst: u32,
    window: Log,
    messages: Log,
    series: BTreeMap<String, Log>,
    identical: BTreeMap<String, Duration>,
    open: u32,
    held_until: Duration,
    next_slot: Duration,
}

impl Pacer {
    /// Begins with nothing sent.
    pub(super) fn new(rules: PacingRules, limits: &Limits) -> Self {
        Self {
            rules,
            spacing: Duration::from_secs_f64(1.0 / limits.requests_per_s),
            burst: limits.burst,
            window: Log::default(),
            messages: Log::default(),
            series: BTreeMap::new(),
            identical: BTreeMap::new(),
            open: 0,
            held_until: Duration::ZERO,
            next_slot: Duration::ZERO,
        }
    }

    /// Whether a message may leave at `now`; if so, it is written down as sent.
    pub(super) fn admit(&mut self, now: Duration, ask: &Ask) -> Admission {
        self.forget(now);
        if matches!(ask, Ask::History { .. }) && self.open >= self.rules.open {
            return Admission::Full;
        }
        let earliest = self.earliest(ask);
        if earliest > now {
            return Admission::Wait(earliest - now);
        }
        self.note(now, ask);
        Admission::Go
    }

    /// An admitted request for history has its answer, or never will have one.
    pub(super) fn finish(&mut self) {
        self.open = self.open.saturating_sub(1);
    }

    /// The broker complained: nothing about history leaves before `until`.
    pub(super) fn hold(&mut self, until: Duration) {
        self.held_until = self.held_until.max(until);
    }

    fn earliest(&self, ask: &Ask) -> Duration {
        let rules = &self.rules;
        let message = self.messages.room(SECOND, rules.messages_per_s, 1);
        let Ask::History { text, series, weight } = ask else { return message };
        let same = self.identical.get(text).map_or(Duration::ZERO, |&sent| sent + rules.identical);
        let in_series = self
            .series
            .get(series)
            .map_or(Duration::ZERO, |log| log.room(rules.series, rules.series_requests, *weight));
        let ahead = self.spacing * self.burst.saturating_sub(1);
        [
            self.held_until,
            self.next_slot.saturating_sub(ahead),
            self.window.room(rules.window, rules.window_requests, *weight),
            same,
            in_series,
        ]
        .into_iter()
        .fold(message, Duration::max)
    }

    fn note(&mut self, now: Duration, ask: &Ask) {
        self.messages.push(now, 1);
        let Ask::History { text, series, weight } = ask else { return };
        self.window.push(now, *weight);
        self.series.entry(series.clone()).or_default().push(now, *weight);
        self.identical.insert(text.clone(), now);
        self.next_slot = self.next_slot.max(now) + self.spacing;
        self.open += 1;
    }

    /// Drops what no rule looks at anymore.
    fn forget(&mut self, now: Duration) {
        let rules = self.rules;
        self.window.forget(now, rules.window);
        self.messages.forget(now, SECOND);
        self.identical.retain(|_, sent| *sent + rules.identical > now);
        self.series.retain(|_, log| {
            log.forget(now, rules.series);
            !log.sent.is_empty()
        });
    }
}

/// When how much was sent, oldest first.
#[derive(Debug, Default)]
struct Log {
    sent: VecDeque<(Duration, u32)>,
}

impl Log {
    fn push(&mut self, now: Duration, weight: u32) {
        self.sent.push_back((now, weight));
    }

    fn forget(&mut self, now: Duration, span: Duration) {
        while self.sent.front().is_some_and(|&(time, _)| time + span <= now) {
            self.sent.pop_front();
        }
    }

    /// The first moment at which `weight` more makes no more than `most` within `span`.
    fn room(&self, span: Duration, most: u32, weight: u32) -> Duration {
        let mut total: u32 = self.sent.iter().map(|&(_, weight)| weight).sum();
        let mut earliest = Duration::ZERO;
        for &(time, sent) in &self.sent {
            if total + weight <= most {
                break;
            }
            total -= sent;
            earliest = time + span;
        }
        earliest
    }
}
