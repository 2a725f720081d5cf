//! Polygon as a source of bars.

use serde::de::DeserializeOwned;

use super::request::{self, Stage, next_target};
use super::wire::{Aggregate, Aggregates, Dividend, Listing, Refusal, Split};
use crate::base::{Interrupt, Timestamp, now};
use crate::config::{PolygonConnector, PolygonSource};
use crate::connectors::vendors::bar_span::BarSpan;
use crate::connectors::vendors::http::{Ask, Denied, Reply, VendorClient, Venue};
use crate::dataset::Incoming;
use crate::domain::{
    Bar, Calendar, CalendarError, CorporateAction, CorporateActionKind, Timeframe,
};
use crate::ports::{BarSource, FetchRequest, Page, RemoteError, SourceError};

const NAME: &str = "polygon";
const USER_AGENT: &str = concat!("releat/", env!("CARGO_PKG_VERSION"));
const BARS: &str = "a page of raw bars (status OK or DELAYED, adjusted false)";
const LISTING: &str = "a list (status OK, results)";
const MILLI: i64 = 1_000_000;

/// Polygon's aggregates.
#[derive(Debug)]
pub(in crate::connectors) struct PolygonBars {
    base_url: String,
    client: VendorClient,
    calendar: Calendar,
}

impl PolygonBars {
    /// A source for the sessions of `calendar`.
    ///
    /// # Errors
    /// [`crate::ports::RemoteError::NoKey`] if the variable of the key is not set.
    pub(in crate::connectors) fn try_new(
        _settings: &PolygonSource,
        connector: &PolygonConnector,
        calendar: Calendar,
    ) -> Result<Self, SourceError> {
        let venue = Venue {
            name: NAME,
            user_agent: USER_AGENT,
            limits: connector.limits,
            key_variables: vec![connector.key_variable.clone()],
        };
        let client = VendorClient::try_new(venue)?;
        Ok(Self { base_url: connector.base_url.trim_end_matches('/').to_owned(), client, calendar })
    }

    /// Gives up soon after the process is asked to stop.
    #[must_use]
    pub(in crate::connectors) fn stopped_by(self, interrupt: Interrupt) -> Self {
        Self { client: self.client.stopped_by(interrupt), ..self }
    }

    fn with_key(&self, ask: Ask) -> Ask {
        ask.header("Authorization", format!("Bearer {}", self.client.key(0)))
    }

    fn get<T: DeserializeOwned>(
        &self,
        ask: &Ask,
        expected: &str,
        cursor: Option<&str>,
    ) -> Result<T, SourceError> {
        match self.client.get_json(ask, expected).map_err(plan_lacks)? {
            Reply::Found(found) => Ok(found),
            Reply::Denied(denied) => Err(self.denied(ask, &denied, cursor)),
        }
    }

    /// A vendor that denies a page which it named itself has forgotten it.
    fn denied(&self, ask: &Ask, denied: &Denied, cursor: Option<&str>) -> SourceError {
        if let Some(cursor) = cursor.filter(|cursor| cursor.contains("cursor=")) {
            return SourceError::Cursor { place: self.origin(), cursor: cursor.to_owned() };
        }
        let refusal: Refusal = denied.json().unwrap_or_default();
        let text = refusal.error.or(refusal.message).unwrap_or_else(|| denied.text.clone());
        self.client.refused(ask, &Denied { status: denied.status, text }).into()
    }

    fn bars(
        &self,
        ask: &Ask,
        request: &FetchRequest,
        cursor: Option<&str>,
    ) -> Result<Page, SourceError> {
        let page: Aggregates = self.get(ask, BARS, cursor)?;
        self.check_status(ask, BARS, &page.status)?;
        if page.adjusted {
            return Err(self.client.malformed(ask, BARS, "prices adjusted for splits").into());
        }
        let next = self.next(ask, page.next_url.as_deref(), BARS)?;
        if cursor.is_none() && page.results.is_empty() && next.is_none() {
            return Err(self.nothing(request));
        }
        let bars = self.read_bars(&page.results, request)?;
        if cursor.is_none() && bars.is_empty() && next.is_none() {
            return Err(self.no_rows(request, "no finished bar"));
        }
        let next = next.or_else(|| Stage::Bars.after(&self.base_url, request));
        Ok(Page { incoming: Incoming { bars, ..Incoming::default() }, next })
    }

