//! What Polygon is asked, page by page.

use reqwest::Url;

use crate::connectors::vendors::bar_span::whole_periods;
use crate::connectors::vendors::http::{Ask, in_path};
use crate::domain::Timeframe;
use crate::ports::FetchRequest;

const BARS_MAX: u32 = 50_000;
const ACTIONS_MAX: u32 = 1000;

/// What a page holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    Bars,
    Splits,
    Dividends,
}

impl Stage {
    /// The stage of a cursor.
    pub(super) fn of(target: &str) -> Option<Self> {
        if target.starts_with("/v2/aggs/") {
            Some(Self::Bars)
        } else if target.starts_with("/v3/reference/splits?") {
            Some(Self::Splits)
        } else if target.starts_with("/v3/reference/dividends?") {
            Some(Self::Dividends)
        } else {
            None
        }
    }

    /// The first page of the stage after this one.
    pub(super) fn after(self, base: &str, request: &FetchRequest) -> Option<String> {
        match self {
            Self::Bars => Some(splits(base, request).target()),
            Self::Splits => Some(dividends(base, request).target()),
            Self::Dividends => None,
        }
    }
}

/// The first page of bars.
pub(super) fn bars(base: &str, request: &FetchRequest) -> Ask {
    let (count, unit) = match request.timeframe {
        Timeframe::Seconds(seconds) if seconds % 3600 == 0 => (seconds / 3600, "hour"),
        Timeframe::Seconds(seconds) if seconds % 60 == 0 => (seconds / 60, "minute"),
        Timeframe::Seconds(seconds) => (seconds, "second"),
        Timeframe::Day => (1, "day"),
        Timeframe::Week => (1, "week"),
        Timeframe::Month => (1, "month"),
    };
    let symbol = in_path(request.symbol.as_str());
    let range = whole_periods(request.range, request.timeframe);
    let (first, last) = (range.start(), range.end());
    Ask::new(base, format!("/v2/aggs/ticker/{symbol}/range/{count}/{unit}/{first}/{last}"))
        .query("adjusted", "false")
        .query("sort", "asc")
        .query("limit", BARS_MAX)
}

fn splits(base: &str, request: &FetchRequest) -> Ask {
    let (first, last) = (request.range.start(), request.range.end());
    Ask::new(base, "/v3/reference/splits")
        .query("ticker", &request.symbol)
        .query("execution_date.gte", first)
        .query("execution_date.lte", last)
        .query("order", "asc")
        .query("sort", "execution_date")
        .query("limit", ACTIONS_MAX)
}

fn dividends(base: &str, request: &FetchRequest) -> Ask {
    let (first, last) = (request.range.start(), request.range.end());
    Ask::new(base, "/v3/reference/dividends")
        .query("ticker", &request.symbol)
        .query("ex_dividend_date.gte", first)
        .query("ex_dividend_date.lte", last)
        .query("order", "asc")
        .query("sort", "ex_dividend_date")
        .query("limit", ACTIONS_MAX)
}

/// Whether there is such a symbol at all.
pub(super) fn ticker(base: &str, request: &FetchRequest) -> Ask {
    Ask::new(base, format!("/v3/reference/tickers/{}", in_path(request.symbol.as_str())))
}

/// The path of a `next_url`, without host and key; the error names the host that is not the vendor's.
pub(super) fn next_target(base: &str, next_url: &str) -> Result<String, String> {
    let next = Url::parse(next_url).map_err(|_| format!("the next page at `{next_url}`"))?;
    let home = Url::parse(base).map_err(|_| format!("the base `{base}`"))?;
    if next.origin() != home.origin() {
        return Err(format!("the next page at {}", next.origin().ascii_serialization()));
    }
    let mut clean = next.clone();
    clean.set_query(None);
    let fields: Vec<_> = next.query_pairs().filter(|(name, _)| name != "apiKey").collect();
    if !fields.is_empty() {
        clean.query_pairs_mut().extend_pairs(fields);
    }
    let full = String::from(clean);
    let base = base.trim_end_matches('/');
    full.strip_prefix(base)
        .map(ToOwned::to_owned)
        .ok_or_else(|| "the next page at another path".to_owned())
}
