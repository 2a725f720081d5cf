//! Frames that a real gateway sent.

use prost::Message;

use super::double::wire::{
    ContractRequest, ErrorMessage, HistoryBar, ManagedAccounts, NextValidId, frame, tells,
};
use super::double::{Double, Handshake, Market, error_frame};
use super::{history, request};
use crate::base::recorded;
use crate::ports::{BarSource, SourceError};

fn text_of(name: &str) -> Option<String> {
    Some(std::fs::read_to_string(recorded("api/tws")?.join(name)).unwrap())
}

fn decode_base64(text: &str) -> Vec<u8> {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut bytes = Vec::new();
    for group in text.as_bytes().chunks(4) {
        let letters = group.iter().filter(|&&letter| letter != b'=');
        let number = letters.clone().fold(0_u32, |number, letter| {
            let value = LETTERS.iter().position(|known| known == letter).unwrap();
            number << 6 | u32::try_from(value).unwrap()
        });
        let count = letters.count();
        let number = number << (6 * (4 - count));
        bytes.extend_from_slice(&number.to_be_bytes()[1..count]);
    }
    bytes
}

/// The frames of a transcript: from the gateway and from its client.
fn frames(text: &str, side: &str) -> Vec<Vec<u8>> {
    let prefix = format!("raw {side} ");
    text.lines().filter_map(|line| line.strip_prefix(&prefix)).map(decode_base64).collect()
}

#[test]
fn the_double_writes_what_a_gateway_of_version_225_wrote() {
    let Some(text) = text_of("ibkr-go_sv225_contract_details_not_found.txt") else { return };
    let server = frames(&text, "server");
    let accounts = ManagedAccounts { accounts_list: Some("DU9000001".to_owned()) };
    assert_eq!(server[0], frame(tells::ACCOUNTS, &accounts));
    assert_eq!(server[1], frame(tells::NEXT_ID, &NextValidId { order_id: Some(1) }));
    for (index, id, code, text) in [
        (2, -1, 2103, "Market data farm connection is broken:usbond"),
        (4, -1, 2106, "HMDS data farm connection is OK:ushmds"),
        (6, 1, 200, "No security definition has been found for the request"),
    ] {
        let sent = ErrorMessage::decode(&server[index][8..]).unwrap();
        assert_eq!((sent.id, sent.error_code), (Some(id), Some(code)));
        assert_eq!(sent.error_msg.as_deref(), Some(text));
        let mut own = ErrorMessage::decode(&error_frame(id, code, text)[8..]).unwrap();
        own.error_time = sent.error_time;
        assert_eq!(frame(tells::ERROR, &own), server[index]);
    }
    let client = frames(&text, "client");
    let asked = ContractRequest::decode(&client[0][8..]).unwrap();
    let contract = asked.contract.unwrap();
    assert_eq!(contract.symbol.as_deref(), Some("ZZZZNONE"));
    assert_eq!(
        (contract.sec_type.as_deref(), contract.currency.as_deref()),
        (Some("STK"), Some("USD"))
    );
}

#[test]
fn a_recorded_session_without_the_contract_is_an_unknown_symbol() {
    let Some(text) = text_of("ibkr-go_sv225_contract_details_not_found.txt") else { return };
    let server = frames(&text, "server");
    let double = Double::start(Market::default());
    double.next_handshake(Handshake::Recorded(server[..6].to_vec(), server[6..].to_vec()));
    let error =
        history(&double).fetch(&request("ZZZZNONE", "1d", "2019-07-01..2019-07-02")).unwrap_err();
    assert!(matches!(error, SourceError::UnknownSymbol { .. }), "{error}");
    assert!(error.to_string().contains("200 No security definition has been found"), "{error}");
}

#[test]
fn recorded_hours_of_a_stock_read_as_they_were() {
    let Some(text) = text_of("ibkr-go_sv200_frames.jsonl") else { return };
    let rows: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let row = rows.iter().find(|row| row["name"] == "historical_data_7_hourly_bars").unwrap();
    let fields: Vec<&str> =
        row["fields"].as_array().unwrap().iter().map(|field| field.as_str().unwrap()).collect();
    // Message, request, count, then eight fields a bar.
    let bars: Vec<HistoryBar> = fields[3..].chunks(8).map(from_fields).collect();
    assert_eq!(bars.len(), 7);
    let mut market = Market::default();
    market.given.insert("AAPL".to_owned(), bars);
    let double = Double::start(market);
    let asked = request("AAPL", "1h", "2026-04-02..2026-04-02");
    let bars = history(&double).fetch(&asked).unwrap().bars;
    let first = bars[0];
    assert_eq!(first.open_time.to_string(), "2026-04-02T13:30:00Z");
    assert_eq!(first.available_at.to_string(), "2026-04-02T14:00:00Z");
    assert_eq!([first.open, first.high, first.low, first.close], [254.20, 254.80, 250.65, 252.53]);
    assert_eq!(first.volume, 2_829_736.0, "shares, not lots");
    assert_eq!(bars.len(), 7);
    assert_eq!(bars[6].open_time.to_string(), "2026-04-02T19:00:00Z");
    assert_eq!(bars[6].available_at.to_string(), "2026-04-02T20:00:00Z");
}

/// A bar of the text protocol as the protobuf one has it, with seconds for the time.
fn from_fields(fields: &[&str]) -> HistoryBar {
    let number = |index: usize| Some(fields[index].parse().unwrap());
    let wall = fields[0].strip_suffix(" US/Eastern").unwrap();
    let wall = jiff::civil::DateTime::strptime("%Y%m%d %H:%M:%S", wall).unwrap();
    let zone = jiff::tz::TimeZone::get("America/New_York").unwrap();
    HistoryBar {
        date: Some(zone.to_timestamp(wall).unwrap().as_second().to_string()),
        open: number(1),
        high: number(2),
        low: number(3),
        close: number(4),
        volume: Some(fields[5].to_owned()),
        wap: Some(fields[6].to_owned()),
        bar_count: Some(fields[7].parse().unwrap()),
    }
}
