//! Alpaca as a source of bars.

use serde::de::DeserializeOwned;

use super::actions::{compare_sessions, read_actions};
use super::request::{self, OFFER, Place};
use super::wire::{ActionPage, BarPage, CalendarDay, Refusal, WireBar};
use crate::base::{Interrupt, now};
use crate::config::{AlpacaCalendar, AlpacaConnector, AlpacaFeed, AlpacaSource};
use crate::connectors::vendors::bar_span::BarSpan;
use crate::connectors::vendors::http::{Ask, Denied, Reply, VendorClient, Venue};
use crate::dataset::Incoming;
use crate::domain::{Bar, Calendar, CalendarError, Timeframe};
use crate::ports::{BarSource, FetchRequest, Page, SourceError};

const NAME: &str = "alpaca";
const USER_AGENT: &str = concat!("releat/", env!("CARGO_PKG_VERSION"));
const BARS: &str = "a page of bars by symbol";
const ACTIONS: &str = "a page of corporate actions by kind";
const CALENDAR: &str = "a list of sessions";
const PAPER_URL: &str = "https://paper-api.alpaca.markets";

/// Alpaca's bars.
#[derive(Debug)]
pub(in crate::connectors) struct AlpacaBars {
    feed: AlpacaFeed,
    sessions: AlpacaCalendar,
    data_url: String,
    trading_url: String,
    client: VendorClient,
    calendar: Calendar,
}

impl AlpacaBars {
    /// A source for the sessions of `calendar`.
    ///
    /// # Errors
    /// [`crate::ports::RemoteError::NoKey`] if a variable of the key is not set.
    pub(in crate::connectors) fn try_new(
        settings: &AlpacaSource,
        connector: &AlpacaConnector,
        calendar: Calendar,
    ) -> Result<Self, SourceError> {
        let venue = Venue {
            name: NAME,
            user_agent: USER_AGENT,
            limits: connector.limits,
            key_variables: vec![connector.key_variable.clone(), connector.secret_variable.clone()],
        };
        Ok(Self {
            feed: settings.feed,
            sessions: connector.calendar,
            data_url: connector.base_url.clone(),
            trading_url: trading_url(connector),
            client: VendorClient::try_new(venue)?,
            calendar,
        })
    }

    /// Gives up soon after the process is asked to stop.
    #[must_use]
    pub(in crate::connectors) fn stopped_by(self, interrupt: Interrupt) -> Self {
        Self { client: self.client.stopped_by(interrupt), ..self }
    }

    fn with_keys(&self, ask: Ask) -> Ask {
        ask.header("APCA-API-KEY-ID", self.client.key(0))
            .header("APCA-API-SECRET-KEY", self.client.key(1))
    }

    fn get<T: DeserializeOwned>(
        &self,
        ask: &Ask,
        expected: &str,
        token: Option<&str>,
    ) -> Result<T, SourceError> {
        let denied = match self.client.get_json(ask, expected)? {
            Reply::Found(found) => return Ok(found),
            Reply::Denied(denied) => denied,
        };
        // A vendor that denies a page which it named itself has forgotten it.
        if let Some(token) = token {
            return Err(SourceError::Cursor { place: self.origin(), cursor: token.to_owned() });
        }
        let refusal: Refusal = denied.json().unwrap_or_default();
        let text = refusal.message.unwrap_or_else(|| denied.text.clone());
        Err(self.client.refused(ask, &Denied { status: denied.status, text }).into())
    }

    fn bars(&self, request: &FetchRequest, token: Option<&str>) -> Result<Page, SourceError> {
        let Some(interval) = request::interval(request.timeframe) else {
            let wanted = format!("bars of {}", request.timeframe);
            return Err(SourceError::Unsupported { source_name: NAME, supported: OFFER, wanted });
        };
        let feed = self.feed;
        let Some((start, end)) = request::span(request, feed, &self.calendar, now()) else {
            return Err(self.no_rows(request, "no bars that new"));
        };
        let ask = request::bars(&self.data_url, request, &interval, token)
            .query("start", &start)
            .query("end", &end)
            .query("feed", feed_name(feed));
        let ask = self.with_keys(ask);
        let page: BarPage = self.get(&ask, BARS, token)?;
        let rows = page.bars.and_then(|mut bars| bars.remove(request.symbol.as_str()));
        let rows = rows.unwrap_or_default();
        let next = self.next(&ask, token, page.next_page_token, BARS)?;
        let is_alone = token.is_none() && next.is_none();
        if is_alone && rows.is_empty() {
            return Err(self.nothing(request));
        }
        let bars = self.read_bars(&rows, request)?;
        if is_alone && bars.is_empty() {
            return Err(self.no_rows(request, "no finished bar"));
        }
        let next = next.map_or(Place::Actions(None), |token| Place::Bars(Some(token)));
        Ok(Page {
            incoming: Incoming { bars, ..Incoming::default() },
            next: Some(next.to_cursor()),
        })
    }