    fn read_bars(
        &self,
        rows: &[Aggregate],
        request: &FetchRequest,
    ) -> Result<Vec<Bar>, SourceError> {
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
    fn span(
        &self,
        row: &Aggregate,
        timeframe: Timeframe,
    ) -> Result<Option<BarSpan>, CalendarError> {
        let start = Timestamp::from_nanos(row.start_ms.saturating_mul(MILLI));
        if let Some(seconds) = timeframe.seconds() {
            let span = BarSpan::of_seconds(start, seconds);
            return Ok(span.is_in_session(&self.calendar)?.then_some(span));
        }
        // A week begins on a Sunday here: its Monday is the next day.
        const DAY_NANOS: i64 = 86_400_000_000_000;
        let inside = match timeframe {
            Timeframe::Week => start.saturating_add_nanos(DAY_NANOS + DAY_NANOS / 2),
            _ => start,
        };
        let date = inside.date_in(self.calendar.zone());
        BarSpan::of_sessions(date, timeframe, &self.calendar).map(Some)
    }

    fn splits(&self, ask: &Ask, request: &FetchRequest, cursor: &str) -> Result<Page, SourceError> {
        let page: Listing<Split> = self.get(ask, LISTING, Some(cursor))?;
        self.check_status(ask, LISTING, &page.status)?;
        let own = page.results.iter().filter(|split| split.ticker == request.symbol.as_str());
        let action = |split: &Split| CorporateAction {
            ex_date: split.execution_date,
            kind: CorporateActionKind::Split { ratio: split.split_to / split.split_from },
        };
        let incoming = Incoming { actions: own.map(action).collect(), ..Incoming::default() };
        let next = self.next(ask, page.next_url.as_deref(), LISTING)?;
        let next = next.or_else(|| Stage::Splits.after(&self.base_url, request));
        Ok(Page { incoming: within(incoming, request), next })
    }

    fn dividends(
        &self,
        ask: &Ask,
        request: &FetchRequest,
        cursor: &str,
    ) -> Result<Page, SourceError> {
        let page: Listing<Dividend> = self.get(ask, LISTING, Some(cursor))?;
        self.check_status(ask, LISTING, &page.status)?;
        let mut incoming = Incoming::default();
        for row in page.results.iter().filter(|row| row.ticker == request.symbol.as_str()) {
            let (ex_date, amount) = (row.ex_dividend_date, row.cash_amount);
            let currency = row.currency.as_deref().unwrap_or("USD");
            if currency != "USD" {
                let text = format!("the dividend of {ex_date} is {amount} {currency}: left out");
                incoming.notes.push(text);
                continue;
            }
            let kind = CorporateActionKind::Dividend { amount };
            incoming.actions.push(CorporateAction { ex_date, kind });
        }
        let next = self.next(ask, page.next_url.as_deref(), LISTING)?;
        Ok(Page { incoming: within(incoming, request), next })
    }

    fn check_status(&self, ask: &Ask, expected: &str, status: &str) -> Result<(), SourceError> {
        if matches!(status, "OK" | "DELAYED") {
            return Ok(());
        }
        Err(self.client.malformed(ask, expected, format!("status {status}")).into())
    }

    /// The cursor of the next page; it must be another one at the same host.
    fn next(
        &self,
        ask: &Ask,
        next_url: Option<&str>,
        expected: &str,
    ) -> Result<Option<String>, SourceError> {
        let Some(url) = next_url else { return Ok(None) };
        let malformed = |found: String| self.client.malformed(ask, expected, found);
        let target = next_target(&self.base_url, url).map_err(malformed)?;
        if target == ask.target() {
            return Err(malformed("the same page as the next one".to_owned()).into());
        }
        Ok(Some(target))
    }

    /// An unknown symbol has no bars either; only the list of tickers tells.
    fn nothing(&self, request: &FetchRequest) -> SourceError {
        let ask = self.with_key(request::ticker(&self.base_url, request));
        let known = self.client.get_json::<serde_json::Value>(&ask, "a ticker");
        match known {
            Ok(Reply::Denied(denied)) if denied.status == 404 => SourceError::UnknownSymbol {
                symbol: request.symbol.clone(),
                expected: "a ticker of Polygon such as AAPL or BRK.B".to_owned(),
                place: self.origin(),
            },
            Ok(_) => self.no_rows(request, "no bars"),
            Err(error) => error.into(),
        }
    }

    fn no_rows(&self, request: &FetchRequest, has: &str) -> SourceError {
        request.no_rows(self.origin(), has)
    }
}

impl BarSource for PolygonBars {
    fn origin(&self) -> String {
        format!("{NAME} ({})", self.base_url)
    }

    fn fetch_page(
        &self,
        request: &FetchRequest,
        cursor: Option<&str>,
    ) -> Result<Page, SourceError> {
        let Some(cursor) = cursor else {
            let ask = self.with_key(request::bars(&self.base_url, request));
            return self.bars(&ask, request, None);
        };
        let ask = self.with_key(Ask::new(&self.base_url, cursor));
        match Stage::of(cursor) {
            Some(Stage::Bars) => self.bars(&ask, request, Some(cursor)),
            Some(Stage::Splits) => self.splits(&ask, request, cursor),
            Some(Stage::Dividends) => self.dividends(&ask, request, cursor),
            None => {
                let (place, cursor) = (self.origin(), cursor.to_owned());
                Err(SourceError::Cursor { place, cursor })
            }
        }
    }

    fn parallel(&self) -> usize {
        self.client.parallel()
    }
}

/// A wrong key is 401 here; 403 is about what the plan behind a right one includes, such as old days
/// or an index, so the next symbol may well be served.
fn plan_lacks(error: RemoteError) -> RemoteError {
    match error {
        RemoteError::KeyRefused { venue, request, status: 403, reason, .. } => {
            RemoteError::Refused { venue, request, status: 403, reason }
        }
        other => other,
    }
}

const fn bar(row: &Aggregate, span: BarSpan) -> Bar {
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

fn within(mut incoming: Incoming, request: &FetchRequest) -> Incoming {
    incoming.actions.retain(|action| request.range.contains(action.ex_date));
    incoming
}
