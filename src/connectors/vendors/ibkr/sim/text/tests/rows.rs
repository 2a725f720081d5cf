//! Replies at every version.

use super::super::super::codec::Codec;
use super::super::super::message::Reply;
use super::super::TextCodec;
use super::samples;

fn fields(reply: &Reply, version: i32) -> Vec<Vec<String>> {
    let bodies = TextCodec::new(version).unwrap().write(reply);
    let split = |body: Vec<u8>| {
        let text = String::from_utf8(body).unwrap();
        text.strip_suffix('\0').unwrap().split('\0').map(str::to_owned).collect()
    };
    bodies.into_iter().map(split).collect()
}

#[test]
fn only_versions_with_text_have_a_codec() {
    assert!(TextCodec::new(99).is_none() && TextCodec::new(201).is_none());
    assert!(TextCodec::new(100).is_some() && TextCodec::new(200).is_some());
}

#[test]
fn every_version_begins_a_message_with_its_number() {
    for version in 100..=200 {
        for reply in samples::replies() {
            let (name, number) = reply.name();
            for (index, row) in fields(&reply, version).iter().enumerate() {
                let expected = if index == 0 { number } else { 108 };
                assert_eq!(row[0], expected.to_string(), "{name} at {version}");
            }
        }
    }
}

#[test]
fn what_a_version_does_not_have_is_not_sent() {
    let count = |version: i32| {
        samples::replies().iter().filter(|reply| fields(reply, version).is_empty()).count()
    };
    assert_eq!(count(200), 0);
    assert_eq!(count(196), 1, "the time in milliseconds");
    assert_eq!(count(149), 3, "and completed orders with their end");
    assert_eq!(count(136), 7, "and bound orders and three kinds of ticks");
}

#[test]
fn sizes_are_whole_for_clients_that_read_whole_ones() {
    let tick = Reply::TickSize { id: 1, field: 8, size: 12.75 };
    assert_eq!(fields(&tick, 162)[0][4], "12");
    assert_eq!(fields(&tick, 163)[0][4], "12.75");
}

#[test]
fn unset_numbers_are_the_largest_one() {
    let report = Reply::CommissionReport {
        exec_id: "e".to_owned(),
        commission: f64::MAX,
        currency: "USD".to_owned(),
        realized_pnl: None,
    };
    let row = &fields(&report, 178)[0];
    assert_eq!((row[3].as_str(), row[5].as_str()), ("1.7976931348623157E308", row[3].as_str()));
}

#[test]
fn words_outside_of_ascii_are_escaped_and_zero_bytes_are_not_sent() {
    let error = |text: &str| Reply::Error {
        id: 1,
        time: 0,
        code: 201,
        text: text.to_owned(),
        advanced_reject: String::new(),
    };
    assert_eq!(fields(&error("é\0x🦀"), 152)[0][4], "éx🦀");
    assert_eq!(fields(&error("é\0x🦀"), 153)[0][4], "\\u00e9x\\U0001f980");
}
