//! The bridge as a source of bars and ticks.

use serde::de::DeserializeOwned;

use super::request::{self, Code, Piece, Window, code, offset_s};
use super::wire::{BridgeTick, Rate};
use crate::base::{DateRange, Interrupt, Timestamp, now};
use crate::config::{FileContent, Mt5Connector, Mt5Source};
use crate::connectors::platforms::mt5::{check_price, long_span, tick_flags};
use crate::connectors::platforms::{BarMaker, ServerClock, TickPart};
use crate::connectors::vendors::bar_span::BarSpan;
use crate::connectors::vendors::http::{Ask, Reply, VendorClient, Venue};
use crate::dataset::Incoming;
use crate::dataset::ticks::TickTable;
use crate::domain::{Bar, Calendar, Symbol, Tick, TickFlags, Timeframe};
use crate::ports::{BarSource, FetchRequest, Page, SourceError};

const NAME: &str = "mt5";
const USER_AGENT: &str = concat!("releat/", env!("CARGO_PKG_VERSION"));
const RATES: &str = "a list of bars (time, open, high, low, close, tick_volume, real_volume)";
const TICKS: &str = "a list of ticks (time_msc, bid, ask, last, volume, flags)";
const DAY_S: i64 = 86_400;
/// The year 2100; a time after it or before 1970 is none.
const TIMES_S: std::ops::Range<i64> = 0..4_102_444_800;

/// The REST bridge of MetaTrader 5.
#[derive(Debug)]
pub(in crate::connectors) struct Mt5Bridge {
    base_url: String,
    settings: Mt5Source,
    client: VendorClient,
    pub(super) clock: ServerClock,
    calendar: Calendar,
}

impl Mt5Bridge {
    /// A source for the sessions of `calendar`.
    ///
    /// # Errors
    /// [`SourceError::Unsupported`] for an unknown zone of the server or a price that bars have not.
    pub(in crate::connectors) fn try_new(
        settings: &Mt5Source,
        connector: &Mt5Connector,
        calendar: Calendar,
    ) -> Result<Self, SourceError> {
        check_price(settings)?;
        let clock = ServerClock::of_server(&settings.server_zone).ok_or_else(|| {
            SourceError::Unsupported {
                source_name: NAME,
                supported: "new_york_close and IANA zones",
                wanted: settings.server_zone.0.clone(),
            }
        })?;
        let venue = Venue {
            name: NAME,
            user_agent: USER_AGENT,
            limits: connector.limits,
            key_variables: Vec::new(),
        };
        let client = VendorClient::try_new(venue)?;
        let base_url = connector.base_url.trim_end_matches('/').to_owned();
        Ok(Self { base_url, settings: settings.clone(), client, clock, calendar })
    }

    /// Gives up soon after the process is asked to stop.
    #[must_use]
    pub(in crate::connectors) fn stopped_by(self, interrupt: Interrupt) -> Self {
        Self { client: self.client.stopped_by(interrupt), ..self }
    }

