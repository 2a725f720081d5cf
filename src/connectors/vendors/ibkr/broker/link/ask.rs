//! Questions before there is anything to keep: at the start, and when a place is examined.

use std::time::Duration;

use ibapi::{Client, Error};
use tokio::time::timeout;

use super::{Haste, Lane};

/// The longest wait for each answer.
const LIMIT: Duration = Duration::from_secs(10);

/// A connection that is asked at the broker's pace.
#[derive(Clone, Copy)]
pub(in super::super) struct Asker<'a> {
    pub(in super::super) client: &'a Client,
    pub(in super::super) lane: &'a Lane,
}

impl Asker<'_> {
    /// The answer, within ten seconds.
    pub(in super::super) async fn ask<T>(
        &self,
        send: impl AsyncFnOnce(&Client) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.lane.admit(Haste::InTurn).await;
        timeout(LIMIT, send(self.client)).await.unwrap_or(Err(Error::Timeout))
    }
}
