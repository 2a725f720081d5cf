//! What clients send, and what no client should.

use super::super::super::codec::Codec;
use super::super::super::message::{ContractKey, Request, WireOrder};
use super::super::TextCodec;
use super::samples;

#[track_caller]
fn refused(version: i32, body: &str, expected: &str) {
    let error = TextCodec::new(version).unwrap().read(body.as_bytes()).unwrap_err().to_string();
    assert!(error.contains(expected), "`{error}` should tell `{expected}`");
}

#[test]
fn a_broken_message_is_refused_with_its_place() {
    refused(178, "", "must end with a zero byte");
    refused(178, "61\x001", "must end with a zero byte");
    refused(178, "\x00", "must begin with a number, it began with ``");
    refused(178, "x\x00", "must begin with a number, it began with `x`");
    refused(178, "61\x00", "message 61 cannot be read: more than 1 fields expected");
    refused(178, "61\x001\x002\x00", "2 fields expected at server version 178, found 3");
    refused(178, "62\x001\x00a\x00All\x00\x00", "field 3 must be a whole number, was `a`");
    refused(178, "6\x002\x007\x00DU1\x00", "field 3 must be 0 or 1, was `7`");
    let codec = TextCodec::new(178).unwrap();
    assert!(codec.read(b"61\x00\xff\x00").is_err());
    assert_eq!(codec.read(b"14\x001\x005\x00").unwrap(), Request::Other { number: 14 });
}

#[test]
fn a_cancel_has_the_fields_of_its_version() {
    for (version, body) in [
        (157, "4\x001\x0012\x00"),
        (178, "4\x001\x0012\x00\x00"),
        (188, "4\x001\x0012\x00\x00\x00\x002147483647\x00"),
        (191, "4\x001\x0012\x00\x00"),
        (200, "4\x0012\x00\x00\x002147483647\x00"),
    ] {
        let request = TextCodec::new(version).unwrap().read(body.as_bytes()).unwrap();
        assert_eq!(request, Request::CancelOrder { id: 12 }, "at {version}");
    }
}

#[test]
fn bytes_by_chance_never_panic() {
    let mut rng = crate::base::SeedStream::new(3).child("text_fuzz").rng();
    let signs = b"0123456789.-\x00\x00\x00\x00\x00ABZ\xff";
    for _ in 0..20_000 {
        let version = 100 + rng.below(101) as i32;
        let length = rng.below(120);
        let mut body = format!("{}\0", rng.below(110)).into_bytes();
        body.extend((0..length).map(|_| signs[rng.below(signs.len())]));
        body.push(0);
        let _ = TextCodec::new(version).unwrap().read(&body);
    }
}

/// The same order as clients of three versions send it; fields end with `|` here.
const ORDERS: [(i32, &str); 3] = [
    (
        157,
        "3|14|265598|AAPL|STK||0.0|||SMART|NASDAQ|USD|AAPL|NMS|||BUY|300|STP LMT|9.5|9.0|GTC|\
        group|DU1||0|mine|0|11|0|0|10|0|1|1||0|20260101 10:00:00 UTC|20260102 10:00:00 UTC||\
        ||||0||-1|3|||1|5||1|1||0||||||0|||||0|||||||||||0|||0|0|||0||0|0|0|0||1.79769313486\
        23157e+308|1.7976931348623157e+308|1.7976931348623157e+308|1.7976931348623157e+308|1\
        .7976931348623157e+308|0||||1.7976931348623157e+308|||||0|0|0||",
    ),
    (
        178,
        "3|14|265598|AAPL|STK||0.0|||SMART|NASDAQ|USD|AAPL|NMS|||BUY|300|STP LMT|9.5|9.0|GTC|\
        group|DU1|O|0|mine|0|11|0|0|10|0|1|1||0.0|20260101 10:00:00 UTC|20260102 10:00:00 UT\
        C|||||0||-1|3|||1|5||0|0||0||||||0|||||0|||||||||||0|||0|0|||0||0|0|0|0|||||||0|||||\
        ||||0|0|0|0|||0|||",
    ),
    (
        200,
        "3|14|265598|AAPL|STK|||||SMART|NASDAQ|USD|AAPL|NMS|||BUY|300|STP LMT|9.5|9.0|GTC|gro\
        up|DU1||0|mine|0|11|0|0|10|0|1|1||0|20260101 10:00:00 UTC|20260102 10:00:00 UTC|||||\
        0||-1|3|||1|5||0|0||0||||||0|||||0|||||||||||0|||0|0|||0||0|0|0|0||1.797693134862315\
        7e+308|1.7976931348623157e+308|1.7976931348623157e+308|1.7976931348623157e+308|1.797\
        6931348623157e+308|0||||1.7976931348623157e+308|||||0|0|0||2147483647|2147483647|0||\
        ||0|0|2147483647|0|",
    ),
];