    /// The ticks of some days of the calendar, a part for each day, unchecked.
    ///
    /// # Errors
    /// [`SourceError`]
    pub(in crate::connectors) fn read_ticks(
        &self,
        symbol: &Symbol,
        range: DateRange,
    ) -> Result<Vec<TickPart>, SourceError> {
        let request = FetchRequest { symbol: symbol.clone(), timeframe: Timeframe::Day, range };
        let mut parts = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let piece = Piece::of(&request, FileContent::Ticks, None, cursor.as_deref())?;
            let mut clock = self.clock.clone();
            let ticks = self.ticks_of(&request, &piece, &mut clock)?;
            parts.push(TickPart { origin: format!("{} {}", self.origin(), piece.days), ticks });
            match piece.next {
                None => return Ok(parts),
                Some(next) => cursor = Some(next.to_string()),
            }
        }
    }

    fn get<T: DeserializeOwned>(&self, ask: &Ask, expected: &str) -> Result<T, SourceError> {
        match self.client.get_json(ask, expected)? {
            Reply::Found(found) => Ok(found),
            Reply::Denied(denied) => Err(self.client.refused(ask, &denied).into()),
        }
    }

    /// Refuses an answer with impossible times.
    fn check_times(
        &self,
        ask: &Ask,
        expected: &str,
        mut times: impl Iterator<Item = i64>,
    ) -> Result<(), SourceError> {
        match times.find(|time| !TIMES_S.contains(time)) {
            None => Ok(()),
            Some(time) => {
                Err(self.client.malformed(ask, expected, format!("the time {time}")).into())
            }
        }
    }

    /// The name that the broker gives a symbol.
    fn name(&self, symbol: &Symbol) -> String {
        format!("{symbol}{}", self.settings.suffix)
    }

    /// What the bridge subtracts from the server's clock just now.
    fn offset_s(&self, request: &FetchRequest) -> Result<i64, SourceError> {
        let ask = request::newest_days(&self.base_url, &self.name(&request.symbol));
        let days: Vec<Rate> = self.get(&ask, RATES)?;
        self.check_times(&ask, RATES, days.iter().map(|rate| rate.time))?;
        let times = || days.iter().map(|rate| rate.time);
        offset_s(times()).ok_or_else(|| {
            let found = times().map(|time| time.to_string()).collect::<Vec<_>>().join(", ");
            let found = if found.is_empty() { "no day".to_owned() } else { found };
            let expected = "days that begin at midnight of the server";
            self.client.malformed(&ask, expected, found).into()
        })
    }

    /// The window of short bars and ticks.
    fn window(&self, request: &FetchRequest, piece: &Piece, offset_s: i64) -> Window {
        let (from, to) = piece.instants(request.timeframe, &self.calendar);
        Window::new(self.clock.shows_s(from), self.clock.shows_s(to), offset_s)
    }

    fn ticks_of(
        &self,
        request: &FetchRequest,
        piece: &Piece,
        clock: &mut ServerClock,
    ) -> Result<TickTable, SourceError> {
        let offset_s = self.offset_s(request)?;
        let window = self.window(request, piece, offset_s);
        let ask = request::ticks(&self.base_url, &self.name(&request.symbol), window);
        let rows: Vec<BridgeTick> = self.get(&ask, TICKS)?;
        self.check_times(&ask, TICKS, rows.iter().map(|row| row.time_msc / 1000))?;
        let (from, to) = piece.instants(request.timeframe, &self.calendar);
        let ticks = rows.iter().map(|row| {
            let time = instant(clock, row.time_msc, offset_s);
            tick(row, time)
        });
        Ok(ticks.filter(|tick| from <= tick.time && tick.time < to).collect())
    }

    fn bars_of(
        &self,
        request: &FetchRequest,
        (piece, code): (&Piece, Code),
        maker: &mut BarMaker<'_>,
        clock: &mut ServerClock,
    ) -> Result<(), SourceError> {
        let offset_s = self.offset_s(request)?;
        let window = match code.length {
            Timeframe::Seconds(_) => self.window(request, piece, offset_s),
            Timeframe::Day | Timeframe::Week | Timeframe::Month => {
                Window::of_days(piece.days, offset_s)
            }
        };
        let ask = request::rates(&self.base_url, &self.name(&request.symbol), code, window);
        let rates: Vec<Rate> = self.get(&ask, RATES)?;
        self.check_times(&ask, RATES, rates.iter().map(|rate| rate.time))?;
        let has_real = rates.iter().any(|rate| rate.real_volume > 0.0);
        for rate in &rates {
            let volume = if has_real { rate.real_volume } else { rate.tick_volume };
            let shown_s = rate.time + offset_s;
            let (open_time, available_at) = match code.length.seconds() {
                Some(seconds) => {
                    let open_time = instant(clock, rate.time * 1000, offset_s);
                    let length = i64::from(seconds) * 1_000_000_000;
                    (open_time, open_time.saturating_add_nanos(length))
                }
                None => {
                    let date = Timestamp::from_seconds(shown_s).date_utc();
                    long_span(date, code.length, &self.calendar)?
                }
            };
            let Rate { open, high, low, close, .. } = *rate;
            let bar = Bar { open_time, available_at, open, high, low, close, volume };
            let date = open_time.date_in(self.calendar.zone());
            match code.length.seconds() {
                Some(_) => maker.bar(&bar)?,
                None if piece.days.contains(date) => maker.whole(bar),
                None => {}
            }
        }
        Ok(())
    }

    /// Drops what belongs to another piece and what is not over.
    fn settle(&self, page: &mut Page, request: &FetchRequest, days: DateRange) {
        let (zone, now) = (self.calendar.zone(), now());
        page.incoming.bars.retain(|bar| {
            let Bar { open_time, available_at, .. } = *bar;
            let span = BarSpan { open_time, available_at };
            days.contains(open_time.date_in(zone)) && span.is_settled(request.timeframe, now)
        });
    }
}

