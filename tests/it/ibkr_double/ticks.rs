//! Ticks as the broker sends them: so many from a start on, of one session.

use super::bars::parse_end;
use super::market::{Market, Session, day_of};
use super::wire::{QuoteTick, TicksRequest, TradeMarks, TradeTick};

/// The trades that answer a request.
pub fn trades(market: &Market, request: &TicksRequest) -> Vec<TradeTick> {
    select(market, request)
        .into_iter()
        .map(|(symbol, time, index)| trade(market, &symbol, time, index))
        .collect()
}

/// The quotes that answer a request.
pub fn quotes(market: &Market, request: &TicksRequest) -> Vec<QuoteTick> {
    select(market, request)
        .into_iter()
        .map(|(symbol, time, index)| {
            let bid = market.price(&symbol, time) + index as f64;
            QuoteTick {
                time: Some(time),
                price_bid: Some(bid),
                price_ask: Some(bid + 0.01),
                size_bid: Some("300".to_owned()),
                size_ask: Some("700".to_owned()),
            }
        })
        .collect()
}

/// All trades of one session.
pub fn session_trades(market: &Market, symbol: &str, session: &Session) -> Vec<TradeTick> {
    (session.open..session.close)
        .flat_map(|time| {
            (0..(market.ticks_in)(time - session.open)).map(move |index| (time, index))
        })
        .map(|(time, index)| trade(market, symbol, time, index))
        .collect()
}

fn trade(market: &Market, symbol: &str, time: i64, index: usize) -> TradeTick {
    TradeTick {
        time: Some(time),
        marks: Some(TradeMarks { past_limit: Some(false), unreported: Some(time % 97 == 0) }),
        // The index shows which tick of its second this is.
        price: Some(market.price(symbol, time) + index as f64),
        size: Some((1 + index).to_string()),
        exchange: Some("ARCA".to_owned()),
        special_conditions: Some(String::new()),
    }
}

fn select(market: &Market, request: &TicksRequest) -> Vec<(String, i64, usize)> {
    let symbol = request.contract.as_ref().unwrap().symbol.clone().unwrap();
    let start = parse_end(&request.start_date_time.clone().unwrap());
    let most = usize::try_from(request.number_of_ticks.unwrap()).unwrap();
    let is_regular = request.use_rth.unwrap_or(false);
    let Some(session) = market.session(&symbol, day_of(start), is_regular) else {
        return Vec::new();
    };
    let mut ticks = Vec::new();
    for time in start.max(session.open)..session.close {
        for index in 0..(market.ticks_in)(time - session.open) {
            if ticks.len() >= most && !market.fills_seconds {
                return ticks;
            }
            ticks.push((symbol.clone(), time, index));
        }
        if ticks.len() >= most {
            break;
        }
    }
    ticks
}
