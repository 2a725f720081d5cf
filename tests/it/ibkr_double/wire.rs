//! Frames and message bodies, with the tags of the vendor's protobuf files.
//!
//! A frame is a length (4 bytes, big endian), then 200 plus the message number (4 bytes, big
//! endian), then the body. Decimal numbers are texts.

use std::io::{Read, Result};

use prost::Message;

/// Numbers of messages from the client.
pub mod asks {
    pub const CONTRACT: u32 = 9;
    pub const HISTORY: u32 = 20;
    pub const CANCEL_HISTORY: u32 = 25;
    pub const TIME: u32 = 49;
    pub const START: u32 = 71;
    pub const HEAD: u32 = 87;
    pub const CANCEL_HEAD: u32 = 90;
    pub const TICKS: u32 = 96;
    pub const CANCEL_CONTRACT: u32 = 106;
    pub const CANCEL_TICKS: u32 = 107;
}

/// Numbers of messages from the gateway.
pub mod tells {
    pub const ERROR: u32 = 4;
    pub const NEXT_ID: u32 = 9;
    pub const CONTRACT: u32 = 10;
    pub const ACCOUNTS: u32 = 15;
    pub const HISTORY: u32 = 17;
    pub const TIME: u32 = 49;
    pub const CONTRACT_END: u32 = 52;
    pub const HEAD: u32 = 88;
    pub const QUOTES: u32 = 97;
    pub const TRADES: u32 = 98;
    pub const HISTORY_END: u32 = 108;
}

/// A whole frame.
pub fn frame(number: u32, body: &impl Message) -> Vec<u8> {
    let body = body.encode_to_vec();
    let length = u32::try_from(body.len() + 4).unwrap();
    [&length.to_be_bytes()[..], &(200 + number).to_be_bytes(), &body].concat()
}

/// The next frame's message number and body.
pub fn read_frame(stream: &mut impl Read) -> Result<(u32, Vec<u8>)> {
    let payload = read_block(stream)?;
    let (number, body) = payload.split_at(4);
    Ok((u32::from_be_bytes(number.try_into().unwrap()).wrapping_sub(200), body.to_vec()))
}

/// A length and as many bytes.
pub fn read_block(stream: &mut impl Read) -> Result<Vec<u8>> {
    let mut length = [0; 4];
    stream.read_exact(&mut length)?;
    let mut payload = vec![0; u32::from_be_bytes(length) as usize];
    stream.read_exact(&mut payload)?;
    Ok(payload)
}

#[derive(Clone, PartialEq, Message)]
pub struct ErrorMessage {
    #[prost(int32, optional, tag = "1")]
    pub id: Option<i32>,
    #[prost(int64, optional, tag = "2")]
    pub error_time: Option<i64>,
    #[prost(int32, optional, tag = "3")]
    pub error_code: Option<i32>,
    #[prost(string, optional, tag = "4")]
    pub error_msg: Option<String>,
}

#[derive(Clone, PartialEq, Message)]
pub struct StartApi {
    #[prost(int32, optional, tag = "1")]
    pub client_id: Option<i32>,
}

#[derive(Clone, PartialEq, Message)]
pub struct NextValidId {
    #[prost(int32, optional, tag = "1")]
    pub order_id: Option<i32>,
}

#[derive(Clone, PartialEq, Message)]
pub struct ManagedAccounts {
    #[prost(string, optional, tag = "1")]
    pub accounts_list: Option<String>,
}

