//! Yahoo as a source of bars.

use jiff::tz::TimeZone;

use super::printed::{Splits, printed, printed_volume};
use super::request::{self, OFFER, Span};
use super::wire::{Document, Meta, Quote, Refusal, Series};
use crate::base::{Date, Interrupt, Timestamp, now};
use crate::config::{YahooConnector, YahooSource};
use crate::connectors::vendors::bar_span::BarSpan;
use crate::connectors::vendors::http::{Ask, Denied, Reply, VendorClient, Venue};
use crate::dataset::Incoming;
use crate::domain::{
    Bar, Calendar, CalendarError, CorporateAction, CorporateActionKind, Timeframe,
};
use crate::ports::{BarSource, FetchRequest, Page, SourceError};

const NAME: &str = "yahoo";
/// Yahoo turns clients away that do not look like a browser.
const USER_AGENT: &str = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36";
const EXPECTED: &str = "a chart with a time, four prices and a volume for each bar";

/// Yahoo's chart service.
#[derive(Debug)]
pub(in crate::connectors) struct YahooBars {
    base_url: String,
    client: VendorClient,
    pub(super) calendar: Calendar,
}

/// One bar of an answer, as it was sent.
struct Sent {
    time: Timestamp,
    date: Date,
    prices: [Option<f64>; 4],
    volume: Option<f64>,
}

impl YahooBars {
    /// A source for the sessions of `calendar`.
    ///
    /// # Errors
    /// [`crate::ports::RemoteError::NoClient`]
    pub(in crate::connectors) fn try_new(
        _settings: &YahooSource,
        connector: &YahooConnector,
        calendar: Calendar,
    ) -> Result<Self, SourceError> {
        let venue = Venue {
            name: NAME,
            user_agent: USER_AGENT,
            limits: connector.limits,
            key_variables: Vec::new(),
        };
        let client = VendorClient::try_new(venue)?;
        Ok(Self { base_url: connector.base_url.clone(), client, calendar })
    }

    /// Gives up soon after the process is asked to stop.
    #[must_use]
    pub(in crate::connectors) fn stopped_by(self, interrupt: Interrupt) -> Self {
        Self { client: self.client.stopped_by(interrupt), ..self }
    }

    fn ask(&self, ask: &Ask, request: &FetchRequest) -> Result<Series, SourceError> {
        let document = match self.client.get_json::<Document>(ask, EXPECTED)? {
            Reply::Found(document) => document,
            Reply::Denied(denied) => return Err(self.denied(ask, &denied, request)),
        };
        if let Some(refusal) = document.chart.error {
            return Err(self.refusal(&refusal, request));
        }
        let series = document.chart.result.and_then(|found| found.into_iter().next());
        let series = series.ok_or_else(|| self.malformed(ask, "neither a result nor an error"))?;
        self.check_columns(ask, &series)?;
        Ok(series)
    }

    fn check_columns(&self, ask: &Ask, series: &Series) -> Result<(), SourceError> {
        let times = series.timestamp.len();
        let Some(quote) = series.indicators.quote.first() else {
            return Err(self.malformed(ask, "no column"));
        };
        let columns = [&quote.open, &quote.high, &quote.low, &quote.close, &quote.volume];
        match columns.iter().find(|column| column.len() != times) {
            Some(column) => {
                let text = format!("a column of {} values for {times} times", column.len());
                Err(self.malformed(ask, &text))
            }
            None => Ok(()),
        }
    }

    fn malformed(&self, ask: &Ask, found: &str) -> SourceError {
        self.client.malformed(ask, EXPECTED, found).into()
    }

    fn denied(&self, ask: &Ask, denied: &Denied, request: &FetchRequest) -> SourceError {
        match denied.json::<Document>().and_then(|document| document.chart.error) {
            Some(refusal) => self.refusal(&refusal, request),
            None => self.client.refused(ask, denied).into(),
        }
    }

