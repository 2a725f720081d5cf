//! The schema and its versions.

use super::link::{Dialect, Link};
use super::value::values;
use crate::base::now;
use crate::store::StoreError;

/// One step of the schema.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct Migration {
    /// Counted from 1.
    pub(in crate::store) version: i64,
    /// Its name.
    pub(in crate::store) name: &'static str,
    /// What it does.
    pub(in crate::store) sql: &'static str,
}

/// The revision of Optuna's tables that the first migration makes.
const OPTUNA_REVISION: &str = "v3.2.0.a";

macro_rules! migrations {
    ($folder:literal: $($version:literal $name:literal),*) => {
        &[$(Migration {
            version: $version,
            name: $name,
            sql: include_str!(concat!("../migrations/", $folder, "/000", $version, "_", $name, ".sql")),
        }),*]
    };
}

/// The migrations that this program knows.
pub(in crate::store) const fn known(dialect: Dialect) -> &'static [Migration] {
    match dialect {
        Dialect::Sqlite => migrations!("sqlite": 1 "optuna", 2 "releat", 3 "sessions", 4 "gates"),
        Dialect::Postgres => {
            migrations!("postgres": 1 "optuna", 2 "releat", 3 "sessions", 4 "gates")
        }
    }
}

/// How a database stands to the migrations.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted {
    /// Version of its schema; 0 before the first.
    pub(super) found: i64,
    /// Whether a migration is to be done.
    pub(super) is_pending: bool,
    /// Whether it has tables already.
    pub(super) has_data: bool,
}

/// Looks at the schema and refuses one that this program cannot write.
pub(super) async fn wants(
    link: &mut Link<'_>,
    migrations: &[Migration],
) -> Result<Wanted, StoreError> {
    let tables = tables(link).await?;
    let has = |name: &str| tables.iter().any(|table| table == name);
    if has("alembic_version") {
        let sql = "SELECT version_num FROM alembic_version";
        let found = link.row("be read", sql, &[], |row| row.text(0)).await?;
        if let Some(found) = found.filter(|found| found != OPTUNA_REVISION) {
            let url = link.url.to_owned();
            return Err(StoreError::Foreign { url, found, expected: OPTUNA_REVISION });
        }
    }
    let last = migrations.last().map_or(0, |migration| migration.version);
    let mut found = 0;
    if has("releat_schema") {
        let sql = "SELECT version, releat_version FROM releat_schema ORDER BY version DESC LIMIT 1";
        let newest = link.row("tell its schema", sql, &[], |row| Ok((row.int(0)?, row.text(1)?)));
        if let Some((version, needs)) = newest.await? {
            if version > last {
                let url = link.url.to_owned();
                return Err(StoreError::Newer { url, found: version, known: last, needs });
            }
            found = version;
        }
    }
    Ok(Wanted { found, is_pending: found < last, has_data: !tables.is_empty() })
}

/// Does what is missing, inside the transaction of the caller.
pub(in crate::store) async fn migrate(
    link: &mut Link<'_>,
    migrations: &[Migration],
) -> Result<(), StoreError> {
    if link.dialect() == Dialect::Postgres {
        // Two programs that start at once; the lock ends with the transaction.
        link.run("be locked", "SELECT pg_advisory_xact_lock(7233124)", &[]).await?;
    }
    let wanted = wants(link, migrations).await?;
    if !wanted.is_pending {
        return Ok(());
    }
    link.script(
        "be migrated",
        "CREATE TABLE IF NOT EXISTS releat_schema (version INTEGER NOT NULL PRIMARY KEY, \
         name TEXT NOT NULL, releat_version TEXT NOT NULL, applied_at TIMESTAMP NOT NULL)",
    )
    .await?;
    for migration in migrations.iter().filter(|migration| migration.version > wanted.found) {
        link.script("be migrated", migration.sql).await?;
        let row = values![migration.version, migration.name, env!("CARGO_PKG_VERSION"), now()];
        let sql = "INSERT INTO releat_schema (version, name, releat_version, applied_at) \
                   VALUES ($1, $2, $3, $4)";
        link.run("be migrated", sql, row).await?;
    }
    Ok(())
}

/// The tables of the database that are not its own.
async fn tables(link: &mut Link<'_>) -> Result<Vec<String>, StoreError> {
    let sql = match link.dialect() {
        Dialect::Sqlite => {
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        }
        Dialect::Postgres => {
            "SELECT CAST(tablename AS TEXT) FROM pg_catalog.pg_tables \
             WHERE schemaname = current_schema()"
        }
    };
    link.rows("list its tables", sql, &[], |row| row.text(0)).await
}
