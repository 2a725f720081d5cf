//! Keeps a connection for as long as the adapter lives.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use ibapi::orders::OrderUpdate;
use ibapi::subscriptions::{NoticeStream, Subscription, SubscriptionItem};
use ibapi::{Client, Error};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::super::data::subscribe_all;
use super::super::known::Act;
use super::{BackOff, Beat, Haste, Heartbeat, LIMIT_S, Opened, Shared, open, venue_now};

/// The state hears of time passing this often.
const PASS: Duration = Duration::from_millis(250);
/// A closing connection may take so long.
const CLOSE: Duration = Duration::from_secs(1);
/// After a complaint about too many messages nothing leaves for so long, seconds.
const HOLD_S: f64 = 1.0;

/// Serves one connection after the other until the adapter is dropped.
pub(in super::super) async fn keep(shared: Arc<Shared>, first: Opened) {
    let mut opened = first;
    loop {
        let Opened { client, notices, orders, next_id, time } = opened;
        let client = Arc::new(client);
        shared.offered(next_id);
        shared.set_client(Some(Arc::clone(&client)));
        {
            let (mut core, at) = shared.core();
            core.clock.set(at, time);
            core.connected(at);
        }
        let reason = serve(&shared, &client, notices, orders).await;
        shared.set_client(None);
        {
            let (mut core, at) = shared.core();
            core.disconnected(&reason, at);
        }
        // A gateway that hangs does not hold the next connection up.
        let _ = timeout(CLOSE, client.disconnect()).await;
        drop(client);
        match connect_again(&shared).await {
            Some(next) => opened = next,
            None => return,
        }
    }
}

/// Tries until there is a connection; none when the adapter closes.
async fn connect_again(shared: &Shared) -> Option<Opened> {
    let mut pauses = BackOff::new();
    while !shared.is_closing() {
        sleep(Duration::from_secs_f64(pauses.pause())).await;
        let Ok(opened) = open(&shared.address, shared.client_id).await else { continue };
        if opened.client.handshake_managed_accounts().contains(&shared.account) {
            return Some(opened);
        }
    }
    None
}

/// Listens until the connection is over, and tells why.
async fn serve(
    shared: &Arc<Shared>,
    client: &Arc<Client>,
    notices: NoticeStream,
    orders: Subscription<OrderUpdate>,
) -> String {
    let mut tasks = JoinSet::new();
    tasks.spawn(listen_notices(Arc::clone(shared), notices));
    tasks.spawn(listen_orders(Arc::clone(shared), orders));
    tasks.spawn(beat(Arc::clone(shared), Arc::clone(client)));
    tasks.spawn(subscribe_all(Arc::clone(shared), Arc::clone(client)));
    tasks.spawn(pass(Arc::clone(shared)));
    let ended = tasks.join_next().await;
    tasks.shutdown().await;
    match ended {
        Some(Ok(reason)) => reason,
        Some(Err(error)) => format!("a listener failed: {error}"),
        None => "nobody listens".to_owned(),
    }
}

/// Follows what the gateway says to everybody.
async fn listen_notices(shared: Arc<Shared>, mut notices: NoticeStream) -> String {
    while let Some(notice) = notices.next().await {
        let act = {
            let (mut core, at) = shared.core();
            core.notice(&notice, at)
        };
        match act {
            Some(Act::Over(reason)) => return reason,
            Some(Act::Resubscribe) => shared.resubscribe.notify_one(),
            Some(Act::Hold) => shared.lane.hold(HOLD_S),
            None => {}
        }
    }
    "the gateway closed the connection".to_owned()
}

/// Follows the orders. A message that cannot be read ends the stream, and with it the connection:
/// nobody knows what it was.
async fn listen_orders(shared: Arc<Shared>, mut orders: Subscription<OrderUpdate>) -> String {
    while let Some(item) = orders.next().await {
        match item {
            Ok(SubscriptionItem::Data(update)) => {
                let (mut core, at) = shared.core();
                core.order(&update, at);
            }
            Ok(SubscriptionItem::Notice(notice)) if notice.code < 0 => {
                return format!("news of orders were lost: {notice}");
            }
            Ok(SubscriptionItem::Notice(notice)) | Err(Error::Notice(notice)) => {
                let (mut core, at) = shared.core();
                core.order_notice(&notice, at);
            }
            Err(error) => return format!("the news of orders ended: {error}"),
        }
    }
    "the news of orders ended".to_owned()
}

/// Asks for the time again and again, until nobody answers.
async fn beat(shared: Arc<Shared>, client: Arc<Client>) -> String {
    let mut heart = Heartbeat::default();
    let mut next = heart.answered();
    while let Beat::Ask(pause) = next {
        sleep(Duration::from_secs_f64(pause)).await;
        shared.lane.admit(Haste::First).await;
        next = match timeout(Duration::from_secs_f64(LIMIT_S), venue_now(&client)).await {
            Ok(Ok(time)) => {
                let (mut core, at) = shared.core();
                core.clock.set(at, time);
                heart.answered()
            }
            // An error to everybody fails the question, and shows that somebody is there.
            Ok(Err(Error::Notice(_))) => heart.answered(),
            Ok(Err(error)) if !client.is_connected() => {
                return format!("the connection was lost ({error})");
            }
            Ok(Err(_)) | Err(_) => heart.missed(),
        };
    }
    "no answer to two calls for the time".to_owned()
}

/// Lets the state hear of time passing.
async fn pass(shared: Arc<Shared>) -> String {
    while !shared.is_closing() {
        sleep(PASS).await;
        let (mut core, at) = shared.core();
        core.pass(at);
    }
    "closed".to_owned()
}
