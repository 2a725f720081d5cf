//! One connection, with everything that the handshake must have brought.

use std::time::Duration;

use ibapi::orders::OrderUpdate;
use ibapi::subscriptions::{NoticeStream, Subscription};
use ibapi::{Client, Error};
use tokio::time::timeout;

use super::super::super::failure::{Refusal, judge_connect, unavailable};
use crate::base::Timestamp;

/// The longest wait for a handshake.
const CONNECT: Duration = Duration::from_secs(10);
/// The highest order id that the library takes.
const ORDER_IDS_END: i32 = 1_500_000_000;

/// A connection on which nothing was asked yet.
pub(in super::super) struct Opened {
    pub(in super::super) client: Client,
    pub(in super::super) notices: NoticeStream,
    /// News of orders, from the first on.
    pub(in super::super) orders: Subscription<OrderUpdate>,
    /// The next order id that the gateway offers.
    pub(in super::super) next_id: i32,
    pub(in super::super) time: Timestamp,
}

/// Connects within ten seconds, and checks what the library does not: that there is an order id,
/// that there are accounts, and that somebody answers.
pub(in super::super) async fn open(address: &str, client_id: i32) -> Result<Opened, Refusal> {
    let request = format!("a connection to {address}");
    let absent = |reason: &str| Refusal { error: unavailable(&request, 1, reason), may_pass: true };
    // The library's own reconnect is off: after one, nothing tells which messages were lost.
    let connecting = Client::builder()
        .address(address)
        .client_id(client_id)
        .max_reconnect_attempts(0)
        .connect_with_notice_stream();
    let (client, notices) = timeout(CONNECT, connecting)
        .await
        .map_err(|_| absent("it accepts and says nothing for 10 s; restart it"))?
        .map_err(|error| judge_connect(&error, address, client_id))?;
    let next_id = client.next_order_id();
    check_handshake(next_id, client.handshake_managed_accounts()).map_err(absent)?;
    let lost = |error: Error| judge_connect(&error, address, client_id);
    let orders = client.order_update_stream().await.map_err(lost)?;
    let time = timeout(CONNECT, venue_now(&client))
        .await
        .map_err(|_| absent("it does not tell the time within 10 s; restart it"))?
        .map_err(lost)?;
    Ok(Opened { client, notices, orders, next_id, time })
}

/// What time it is at the venue.
pub(in super::super) async fn venue_now(client: &Client) -> Result<Timestamp, Error> {
    let time = client.server_time_millis().await?;
    let nanos = i64::try_from(time.unix_timestamp_nanos()).unwrap_or(i64::MAX);
    Ok(Timestamp::from_nanos(nanos))
}

/// After too many other messages the library goes on without ids and accounts.
fn check_handshake(next_id: i32, accounts: &[String]) -> Result<(), &'static str> {
    if accounts.is_empty() {
        return Err("it names no account; log in");
    }
    if !(1..ORDER_IDS_END).contains(&next_id) {
        return Err("it offers no usable order id; reset the order ids in its API settings");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    // fault: gateway_without_login
    #[test]
    fn guard_a_handshake_without_id_or_account_is_none() {
        let accounts = ["DU1".to_owned()];
        assert_eq!(check_handshake(1, &accounts), Ok(()));
        for id in [0, -1, ORDER_IDS_END, i32::MAX] {
            assert!(check_handshake(id, &accounts).is_err());
        }
        assert!(check_handshake(1, &[]).is_err());
    }
}
