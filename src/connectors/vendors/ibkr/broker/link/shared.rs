//! What the parts of an adapter share: the state, the way out, and the current connection.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ibapi::{Client, Error, Notice};
use tokio::runtime::{Handle, Runtime};
use tokio::sync::Notify;
use tokio::time::timeout;

use super::super::known::Core;
use super::super::orders::{IdError, Instrument, WireIds};
use super::{Haste, Lane};
use crate::base::Stopwatch;
use crate::config::KillCancels;
use crate::domain::Symbol;
use crate::ports::{BrokerError, VenueWish};

/// The connection may take so long to close.
const CLOSE: Duration = Duration::from_millis(500);

/// One venue, as all threads see it.
#[derive(Debug)]
pub(in super::super) struct Shared {
    pub(in super::super) wish: VenueWish,
    pub(in super::super) account: String,
    pub(in super::super) address: String,
    pub(in super::super) client_id: i32,
    pub(in super::super) kill_cancels: KillCancels,
    pub(in super::super) instruments: BTreeMap<Symbol, Instrument>,
    ids: Mutex<WireIds>,
    pub(in super::super) lane: Arc<Lane>,
    /// Market data must be asked for anew.
    pub(in super::super) resubscribe: Notify,
    core: Mutex<Core>,
    link: Mutex<Option<Link>>,
    clock: Stopwatch,
    is_closing: AtomicBool,
}

/// The current connection.
#[derive(Clone)]
struct Link(Arc<Client>);

impl std::fmt::Debug for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Link").finish_non_exhaustive()
    }
}

/// The runtime and what runs on it; ends both when dropped.
#[derive(Debug)]
pub(in super::super) struct Owner {
    runtime: Option<Runtime>,
    pub(in super::super) shared: Arc<Shared>,
}

/// A request was not answered.
#[derive(Debug)]
pub(in super::super) enum CallError {
    /// It did not leave.
    NotSent(String),
    /// It may have arrived.
    Unknown(String),
    /// The broker refused it.
    Refused(Notice),
}

/// The fixed parts of [`Shared`].
#[derive(Debug)]
pub(in super::super) struct Place {
    pub(in super::super) wish: VenueWish,
    pub(in super::super) account: String,
    pub(in super::super) address: String,
    pub(in super::super) client_id: i32,
    pub(in super::super) kill_cancels: KillCancels,
    pub(in super::super) instruments: BTreeMap<Symbol, Instrument>,
}

impl Shared {
    pub(in super::super) fn new(place: Place, ids: WireIds, core: Core, lane: Arc<Lane>) -> Self {
        let Place { wish, account, address, client_id, kill_cancels, instruments } = place;
        Self {
            wish,
            account,
            address,
            client_id,
            kill_cancels,
            instruments,
            ids: Mutex::new(ids),
            lane,
            resubscribe: Notify::new(),
            core: Mutex::new(core),
            link: Mutex::default(),
            clock: Stopwatch::start(),
            is_closing: AtomicBool::new(false),
        }
    }

    /// The state, at this many seconds of our clock.
    pub(in super::super) fn core(&self) -> (MutexGuard<'_, Core>, f64) {
        // Each call leaves the state whole, so that of a thread that died is too.
        let core = self.core.lock().unwrap_or_else(PoisonError::into_inner);
        (core, self.clock.seconds())
    }

    /// The current connection.
    pub(in super::super) fn client(&self) -> Option<Arc<Client>> {
        let link = self.link.lock().unwrap_or_else(PoisonError::into_inner);
        link.as_ref().map(|link| Arc::clone(&link.0))
    }

    pub(in super::super) fn set_client(&self, client: Option<Arc<Client>>) {
        let mut link = self.link.lock().unwrap_or_else(PoisonError::into_inner);
        *link = client.map(Link);
    }

    /// The gateway offers this order id next.
    pub(in super::super) fn offered(&self, next_id: i32) {
        self.ids.lock().unwrap_or_else(PoisonError::into_inner).offered(next_id);
    }

    /// A new order id; on the disk already.
    pub(in super::super) fn take_id(&self) -> Result<i32, IdError> {
        self.ids.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    pub(in super::super) fn is_closing(&self) -> bool {
        self.is_closing.load(Ordering::Relaxed)
    }

    /// Sends a request when the pace allows it, and waits for its answer within `limit`.
    pub(in super::super) async fn call<T>(
        &self,
        haste: Haste,
        limit: Duration,
        send: impl AsyncFnOnce(&Client) -> Result<T, Error>,
    ) -> Result<T, CallError> {
        self.lane.admit(haste).await;
        let Some(client) = self.client().filter(|client| client.is_connected()) else {
            let trouble = {
                let (mut core, at) = self.core();
                core.usable(at).err()
            };
            let trouble = trouble.unwrap_or_else(|| "the connection has just been lost".to_owned());
            return Err(CallError::NotSent(trouble));
        };
        match timeout(limit, send(&client)).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(CallError::of(error)),
            Err(_) => Err(CallError::Unknown(format!("no answer in {} s", limit.as_secs_f64()))),
        }
    }
}

impl CallError {
    /// What is refused before it is written did not leave; of all else nobody knows.
    fn of(error: Error) -> Self {
        match error {
            Error::InvalidArgument(_)
            | Error::OrderIdInRequestRange { .. }
            | Error::ServerVersion(..)
            | Error::NotImplemented => Self::NotSent(error.to_string()),
            Error::Notice(notice) => Self::Refused(notice),
            other => Self::Unknown(other.to_string()),
        }
    }
}

impl std::fmt::Display for CallError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotSent(detail) | Self::Unknown(detail) => f.write_str(detail),
            Self::Refused(notice) => write!(f, "{} {}", notice.code, notice.message),
        }
    }
}

impl From<CallError> for BrokerError {
    fn from(error: CallError) -> Self {
        let detail = error.to_string();
        match error {
            CallError::NotSent(_) => Self::NotSent { detail },
            CallError::Unknown(_) | CallError::Refused(_) => Self::Unknown { detail },
        }
    }
}

impl Owner {
    pub(in super::super) const fn new(runtime: Runtime, shared: Arc<Shared>) -> Self {
        Self { runtime: Some(runtime), shared }
    }

    /// Waits for an answer on the thread that asks.
    pub(in super::super) fn wait<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        let handle: &Handle = self.runtime.as_ref()?.handle();
        Some(handle.block_on(work))
    }

    /// How many tasks live, those of the library included.
    #[cfg(test)]
    pub(in super::super) fn num_tasks(&self) -> usize {
        self.runtime.as_ref().map_or(0, |runtime| runtime.metrics().num_alive_tasks())
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        self.shared.is_closing.store(true, Ordering::Relaxed);
        self.shared.set_client(None);
        // So that the client id is free again; a name that nobody resolves does not hold it up.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_timeout(CLOSE);
        }
    }
}