    fn read_bars(&self, rows: &[WireBar], request: &FetchRequest) -> Result<Vec<Bar>, SourceError> {
        let (zone, now) = (self.calendar.zone(), now());
        let mut bars = Vec::with_capacity(rows.len());
        for row in rows {
            let Some(span) = self.span(row, request.timeframe)? else { continue };
            if span.is_wanted(request, zone, now) {
                bars.push(bar(row, span));
            }
        }
        Ok(bars)
    }

    /// When a bar began and ended; `None` outside regular trading.
    fn span(&self, row: &WireBar, timeframe: Timeframe) -> Result<Option<BarSpan>, CalendarError> {
        if let Some(seconds) = timeframe.seconds() {
            let span = BarSpan::of_seconds(row.start, seconds);
            return Ok(span.is_in_session(&self.calendar)?.then_some(span));
        }
        let date = row.start.date_in(self.calendar.zone());
        BarSpan::of_sessions(date, timeframe, &self.calendar).map(Some)
    }

    fn actions(&self, request: &FetchRequest, token: Option<&str>) -> Result<Page, SourceError> {
        let ask = self.with_keys(request::actions(&self.data_url, request, token));
        let page: ActionPage = self.get(&ask, ACTIONS, token)?;
        let incoming = read_actions(&page.corporate_actions, request);
        let next = self.next(&ask, token, page.next_page_token, ACTIONS)?;
        let next = match (next, self.sessions) {
            (Some(token), _) => Some(Place::Actions(Some(token))),
            (None, AlpacaCalendar::Compare) => Some(Place::Calendar),
            (None, AlpacaCalendar::Unseen) => None,
        };
        Ok(Page { incoming, next: next.map(|place| place.to_cursor()) })
    }

    fn sessions(&self, request: &FetchRequest) -> Result<Page, SourceError> {
        let ask = self.with_keys(request::calendar(&self.trading_url, request.range));
        let days: Vec<CalendarDay> = self.get(&ask, CALENDAR, None)?;
        let notes = compare_sessions(&days, request.range, &self.calendar)?;
        Ok(Page::last(Incoming { notes, ..Incoming::default() }))
    }

    /// The token of the next page, which must be another one.
    fn next(
        &self,
        ask: &Ask,
        token: Option<&str>,
        next: Option<String>,
        expected: &str,
    ) -> Result<Option<String>, SourceError> {
        let next = next.filter(|next| !next.is_empty());
        if next.is_some() && next.as_deref() == token {
            let found = "the same page as the next one";
            return Err(self.client.malformed(ask, expected, found).into());
        }
        Ok(next)
    }

    /// An unknown symbol has no bars either; only the list of assets tells. Whoever has keys for the
    /// data alone is not told more.
    fn nothing(&self, request: &FetchRequest) -> SourceError {
        let ask = self.with_keys(request::asset(&self.trading_url, request));
        let known = self.client.get_json::<serde_json::Value>(&ask, "an asset");
        match known {
            Ok(Reply::Denied(denied)) if denied.status == 404 => SourceError::UnknownSymbol {
                symbol: request.symbol.clone(),
                expected: "a stock or fund of Alpaca such as AAPL or BRK.B".to_owned(),
                place: self.origin(),
            },
            Ok(_) => self.no_rows(request, "no bars"),
            Err(error) => self.no_rows(request, &format!("no bars, and nobody tells why: {error}")),
        }
    }

    fn no_rows(&self, request: &FetchRequest, has: &str) -> SourceError {
        request.no_rows(self.origin(), has)
    }
}

/// Whoever speaks for Alpaca's data at another address speaks for its trading service too.
fn trading_url(connector: &AlpacaConnector) -> String {
    if !connector.trading_url.is_empty() {
        return connector.trading_url.clone();
    }
    let is_own = connector.base_url == AlpacaConnector::default().base_url;
    if is_own { PAPER_URL.to_owned() } else { connector.base_url.clone() }
}

impl BarSource for AlpacaBars {
    fn origin(&self) -> String {
        format!("{NAME} ({})", self.data_url)
    }

    fn fetch_page(
        &self,
        request: &FetchRequest,
        cursor: Option<&str>,
    ) -> Result<Page, SourceError> {
        match Place::from_cursor(cursor) {
            Some(Place::Bars(token)) => self.bars(request, token.as_deref()),
            Some(Place::Actions(token)) => self.actions(request, token.as_deref()),
            Some(Place::Calendar) => self.sessions(request),
            None => {
                let cursor = cursor.unwrap_or_default().to_owned();
                Err(SourceError::Cursor { place: self.origin(), cursor })
            }
        }
    }

    fn parallel(&self) -> usize {
        self.client.parallel()
    }
}

const fn feed_name(feed: AlpacaFeed) -> &'static str {
    match feed {
        AlpacaFeed::Sip => "sip",
        AlpacaFeed::Iex => "iex",
        AlpacaFeed::Otc => "otc",
    }
}

const fn bar(row: &WireBar, span: BarSpan) -> Bar {
    Bar {
        open_time: span.open_time,
        available_at: span.available_at,
        open: row.open,
        high: row.high,
        low: row.low,
        close: row.close,
        volume: row.volume,
    }
}
