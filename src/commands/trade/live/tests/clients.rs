//! Numbers of clients at one gateway.

use crate::commands::trade::live::desk::{Client, number};
use crate::config::IbkrConnector;

/// The ids of sessions that are given as port and, where it was set, id; and what speaks against them.
fn numbered(sessions: &[(u16, Option<i32>)]) -> (Vec<i32>, Vec<String>) {
    let gateway = |&(port, id): &(u16, Option<i32>)| IbkrConnector {
        port,
        client_id: id.unwrap_or(17),
        ..IbkrConnector::default()
    };
    let mut gateways: Vec<IbkrConnector> = sessions.iter().map(gateway).collect();
    let mut clients: Vec<Client<'_>> = gateways
        .iter_mut()
        .zip(sessions)
        .map(|(gateway, (_, id))| Client { name: "s", is_set: id.is_some(), gateway })
        .collect();
    let reasons = number(&mut clients);
    (gateways.iter().map(|gateway| gateway.client_id).collect(), reasons)
}

#[test]
fn sessions_at_one_gateway_get_numbers_of_their_own() {
    let (ids, reasons) = numbered(&[(4002, None), (4002, None), (7497, None), (4002, Some(18))]);
    assert_eq!((ids, reasons.len()), (vec![17, 19, 17, 18], 0));
    assert!(numbered(&[]).0.is_empty());
}

#[test]
fn a_number_that_was_set_twice_is_refused() {
    let (ids, reasons) = numbered(&[(4002, Some(5)), (4002, Some(5)), (4001, Some(5))]);
    assert_eq!((ids, reasons.len()), (vec![5, 5, 5], 1));
    assert!(reasons[0].contains("client id 5 at 127.0.0.1:4002"), "{reasons:?}");
}