    fn refusal(&self, refusal: &Refusal, request: &FetchRequest) -> SourceError {
        let place = self.origin();
        if refusal.code == "Not Found" {
            let expected = "a symbol of Yahoo such as SPY, BRK-B, ^GSPC or VOD.L".to_owned();
            let symbol = request.symbol.clone();
            return SourceError::UnknownSymbol { symbol, expected, place };
        }
        request.no_rows(place, &format!("none: {}", refusal.description))
    }

    /// All bars at once, or those of a day and its splits first.
    fn daily(&self, request: &FetchRequest, today: Date) -> Result<Page, SourceError> {
        let span = Span::until_today(request.range, &self.calendar, today);
        let ask = request::chart(&self.base_url, &request.symbol, "1d", span);
        let series = self.ask(&ask, request)?;
        let zone = self.zone(&ask, &series.meta)?;
        let splits = splits(&series, &zone);
        let mut incoming =
            Incoming { actions: actions(&series, &zone, &splits), ..Incoming::default() };
        incoming.actions.retain(|action| request.range.contains(action.ex_date));
        incoming.notes.extend(currency_note(&series.meta));
        if request.timeframe != Timeframe::Day {
            let next = Some(request::to_cursor(today, &splits));
            return Ok(Page { incoming, next });
        }
        incoming.bars = self.bars(&series, &zone, &splits, request)?;
        self.finish(incoming, request)
    }

    fn intraday(
        &self,
        request: &FetchRequest,
        interval: &str,
        splits: &Splits,
    ) -> Result<Page, SourceError> {
        let span = Span::of(request.range, &self.calendar);
        let ask = request::chart(&self.base_url, &request.symbol, interval, span);
        let series = self.ask(&ask, request)?;
        let zone = self.zone(&ask, &series.meta)?;
        let bars = self.bars(&series, &zone, splits, request)?;
        self.finish(Incoming { bars, ..Incoming::default() }, request)
    }

    fn finish(&self, incoming: Incoming, request: &FetchRequest) -> Result<Page, SourceError> {
        if !incoming.bars.is_empty() {
            return Ok(Page::last(incoming));
        }
        Err(request.no_rows(self.origin(), "no finished bar"))
    }

    fn zone(&self, ask: &Ask, meta: &Meta) -> Result<TimeZone, SourceError> {
        let name = &meta.exchange_timezone_name;
        TimeZone::get(name)
            .map_err(|_| self.malformed(ask, &format!("the unknown time zone `{name}`")))
    }

    fn bars(
        &self,
        series: &Series,
        zone: &TimeZone,
        splits: &Splits,
        request: &FetchRequest,
    ) -> Result<Vec<Bar>, SourceError> {
        let Some(quote) = series.indicators.quote.first() else { return Ok(Vec::new()) };
        let (rows, now) = (rows(series, quote, zone), now());
        let mut bars = Vec::new();
        for (index, row) in rows.iter().enumerate() {
            let is_growing =
                series.meta.regular_market_time == Some(row.time.nanos() / 1_000_000_000);
            let has_day = |other: Option<&Sent>| other.is_some_and(|other| other.date == row.date);
            let before = index.checked_sub(1).and_then(|before| rows.get(before));
            // The price of the moment comes as one more row of the same day.
            let is_repeated = request.timeframe == Timeframe::Day && is_growing && has_day(before);
            if is_repeated || !request.range.contains(row.date) {
                continue;
            }
            let Some(span) = self.span(row, request.timeframe)? else { continue };
            if span.is_settled(request.timeframe, now) {
                bars.push(bar(row, span, splits.after(row.date)));
            }
        }
        Ok(bars)
    }

    /// When a bar began and ended; `None` for rows that are no bars.
    fn span(&self, row: &Sent, timeframe: Timeframe) -> Result<Option<BarSpan>, CalendarError> {
        let Some(seconds) = timeframe.seconds() else {
            return BarSpan::of_sessions(row.date, timeframe, &self.calendar).map(Some);
        };
        let span = BarSpan::of_seconds(row.time, seconds);
        let had_trades = row.prices.iter().any(Option::is_some);
        Ok((had_trades && span.is_in_session(&self.calendar)?).then_some(span))
    }
}

