//! One connection, and what the gateway says about its own.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use ibapi::subscriptions::NoticeStream;
use ibapi::{Client, Notice, RateLimiter};
use tokio::sync::watch;
use tokio::time::timeout;

use super::failure::{Refusal, Verdict, judge_connect, unavailable};

/// One connection.
pub(super) struct Session {
    /// The library's end of it.
    pub(super) client: Client,
    health: Arc<watch::Sender<Health>>,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("health", &*self.health.borrow()).finish_non_exhaustive()
    }
}

/// What the gateway has said about its own connections.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Health {
    /// It has lost the broker.
    is_cut_off: bool,
    /// The services of historical data that it has lost, by name.
    lost_services: BTreeSet<String>,
}

impl Session {
    /// Connects within `patience`.
    pub(super) async fn open(
        address: &str,
        client_id: i32,
        messages_per_s: u32,
        patience: Duration,
    ) -> Result<Self, Refusal> {
        let request = format!("a connection to {address}");
        let absent =
            |reason: String| Refusal { error: unavailable(&request, 1, &reason), may_pass: true };
        // The library's own reconnect is off: it would send requests again that nobody counted.
        let connecting = Client::builder()
            .address(address)
            .client_id(client_id)
            .max_reconnect_attempts(0)
            .rate_limiter(RateLimiter::per_second(messages_per_s))
            .connect_with_notice_stream();
        let (client, notices) = timeout(patience, connecting)
            .await
            .map_err(|_| {
                let waited = patience.as_secs_f64();
                absent(format!("it accepts and says nothing for {waited} s; restart it"))
            })?
            .map_err(|error| judge_connect(&error, address, client_id))?;
        // After too many frames the library goes on without the accounts.
        if client.handshake_managed_accounts().is_empty() {
            return Err(absent("it names no account; log in".to_owned()));
        }
        let health = Arc::new(watch::Sender::default());
        tokio::spawn(listen(notices, Arc::clone(&health)));
        Ok(Self { client, health })
    }

    /// What the gateway has lost, for error texts; empty if nothing.
    pub(super) fn complaints(&self) -> String {
        self.health.borrow().to_string()
    }

    /// Waits until the gateway has the broker and its history services, or for `most`.
    ///
    /// A service that stays away does not keep requests back for ever: another one may serve them.
    pub(super) async fn recovered(&self, most: Duration) -> Result<(), Verdict> {
        let mut health = self.health.subscribe();
        if timeout(most, health.wait_for(Health::is_well)).await.is_ok() {
            return Ok(());
        }
        let sick = self.health.borrow().clone();
        if sick.is_cut_off {
            return Err(Verdict::Again(format!("no answer{sick}")));
        }
        self.health.send_modify(|health| health.lost_services.clear());
        Ok(())
    }
}

impl Health {
    fn is_well(&self) -> bool {
        !self.is_cut_off && self.lost_services.is_empty()
    }

    /// Takes in a notice about connections: of the broker (1100..1102, 2110), of its history
    /// services (2105 lost, 2106 there, 2107 there on demand).
    fn take(&mut self, notice: &Notice) {
        let service = || notice.message.rsplit(':').next().unwrap_or_default().trim().to_owned();
        match notice.code {
            1100 | 2110 => self.is_cut_off = true,
            1101 | 1102 => self.is_cut_off = false,
            2105 => {
                self.lost_services.insert(service());
            }
            2106 | 2107 => {
                self.lost_services.remove(&service());
            }
            _ => {}
        }
    }
}

impl std::fmt::Display for Health {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.is_cut_off {
            f.write_str("; the gateway has lost the broker (1100)")?;
        }
        for service in &self.lost_services {
            write!(f, "; the gateway has lost the history service {service} (2105)")?;
        }
        Ok(())
    }
}

/// Follows what the gateway says about its connections, until the connection ends.
async fn listen(mut notices: NoticeStream, health: Arc<watch::Sender<Health>>) {
    while let Some(notice) = notices.next().await {
        health.send_if_modified(|health| {
            let before = health.clone();
            health.take(&notice);
            *health != before
        });
    }
}
