//! As Alpaca answers; data and trading on one address.

use std::fmt::Write;

use jiff::civil::Date;

use super::{KEY, Market, Reply, Request, SECRET};

/// Alpaca: raw bars, corporate actions, calendar, pages by token.
#[derive(Debug, Clone)]
pub(crate) struct AlpacaVendor {
    pub(crate) market: Market,
    /// Key and secret that it wants to see; [`KEY`] and [`SECRET`].
    pub(crate) keys: (String, String),
    /// Bars on a page.
    pub(crate) page_rows: usize,
}

impl AlpacaVendor {
    pub(crate) fn new(market: Market) -> Self {
        Self { market, keys: (KEY.to_owned(), SECRET.to_owned()), page_rows: 10_000 }
    }

    pub(crate) fn reply(&self, request: &Request) -> Reply {
        let keys = (request.header("apca-api-key-id"), request.header("apca-api-secret-key"));
        if keys != (Some(&self.keys.0), Some(&self.keys.1)) {
            return Reply::json(r#"{"message":"forbidden."}"#).status(403);
        }
        match request.path.as_str() {
            "/v2/stocks/bars" => self.bars(request),
            "/v1/corporate-actions" => self.actions(request),
            "/v2/calendar" => self.calendar(request),
            path => {
                let symbol = path.strip_prefix("/v2/assets/").unwrap_or_default();
                if self.market.index(symbol).is_some() {
                    return Reply::json(format!(r#"{{"symbol":"{symbol}","status":"active"}}"#));
                }
                Reply::json(r#"{"code":40410000,"message":"asset not found"}"#).status(404)
            }
        }
    }

    fn range(&self, request: &Request) -> Option<std::ops::Range<usize>> {
        let day = |name| request.query(name)?.get(..10)?.parse::<Date>().ok();
        Some(self.market.between(day("start")?, day("end")?))
    }

    fn bars(&self, request: &Request) -> Reply {
        let symbol = request.query("symbols").unwrap_or_default();
        let Some(days) = self.range(request) else { return bad_request() };
        let Some(index) = self.market.index(symbol) else {
            return Reply::json(r#"{"bars":{},"next_page_token":null}"#);
        };
        let offset: usize = request.query("page_token").map_or(0, |text| text.parse().unwrap());
        let start = (days.start + offset).min(days.end);
        let end = (start + self.page_rows).min(days.end);
        let mut rows = String::new();
        for day in start..end {
            let row = self.market.row(index, day);
            let time = jiff::Timestamp::from_second(row.day.midnight_s).unwrap();
            let comma = if rows.is_empty() { "" } else { "," };
            write!(
                rows,
                r#"{comma}{{"t":"{time}","o":{},"h":{},"l":{},"c":{},"v":{},"n":9,"vw":{}}}"#,
                row.open, row.high, row.low, row.close, row.volume, row.close
            )
            .unwrap();
        }
        let next =
            if end == days.end { "null".to_owned() } else { format!("\"{}\"", end - days.start) };
        let bars = if rows.is_empty() { String::new() } else { format!(r#""{symbol}":[{rows}]"#) };
        Reply::json(format!(r#"{{"bars":{{{bars}}},"next_page_token":{next}}}"#)).gzip()
    }

    fn actions(&self, request: &Request) -> Reply {
        let symbol = request.query("symbols").unwrap_or_default();
        let Some(days) = self.range(request) else { return bad_request() };
        let (mut splits, mut dividends) = (Vec::new(), Vec::new());
        if let Some(index) = self.market.index(symbol) {
            for day in days {
                let date = self.market.days[day].date;
                for (_, ratio) in self.market.splits.iter().filter(|(at, _)| *at == day) {
                    splits.push(format!(r#"{{"ex_date":"{date}","new_rate":{ratio},"old_rate":1,"process_date":"{date}","symbol":"{symbol}"}}"#));
                }
                if let Some(rate) = self.market.dividend(index, day) {
                    dividends.push(format!(r#"{{"ex_date":"{date}","foreign":false,"rate":{rate},"process_date":"{date}","special":false,"symbol":"{symbol}"}}"#));
                }
            }
        }
        Reply::json(format!(
            r#"{{"corporate_actions":{{"forward_splits":[{}],"cash_dividends":[{}]}},"next_page_token":null}}"#,
            splits.join(","),
            dividends.join(",")
        ))
    }

    fn calendar(&self, request: &Request) -> Reply {
        let Some(days) = self.range(request) else { return bad_request() };
        let line = |index: usize| {
            let date = self.market.days[index].date;
            format!(r#"{{"date":"{date}","open":"09:30","close":"16:00"}}"#)
        };
        Reply::json(format!("[{}]", days.map(line).collect::<Vec<_>>().join(",")))
    }
}

fn bad_request() -> Reply {
    Reply::json(r#"{"message":"start and end are needed"}"#).status(400)
}
