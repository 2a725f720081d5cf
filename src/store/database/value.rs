//! What goes into a question and comes out of an answer, for both kinds of database.

use std::sync::Arc;

use sqlx::encode::{Encode, IsNull};
use sqlx::error::BoxDynError;
use sqlx::postgres::types::Oid;
use sqlx::postgres::{PgArgumentBuffer, PgTypeInfo};
use sqlx::{Postgres, Type};

use crate::base::Timestamp;

/// A value of a column.
#[derive(Debug, Clone)]
pub(in crate::store) enum Value {
    /// Nothing, of whatever type the column has.
    Null,
    /// A whole number.
    Int(i64),
    /// A real number.
    Real(f64),
    /// Text, shared with the thread that writes it: what this thread made it also frees, so that its memory is used
    /// again.
    Text(Arc<str>),
    /// A member of an enumeration of Optuna, which Postgres has as a type of its own.
    Label(&'static str),
    /// Bytes.
    Bytes(Vec<u8>),
    /// An instant, kept to the microsecond in UTC without a zone.
    Time(Timestamp),
}

/// The values of one question.
macro_rules! values {
    ($($value:expr),* $(,)?) => { &[$($crate::store::database::Value::from($value)),*] };
}
pub(in crate::store) use values;

impl<T> From<Option<T>> for Value
where
    Self: From<T>,
{
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::from)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

/// Kept bit by bit: what is above the largest signed number comes back the same.
impl From<u64> for Value {
    fn from(value: u64) -> Self {
        Self::Int(value.cast_signed())
    }
}

impl From<usize> for Value {
    fn from(value: usize) -> Self {
        Self::from(value as u64)
    }
}

impl From<u32> for Value {
    fn from(value: u32) -> Self {
        Self::Int(i64::from(value))
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Real(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.into())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value.into())
    }
}

impl From<Vec<u8>> for Value {
    fn from(value: Vec<u8>) -> Self {
        Self::Bytes(value)
    }
}

impl From<Timestamp> for Value {
    fn from(value: Timestamp) -> Self {
        Self::Time(value)
    }
}

/// Bytes that Postgres reads as the type which the place in the question asks for.
#[derive(Debug)]
pub(super) struct AsAsked(pub(super) Option<Vec<u8>>);

impl Type<Postgres> for AsAsked {
    fn type_info() -> PgTypeInfo {
        const UNKNOWN: Oid = Oid(705);
        PgTypeInfo::with_oid(UNKNOWN)
    }
}

impl Encode<'_, Postgres> for AsAsked {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        let Some(bytes) = &self.0 else { return Ok(IsNull::Yes) };
        buffer.extend_from_slice(bytes);
        Ok(IsNull::No)
    }
}

/// Postgres counts microseconds from 2000-01-01.
const POSTGRES_EPOCH_US: i64 = 946_684_800_000_000;

pub(super) fn to_postgres(time: Timestamp) -> Vec<u8> {
    (time.nanos().div_euclid(1_000) - POSTGRES_EPOCH_US).to_be_bytes().to_vec()
}

pub(super) fn from_postgres(bytes: &[u8]) -> Result<Timestamp, BoxDynError> {
    let micros = i64::from_be_bytes(bytes.try_into()?);
    let nanos = micros.checked_add(POSTGRES_EPOCH_US).and_then(|us| us.checked_mul(1_000));
    nanos.map(Timestamp::from_nanos).ok_or_else(|| "the time is out of range".into())
}

pub(super) fn to_sqlite(time: Timestamp) -> String {
    time.to_jiff().strftime("%Y-%m-%d %H:%M:%S%.6f").to_string()
}

pub(super) fn from_sqlite(text: &str) -> Result<Timestamp, BoxDynError> {
    let civil: jiff::civil::DateTime = text.parse()?;
    let instant = jiff::tz::TimeZone::UTC.to_timestamp(civil)?;
    Ok(Timestamp::from_nanos(i64::try_from(instant.as_nanosecond())?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_keep_their_microseconds() {
        for text in
            ["2026-11-21T09:24:19.608629Z", "1999-12-31T23:59:59Z", "1969-12-31T23:59:59.5Z"]
        {
            let time: Timestamp = text.parse().unwrap();
            assert_eq!(from_postgres(&to_postgres(time)).unwrap(), time);
            assert_eq!(from_sqlite(&to_sqlite(time)).unwrap(), time);
        }
        let time: Timestamp = "2026-11-21T09:24:19.608629Z".parse().unwrap();
        assert_eq!(to_sqlite(time), "2026-11-21 09:24:19.608629");
        assert_eq!(from_sqlite("2026-11-21 09:24:19").unwrap().to_string(), "2026-11-21T09:24:19Z");
    }
}
