//! The database as the rest of the program sees it: blocking calls, no async.

use std::time::Duration;

use tokio::runtime::{Builder, Handle, Runtime};

use super::database::{Address, Link, Pools};
use super::{Durability, StoreError};
use crate::base::Timestamp;

/// Pauses before the same is asked again, where that may help.
const PAUSES_MS: [u64; 8] = [25, 50, 100, 200, 400, 1_600, 3_200, 6_400];

/// How long a row of a ledger may take.
const LEDGER_PATIENCE: Duration = Duration::from_secs(2);

/// The database of runs, studies, trials and trading sessions.
///
/// Shared by reference between threads; two processes may use the same database. Every call is one transaction, and
/// is repeated for some seconds if the server was away or another process had the file.
/// It must not be used from async code.
#[derive(Debug)]
pub struct Store {
    runtime: Option<Runtime>,
    pools: Pools,
    url: String,
}

impl Store {
    /// Opens the database at `url` (`sqlite://FILE`, `postgres://USER@HOST/NAME`), makes the file and its folders if
    /// they are not there, and brings the schema up to date. A file that has data is copied first, to
    /// `FILE.schemaN-STAMP.backup`.
    ///
    /// A relative file begins at the current folder.
    ///
    /// # Errors
    /// [`StoreError::Url`], [`StoreError::Newer`], [`StoreError::Foreign`], or [`StoreError::Database`] if it cannot
    /// be opened or migrated; a migration happens as a whole or not at all.
    pub fn open(url: &str) -> Result<Self, StoreError> {
        let address = Address::parse(url)?;
        let url = address.shown();
        let failed = |source: std::io::Error| StoreError::Database {
            url: url.clone(),
            what: "be used without a thread",
            source: source.into(),
        };
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("releat-store")
            .enable_all()
            .build()
            .map_err(failed)?;
        // A server that is not there shall be told at once; a file may be busy with another opening.
        let pauses = match address {
            Address::Sqlite(_) => PAUSES_MS.as_slice(),
            Address::Postgres(..) => &[],
        };
        let pools = again(pauses, || runtime.block_on(Pools::open(&address, &url)))?;
        Ok(Self { runtime: Some(runtime), pools, url })
    }

    /// Opens the database at `url` unless it is a file that is not there.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn open_existing(url: &str) -> Result<Option<Self>, StoreError> {
        match Address::parse(url)? {
            Address::Sqlite(path) if !path.exists() => Ok(None),
            _ => Self::open(url).map(Some),
        }
    }

    /// The address without its password, absolute and in the form that Optuna takes too.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What the clock of the database shows; leases are counted by it.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn clock(&self) -> Result<Timestamp, StoreError> {
        self.read(async |link| {
            let sql = format!("SELECT {}", link.clock());
            let found = link.row("tell the time", &sql, &[], |row| row.time(0)).await?;
            found.ok_or_else(|| link.missing("clock"))
        })
    }

    /// Does something as a whole or not at all.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "a closure is written where it is handed over"
    )]
    pub(super) fn write<T>(
        &self,
        work: impl AsyncFn(&mut Link<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        again(&PAUSES_MS, || self.block_on(self.pools.write(&self.url, &work)))
    }

    /// Does something as a whole or not at all, and gives up within about two seconds: nothing is repeated.
    ///
    /// After an error it may have happened all the same, so it must be something that can be done twice.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "a closure is written where it is handed over"
    )]
    pub(super) fn write_ledger<T>(
        &self,
        durability: Durability,
        work: impl AsyncFn(&mut Link<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.block_on(async {
            let written = self.pools.write_ledger(&self.url, durability, &work);
            tokio::time::timeout(LEDGER_PATIENCE, written).await.unwrap_or_else(|_| {
                Err(StoreError::Database {
                    url: self.url.clone(),
                    what: "be written in time",
                    source: std::io::Error::from(std::io::ErrorKind::TimedOut).into(),
                })
            })
        })
    }

    /// Reads as of one moment.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "a closure is written where it is handed over"
    )]
    pub(super) fn read<T>(
        &self,
        work: impl AsyncFn(&mut Link<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        again(&PAUSES_MS, || self.block_on(self.pools.read(&self.url, &work)))
    }

    fn block_on<T>(
        &self,
        work: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        match &self.runtime {
            Some(runtime) => runtime.block_on(work),
            None => Err(StoreError::Database {
                url: self.url.clone(),
                what: "be used after its end",
                source: sqlx::Error::PoolClosed,
            }),
        }
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        let Some(runtime) = self.runtime.take() else { return };
        if Handle::try_current().is_err() {
            runtime.block_on(self.pools.close());
        }
        runtime.shutdown_background();
    }
}

/// Tries until it succeeds, fails for good, or the pauses are used up.
fn again<T>(pauses_ms: &[u64], work: impl Fn() -> Result<T, StoreError>) -> Result<T, StoreError> {
    for pause_ms in pauses_ms {
        match work() {
            Err(error) if error.passes_soon() => {
                std::thread::sleep(Duration::from_millis(*pause_ms));
            }
            other => return other,
        }
    }
    work()
}
