//! Connections: for SQLite one that writes and a few that read, for Postgres a handful.

use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgPool, SqlitePool};

use super::link::{Link, Side};
use super::migrate::{known, migrate, wants};
use super::{Address, value::to_sqlite};
use crate::base::now;
use crate::store::StoreError;

/// How long a writer waits for the writer of another process.
const BUSY_TIMEOUT: Duration = Duration::from_secs(60);
/// How long a caller waits for a connection.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(60);
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
        let pool = |size| {
            SqlitePoolOptions::new()
                .max_connections(size)
                .acquire_timeout(ACQUIRE_TIMEOUT)
                .idle_timeout(None)
                .max_lifetime(None)
                .test_before_acquire(false)
                .connect_lazy_with(options.clone())
        };
        Ok(Self::Sqlite { writer: pool(1), readers: pool(SQLITE_READERS) })
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
            Self::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
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
    connection: &mut sqlx::SqliteConnection,
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
