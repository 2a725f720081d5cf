//! Market data of the account.

use std::sync::Arc;

use super::backfill::Backfill;
use super::feed::Feed;
use super::read::{PIECE, event};
use crate::base::Timestamp;
use crate::connectors::vendors::alpaca::broker::rest::Line;
use crate::connectors::vendors::alpaca::broker::socket::{Link, News};
use crate::connectors::vendors::alpaca::broker::wire::DataMessage;
use crate::domain::{Calendar, Symbol};
use crate::ports::{BrokerError, MarketStream, StreamEvent, VenueWish};

/// A link that pings but brings nothing while the market is open is given up after so long, twice as long
/// each time. A minute without a bar of any symbol is common, three are not.
const AGE_MAX_S: f64 = 180.0;
const AGE_LONGEST_S: f64 = 3600.0;
/// After a page could not be fetched.
const RETRY_S: f64 = 5.0;
/// One call brings no more than this.
const EVENTS_MAX: usize = 4096;

/// Bars of a minute as pieces, and quotes if they are wanted.
#[derive(Debug)]
pub(in super::super) struct AlpacaStream {
    line: Arc<Line>,
    link: Link<DataMessage>,
    feed: Feed,
    symbols: Vec<Symbol>,
    calendar: Calendar,
    backfill: Backfill,
    retry_at_s: f64,
    is_up: bool,
    /// When the line was lost, seconds of our clock.
    lost_s: f64,
    is_stale: bool,
    heard_s: f64,
    age_max_s: f64,
}

impl AlpacaStream {
    /// A stream on a link that is up.
    pub(in super::super) fn new(
        line: Arc<Line>,
        link: Link<DataMessage>,
        feed: Feed,
        wish: &VenueWish,
    ) -> Self {
        Self {
            heard_s: line.seconds(),
            line,
            link,
            feed,
            symbols: wish.symbols.clone(),
            calendar: Calendar::new(wish.calendar),
            backfill: Backfill::since(wish.history_since, wish.timeframe),
            retry_at_s: 0.0,
            is_up: true,
            lost_s: 0.0,
            is_stale: false,
            age_max_s: AGE_MAX_S,
        }
    }

    /// The same with another patience for a link that brings nothing, seconds.
    #[cfg(test)]
    pub(in super::super) fn with_age(mut self, age_max_s: f64) -> Self {
        self.age_max_s = age_max_s;
        self
    }

    /// A piece of the past, or what has come.
    fn fetch(&mut self) -> Vec<StreamEvent> {
        let mut events = Vec::new();
        let seconds = self.line.seconds();
        if !self.backfill.is_done() && seconds >= self.retry_at_s {
            let wanted = (self.symbols.as_slice(), self.feed);
            match self.backfill.step(&self.line, wanted, &self.calendar) {
                Ok(events) => return events,
                Err(loss) => {
                    self.retry_at_s = self.line.seconds() + RETRY_S;
                    let reason = format!("past bars could not be fetched: {}", loss.text());
                    self.stale(reason, &mut events);
                    return events;
                }
            }
        }
        if self.backfill.is_done() {
            self.hear(&mut events);
            self.watch(&mut events);
        }
        events
    }

    fn hear(&mut self, events: &mut Vec<StreamEvent>) {
        while events.len() < EVENTS_MAX {
            let Some(news) = self.link.next() else { return };
            self.heard_s = self.line.seconds();
            match news {
                News::Up => {
                    if !std::mem::replace(&mut self.is_up, true) {
                        let away = self.line.seconds() - self.lost_s;
                        let text = format!("market data: the line is back after {away:.1} s");
                        self.line.note("market data is back", &text);
                    }
                    self.backfill.resume(&self.symbols);
                }
                News::Item(message) => self.take(message, events),
                News::Note(note) => {
                    let text = format!("market data: {note}");
                    self.line.note(&text, &text);
                }
                News::Down(reason) => {
                    if std::mem::take(&mut self.is_up) {
                        self.lost_s = self.line.seconds();
                    }
                    self.stale(format!("market data: {reason}"), events);
                }
            }
        }
    }

    /// Data is good again with the first of it, not with the line.
    fn take(&mut self, message: DataMessage, events: &mut Vec<StreamEvent>) {
        self.age_max_s = self.age_max_s.min(AGE_MAX_S);
        if std::mem::take(&mut self.is_stale) {
            let time = self.line.venue_now();
            events.push(StreamEvent::Fresh { symbol: None, time });
        }
        let event = event(message, &self.symbols, &self.calendar);
        if let Some(StreamEvent::Bar { symbol, bar, .. }) = &event {
            self.backfill.live(symbol, bar, self.line.seconds());
        }
        events.extend(event);
    }

    fn stale(&mut self, reason: String, events: &mut Vec<StreamEvent>) {
        if !std::mem::replace(&mut self.is_stale, true) {
            let time = self.line.venue_now();
            events.push(StreamEvent::Stale { symbol: None, reason, time });
        }
    }

    /// Gives up a link that brings nothing while there is trading.
    fn watch(&mut self, events: &mut Vec<StreamEvent>) {
        let seconds = self.line.seconds();
        if !self.is_up || seconds - self.heard_s < self.age_max_s {
            return;
        }
        self.heard_s = seconds;
        let time = self.line.venue_now();
        let date = time.date_in(self.calendar.zone());
        let session = self.calendar.session(date).ok().flatten();
        let first_due = |open: Timestamp| open.saturating_add_nanos(2 * 60_000_000_000);
        if session.is_some_and(|s| first_due(s.open) <= time && time < s.close) {
            let reason = format!(
                "market data: the line is open, but nothing came for {:.0} s",
                self.age_max_s
            );
            self.age_max_s = (2.0 * self.age_max_s).min(AGE_LONGEST_S);
            self.stale(reason, events);
            self.link.renew();
        }
    }
}

impl MarketStream for AlpacaStream {
    fn poll(&mut self) -> Result<Vec<StreamEvent>, BrokerError> {
        let mut events = self.fetch();
        let time = self.line.venue_now();
        let notes = self.line.take_notes().into_iter();
        events.extend(notes.map(|text| StreamEvent::Note { text, time }));
        Ok(events)
    }

    fn venue_time(&mut self) -> Result<Timestamp, BrokerError> {
        self.line.venue_time().map_err(|loss| BrokerError::NotSent { detail: loss.text() })
    }
}

/// The shortest bar that can be built.
pub(in super::super) fn is_streamable(wish: &VenueWish) -> bool {
    let piece_s = PIECE.seconds().unwrap_or_default();
    wish.timeframe.seconds().is_none_or(|s| s % piece_s == 0)
        && super::read::word(wish.timeframe).is_some()
}
