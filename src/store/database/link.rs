//! One connection, of either kind, inside a transaction.

use std::sync::Arc;

use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{
    AssertSqlSafe, PgConnection, Postgres, Row, Sqlite, SqliteConnection, ValueRef, query, raw_sql,
};

use super::value::{AsAsked, Value, from_postgres, from_sqlite, to_postgres, to_sqlite};
use crate::base::Timestamp;
use crate::store::StoreError;

/// Which language a database speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Dialect {
    /// SQLite.
    Sqlite,
    /// Postgres.
    Postgres,
}

/// A connection inside a transaction.
pub(in crate::store) struct Link<'a> {
    /// The address without its password.
    pub(super) url: &'a str,
    pub(super) side: Side<'a>,
}

pub(super) enum Side<'a> {
    Sqlite(&'a mut SqliteConnection),
    Postgres(&'a mut PgConnection),
}

/// Values of one INSERT; both databases take at least 32,766 of them.
const VALUES_MAX: usize = 30_000;
/// Rows of one INSERT.
const ROWS_MAX: usize = 64;

impl Link<'_> {
    pub(in crate::store) const fn dialect(&self) -> Dialect {
        match self.side {
            Side::Sqlite(_) => Dialect::Sqlite,
            Side::Postgres(_) => Dialect::Postgres,
        }
    }

    /// The address without its password.
    pub(in crate::store) const fn url(&self) -> &str {
        self.url
    }

    /// The clock of the database, which is one for all its users.
    pub(in crate::store) const fn clock(&self) -> &'static str {
        match self.dialect() {
            Dialect::Sqlite => "strftime('%Y-%m-%d %H:%M:%f000', 'now')",
            Dialect::Postgres => "(clock_timestamp() AT TIME ZONE 'utc')",
        }
    }

    /// The clock of the database, later by the seconds that stand in a place of the question.
    pub(in crate::store) fn clock_after(&self, place: &str) -> String {
        match self.dialect() {
            Dialect::Sqlite => {
                format!("strftime('%Y-%m-%d %H:%M:%f000', 'now', printf('+%.3f seconds', {place}))")
            }
            Dialect::Postgres => {
                format!("((clock_timestamp() AT TIME ZONE 'utc') + {place} * INTERVAL '1 second')")
            }
        }
    }

    /// A score of Optuna as one number, from its column and the column with the word for what is not finite.
    pub(in crate::store) fn score(&self, value: &str, kind: &str) -> String {
        let infinity = match self.dialect() {
            Dialect::Sqlite => "9e999",
            Dialect::Postgres => "CAST('Infinity' AS DOUBLE PRECISION)",
        };
        format!(
            "CASE CAST({kind} AS TEXT) WHEN 'FINITE' THEN {value} WHEN 'INF_POS' THEN {infinity} \
             WHEN 'INF_NEG' THEN -{infinity} END"
        )
    }

    /// What keeps a chosen row from others until the transaction ends; one writer at a time needs nothing.
    pub(in crate::store) const fn locking(&self, clause: &'static str) -> &'static str {
        match self.dialect() {
            Dialect::Sqlite => "",
            Dialect::Postgres => clause,
        }
    }

    /// Executes a statement and says how many rows it touched. Places are `$1`, `$2`, …
    pub(in crate::store) async fn run(
        &mut self,
        what: &'static str,
        sql: &str,
        values: &[Value],
    ) -> Result<u64, StoreError> {
        self.run_with(what, sql.to_owned(), values.iter()).await
    }

    async fn run_with<'v>(
        &mut self,
        what: &'static str,
        sql: String,
        values: impl Iterator<Item = &'v Value>,
    ) -> Result<u64, StoreError> {
        let sql = AssertSqlSafe(sql);
        let touched = match &mut self.side {
            Side::Sqlite(connection) => bind_sqlite(query(sql), values)
                .execute(&mut **connection)
                .await
                .map(|done| done.rows_affected()),
            Side::Postgres(connection) => bind_postgres(query(sql), values)
                .execute(&mut **connection)
                .await
                .map(|done| done.rows_affected()),
        };
        touched.map_err(|source| self.failed(what, source))
    }

    /// Executes a script of many statements without values.
    pub(super) async fn script(
        &mut self,
        what: &'static str,
        sql: &'static str,
    ) -> Result<(), StoreError> {
        let done = match &mut self.side {
            Side::Sqlite(connection) => raw_sql(sql).execute(&mut **connection).await.map(drop),
            Side::Postgres(connection) => raw_sql(sql).execute(&mut **connection).await.map(drop),
        };
        done.map_err(|source| self.failed(what, source))
    }

    /// Reads all rows of a question.
    pub(in crate::store) async fn rows<T: Send + Unpin>(
        &mut self,
        what: &'static str,
        sql: &str,
        values: &[Value],
        read: impl Fn(&Record) -> Result<T, sqlx::Error> + Send + Sync,
    ) -> Result<Vec<T>, StoreError> {
        let sql = AssertSqlSafe(sql.to_owned());
        let found = match &mut self.side {
            // All rows first: freeing them while SQLite makes more has both wait for its one lock on memory.
            Side::Sqlite(connection) => bind_sqlite(query(sql), values)
                .fetch_all(&mut **connection)
                .await
                .and_then(|rows| rows.into_iter().map(|row| read(&Record::Sqlite(row))).collect()),
            Side::Postgres(connection) => {
                bind_postgres(query(sql), values)
                    .try_map(|row| read(&Record::Postgres(row)))
                    .fetch_all(&mut **connection)
                    .await
            }
        };
        found.map_err(|source| self.failed(what, source))
    }

    /// Reads the first row of a question, if there is one.
    pub(in crate::store) async fn row<T: Send + Unpin>(
        &mut self,
        what: &'static str,
        sql: &str,
        values: &[Value],
        read: impl Fn(&Record) -> Result<T, sqlx::Error> + Send + Sync,
    ) -> Result<Option<T>, StoreError> {
        Ok(self.rows(what, sql, values, read).await?.into_iter().next())
    }

    /// Inserts many rows with few statements: `head` goes before `VALUES`, `tail` after the rows.
    ///
    /// A connection keeps every statement that it has prepared. So that they stay few and small, each takes a power of two
    /// of rows, and not many.
    pub(in crate::store) async fn insert(
        &mut self,
        what: &'static str,
        (head, tail): (&str, &str),
        rows: &[Vec<Value>],
    ) -> Result<(), StoreError> {
        let width = rows.first().map_or(1, Vec::len).max(1);
        let most = (VALUES_MAX / width).clamp(1, ROWS_MAX);
        let mut rest = rows;
        while !rest.is_empty() {
            let (chunk, later) = rest.split_at(1 << rest.len().min(most).ilog2());
            rest = later;
            let mut sql = format!("{head} VALUES ");
            for row in 0..chunk.len() {
                sql += if row == 0 { "(" } else { ", (" };
                for column in 0..width {
                    let comma = if column == 0 { "" } else { ", " };
                    sql += &format!("{comma}${}", row * width + column + 1);
                }
                sql += ")";
            }
            sql += " ";
            sql += tail;
            self.run_with(what, sql, chunk.iter().flatten()).await?;
        }
        Ok(())
    }

    pub(super) fn failed(&self, what: &'static str, source: sqlx::Error) -> StoreError {
        StoreError::Database { url: self.url.to_owned(), what, source }
    }

    pub(in crate::store) fn missing(&self, what: impl Into<String>) -> StoreError {
        StoreError::Missing { url: self.url.to_owned(), what: what.into() }
    }
}

