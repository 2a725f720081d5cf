//! Connections: for SQLite one that writes and a few that read, for Postgres a handful.

use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgPool, SqliteConnection, SqlitePool};

use super::link::{Link, Side};
use super::migrate::{known, migrate, wants};
use super::{Address, value::to_sqlite};
use crate::base::now;
use crate::store::{Durability, StoreError};

/// How long a writer waits for the writer of another process.
const BUSY_TIMEOUT: Duration = Duration::from_secs(60);
/// How long a caller waits for a connection.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(60);
/// How long a ledger waits for another writer, and for a connection; orders wait behind it.
const LEDGER_BUSY_TIMEOUT: Duration = Duration::from_secs(1);
/// Waits of a ledger on a server.
const LEDGER_TIMEOUTS: &str = "SET LOCAL lock_timeout = '1s'; SET LOCAL statement_timeout = '1s'";
const SQLITE_READERS: u32 = 4;
const POSTGRES_CONNECTIONS: u32 = 8;

/// The connections of one database.
#[derive(Debug)]
pub(in crate::store) enum Pools {
    /// A file has one writer at a time; readers never wait for it.
    Sqlite {
        /// One connection.
        writer: SqlitePool,
        /// A few more.
        readers: SqlitePool,
        /// One that waits briefly and forces what it writes to the disk.
        ledger: SqlitePool,
    },
    /// A server.
    Postgres(PgPool),
}

impl Pools {
    /// Opens a database, makes it if it is a file that is not there, and brings its schema up to date.
    pub(in crate::store) async fn open(address: &Address, url: &str) -> Result<Self, StoreError> {
        match address {
            Address::Sqlite(path) => Self::open_file(path, url).await,
            Address::Postgres(options, _) => Self::open_server(options, url).await,
        }
    }