#[derive(Clone, PartialEq, Message)]
pub struct CurrentTime {
    #[prost(int64, optional, tag = "1")]
    pub current_time: Option<i64>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Contract {
    #[prost(int32, optional, tag = "1")]
    pub con_id: Option<i32>,
    #[prost(string, optional, tag = "2")]
    pub symbol: Option<String>,
    #[prost(string, optional, tag = "3")]
    pub sec_type: Option<String>,
    #[prost(string, optional, tag = "8")]
    pub exchange: Option<String>,
    #[prost(string, optional, tag = "9")]
    pub primary_exch: Option<String>,
    #[prost(string, optional, tag = "10")]
    pub currency: Option<String>,
    #[prost(string, optional, tag = "11")]
    pub local_symbol: Option<String>,
}

#[derive(Clone, PartialEq, Message)]
pub struct ContractDetails {
    #[prost(string, optional, tag = "2")]
    pub min_tick: Option<String>,
    #[prost(string, optional, tag = "7")]
    pub long_name: Option<String>,
    #[prost(string, optional, tag = "12")]
    pub time_zone_id: Option<String>,
}

#[derive(Clone, PartialEq, Message)]
pub struct ContractRequest {
    #[prost(int32, optional, tag = "1")]
    pub req_id: Option<i32>,
    #[prost(message, optional, tag = "2")]
    pub contract: Option<Contract>,
}

#[derive(Clone, PartialEq, Message)]
pub struct ContractData {
    #[prost(int32, optional, tag = "1")]
    pub req_id: Option<i32>,
    #[prost(message, optional, tag = "2")]
    pub contract: Option<Contract>,
    #[prost(message, optional, tag = "3")]
    pub contract_details: Option<ContractDetails>,
}

/// Ends of lists and cancels: nothing but the number of the request.
#[derive(Clone, PartialEq, Message)]
pub struct RequestNumber {
    #[prost(int32, optional, tag = "1")]
    pub req_id: Option<i32>,
}

#[derive(Clone, PartialEq, Message)]
pub struct HistoryRequest {
    #[prost(int32, optional, tag = "1")]
    pub req_id: Option<i32>,
    #[prost(message, optional, tag = "2")]
    pub contract: Option<Contract>,
    #[prost(string, optional, tag = "3")]
    pub end_date_time: Option<String>,
    #[prost(string, optional, tag = "4")]
    pub bar_size_setting: Option<String>,
    #[prost(string, optional, tag = "5")]
    pub duration: Option<String>,
    #[prost(bool, optional, tag = "6")]
    pub use_rth: Option<bool>,
    #[prost(string, optional, tag = "7")]
    pub what_to_show: Option<String>,
    #[prost(int32, optional, tag = "8")]
    pub format_date: Option<i32>,
}

#[derive(Clone, PartialEq, Message)]
pub struct HistoryBar {
    #[prost(string, optional, tag = "1")]
    pub date: Option<String>,
    #[prost(double, optional, tag = "2")]
    pub open: Option<f64>,
    #[prost(double, optional, tag = "3")]
    pub high: Option<f64>,
    #[prost(double, optional, tag = "4")]
    pub low: Option<f64>,
    #[prost(double, optional, tag = "5")]
    pub close: Option<f64>,
    #[prost(string, optional, tag = "6")]
    pub volume: Option<String>,
    #[prost(string, optional, tag = "7")]
    pub wap: Option<String>,
    #[prost(int32, optional, tag = "8")]
    pub bar_count: Option<i32>,
}

#[derive(Clone, PartialEq, Message)]
pub struct History {
    #[prost(int32, optional, tag = "1")]
    pub req_id: Option<i32>,
    #[prost(message, repeated, tag = "2")]
    pub bars: Vec<HistoryBar>,
}

#[derive(Clone, PartialEq, Message)]
pub struct HistoryEnd {
    #[prost(int32, optional, tag = "1")]
    pub req_id: Option<i32>,
    #[prost(string, optional, tag = "2")]
    pub start: Option<String>,
    #[prost(string, optional, tag = "3")]
    pub end: Option<String>,
}

#[derive(Clone, PartialEq, Message)]
pub struct HeadRequest {
    #[prost(int32, optional, tag = "1")]
    pub req_id: Option<i32>,
    #[prost(message, optional, tag = "2")]
    pub contract: Option<Contract>,
    #[prost(bool, optional, tag = "3")]
    pub use_rth: Option<bool>,
    #[prost(string, optional, tag = "4")]
    pub what_to_show: Option<String>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Head {
    #[prost(int32, optional, tag = "1")]
    pub req_id: Option<i32>,
    #[prost(string, optional, tag = "2")]
    pub head_timestamp: Option<String>,
}

#[derive(Clone, PartialEq, Message)]
pub struct TicksRequest {
    #[prost(int32, optional, tag = "1")]
    pub req_id: Option<i32>,
    #[prost(message, optional, tag = "2")]
    pub contract: Option<Contract>,
    #[prost(string, optional, tag = "3")]
    pub start_date_time: Option<String>,
    #[prost(string, optional, tag = "4")]
    pub end_date_time: Option<String>,
    #[prost(int32, optional, tag = "5")]
    pub number_of_ticks: Option<i32>,
    #[prost(string, optional, tag = "6")]
    pub what_to_show: Option<String>,
    #[prost(bool, optional, tag = "7")]
    pub use_rth: Option<bool>,
}

#[derive(Clone, Copy, PartialEq, Message)]
pub struct TradeMarks {
    #[prost(bool, optional, tag = "1")]
    pub past_limit: Option<bool>,
    #[prost(bool, optional, tag = "2")]
    pub unreported: Option<bool>,
}

#[derive(Clone, PartialEq, Message)]
pub struct TradeTick {
    #[prost(int64, optional, tag = "1")]
    pub time: Option<i64>,
    #[prost(message, optional, tag = "2")]
    pub marks: Option<TradeMarks>,
    #[prost(double, optional, tag = "3")]
    pub price: Option<f64>,
    #[prost(string, optional, tag = "4")]
    pub size: Option<String>,
    #[prost(string, optional, tag = "5")]
    pub exchange: Option<String>,
    #[prost(string, optional, tag = "6")]
    pub special_conditions: Option<String>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Trades {
    #[prost(int32, optional, tag = "1")]
    pub req_id: Option<i32>,
    #[prost(message, repeated, tag = "2")]
    pub ticks: Vec<TradeTick>,
    #[prost(bool, optional, tag = "3")]
    pub is_done: Option<bool>,
}

#[derive(Clone, PartialEq, Message)]
pub struct QuoteTick {
    #[prost(int64, optional, tag = "1")]
    pub time: Option<i64>,
    #[prost(double, optional, tag = "3")]
    pub price_bid: Option<f64>,
    #[prost(double, optional, tag = "4")]
    pub price_ask: Option<f64>,
    #[prost(string, optional, tag = "5")]
    pub size_bid: Option<String>,
    #[prost(string, optional, tag = "6")]
    pub size_ask: Option<String>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Quotes {
    #[prost(int32, optional, tag = "1")]
    pub req_id: Option<i32>,
    #[prost(message, repeated, tag = "2")]
    pub ticks: Vec<QuoteTick>,
    #[prost(bool, optional, tag = "3")]
    pub is_done: Option<bool>,
}