fn bind_sqlite<'q, 'v>(
    mut question: Query<'q, Sqlite, SqliteArguments>,
    values: impl IntoIterator<Item = &'v Value>,
) -> Query<'q, Sqlite, SqliteArguments> {
    for value in values {
        question = match value {
            Value::Null => question.bind(None::<i64>),
            Value::Int(value) => question.bind(*value),
            Value::Real(value) => question.bind(*value),
            Value::Text(value) => question.bind(Arc::clone(value)),
            Value::Label(value) => question.bind(*value),
            Value::Bytes(value) => question.bind(value.clone()),
            Value::Time(value) => question.bind(to_sqlite(*value)),
        };
    }
    question
}

fn bind_postgres<'q, 'v>(
    mut question: Query<'q, Postgres, PgArguments>,
    values: impl IntoIterator<Item = &'v Value>,
) -> Query<'q, Postgres, PgArguments> {
    for value in values {
        question = match value {
            Value::Null => question.bind(AsAsked(None)),
            Value::Int(value) => question.bind(*value),
            Value::Real(value) => question.bind(*value),
            Value::Text(value) => question.bind(value.to_string()),
            Value::Label(value) => question.bind(AsAsked(Some(value.as_bytes().to_vec()))),
            Value::Bytes(value) => question.bind(value.clone()),
            Value::Time(value) => question.bind(AsAsked(Some(to_postgres(*value)))),
        };
    }
    question
}

