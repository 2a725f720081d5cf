//! What is asked: bar sizes, the pieces of a range, contracts.

use ibapi::contracts::{Contract, Currency, Exchange, SecurityType, Symbol as IbkrSymbol};
use ibapi::market_data::TradingHours;
use ibapi::market_data::historical::{BarSize, Duration, WhatToShow};
use jiff::ToSpan;
use jiff::tz::TimeZone;

use crate::base::{Date, DateRange, Timestamp};
use crate::config::{IbkrContract, IbkrHours, IbkrPrice, IbkrSource};
use crate::connectors::vendors::bar_span::period;
use crate::domain::{Calendar, CalendarError, CalendarName, Session, Symbol, Timeframe};
use crate::ports::FetchRequest;

pub(super) const NANOS: i64 = 1_000_000_000;
/// Bars of one answer; the broker asks for "a few thousand".
const ANSWER_BARS: i64 = 2_000;
/// Years of daily and longer bars in one request.
const ANSWER_YEARS: i16 = 10;
/// Above this the broker wants years.
const DAYS_MAX: i64 = 365;
const HOUR: i32 = 3600;

/// The timeframes that the broker has.
pub(super) const TIMEFRAMES: &str = "bars of 1s, 5s, 10s, 15s, 30s, 1min, 2min, 3min, 5min, 10min, \
     15min, 20min, 30min, 1h, 2h, 3h, 4h, 8h, 1d, 1w and 1mo";

/// The broker's name of a timeframe.
pub(super) const fn bar_size(timeframe: Timeframe) -> Option<BarSize> {
    Some(match timeframe {
        Timeframe::Seconds(1) => BarSize::Sec,
        Timeframe::Seconds(5) => BarSize::Sec5,
        Timeframe::Seconds(10) => BarSize::Sec10,
        Timeframe::Seconds(15) => BarSize::Sec15,
        Timeframe::Seconds(30) => BarSize::Sec30,
        Timeframe::Seconds(60) => BarSize::Min,
        Timeframe::Seconds(120) => BarSize::Min2,
        Timeframe::Seconds(180) => BarSize::Min3,
        Timeframe::Seconds(300) => BarSize::Min5,
        Timeframe::Seconds(600) => BarSize::Min10,
        Timeframe::Seconds(900) => BarSize::Min15,
        Timeframe::Seconds(1200) => BarSize::Min20,
        Timeframe::Seconds(1800) => BarSize::Min30,
        Timeframe::Seconds(3600) => BarSize::Hour,
        Timeframe::Seconds(7200) => BarSize::Hour2,
        Timeframe::Seconds(10_800) => BarSize::Hour3,
        Timeframe::Seconds(14_400) => BarSize::Hour4,
        Timeframe::Seconds(28_800) => BarSize::Hour8,
        Timeframe::Day => BarSize::Day,
        Timeframe::Week => BarSize::Week,
        Timeframe::Month => BarSize::Month,
        Timeframe::Seconds(_) => return None,
    })
}

/// The broker's name of a price.
pub(super) const fn what_to_show(price: IbkrPrice) -> WhatToShow {
    match price {
        IbkrPrice::Trades => WhatToShow::Trades,
        IbkrPrice::Midpoint => WhatToShow::MidPoint,
        IbkrPrice::Bid => WhatToShow::Bid,
        IbkrPrice::Ask => WhatToShow::Ask,
    }
}

/// The broker's name of hours.
pub(super) const fn trading_hours(hours: IbkrHours) -> TradingHours {
    match hours {
        IbkrHours::Regular => TradingHours::Regular,
        IbkrHours::All => TradingHours::Extended,
    }
}

