//! Counting what breaks the broker's rules.

use std::time::{Duration, Instant};

/// The rules of the broker, as its documents have them.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    pub window: Duration,
    pub window_requests: u32,
    pub identical: Duration,
    pub series: Duration,
    pub series_requests: u32,
    pub open: usize,
    pub messages_per_s: usize,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            window: Duration::from_secs(600),
            window_requests: 60,
            identical: Duration::from_secs(15),
            series: Duration::from_secs(2),
            series_requests: 5,
            open: 50,
            messages_per_s: 50,
        }
    }
}

/// What has come, and what was wrong with it.
#[derive(Debug, Default)]
pub struct Ledger {
    requests: Vec<(Instant, String, String, u32)>,
    messages: Vec<Instant>,
    pub open: usize,
    pub most_open: usize,
    pub violations: Vec<String>,
}

impl Ledger {
    /// Counts any message.
    #[allow(clippy::disallowed_methods, reason = "a double keeps its own time")]
    pub fn message(&mut self, rules: &Rules) {
        let now = Instant::now();
        self.messages.push(now);
        let recent = |time: &&Instant| now.duration_since(**time) < Duration::from_secs(1);
        if self.messages.iter().filter(recent).count() > rules.messages_per_s {
            self.violations.push("messages in a second".to_owned());
        }
    }

    /// Counts a request for history; whether it was one too many.
    #[allow(clippy::disallowed_methods, reason = "a double keeps its own time")]
    pub fn request(&mut self, rules: &Rules, text: &str, series: &str, weight: u32) -> bool {
        let now = Instant::now();
        self.open += 1;
        self.most_open = self.most_open.max(self.open);
        let before = self.violations.len();
        let within = |span: Duration| {
            self.requests.iter().filter(move |(time, ..)| now.duration_since(*time) < span)
        };
        let in_window: u32 = within(rules.window).map(|(_, _, _, weight)| weight).sum();
        let same = within(rules.identical).any(|(_, known, _, _)| known == text);
        let in_series: u32 = within(rules.series)
            .filter(|(_, _, known, _)| known == series)
            .map(|(_, _, _, weight)| weight)
            .sum();
        let wrong = [
            (in_window + weight > rules.window_requests, "requests in ten minutes"),
            (same, "identical requests"),
            (in_series + weight > rules.series_requests, "requests of one series"),
            (self.open > rules.open, "open requests"),
        ];
        let found = wrong.iter().filter(|(is_wrong, _)| *is_wrong);
        self.violations.extend(found.map(|(_, what)| format!("{what}: {text}")));
        self.requests.push((now, text.to_owned(), series.to_owned(), weight));
        self.violations.len() > before
    }
}