/// A row of an answer; columns are counted from 0.
pub(in crate::store) enum Record {
    /// From SQLite.
    Sqlite(SqliteRow),
    /// From Postgres.
    Postgres(PgRow),
}

/// Reads a column of either kind of row without asking for the exact type, which Optuna's tables name differently.
macro_rules! column {
    ($record:expr, $index:expr, $kind:ty) => {
        match $record {
            Record::Sqlite(row) => row.try_get_unchecked::<$kind, _>($index),
            Record::Postgres(row) => row.try_get_unchecked::<$kind, _>($index),
        }
    };
}

impl Record {
    pub(in crate::store) fn int(&self, index: usize) -> Result<i64, sqlx::Error> {
        column!(self, index, i64)
    }

    pub(in crate::store) fn int_or_none(&self, index: usize) -> Result<Option<i64>, sqlx::Error> {
        column!(self, index, Option<i64>)
    }

    /// A number that was kept bit by bit.
    pub(in crate::store) fn unsigned(&self, index: usize) -> Result<u64, sqlx::Error> {
        self.int(index).map(i64::cast_unsigned)
    }

    /// A position or count.
    pub(in crate::store) fn count(&self, index: usize) -> Result<usize, sqlx::Error> {
        usize::try_from(self.int(index)?).map_err(|error| decode(index, error.into()))
    }

    pub(in crate::store) fn real_or_none(&self, index: usize) -> Result<Option<f64>, sqlx::Error> {
        column!(self, index, Option<f64>)
    }

    pub(in crate::store) fn real(&self, index: usize) -> Result<f64, sqlx::Error> {
        column!(self, index, f64)
    }

    pub(in crate::store) fn text(&self, index: usize) -> Result<String, sqlx::Error> {
        column!(self, index, String)
    }

    pub(in crate::store) fn text_or_none(
        &self,
        index: usize,
    ) -> Result<Option<String>, sqlx::Error> {
        column!(self, index, Option<String>)
    }

    pub(in crate::store) fn bytes(&self, index: usize) -> Result<Vec<u8>, sqlx::Error> {
        column!(self, index, Vec<u8>)
    }

    /// Text that some type reads.
    pub(in crate::store) fn parsed<T>(&self, index: usize) -> Result<T, sqlx::Error>
    where
        T: TryFrom<String>,
        T::Error: Into<sqlx::error::BoxDynError>,
    {
        T::try_from(self.text(index)?).map_err(|error| decode(index, error.into()))
    }

    pub(in crate::store) fn time(&self, index: usize) -> Result<Timestamp, sqlx::Error> {
        let missing = || decode(index, "a time is missing".into());
        self.time_or_none(index)?.ok_or_else(missing)
    }

    pub(in crate::store) fn time_or_none(
        &self,
        index: usize,
    ) -> Result<Option<Timestamp>, sqlx::Error> {
        let found = match self {
            Self::Sqlite(row) => {
                row.try_get_unchecked::<Option<String>, _>(index)?.map(|text| from_sqlite(&text))
            }
            Self::Postgres(row) => {
                let raw = row.try_get_raw(index)?;
                (!raw.is_null()).then(|| from_postgres(raw.as_bytes()?))
            }
        };
        found.transpose().map_err(|error| decode(index, error))
    }
}

/// A column that does not hold what it should.
pub(in crate::store) fn decode(index: usize, source: sqlx::error::BoxDynError) -> sqlx::Error {
    sqlx::Error::ColumnDecode { index: index.to_string(), source }
}
