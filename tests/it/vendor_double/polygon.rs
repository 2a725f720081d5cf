//! As Polygon answers.

use std::fmt::Write;

use jiff::civil::Date;

use super::{KEY, Market, Reply, Request};

/// Polygon: raw bars, splits and dividends, pages by `next_url`.
#[derive(Debug, Clone)]
pub(crate) struct PolygonVendor {
    pub(crate) market: Market,
    /// What it wants to see; [`KEY`].
    pub(crate) key: String,
    /// Bars on a page.
    pub(crate) page_rows: usize,
    /// This page (counted from 0) is sent again in place of the next one.
    pub(crate) duplicate_page: Option<usize>,
    /// This page comes without rows.
    pub(crate) missing_page: Option<usize>,
    /// Where `next_url` points; the double itself if `None`.
    pub(crate) next_origin: Option<String>,
}

impl PolygonVendor {
    pub(crate) fn new(market: Market) -> Self {
        let nothing = (None, None, None);
        let (duplicate_page, missing_page, next_origin) = nothing;
        Self {
            market,
            key: KEY.to_owned(),
            page_rows: 50_000,
            duplicate_page,
            missing_page,
            next_origin,
        }
    }

    pub(crate) fn reply(&self, request: &Request) -> Reply {
        if request.header("authorization") != Some(&format!("Bearer {}", self.key)) {
            let text = r#"{"status":"ERROR","request_id":"1","error":"Unknown API Key"}"#;
            return Reply::json(text).status(401);
        }
        let parts: Vec<&str> = request.path.split('/').skip(1).collect();
        match parts.as_slice() {
            ["v2", "aggs", "ticker", symbol, "range", "1", "day", first, last] => {
                self.bars(request, symbol, first, last)
            }
            ["v3", "reference", kind @ ("splits" | "dividends")] => self.actions(request, kind),
            ["v3", "reference", "tickers", symbol] if self.market.index(symbol).is_some() => {
                Reply::json(format!(r#"{{"results":{{"ticker":"{symbol}"}},"status":"OK"}}"#))
            }
            _ => Reply::json(r#"{"status":"NOT_FOUND","message":"Ticker not found."}"#).status(404),
        }
    }

    fn bars(&self, request: &Request, symbol: &str, first: &str, last: &str) -> Reply {
        let (Ok(first), Ok(last)) = (first.parse::<Date>(), last.parse::<Date>()) else {
            return Reply::json(r#"{"status":"ERROR","error":"bad date"}"#).status(400);
        };
        let page: usize = request.query("cursor").map_or(0, |text| text.parse().unwrap());
        let days = self.market.between(first, last);
        let shown = match self.duplicate_page {
            Some(repeated) if page == repeated + 1 => repeated,
            _ => page,
        };
        let start = days.start + shown * self.page_rows;
        let end = (start + self.page_rows).min(days.end);
        let mut rows = String::new();
        let index = self.market.index(symbol).filter(|_| self.missing_page != Some(page));
        for day in index.map_or(0..0, |_| start.min(end)..end) {
            let row = self.market.row(index.unwrap(), day);
            let comma = if rows.is_empty() { "" } else { "," };
            write!(
                rows,
                r#"{comma}{{"v":{:?},"vw":{},"o":{},"c":{},"h":{},"l":{},"t":{},"n":9}}"#,
                row.volume,
                row.close,
                row.open,
                row.close,
                row.high,
                row.low,
                row.day.midnight_s * 1000
            )
            .unwrap();
        }
        let is_last = days.start + (page + 1) * self.page_rows >= days.end
            || index.is_none() && self.missing_page != Some(page);
        let origin = self.next_origin.clone().unwrap_or_else(|| request.origin());
        let next = format!(r#","next_url":"{origin}{}?cursor={}""#, request.path, page + 1);
        let next = if is_last { "" } else { &next };
        Reply::json(format!(
            r#"{{"ticker":"{symbol}","adjusted":false,"results":[{rows}],"status":"OK","request_id":"1"{next}}}"#
        ))
        .gzip()
    }

    fn actions(&self, request: &Request, kind: &str) -> Reply {
        let symbol = request.query("ticker").unwrap_or_default();
        let field = if kind == "splits" { "execution_date" } else { "ex_dividend_date" };
        let day = |end: &str| request.query(&format!("{field}.{end}")).and_then(|t| t.parse().ok());
        let (Some(first), Some(last)) = (day("gte"), day("lte")) else {
            return Reply::json(r#"{"status":"ERROR","error":"bad date"}"#).status(400);
        };
        let mut rows = Vec::new();
        if let Some(index) = self.market.index(symbol) {
            for at in self.market.between(first, last) {
                let date = self.market.days[at].date;
                if kind == "splits" {
                    rows.extend(self.market.splits.iter().filter(|(on, _)| *on == at).map(|(_, ratio)| {
                        format!(r#"{{"execution_date":"{date}","split_from":1,"split_to":{ratio},"ticker":"{symbol}"}}"#)
                    }));
                } else if let Some(amount) = self.market.dividend(index, at) {
                    rows.push(format!(
                        r#"{{"cash_amount":{amount},"currency":"USD","dividend_type":"CD","ex_dividend_date":"{date}","frequency":4,"ticker":"{symbol}"}}"#
                    ));
                }
            }
        }
        Reply::json(format!(r#"{{"results":[{}],"status":"OK","request_id":"1"}}"#, rows.join(",")))
    }
}
