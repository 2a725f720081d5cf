//! Historical ticks, a thousand at a time.

use ibapi::market_data::IgnoreSize;
use ibapi::market_data::historical::{BarTimestamp, TickDecoder, TickSubscription, WhatToShow};
use ibapi::prelude::StreamExt;
use ibapi::subscriptions::SubscriptionItem;
use ibapi::{Client, Error};

use super::request::{NANOS, trading_hours, window};
use super::source::IbkrHistory;
use super::wire::{instant, quote, trade};
use crate::base::{DateRange, Timestamp, now};
use crate::domain::{Symbol, Tick};
use crate::ports::{BarSource, SourceError};

/// Ticks of one answer. The broker sends more where the last second has more.
const ANSWER_TICKS: usize = 1_000;

/// Which ticks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IbkrTickKind {
    /// Trades.
    Trades,
    /// Best bid and ask; the broker counts each request twice.
    Quotes,
}

/// What to ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IbkrTickRequest {
    /// The instrument.
    pub symbol: Symbol,
    /// The days, in the zone of the exchange.
    pub range: DateRange,
    /// Trades or quotes.
    pub kind: IbkrTickKind,
}

/// A part of the ticks.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct IbkrTickPage {
    /// In the order of the broker; times are whole seconds.
    pub ticks: Vec<Tick>,
    /// How to ask for the next part; `None` after the last one. It may outlive the process.
    pub next: Option<String>,
}

impl IbkrHistory {
    /// One page of ticks: what one request brings.
    ///
    /// A page ends inside a second if the broker cuts it there; the next one begins with that
    /// second and leaves out what was delivered. The broker never sends ticks of two sessions at
    /// once, so each session is asked for by itself.
    ///
    /// # Errors
    /// As [`BarSource::fetch_page`]; an empty range is no error.
    pub fn fetch_tick_page(
        &self,
        request: &IbkrTickRequest,
        cursor: Option<&str>,
    ) -> Result<IbkrTickPage, SourceError> {
        let at = match cursor {
            Some(text) => TickCursor::read(text).ok_or_else(|| SourceError::Cursor {
                place: self.origin(),
                cursor: text.to_owned(),
            })?,
            None => TickCursor { second: Timestamp::MIN, skip: 0 },
        };
        let now = now();
        let Some((at, close)) = self.session_at(request, at)?.filter(|(at, _)| at.second < now)
        else {
            return Ok(IbkrTickPage::default());
        };
        let mut answer = self.ticks(request, at.second)?;
        let size = answer.len();
        answer.retain(|tick| at.second <= tick.time);
        let within = answer.iter().take_while(|tick| tick.time < close).count();
        let is_past = within < answer.len();
        answer.truncate(within);
        let following = at.following(&answer, size, is_past);
        let same = answer.iter().take_while(|tick| tick.time == at.second).count();
        answer.drain(..at.skip.min(same));
        let following = following.unwrap_or(TickCursor { second: close, skip: 0 });
        let next = self.session_at(request, following)?.filter(|(at, _)| at.second < now);
        Ok(IbkrTickPage { ticks: answer, next: next.map(|(at, _)| at.to_string()) })
    }

    /// All ticks of a request.
    ///
    /// # Errors
    /// As [`Self::fetch_tick_page`].
    pub fn fetch_ticks(&self, request: &IbkrTickRequest) -> Result<Vec<Tick>, SourceError> {
        let IbkrTickPage { ticks: mut all, mut next } = self.fetch_tick_page(request, None)?;
        while let Some(cursor) = next {
            let mut page = self.fetch_tick_page(request, Some(&cursor))?;
            all.append(&mut page.ticks);
            next = page.next;
        }
        Ok(all)
    }

    /// Moves a cursor into the first session that is not over by then; gives its end too.
    fn session_at(
        &self,
        request: &IbkrTickRequest,
        at: TickCursor,
    ) -> Result<Option<(TickCursor, Timestamp)>, SourceError> {
        for session in self.calendar.sessions(request.range)? {
            let (open, close) = window(&self.settings, &self.calendar, &session);
            if at.second < open {
                return Ok(Some((TickCursor { second: open, skip: 0 }, close)));
            }
            if at.second < close {
                return Ok(Some((at, close)));
            }
        }
        Ok(None)
    }

    fn ticks(&self, request: &IbkrTickRequest, from: Timestamp) -> Result<Vec<Tick>, SourceError> {
        let contract = self.contract(&request.symbol)?;
        let (price, weight) = match request.kind {
            IbkrTickKind::Trades => (WhatToShow::Trades, 1),
            IbkrTickKind::Quotes => (WhatToShow::BidAsk, 2),
        };
        let text = format!("{price} ticks from {from}");
        let ask = self.history(&request.symbol, &text, &price.to_string(), weight);
        let send = async |client: &Client| {
            let BarTimestamp::DateTime(start) = instant(from)? else { return Ok(Vec::new()) };
            let count = i32::try_from(ANSWER_TICKS).unwrap_or(i32::MAX);
            let ticks = client.historical_ticks(&contract, count).starting(start);
            let ticks = ticks.trading_hours(trading_hours(self.settings.hours));
            match request.kind {
                IbkrTickKind::Trades => collect(ticks.trade().await?, trade).await,
                IbkrTickKind::Quotes => collect(ticks.bid_ask(IgnoreSize::No).await?, quote).await,
            }
        };
        self.answered(&request.symbol, self.gateway.ask(&ask, send))
    }
}

async fn collect<T>(
    mut stream: TickSubscription<T>,
    read: fn(&T) -> Tick,
) -> Result<Vec<Tick>, Error>
where
    T: TickDecoder<T> + Unpin,
{
    let mut ticks = Vec::new();
    while let Some(item) = stream.next().await {
        if let SubscriptionItem::Data(tick) = item? {
            ticks.push(read(&tick));
        }
    }
    Ok(ticks)
}

/// The second at which to go on, and how many of its ticks are delivered:
/// `2024-01-10T14:30:05Z+17`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TickCursor {
    pub(super) second: Timestamp,
    pub(super) skip: usize,
}

impl TickCursor {
    fn read(text: &str) -> Option<Self> {
        let (second, skip) = text.rsplit_once('+')?;
        Some(Self { second: second.parse().ok()?, skip: skip.parse().ok()? })
    }

    /// Where to go on after `ticks`, which are what an answer of `size` ticks has from this second
    /// to the end of the session; `None` where the session has no more.
    pub(super) fn following(self, ticks: &[Tick], size: usize, is_past: bool) -> Option<Self> {
        let last = ticks.last().filter(|_| !is_past)?.time;
        let after = Self { second: last.saturating_add_nanos(NANOS), skip: 0 };
        // Only an answer of exactly the asked size may end inside a second: the broker fills up the
        // last second with more, and a shorter answer has all there is. A second that fills a whole
        // answer cannot be asked for twice.
        if size != ANSWER_TICKS || last == self.second {
            return Some(after);
        }
        let skip = ticks.iter().rev().take_while(|tick| tick.time == last).count();
        Some(Self { second: last, skip })
    }
}

impl std::fmt::Display for TickCursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}+{}", self.second, self.skip)
    }
}