impl BarSource for YahooBars {
    fn origin(&self) -> String {
        format!("{NAME} ({})", self.base_url)
    }

    fn fetch_page(
        &self,
        request: &FetchRequest,
        cursor: Option<&str>,
    ) -> Result<Page, SourceError> {
        let Some(interval) = request::interval(request.timeframe) else {
            let wanted = format!("bars of {}", request.timeframe);
            return Err(SourceError::Unsupported { source_name: NAME, supported: OFFER, wanted });
        };
        let today = now().date_in(self.calendar.zone());
        let Some(cursor) = cursor else { return self.daily(request, today) };
        let Some(splits) = request::from_cursor(cursor, today) else {
            let (place, cursor) = (self.origin(), cursor.to_owned());
            return Err(SourceError::Cursor { place, cursor });
        };
        self.intraday(request, interval, &splits)
    }

    fn days_max(&self, timeframe: Timeframe) -> Option<u32> {
        request::days_max(timeframe)
    }

    fn parallel(&self) -> usize {
        self.client.parallel()
    }
}

fn rows(series: &Series, quote: &Quote, zone: &TimeZone) -> Vec<Sent> {
    let row = |(index, &second): (usize, &i64)| {
        let time = at(second);
        let value = |column: &Vec<Option<f64>>| column.get(index).copied().flatten();
        Sent {
            time,
            date: time.date_in(zone),
            prices: [&quote.open, &quote.high, &quote.low, &quote.close].map(value),
            volume: value(&quote.volume),
        }
    };
    series.timestamp.iter().enumerate().map(row).collect()
}

/// An absurd second is the end of time, not the end of the program.
const fn at(second: i64) -> Timestamp {
    Timestamp::from_nanos(second.saturating_mul(1_000_000_000))
}

/// A missing price becomes NaN, which the lake leaves out and reports.
fn bar(row: &Sent, span: BarSpan, shares: f64) -> Bar {
    let [open, high, low, close] =
        row.prices.map(|price| price.map_or(f64::NAN, |sent| printed(sent, shares)));
    Bar {
        open_time: span.open_time,
        available_at: span.available_at,
        open,
        high,
        low,
        close,
        volume: printed_volume(row.volume.unwrap_or_default(), shares),
    }
}

fn splits(series: &Series, zone: &TimeZone) -> Splits {
    let split = |split: &super::wire::Split| {
        (at(split.date).date_in(zone), split.numerator / split.denominator)
    };
    Splits(series.events.splits.values().map(split).collect())
}

fn actions(series: &Series, zone: &TimeZone, splits: &Splits) -> Vec<CorporateAction> {
    let split = |&(ex_date, ratio): &(Date, f64)| {
        let kind = CorporateActionKind::Split { ratio };
        CorporateAction { ex_date, kind }
    };
    let dividend = |dividend: &super::wire::Dividend| {
        let ex_date = at(dividend.date).date_in(zone);
        let amount = printed(dividend.amount, splits.from(ex_date));
        CorporateAction { ex_date, kind: CorporateActionKind::Dividend { amount } }
    };
    let dividends = series.events.dividends.values().map(dividend);
    let mut actions: Vec<CorporateAction> = splits.0.iter().map(split).chain(dividends).collect();
    actions.sort_by_key(|action| action.ex_date);
    actions
}

/// Some markets quote in hundredths of their currency.
fn currency_note(meta: &Meta) -> Option<String> {
    let currency = meta.currency.as_deref()?;
    let whole = match currency {
        "GBp" | "GBX" => "GBP",
        "ZAc" => "ZAR",
        "ILA" => "ILS",
        _ => return None,
    };
    Some(format!("prices are in {currency}, hundredths of {whole}"))
}
