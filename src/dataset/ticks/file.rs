//! Ticks as Parquet bytes and back.

use std::io::Cursor;

use polars::prelude::{
    Column, DataFrame, DataType, Int64Chunked, IntoColumn, ParquetReader, ParquetWriter,
    PolarsError, PolarsResult, SerReader, TimeUnit, TimeZone,
};

use super::TickTable;

/// `time` in nanoseconds UTC, then `bid, ask, last, volume` as floats with null for a price that
/// the tick has not, then `flags`.
pub(super) fn encode(ticks: &TickTable) -> Result<Vec<u8>, PolarsError> {
    let time = Int64Chunked::from_vec("time".into(), ticks.time.clone());
    let time = time.into_datetime(TimeUnit::Nanoseconds, Some(TimeZone::UTC)).into_column();
    let prices = |name: &str, values: &[f64]| {
        let values: Vec<Option<f64>> =
            values.iter().map(|&value| (!value.is_nan()).then_some(value)).collect();
        Column::new(name.into(), values)
    };
    let flags: Vec<i32> = ticks.flags.iter().map(|&flags| i32::from(flags)).collect();
    let columns = vec![
        time,
        prices("bid", &ticks.bid),
        prices("ask", &ticks.ask),
        prices("last", &ticks.last),
        Column::new("volume".into(), ticks.volume.clone()),
        Column::new("flags".into(), flags),
    ];
    let mut frame = DataFrame::new(ticks.len(), columns)?;
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes).finish(&mut frame)?;
    Ok(bytes)
}

/// The ticks that [`encode`] wrote.
pub(super) fn decode(bytes: Vec<u8>) -> PolarsResult<TickTable> {
    let frame = ParquetReader::new(Cursor::new(bytes)).finish()?;
    let time = frame.column("time")?.cast(&DataType::Int64)?;
    let flags = frame.column("flags")?.cast(&DataType::Int32)?;
    let flag = |bits: Option<i32>| u8::try_from(bits.unwrap_or_default()).unwrap_or_default();
    Ok(TickTable {
        time: time.i64()?.iter().map(Option::unwrap_or_default).collect(),
        bid: prices(&frame, "bid")?,
        ask: prices(&frame, "ask")?,
        last: prices(&frame, "last")?,
        volume: prices(&frame, "volume")?,
        flags: flags.i32()?.iter().map(flag).collect(),
    })
}

fn prices(frame: &DataFrame, name: &str) -> PolarsResult<Vec<f64>> {
    let column = frame.column(name)?.cast(&DataType::Float64)?;
    Ok(column.f64()?.iter().map(|value| value.unwrap_or(f64::NAN)).collect())
}