#[test]
fn an_order_is_the_same_at_every_version() {
    let contract = ContractKey { primary_exchange: "NASDAQ".to_owned(), ..samples::contract() };
    let order = WireOrder {
        order_id: 14,
        parent_id: 11,
        action: "BUY".to_owned(),
        total_quantity: 300.0,
        order_type: "STP LMT".to_owned(),
        limit_price: Some(9.5),
        aux_price: Some(9.0),
        tif: "GTC".to_owned(),
        oca_group: "group".to_owned(),
        oca_type: 3,
        order_ref: "mine".to_owned(),
        outside_rth: true,
        all_or_none: true,
        hidden: true,
        display_size: 10,
        account: "DU1".to_owned(),
        good_after_time: "20260101 10:00:00 UTC".to_owned(),
        good_till_date: "20260102 10:00:00 UTC".to_owned(),
        min_quantity: Some(5),
        ..WireOrder::default()
    };
    let expected = Request::PlaceOrder { id: 14, contract, order: Box::new(order) };
    for (version, row) in ORDERS {
        let codec = TextCodec::new(version).unwrap();
        let body = row.replace('|', "\0").into_bytes();
        assert_eq!(codec.read(&body).unwrap(), expected, "at {version}");
        // One field more or fewer is noticed.
        assert!(codec.read(&[&body[..], b"\0"].concat()).is_err());
        assert!(codec.read(&body[..body.len() - 2]).is_err());
    }
}

/// Every field of every order above, with everything that stands for no number.
#[test]
fn sentinel_matrix_no_field_of_an_order_brings_in_what_is_no_number() {
    let unset = [
        "1.7976931348623157E308",
        "Infinity",
        "-Infinity",
        "NaN",
        "2147483647",
        "9223372036854775807",
        "",
    ];
    let (mut cells, mut orders) = (0, 0);
    for (version, row) in ORDERS {
        let codec = TextCodec::new(version).unwrap();
        let fields: Vec<&str> = row.trim_end_matches('|').split('|').collect();
        for index in 1..fields.len() {
            let left_out = [&fields[..index], &fields[index + 1..]].concat();
            let with = |text| [&fields[..index], &[text], &fields[index + 1..]].concat();
            for fields in unset.into_iter().map(with).chain([left_out]) {
                cells += 1;
                let body = fields.join("\0") + "\0";
                let Ok(Request::PlaceOrder { order, .. }) = codec.read(body.as_bytes()) else {
                    continue;
                };
                orders += 1;
                let prices = [order.limit_price, order.aux_price, order.trail_stop_price];
                let sound = |price: f64| !price.is_nan() && price != f64::MAX;
                assert!(prices.into_iter().flatten().all(sound), "{version} {index} {order:?}");
                assert!(sound(order.total_quantity), "{version} {index} {order:?}");
            }
        }
    }
    assert!(cells > 2000 && orders > 500, "{cells} {orders}");
}
