//! What Alpaca is asked, page by page.

use jiff::ToSpan;

use crate::base::{DateRange, Timestamp};
use crate::config::AlpacaFeed;
use crate::connectors::vendors::bar_span::whole_periods;
use crate::connectors::vendors::http::{Ask, in_path};
use crate::domain::{Calendar, Timeframe};
use crate::ports::FetchRequest;

/// What it offers.
pub(super) const OFFER: &str = "bars of 1min to 59min, 1h to 23h, 1d, 1w and 1mo";

const BARS_MAX: u32 = 10_000;
const ACTIONS_MAX: u32 = 1000;
/// The kinds that change a price.
const KINDS: &str = "forward_split,reverse_split,stock_dividend,cash_dividend,spin_off";
/// Actions are filtered by the day on which they are processed; a dividend is paid weeks after its
/// ex-date.
const PROCESSED_WITHIN_DAYS: i64 = 120;
/// Without a subscription nobody sees the last quarter of an hour of all exchanges.
const SIP_DELAY_S: i64 = 16 * 60;
const NANOS: i64 = 1_000_000_000;

/// A page: its stage and the token of the vendor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    Bars(Option<String>),
    Actions(Option<String>),
    Calendar,
}

impl Place {
    pub(super) fn to_cursor(&self) -> String {
        let named = |stage: &str, token: &Option<String>| match token {
            Some(token) => format!("{stage} {token}"),
            None => stage.to_owned(),
        };
        match self {
            Self::Bars(token) => named("bars", token),
            Self::Actions(token) => named("actions", token),
            Self::Calendar => "calendar".to_owned(),
        }
    }

    pub(super) fn from_cursor(cursor: Option<&str>) -> Option<Self> {
        let Some(cursor) = cursor else { return Some(Self::Bars(None)) };
        match cursor.split_once(' ') {
            Some(("bars", token)) => Some(Self::Bars(Some(token.to_owned()))),
            Some(("actions", token)) => Some(Self::Actions(Some(token.to_owned()))),
            None if cursor == "actions" => Some(Self::Actions(None)),
            None if cursor == "calendar" => Some(Self::Calendar),
            _ => None,
        }
    }
}

/// Its name for a timeframe.
pub(super) fn interval(timeframe: Timeframe) -> Option<String> {
    match timeframe {
        Timeframe::Seconds(seconds) if seconds % 3600 == 0 => {
            Some(format!("{}Hour", seconds / 3600))
        }
        Timeframe::Seconds(seconds) if seconds % 60 == 0 && seconds < 3600 => {
            Some(format!("{}Min", seconds / 60))
        }
        Timeframe::Seconds(_) => None,
        Timeframe::Day => Some("1Day".to_owned()),
        Timeframe::Week => Some("1Week".to_owned()),
        Timeframe::Month => Some("1Month".to_owned()),
    }
}

/// From the first instant of a range to the last that the feed shows at `now`; `None` if all of it is
/// too new.
pub(super) fn span(
    request: &FetchRequest,
    feed: AlpacaFeed,
    calendar: &Calendar,
    now: Timestamp,
) -> Option<(String, String)> {
    let range = whole_periods(request.range, request.timeframe);
    let midnight = |date| Timestamp::from_civil(date, 0, calendar.zone());
    let start = midnight(range.start());
    let last = midnight(range.end().saturating_add(1.day())).saturating_add_nanos(-NANOS);
    let newest = match feed {
        AlpacaFeed::Sip => now.saturating_add_nanos(-SIP_DELAY_S * NANOS),
        AlpacaFeed::Iex | AlpacaFeed::Otc => now,
    };
    let end = last.min(newest);
    let shown = |time: Timestamp| {
        let zoned = time.to_jiff().to_zoned(calendar.zone().clone());
        zoned.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
    };
    (start < end).then(|| (shown(start), shown(end)))
}

/// A page of bars.
pub(super) fn bars(base: &str, request: &FetchRequest, interval: &str, token: Option<&str>) -> Ask {
    let ask = Ask::new(base, "/v2/stocks/bars")
        .query("symbols", &request.symbol)
        .query("timeframe", interval)
        .query("adjustment", "raw")
        .query("sort", "asc")
        .query("limit", BARS_MAX);
    with_token(ask, token)
}

/// A page of corporate actions.
pub(super) fn actions(base: &str, request: &FetchRequest, token: Option<&str>) -> Ask {
    let last = request.range.end().saturating_add(PROCESSED_WITHIN_DAYS.days());
    let ask = Ask::new(base, "/v1/corporate-actions")
        .query("symbols", &request.symbol)
        .query("types", KINDS)
        .query("start", request.range.start())
        .query("end", last)
        .query("sort", "asc")
        .query("limit", ACTIONS_MAX);
    with_token(ask, token)
}

fn with_token(ask: Ask, token: Option<&str>) -> Ask {
    match token {
        Some(token) => ask.query("page_token", token),
        None => ask,
    }
}

/// The sessions of a range.
pub(super) fn calendar(base: &str, range: DateRange) -> Ask {
    Ask::new(base, "/v2/calendar").query("start", range.start()).query("end", range.end())
}

/// Whether there is such a symbol at all.
pub(super) fn asset(base: &str, request: &FetchRequest) -> Ask {
    Ask::new(base, format!("/v2/assets/{}", in_path(request.symbol.as_str())))
}
