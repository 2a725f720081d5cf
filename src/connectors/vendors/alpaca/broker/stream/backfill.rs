//! Bars of the past, a page at a time.

use std::collections::{BTreeMap, VecDeque};

use super::feed::Feed;
use super::read::{PIECE, bar, word};
use crate::base::Timestamp;
use crate::connectors::vendors::alpaca::broker::rest::{Line, Loss, Page};
use crate::domain::{Calendar, Symbol, Timeframe};
use crate::ports::StreamEvent;

/// What is still to be fetched, and where each symbol stands.
#[derive(Debug)]
pub(super) struct Backfill {
    jobs: VecDeque<Job>,
    /// The end of the newest piece of each symbol that was told.
    known_until: BTreeMap<Symbol, Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Job {
    timeframe: Timeframe,
    start: Timestamp,
    token: Option<String>,
    /// Whether pieces of the bar that is not whole yet come afterwards.
    then_pieces: bool,
}

impl Backfill {
    /// All bars from a time on.
    pub(super) fn since(start: Timestamp, timeframe: Timeframe) -> Self {
        let then_pieces = timeframe != PIECE;
        let job = Job { timeframe, start, token: None, then_pieces };
        Self { jobs: VecDeque::from([job]), known_until: BTreeMap::new() }
    }

    pub(super) fn is_done(&self) -> bool {
        self.jobs.is_empty()
    }

    /// Takes down what was told.
    pub(super) fn told(&mut self, symbol: &Symbol, until: Timestamp) {
        let known = self.known_until.entry(symbol.clone()).or_insert(until);
        *known = (*known).max(until);
    }

    /// The connection was gone: pieces may be missing from where the slowest symbol stands.
    pub(super) fn resume(&mut self, symbols: &[Symbol]) {
        let known = symbols.iter().map(|symbol| self.known_until.get(symbol).copied());
        // Without any bar of a symbol, the first job begins where the history ends.
        let Some(start) = known.flatten().min() else { return };
        if self.is_done() {
            let job = Job { timeframe: PIECE, start, token: None, then_pieces: false };
            self.jobs.push_back(job);
        }
    }

    /// Fetches the next page.
    ///
    /// # Errors
    /// [`Loss`]; then the same page is fetched again.
    pub(super) fn step(
        &mut self,
        line: &Line,
        (symbols, feed): (&[Symbol], Feed),
        calendar: &Calendar,
    ) -> Result<Vec<StreamEvent>, Loss> {
        let Some(job) = self.jobs.front().cloned() else { return Ok(Vec::new()) };
        let end = line.venue_time()?;
        let timeframe = word(job.timeframe).unwrap_or_default();
        let page = line.bars(&Page {
            symbols,
            timeframe: &timeframe,
            feed: feed.name(),
            start: job.start,
            end,
            token: job.token.as_deref(),
        })?;
        let mut events = Vec::new();
        for (name, rows) in page.bars.unwrap_or_default() {
            let Some(symbol) = symbols.iter().find(|symbol| symbol.as_str() == name) else {
                continue;
            };
            let bars = rows.iter().filter_map(|row| bar(row, job.timeframe, calendar));
            for bar in bars.filter(|bar| bar.available_at <= end) {
                self.told(symbol, bar.available_at);
                events.push(StreamEvent::Bar { symbol: symbol.clone(), bar, span: job.timeframe });
            }
        }
        self.jobs.pop_front();
        let token = page.next_page_token.filter(|token| !token.is_empty());
        if token.is_some() && token != job.token {
            self.jobs.push_front(Job { token, ..job });
        } else if job.then_pieces {
            let known = self.known_until.values().min().copied();
            let start = known.unwrap_or(job.start).max(start_of_day(end, calendar));
            let pieces = Job { timeframe: PIECE, start, token: None, then_pieces: false };
            self.jobs.push_front(pieces);
        }
        Ok(events)
    }
}

/// Pieces of earlier sessions belong to bars that are whole, but for weeks and months.
fn start_of_day(now: Timestamp, calendar: &Calendar) -> Timestamp {
    let today = now.date_in(calendar.zone());
    Timestamp::from_civil(today, 0, calendar.zone())
}
