//! The gateway as a real client library sees it.

mod account;
mod faults;
mod market;
mod orders;
mod sessions;

use std::time::Duration;

use ibapi::Client;
use ibapi::contracts::Contract;
use ibapi::prelude::StreamExt;
use ibapi::subscriptions::SubscriptionItem;
use tokio::time::timeout;

use super::{Act, Faults, GatewaySim, Moment, SimOptions};
use crate::base::Timestamp;

/// A Wednesday at 10:00 in New York.
const MORNING: &str = "2024-01-10T15:00:00Z";
const ACCOUNT: &str = "DU1234567";

/// Ten seconds of the venue each second.
fn options() -> SimOptions {
    SimOptions { clock: Some(MORNING.parse().unwrap()), speed: 10.0, ..SimOptions::default() }
}

fn start(options: SimOptions) -> GatewaySim {
    GatewaySim::start(options).unwrap()
}

async fn connect(gateway: &GatewaySim, client_id: i32) -> Client {
    within(try_connect(gateway, client_id)).await.unwrap()
}

async fn try_connect(gateway: &GatewaySim, client_id: i32) -> Result<Client, ibapi::Error> {
    Client::builder()
        .address(gateway.address().to_string())
        .client_id(client_id)
        .max_reconnect_attempts(0)
        .connect()
        .await
}

/// The next item that is no notice.
trait NextData<T> {
    async fn next_data(&mut self) -> Option<Result<T, ibapi::Error>>;
}

impl<T, S> NextData<T> for S
where
    S: futures_util::Stream<Item = Result<SubscriptionItem<T>, ibapi::Error>> + Unpin,
{
    async fn next_data(&mut self) -> Option<Result<T, ibapi::Error>> {
        loop {
            match self.next().await? {
                Ok(SubscriptionItem::Data(data)) => return Some(Ok(data)),
                Ok(SubscriptionItem::Notice(_)) => {}
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

async fn within<T>(future: impl Future<Output = T>) -> T {
    timeout(Duration::from_secs(20), future).await.expect("no answer in 20 s")
}

fn spy() -> Contract {
    Contract::stock("SPY").build()
}

/// Does the same thing at one moment.
struct Once<F: Fn(&Moment) -> bool + Send> {
    when: F,
    acts: Vec<Act>,
    times: usize,
}

impl<F: Fn(&Moment) -> bool + Send> Faults for Once<F> {
    fn strike(&mut self, _now: Timestamp, moment: Moment) -> Vec<Act> {
        if self.times == 0 || !(self.when)(&moment) {
            return Vec::new();
        }
        self.times -= 1;
        self.acts.clone()
    }
}

/// Once, when a reply of this name is sent.
fn at_reply(wanted: &'static str, act: Act) -> Option<Box<dyn Faults>> {
    let when =
        move |moment: &Moment| matches!(moment, Moment::Sending { name, .. } if *name == wanted);
    Some(Box::new(Once { when, acts: vec![act], times: 1 }))
}

/// Once, when a request of this name has come.
fn at_request(wanted: &'static str, act: Act) -> Option<Box<dyn Faults>> {
    let when =
        move |moment: &Moment| matches!(moment, Moment::Received { name, .. } if *name == wanted);
    Some(Box::new(Once { when, acts: vec![act], times: 1 }))
}