/// The contract of a symbol as it is looked up; `None` for a text that can be none.
pub(super) fn contract(settings: &IbkrSource, symbol: &Symbol) -> Option<Contract> {
    let name = symbol.as_str();
    let (symbol, kind, exchange, currency) = match settings.contract {
        // Classes of shares are written with a space: BRK B.
        IbkrContract::Stock => {
            (name.replace('.', " "), SecurityType::Stock, settings.exchange.as_str(), "USD")
        }
        IbkrContract::Forex => {
            let is_pair = name.len() == 6 && name.bytes().all(|byte| byte.is_ascii_uppercase());
            let exchange = match settings.exchange.as_str() {
                "SMART" => "IDEALPRO",
                other => other,
            };
            let (base, quote) = name.split_at_checked(3).filter(|_| is_pair)?;
            (base.to_owned(), SecurityType::ForexPair, exchange, quote)
        }
    };
    Some(Contract {
        symbol: IbkrSymbol(symbol),
        security_type: kind,
        exchange: Exchange(exchange.to_owned()),
        currency: Currency(currency.to_owned()),
        ..Contract::default()
    })
}

/// A piece of a range that one request covers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Piece {
    /// Bars that open earlier belong to another piece.
    pub(super) from: Timestamp,
    /// Bars that open here or later belong to another piece.
    pub(super) to: Timestamp,
    /// The end to ask for.
    pub(super) end: Timestamp,
    /// The span before it to ask for, which reaches back to [`Self::from`] at least.
    pub(super) duration: Duration,
}

/// How a range is cut for one timeframe.
#[derive(Debug, Clone)]
pub(super) struct Pieces<'a> {
    calendar: &'a Calendar,
    range: DateRange,
    timeframe: Timeframe,
    settings: &'a IbkrSource,
}

impl<'a> Pieces<'a> {
    /// The pieces of a request.
    pub(super) const fn new(
        settings: &'a IbkrSource,
        calendar: &'a Calendar,
        request: &FetchRequest,
    ) -> Self {
        Self { calendar, range: request.range, timeframe: request.timeframe, settings }
    }

    /// The first instant of the range.
    pub(super) fn start(&self) -> Timestamp {
        self.midnight(self.range.start())
    }

    /// The piece that begins at `from` or at the first session after it; `None` past the range.
    pub(super) fn at(&self, from: Timestamp) -> Result<Option<Piece>, CalendarError> {
        match self.timeframe {
            Timeframe::Seconds(step @ ..60) => self.seconds(from, step),
            Timeframe::Seconds(step) => self.sessions(from, step),
            Timeframe::Day | Timeframe::Week | Timeframe::Month => Ok(self.years(from)),
        }
    }

    /// When bars of the session of `date` are traded, in the hours that are asked for.
    pub(super) fn window(&self, session: &Session) -> (Timestamp, Timestamp) {
        window(self.settings, self.calendar, session)
    }

    /// A part of one session, as long as the broker allows for such short bars.
    ///
    /// # Source
    /// TWS API, "Historical Data Limitations", table of step sizes.
    fn seconds(&self, from: Timestamp, step: u32) -> Result<Option<Piece>, CalendarError> {
        let most: i64 = match step {
            ..5 => 1_800,
            5..10 => 3_600,
            10..30 => 14_400,
            _ => 28_800,
        };
        let Some(days) = self.rest(from) else { return Ok(None) };
        let sessions = self.calendar.sessions(days)?;
        let windows = sessions.iter().map(|session| self.window(session));
        let Some((open, close)) = windows.into_iter().find(|(_, close)| *close > from) else {
            return Ok(None);
        };
        let from = from.max(open);
        let to = from.saturating_add_nanos(most * NANOS).min(close);
        let span = (to.nanos() - from.nanos()) / NANOS;
        let duration = Duration::seconds(i32::try_from(span).unwrap_or(i32::MAX));
        Ok(Some(Piece { from, to, end: to, duration }))
    }

