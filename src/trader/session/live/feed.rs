//! What a stream says, sorted: bars to rows, best prices to events, doubts to a list.

use std::collections::BTreeMap;

use super::{RowBuilder, SessionClock};
use crate::base::{Stopwatch, Timestamp};
use crate::domain::{BookTop, CalendarError, MarketRow, Symbol};
use crate::ports::{BrokerError, MarketStream, StreamEvent};

/// The stream has said nothing new for so long: what is missing will not come any more, seconds.
const QUIET_S: f64 = 1.0;

/// Something about the data that a human should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LiveNotice {
    /// Nothing is decided on this data until it is good again.
    Stale {
        /// Which symbol; all of them if absent.
        symbol: Option<Symbol>,
        /// Why.
        reason: String,
    },
    /// It is good again.
    Fresh {
        /// Which symbol; all of them if absent.
        symbol: Option<Symbol>,
    },
    /// A row came so late that it only counts as history.
    Late {
        /// The row.
        time: Timestamp,
    },
    /// A row that was due did not come.
    Silent {
        /// Nothing was heard since then.
        since: Timestamp,
    },
    /// Something happened at the venue that changes nothing.
    Note {
        /// What.
        text: String,
    },
}

/// A stream and what became of its news so far.
pub struct LiveFeed<'a> {
    stream: &'a mut dyn MarketStream,
    rows: RowBuilder,
    clock: SessionClock,
    stale: BTreeMap<Option<Symbol>, String>,
    quotes: Vec<(Symbol, BookTop)>,
    notices: Vec<LiveNotice>,
    last_bar: Stopwatch,
}

/// The stream or the calendar gave up.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    /// The stream ended.
    #[error(transparent)]
    Stream(#[from] BrokerError),
    /// A bar of a day that nobody knows.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
}

impl<'a> LiveFeed<'a> {
    /// Rows from a stream.
    #[must_use]
    pub fn new(stream: &'a mut dyn MarketStream, rows: RowBuilder, clock: SessionClock) -> Self {
        Self {
            stream,
            rows,
            clock,
            stale: BTreeMap::new(),
            quotes: Vec::new(),
            notices: Vec::new(),
            last_bar: Stopwatch::start(),
        }
    }

    /// Takes everything in that the stream has to say.
    ///
    /// # Errors
    /// [`FeedError`] if nothing more will come.
    pub fn listen(&mut self) -> Result<(), FeedError> {
        for event in self.stream.poll()? {
            match event {
                StreamEvent::Bar { symbol, bar, span } => {
                    self.rows.take(&symbol, bar, span)?;
                    self.last_bar = Stopwatch::start();
                }
                StreamEvent::Quote { symbol, top } => self.quotes.push((symbol, top)),
                StreamEvent::Stale { symbol, reason, .. } => {
                    if self.stale.insert(symbol.clone(), reason.clone()).is_none() {
                        self.notices.push(LiveNotice::Stale { symbol, reason });
                    }
                }
                StreamEvent::Fresh { symbol, .. } => {
                    if self.stale.remove(&symbol).is_some() {
                        self.notices.push(LiveNotice::Fresh { symbol });
                    }
                }
                StreamEvent::Note { text, .. } => self.notices.push(LiveNotice::Note { text }),
            }
        }
        Ok(())
    }

    /// The oldest row that is whole.
    pub fn row(&mut self) -> Option<MarketRow> {
        let is_quiet = self.last_bar.seconds() >= QUIET_S;
        self.rows.next(self.clock.now(), is_quiet)
    }

    /// Best prices since the last call, oldest first; those of doubtful symbols are left out.
    pub fn quotes(&mut self) -> Vec<(Symbol, BookTop)> {
        let mut quotes = std::mem::take(&mut self.quotes);
        quotes.retain(|(symbol, _)| {
            !self.stale.contains_key(&None) && !self.stale.contains_key(&Some(symbol.clone()))
        });
        quotes
    }

    /// Whether what comes must not be traded on.
    #[must_use]
    pub fn is_stale(&self) -> bool {
        !self.stale.is_empty()
    }

    /// What a human should know, once.
    pub fn notices(&mut self) -> Vec<LiveNotice> {
        std::mem::take(&mut self.notices)
    }

    /// Adds something that a human should know.
    pub(super) fn notice(&mut self, notice: LiveNotice) {
        self.notices.push(notice);
    }

    /// Whether the past is in: every symbol has the newest bar that had ended at `time`.
    #[must_use]
    pub fn has_all_until(&self, time: Timestamp) -> bool {
        self.rows.has_all_until(time) || self.rows.passed() >= time
    }

    /// Rows up to here are known from elsewhere.
    pub fn pass(&mut self, time: Timestamp) {
        self.rows.pass(time);
    }

    /// What time it is.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Venue time of one second of ours.
    #[must_use]
    pub const fn speed(&self) -> f64 {
        self.clock.speed()
    }
}
