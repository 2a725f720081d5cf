//! Bars and quotes of the made-up market.

use jiff::ToSpan;
use serde_json::{Map, Value, json};

use super::wire::{Request, Response};
use crate::base::Timestamp;
use crate::connectors::simulated::brokerage::VirtualMarket;
use crate::domain::{Bar, Symbol};

const NANOS: i64 = 1_000_000_000;
const MINUTE_NANOS: i64 = 60 * NANOS;
const PAGE_MAX: usize = 10_000;

/// A bar as pages and frames have it; `start` is its stamp.
fn bar(bar: &Bar, start: Timestamp) -> Value {
    let (open, high, low, close) = (bar.open, bar.high, bar.low, bar.close);
    json!({"t": start, "o": open, "h": high, "l": low, "c": close, "v": bar.volume, "n": 1,
        "vw": close})
}

/// The bars of a minute that has ended, as entries of a frame.
pub(super) fn minute(market: &VirtualMarket, symbols: &[Symbol], start: Timestamp) -> Vec<Value> {
    let end = start.saturating_add_nanos(MINUTE_NANOS);
    let bars = symbols.iter().filter_map(|symbol| {
        let mut entry = bar(&market.bar(symbol, start, end)?, start);
        entry["T"] = "b".into();
        entry["S"] = symbol.as_str().into();
        Some(entry)
    });
    bars.collect()
}

/// The best prices now, as entries of a frame.
pub(super) fn quotes(market: &VirtualMarket, symbols: &[Symbol], now: Timestamp) -> Vec<Value> {
    if !market.is_open(now) {
        return Vec::new();
    }
    let quote = |symbol: &Symbol| {
        let top = market.top(symbol, now);
        json!({"T": "q", "S": symbol, "bp": top.bid, "bs": top.bid_quantity, "ap": top.ask,
            "as": top.ask_quantity, "t": now, "c": ["R"], "z": "B"})
    };
    symbols.iter().map(quote).collect()
}

/// `/v2/stocks/quotes/latest`.
pub(super) fn latest(market: &VirtualMarket, request: &Request, now: Timestamp) -> Response {
    let quotes: Map<String, Value> = symbols(request)
        .into_iter()
        .map(|symbol| {
            let top = market.top(&symbol, now);
            (symbol.to_string(), json!({"t": now, "bp": top.bid, "ap": top.ask}))
        })
        .collect();
    Response::json(&json!({"quotes": quotes}))
}

/// `/v2/stocks/bars`: pages go through the symbols one after the other.
pub(super) fn bars(market: &VirtualMarket, request: &Request, now: Timestamp) -> Response {
    let time = |name: &str| request.query(name).and_then(|text| text.parse::<Timestamp>().ok());
    let (Some(start), Some(word)) = (time("start"), request.query("timeframe")) else {
        return Response::refusal(400, 42_210_000, "start and timeframe are wanted");
    };
    let end = time("end").unwrap_or(now).min(now);
    let limit = request.query("limit").and_then(|text| text.parse().ok()).unwrap_or(1000);
    let skip: usize = request.query("page_token").and_then(|text| text.parse().ok()).unwrap_or(0);
    let Some(spans) = spans(market, word, start, end) else {
        return Response::refusal(400, 42_210_000, "invalid timeframe");
    };
    let symbols = symbols(request);
    let all = symbols.iter().flat_map(|symbol| spans.iter().map(move |span| (symbol, span)));
    let mut found: Map<String, Value> = Map::new();
    let (mut taken, most) = (0, PAGE_MAX.min(limit));
    for (symbol, (stamp, from, until)) in all.skip(skip).take(most) {
        taken += 1;
        if let Some(whole) = market.bar(symbol, *from, *until) {
            let rows = found.entry(symbol.to_string()).or_insert_with(|| json!([]));
            if let Value::Array(rows) = rows {
                rows.push(bar(&whole, *stamp));
            }
        }
    }
    let next = skip + taken;
    let token = (next < symbols.len() * spans.len()).then(|| next.to_string());
    Response::json(&json!({"bars": found, "next_page_token": token}))
}

type Span = (Timestamp, Timestamp, Timestamp);

/// Stamps, beginnings and ends of the bars that begin within a range; the last one may be growing.
fn spans(market: &VirtualMarket, word: &str, start: Timestamp, end: Timestamp) -> Option<Vec<Span>> {
    let digits = word.find(|c: char| !c.is_ascii_digit())?;
    let (count, unit) = word.split_at(digits);
    let count: i64 = count.parse().ok()?;
    let length = match unit {
        "Min" => count * MINUTE_NANOS,
        "Hour" => count * 60 * MINUTE_NANOS,
        "Day" => 0,
        _ => return None,
    };
    let calendar = market.calendar();
    let mut spans = Vec::new();
    let mut date = start.date_in(calendar.zone());
    let last = end.date_in(calendar.zone());
    while date <= last {
        let session = calendar.session(date).ok().flatten();
        let midnight = Timestamp::from_civil(date, 0, calendar.zone());
        date = date.saturating_add(1.day());
        let Some(session) = session else { continue };
        if length == 0 {
            if midnight >= start && session.open < end {
                spans.push((midnight, session.open, session.close.min(end)));
            }
            continue;
        }
        let mut at = Timestamp::from_nanos(session.open.nanos().div_euclid(length) * length);
        while at < session.close && at < end {
            if at >= start {
                spans.push((at, at, at.saturating_add_nanos(length).min(end)));
            }
            at = at.saturating_add_nanos(length);
        }
    }
    Some(spans)
}

fn symbols(request: &Request) -> Vec<Symbol> {
    let names = request.query("symbols").unwrap_or_default().split(',');
    names.filter_map(|name| name.parse().ok()).collect()
}