    /// Whole sessions, as many as make an answer of a few thousand bars.
    ///
    /// One session more than needed is asked for: the broker counts back from the session that
    /// holds the end, and another session may have begun by then.
    fn sessions(&self, from: Timestamp, step: u32) -> Result<Option<Piece>, CalendarError> {
        let Some(days) = self.rest(from) else { return Ok(None) };
        let sessions = self.calendar.sessions(days)?;
        let Some(first) = sessions.first() else { return Ok(None) };
        let (open, close) = self.window(first);
        let bars = (close.nanos() - open.nanos()) / NANOS / i64::from(step);
        let count = (ANSWER_BARS / bars.max(1) - 1).clamp(1, DAYS_MAX - 1);
        let index = usize::try_from(count - 1).unwrap_or(usize::MAX);
        let last = sessions.get(index).or(sessions.last()).unwrap_or(first);
        let asked = i32::try_from(count + 1).unwrap_or(i32::MAX);
        Ok(Some(self.days(first.date, last.date, Duration::days(asked))))
    }

    /// Some years, up to the end of a week or month.
    fn years(&self, from: Timestamp) -> Option<Piece> {
        let first = self.rest(from)?.start();
        let far = first.saturating_add(i64::from(ANSWER_YEARS).years()).saturating_sub(1.day());
        let last = period(far.min(self.range.end()), self.timeframe).end();
        // A period more, for one that begins before the first day.
        let spare = match self.timeframe {
            Timeframe::Month => 32,
            Timeframe::Week => 8,
            Timeframe::Day | Timeframe::Seconds(_) => 1,
        };
        let days = i64::from((last - first).get_days()) + spare;
        let duration = if days <= DAYS_MAX && self.timeframe == Timeframe::Day {
            Duration::days(i32::try_from(days).unwrap_or(i32::MAX))
        } else {
            Duration::years(i32::try_from((days + DAYS_MAX - 1) / DAYS_MAX).unwrap_or(i32::MAX))
        };
        Some(self.days(first, last, duration))
    }

    fn days(&self, first: Date, last: Date, duration: Duration) -> Piece {
        let to = self.midnight(last.saturating_add(1.day()));
        Piece { from: self.midnight(first), to, end: to.saturating_add_nanos(-NANOS), duration }
    }

    /// The days of the range from the day of `from` on.
    fn rest(&self, from: Timestamp) -> Option<DateRange> {
        let start = from.date_in(self.calendar.zone()).max(self.range.start());
        DateRange::try_new(start, self.range.end()).ok()
    }

    fn midnight(&self, date: Date) -> Timestamp {
        Timestamp::from_civil(date, 0, self.calendar.zone())
    }
}

/// When a session is traded, in the hours that are asked for.
///
/// Stocks trade from 04:00 to 20:00 in New York with all hours; a currency pair all day.
pub(super) fn window(
    settings: &IbkrSource,
    calendar: &Calendar,
    session: &Session,
) -> (Timestamp, Timestamp) {
    let midnight = |date| Timestamp::from_civil(date, 0, calendar.zone());
    match (settings.contract, settings.hours) {
        (IbkrContract::Forex, _) => {
            (midnight(session.date), midnight(session.date.saturating_add(1.day())))
        }
        (IbkrContract::Stock, IbkrHours::Regular) => (session.open, session.close),
        (IbkrContract::Stock, IbkrHours::All) => {
            let zone = new_york();
            let at = |hour| Timestamp::from_civil(session.date, hour * HOUR, &zone);
            (at(4).min(session.open), at(20).max(session.close))
        }
    }
}

/// When the last price of a daily or longer bar that ends with `session` is known.
///
/// With all hours a stock's bar goes on until 20:00 in New York; a currency's day ends at 17:00
/// there.
pub(super) fn known_at(settings: &IbkrSource, session: &Session) -> Timestamp {
    let hour = match (settings.contract, settings.hours) {
        (IbkrContract::Stock, IbkrHours::Regular) => return session.close,
        (IbkrContract::Stock, IbkrHours::All) => 20,
        (IbkrContract::Forex, _) => 17,
    };
    session.close.max(Timestamp::from_civil(session.date, hour * HOUR, &new_york()))
}

fn new_york() -> TimeZone {
    Calendar::new(CalendarName::Xnys).zone().clone()
}