    async fn open_file(path: &Path, url: &str) -> Result<Self, StoreError> {
        let failed =
            |source| StoreError::Database { url: url.to_owned(), what: "be opened", source };
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|error| failed(error.into()))?;
        }
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .busy_timeout(BUSY_TIMEOUT)
            .synchronous(SqliteSynchronous::Normal)
            .row_buffer_size(4096)
            .disable_statement_logging();
        let mut connection = options.connect().await.map_err(failed)?;
        // Readers that never wait for the writer; the file remembers it.
        sqlx::raw_sql("PRAGMA journal_mode = WAL")
            .execute(&mut connection)
            .await
            .map_err(failed)?;
        let backup = Backup { path, options: &options };
        prepare_file(&mut connection, url, &backup).await?;
        connection.close().await.map_err(failed)?;
        let ledger = options.clone().busy_timeout(LEDGER_BUSY_TIMEOUT);
        Ok(Self::Sqlite {
            writer: file_pool(1, ACQUIRE_TIMEOUT, options.clone()),
            readers: file_pool(SQLITE_READERS, ACQUIRE_TIMEOUT, options),
            ledger: file_pool(1, LEDGER_BUSY_TIMEOUT, ledger),
        })
    }

    async fn open_server(options: &PgConnectOptions, url: &str) -> Result<Self, StoreError> {
        let failed =
            |source| StoreError::Database { url: url.to_owned(), what: "be opened", source };
        let options = options.clone().disable_statement_logging();
        // A connection of its own says at once why there is none; the pool would try for a minute.
        let mut connection = options.connect().await.map_err(failed)?;
        let mut transaction = connection.begin().await.map_err(failed)?;
        let mut link = Link { url, side: Side::Postgres(&mut transaction) };
        let migrations = known(link.dialect());
        migrate(&mut link, migrations).await?;
        transaction.commit().await.map_err(failed)?;
        connection.close().await.map_err(failed)?;
        let pool = PgPoolOptions::new()
            .max_connections(POSTGRES_CONNECTIONS)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .connect_lazy_with(options);
        Ok(Self::Postgres(pool))
    }

    /// Does something to the database, whole or not at all.
    pub(in crate::store) async fn write<T>(
        &self,
        url: &str,
        work: &impl AsyncFn(&mut Link<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let failed =
            |source| StoreError::Database { url: url.to_owned(), what: "be written", source };
        match self {
            Self::Sqlite { writer, .. } => {
                let mut transaction = writer.begin_with("BEGIN IMMEDIATE").await.map_err(failed)?;
                let done = work(&mut Link { url, side: Side::Sqlite(&mut transaction) }).await?;
                transaction.commit().await.map_err(failed)?;
                Ok(done)
            }
            Self::Postgres(pool) => {
                let mut transaction = pool.begin().await.map_err(failed)?;
                let done = work(&mut Link { url, side: Side::Postgres(&mut transaction) }).await?;
                transaction.commit().await.map_err(failed)?;
                Ok(done)
            }
        }
    }

    /// As [`Pools::write`], but gives up after about a second, and what it wrote survives a loss of power if that is
    /// asked for.
    pub(in crate::store) async fn write_ledger<T>(
        &self,
        url: &str,
        durability: Durability,
        work: &impl AsyncFn(&mut Link<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let failed =
            |source| StoreError::Database { url: url.to_owned(), what: "be written", source };
        match self {
            Self::Sqlite { ledger, .. } => {
                let mut connection = ledger.acquire().await.map_err(failed)?;
                let level = match durability {
                    Durability::Full => "PRAGMA synchronous = FULL",
                    Durability::Relaxed => "PRAGMA synchronous = NORMAL",
                };
                sqlx::raw_sql(level).execute(&mut *connection).await.map_err(failed)?;
                let begun = connection.begin_with("BEGIN IMMEDIATE").await;
                let mut transaction = begun.map_err(failed)?;
                let done = work(&mut Link { url, side: Side::Sqlite(&mut transaction) }).await?;
                transaction.commit().await.map_err(failed)?;
                Ok(done)
            }
            Self::Postgres(pool) => {
                let mut transaction = pool.begin().await.map_err(failed)?;
                let mut link = Link { url, side: Side::Postgres(&mut transaction) };
                link.script("be written", LEDGER_TIMEOUTS).await?;
                let level = match durability {
                    Durability::Full => "SET LOCAL synchronous_commit = on",
                    Durability::Relaxed => "SET LOCAL synchronous_commit = off",
                };
                link.script("be written", level).await?;
                let done = work(&mut link).await?;
                transaction.commit().await.map_err(failed)?;
                Ok(done)
            }
        }
    }

    /// Reads from the database as it is at one moment.
    pub(in crate::store) async fn read<T>(
        &self,
        url: &str,
        work: &impl AsyncFn(&mut Link<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let failed = |source| StoreError::Database { url: url.to_owned(), what: "be read", source };
        match self {
            Self::Sqlite { readers, .. } => {
                let mut transaction = readers.begin().await.map_err(failed)?;
                work(&mut Link { url, side: Side::Sqlite(&mut transaction) }).await
            }
            Self::Postgres(pool) => {
                let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
                let mut transaction = pool.begin_with(begin).await.map_err(failed)?;
                work(&mut Link { url, side: Side::Postgres(&mut transaction) }).await
            }
        }
    }

    /// Ends all connections; the last one of a file folds its log into it.
    pub(in crate::store) async fn close(&self) {
        match self {
            Self::Sqlite { writer, readers, ledger } => {
                readers.close().await;
                ledger.close().await;
                writer.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

fn file_pool(size: u32, patience: Duration, options: SqliteConnectOptions) -> SqlitePool {
    SqlitePoolOptions::new()
        .max_connections(size)
        .acquire_timeout(patience)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .before_acquire(|connection, _| Box::pin(is_usable(connection)))
        .connect_lazy_with(options)
}

/// Whether a connection is outside of any transaction, after all that it was told before.
///
/// On a full disk SQLite itself takes a transaction back, and the driver, whose own attempt then fails, counts one that
/// is open for ever. Such a connection would refuse every transaction from then on: it is closed, and a new one opened.
async fn is_usable(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    connection.ping().await?;
    Ok(!connection.is_in_transaction())
}

/// How a file is copied before it changes.
struct Backup<'a> {
    path: &'a Path,
    options: &'a SqliteConnectOptions,
}

impl Backup<'_> {
    /// The copy is made by a second connection while the first keeps writers away.
    async fn make(&self, version: i64) -> Result<PathBuf, sqlx::Error> {
        let stamp: String =
            to_sqlite(now()).chars().take(19).filter(char::is_ascii_digit).collect();
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        let mut copy = self.path.with_file_name(format!("{name}.schema{version}-{stamp}.backup"));
        for number in 2.. {
            if !copy.exists() {
                break;
            }
            copy =
                self.path.with_file_name(format!("{name}.schema{version}-{stamp}-{number}.backup"));
        }
        let mut connection = self.options.clone().connect().await?;
        let quoted = copy.to_string_lossy().replace('\'', "''");
        let copied = sqlx::raw_sql(AssertSqlSafe(format!("VACUUM INTO '{quoted}'")))
            .execute(&mut connection)
            .await;
        connection.close().await?;
        copied.map(|_| copy)
    }
}

/// Brings the schema of a file up to date in one transaction, after a copy if there is something to lose.
async fn prepare_file(
    connection: &mut SqliteConnection,
    url: &str,
    backup: &Backup<'_>,
) -> Result<(), StoreError> {
    let failed = |source| StoreError::Database { url: url.to_owned(), what: "be migrated", source };
    let mut look = Link { url, side: Side::Sqlite(connection) };
    let migrations = known(look.dialect());
    if !wants(&mut look, migrations).await?.is_pending {
        return Ok(());
    }
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await.map_err(failed)?;
    let mut link = Link { url, side: Side::Sqlite(&mut transaction) };
    // Another process may have been first.
    let wanted = wants(&mut link, migrations).await?;
    if wanted.is_pending && wanted.has_data {
        backup.make(wanted.found).await.map_err(failed)?;
    }
    migrate(&mut link, migrations).await?;
    transaction.commit().await.map_err(failed)
}
