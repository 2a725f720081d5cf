//! As Yahoo's chart service answers.

use std::fmt::Write;

use jiff::Timestamp;

use super::{Market, Reply, Request};

/// Yahoo: adjusted for all splits, in single precision.
#[derive(Debug, Clone)]
pub(crate) struct YahooVendor {
    pub(crate) market: Market,
    pub(crate) currency: &'static str,
}

impl YahooVendor {
    pub(crate) fn new(market: Market) -> Self {
        Self { market, currency: "USD" }
    }

    pub(crate) fn reply(&self, request: &Request) -> Reply {
        let Some(symbol) = request.path.strip_prefix("/v8/finance/chart/") else {
            return error(404, "Not Found", "no such path");
        };
        let Some(index) = self.market.index(symbol) else {
            return error(404, "Not Found", "No data found, symbol may be delisted");
        };
        let second = |name| request.query(name).and_then(|text| text.parse::<i64>().ok());
        let (Some(start), Some(end)) = (second("period1"), second("period2")) else {
            return error(400, "Bad Request", "period1 and period2 are needed");
        };
        if request.query("interval") != Some("1d") {
            return error(422, "Unprocessable Entity", "the double has daily bars only");
        }
        let date =
            |second: i64| Timestamp::from_second(second).unwrap().to_zoned(jiff::tz::TimeZone::UTC);
        let days = self.market.between(date(start).date(), date(end - 1).date());
        if days.is_empty() {
            let text = format!("Data doesn't exist for startDate = {start}, endDate = {end}");
            return error(400, "Bad Request", &text);
        }
        Reply::json(self.chart(symbol, index, days)).gzip()
    }

    fn chart(&self, symbol: &str, index: usize, days: std::ops::Range<usize>) -> String {
        let market = &self.market;
        let mut columns: [Vec<String>; 6] = Default::default();
        let (mut dividends, mut splits) = (Vec::new(), Vec::new());
        for day in days {
            let (row, factor) = (market.row(index, day), market.split_after(day));
            let time = row.day.open_s;
            columns[0].push(time.to_string());
            for (column, price) in
                columns[1..5].iter_mut().zip([row.open, row.high, row.low, row.close])
            {
                let single = (price / factor) as f32;
                column.push(f64::from(single).to_string());
            }
            columns[5].push((row.volume * factor).to_string());
            if let Some(amount) = market.dividend(index, day) {
                let on_day = market.splits.iter().filter(|(at, _)| *at == day).map(|(_, r)| r);
                let amount = amount / factor / on_day.product::<f64>();
                dividends.push(format!(r#""{time}":{{"amount":{amount},"date":{time}}}"#));
            }
            for (_, ratio) in market.splits.iter().filter(|(at, _)| *at == day) {
                splits.push(format!(
                    r#""{time}":{{"date":{time},"numerator":{ratio},"denominator":1,"splitRatio":"{ratio}:1"}}"#
                ));
            }
        }
        let [times, open, high, low, close, volume] = columns.map(|column| column.join(","));
        let mut text = String::new();
        write!(
            text,
            r#"{{"chart":{{"result":[{{"meta":{{"currency":"{}","symbol":"{symbol}","exchangeTimezoneName":"America/New_York","regularMarketTime":1,"dataGranularity":"1d"}},"timestamp":[{times}],"events":{{"dividends":{{{}}},"splits":{{{}}}}},"indicators":{{"quote":[{{"open":[{open}],"high":[{high}],"low":[{low}],"close":[{close}],"volume":[{volume}]}}],"adjclose":[{{"adjclose":[{close}]}}]}}}}],"error":null}}}}"#,
            self.currency,
            dividends.join(","),
            splits.join(",")
        )
        .unwrap();
        text
    }
}

fn error(status: u16, code: &str, description: &str) -> Reply {
    let text = format!(
        r#"{{"chart":{{"result":null,"error":{{"code":"{code}","description":"{description}"}}}}}}"#
    );
    Reply::json(text).status(status)
}