impl BarSource for Mt5Bridge {
    fn origin(&self) -> String {
        format!("mt5 bridge at {}", self.base_url)
    }

    fn fetch_page(
        &self,
        request: &FetchRequest,
        cursor: Option<&str>,
    ) -> Result<Page, SourceError> {
        let content = self.settings.content;
        let code = match content {
            FileContent::Ticks => None,
            FileContent::Bars => Some(code(request.timeframe, &self.calendar)?),
        };
        let piece = Piece::of(request, content, code, cursor)?;
        let mut clock = self.clock.clone();
        let mut maker = match code {
            None => {
                let mut maker = BarMaker::of_ticks(request, self.settings.price, &self.calendar);
                maker.ticks(self.ticks_of(request, &piece, &mut clock)?)?;
                maker
            }
            Some(code) => {
                let mut maker = BarMaker::of_bars(request, &self.calendar);
                self.bars_of(request, (&piece, code), &mut maker, &mut clock)?;
                maker
            }
        };
        maker.note(clock.note(&self.origin()));
        let is_all = cursor.is_none() && piece.next.is_none();
        let incoming = match maker.finish(&self.origin()) {
            Err(SourceError::NoRows { .. }) if !is_all => Incoming::default(),
            other => other?,
        };
        let next = piece.next.map(|date| date.to_string());
        let mut page = Page { incoming, next };
        self.settle(&mut page, request, piece.days);
        if is_all && page.incoming.bars.is_empty() {
            return Err(SourceError::NoRows {
                symbol: request.symbol.clone(),
                range: request.range,
                place: self.origin(),
                has: "no finished bar".to_owned(),
            });
        }
        Ok(page)
    }

    fn parallel(&self) -> usize {
        self.client.parallel()
    }
}

/// The instant of a time of the bridge.
fn instant(clock: &mut ServerClock, bridge_ms: i64, offset_s: i64) -> Timestamp {
    let shown_ms = bridge_ms + offset_s * 1000;
    let day_ms = DAY_S * 1000;
    let midnight = Timestamp::from_seconds(shown_ms.div_euclid(day_ms) * DAY_S);
    clock.instant(midnight.date_utc(), shown_ms.rem_euclid(day_ms))
}

fn tick(row: &BridgeTick, time: Timestamp) -> Tick {
    let flags = tick_flags(row.flags, row.last);
    let side = |price: f64| if price == 0.0 { f64::NAN } else { price };
    let is_trade = flags.has(TickFlags::TRADE);
    let (last, volume) = if is_trade { (row.last, row.volume) } else { (f64::NAN, 0.0) };
    Tick { time, bid: side(row.bid), ask: side(row.ask), last, volume, flags }
}
