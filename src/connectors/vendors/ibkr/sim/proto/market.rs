//! Bars, ticks and quotes.

use super::super::message;
use super::contract::Contract;
use super::define::{decimal, messages, text};

messages! {
    HistoryRequest {
        "1" id: int32 i32,
        "2" contract: message Contract,
        "3" end: string String,
        "4" bar_size: string String,
        "5" duration: string String,
        "6" use_rth: bool bool,
        "7" what: string String,
        "8" format_date: int32 i32,
        "9" keep_up_to_date: bool bool,
    }
    HistoryBar {
        "1" date: string String,
        "2" open: double f64,
        "3" high: double f64,
        "4" low: double f64,
        "5" close: double f64,
        "6" volume: string String,
        "7" average: string String,
        "8" count: int32 i32,
    }
    History {
        "1" id: int32 i32,
        ;
        "2" bars: message HistoryBar,
    }
    HistoryEnd {
        "1" id: int32 i32,
        "2" start: string String,
        "3" end: string String,
    }
    HistoryUpdate {
        "1" id: int32 i32,
        "2" bar: message HistoryBar,
    }
    HeadRequest {
        "1" id: int32 i32,
        "2" contract: message Contract,
        "3" use_rth: bool bool,
        "4" what: string String,
        "5" format_date: int32 i32,
    }
    Head {
        "1" id: int32 i32,
        "2" time: string String,
    }
    PastTicksRequest {
        "1" id: int32 i32,
        "2" contract: message Contract,
        "3" start: string String,
        "4" end: string String,
        "5" count: int32 i32,
        "6" what: string String,
        "7" use_rth: bool bool,
    }
    MidPoint {
        "1" time: int64 i64,
        "2" price: double f64,
        "3" size: string String,
    }
    Quote {
        "1" time: int64 i64,
        "3" bid: double f64,
        "4" ask: double f64,
        "5" bid_size: string String,
        "6" ask_size: string String,
    }
    Trade {
        "1" time: int64 i64,
        "3" price: double f64,
        "4" size: string String,
        "5" exchange: string String,
        "6" conditions: string String,
    }
    MidPoints {
        "1" id: int32 i32,
        "3" is_done: bool bool,
        ;
        "2" ticks: message MidPoint,
    }
    Quotes {
        "1" id: int32 i32,
        "3" is_done: bool bool,
        ;
        "2" ticks: message Quote,
    }
    Trades {
        "1" id: int32 i32,
        "3" is_done: bool bool,
        ;
        "2" ticks: message Trade,
    }
    RealTimeBarsRequest {
        "1" id: int32 i32,
        "2" contract: message Contract,
        "3" bar_size: int32 i32,
        "4" what: string String,
        "5" use_rth: bool bool,
    }
    RealTimeBar {
        "1" id: int32 i32,
        "2" time: int64 i64,
        "3" open: double f64,
        "4" high: double f64,
        "5" low: double f64,
        "6" close: double f64,
        "7" volume: string String,
        "8" average: string String,
        "9" count: int32 i32,
    }
    MarketDataRequest {
        "1" id: int32 i32,
        "2" contract: message Contract,
        "3" generic_ticks: string String,
        "4" snapshot: bool bool,
        "5" regulatory_snapshot: bool bool,
    }
    TickByTickRequest {
        "1" id: int32 i32,
        "2" contract: message Contract,
        "3" kind: string String,
        "4" count: int32 i32,
        "5" ignore_size: bool bool,
    }
    DataType {
        "1" id: int32 i32,
        "2" kind: int32 i32,
    }
    TickParams {
        "1" id: int32 i32,
        "2" min_tick: string String,
        "3" bbo_exchange: string String,
        "4" snapshot_permissions: int32 i32,
    }
    TickPrice {
        "1" id: int32 i32,
        "2" field: int32 i32,
        "3" price: double f64,
        "4" size: string String,
        "5" attributes: int32 i32,
    }
    // Sizes, and texts.
    TickText {
        "1" id: int32 i32,
        "2" field: int32 i32,
        "3" value: string String,
    }
    TickGeneric {
        "1" id: int32 i32,
        "2" field: int32 i32,
        "3" value: double f64,
    }
    // One of the last three.
    TickByTick {
        "1" id: int32 i32,
        "2" kind: int32 i32,
        "3" trade: message Trade,
        "4" quote: message Quote,
        "5" mid_point: message MidPoint,
    }
}

impl From<&message::HistoryBar> for HistoryBar {
    fn from(bar: &message::HistoryBar) -> Self {
        Self {
            date: text(&bar.date),
            open: Some(bar.open),
            high: Some(bar.high),
            low: Some(bar.low),
            close: Some(bar.close),
            volume: decimal(bar.volume),
            average: decimal(bar.average),
            count: Some(bar.count),
        }
    }
}
