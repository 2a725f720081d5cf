//! A recorded session at version 225 with protobuf bodies: the other codec, on the same kind of evidence.

use super::super::super::codec::Codec;
use super::super::super::message::{ContractKey, Reply, Request};
use super::super::super::proto::ProtoCodec;
use super::recorded::base64;
use crate::base::recorded as recorded_files;

/// Bodies of the frames from one side, in order.
fn bodies(side: &str) -> Option<Vec<Vec<u8>>> {
    let path = recorded_files("api/tws")?.join("ibkr-go_sv225_contract_details_not_found.txt");
    let text = std::fs::read_to_string(path).unwrap();
    let frames = text.lines().filter_map(|line| line.strip_prefix(&format!("raw {side} ")));
    let body = |frame: &str| {
        let bytes = base64(frame);
        let length = u32::from_be_bytes(bytes[..4].try_into().unwrap()) as usize;
        assert_eq!(length, bytes.len() - 4);
        bytes[4..].to_vec()
    };
    Some(frames.map(body).collect())
}

#[test]
fn replies_of_a_session_at_version_225_are_written_alike() {
    let Some(recorded) = bodies("server") else { return };
    let notice = |id: i32, code: i32, time: i64, text: &str| Reply::Error {
        id,
        time,
        code,
        text: text.to_owned(),
        advanced_reject: String::new(),
    };
    let time = 1_787_603_266_361;
    let ours = [
        Reply::ManagedAccounts { accounts: vec!["DU9000001".to_owned()] },
        Reply::NextValidId { order_id: 1 },
        notice(-1, 2103, time, "Market data farm connection is broken:usbond"),
        notice(-1, 2104, time, "Market data farm connection is OK:usfarm"),
        notice(-1, 2106, time, "HMDS data farm connection is OK:ushmds"),
        notice(-1, 2158, time, "Sec-def data farm connection is OK:secdefnj"),
        notice(1, 200, time + 185, "No security definition has been found for the request"),
    ];
    let ours: Vec<Vec<u8>> = ours.iter().flat_map(|reply| ProtoCodec.write(reply)).collect();
    assert_eq!(ours, recorded);
}

#[test]
fn a_request_of_a_session_at_version_225_is_read() {
    let Some(recorded) = bodies("client") else { return };
    let contract = ContractKey {
        symbol: "ZZZZNONE".to_owned(),
        sec_type: "STK".to_owned(),
        exchange: "SMART".to_owned(),
        currency: "USD".to_owned(),
        ..ContractKey::default()
    };
    let read: Vec<Request> = recorded.iter().map(|body| ProtoCodec.read(body).unwrap()).collect();
    assert_eq!(read, [Request::ContractDetails { id: 1, contract }]);
}
