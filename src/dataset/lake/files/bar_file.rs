//! Bars as Parquet bytes and back.

use std::io::Cursor;

use polars::prelude::{
    Column, DataFrame, DataType, Int64Chunked, IntoColumn, ParallelStrategy, ParquetReader,
    ParquetWriter, PolarsError, PolarsResult, SerReader, TimeUnit, TimeZone,
};

use crate::base::Timestamp;
use crate::domain::Bar;

const NUMBERS: [&str; 5] = ["open", "high", "low", "close", "volume"];

/// Two instants as nanoseconds UTC, then five floats; no nulls.
pub(in crate::dataset::lake) fn encode(bars: &[Bar]) -> Result<Vec<u8>, PolarsError> {
    let instants = |name: &str, time: fn(&Bar) -> Timestamp| {
        let nanos: Vec<i64> = bars.iter().map(|bar| time(bar).nanos()).collect();
        let nanos = Int64Chunked::from_vec(name.into(), nanos);
        nanos.into_datetime(TimeUnit::Nanoseconds, Some(TimeZone::UTC)).into_column()
    };
    let open_times = instants("open_time", |bar| bar.open_time);
    let mut columns = vec![open_times, instants("available_at", |bar| bar.available_at)];
    for (index, name) in NUMBERS.iter().enumerate() {
        let values: Vec<f64> = bars.iter().map(|bar| numbers(bar)[index]).collect();
        columns.push(Column::new((*name).into(), values));
    }
    let mut frame = DataFrame::new(bars.len(), columns)?;
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes).set_parallel(false).finish(&mut frame)?;
    Ok(bytes)
}

/// The bars that [`encode`] wrote.
pub(in crate::dataset::lake) fn decode(bytes: Vec<u8>) -> PolarsResult<Vec<Bar>> {
    // A year is small: handing its columns to other threads takes longer than decoding them.
    let reader = ParquetReader::new(Cursor::new(bytes)).read_parallel(ParallelStrategy::None);
    let frame = reader.finish()?;
    let open_times = instants(&frame, "open_time")?;
    let available = instants(&frame, "available_at")?;
    let mut columns = Vec::with_capacity(NUMBERS.len());
    for name in NUMBERS {
        let column = frame.column(name)?.f64()?;
        columns.push(column.iter().map(|value| value.unwrap_or(f64::NAN)).collect::<Vec<f64>>());
    }
    let bar = |row: usize| Bar {
        open_time: open_times[row],
        available_at: available[row],
        open: columns[0][row],
        high: columns[1][row],
        low: columns[2][row],
        close: columns[3][row],
        volume: columns[4][row],
    };
    Ok((0..frame.height()).map(bar).collect())
}

fn numbers(bar: &Bar) -> [f64; 5] {
    [bar.open, bar.high, bar.low, bar.close, bar.volume]
}

fn instants(frame: &DataFrame, name: &str) -> PolarsResult<Vec<Timestamp>> {
    let nanos = frame.column(name)?.cast(&DataType::Int64)?;
    let nanos = nanos.i64()?;
    Ok(nanos.iter().map(|value| Timestamp::from_nanos(value.unwrap_or_default())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A library that encodes otherwise would make other lakes of the same answers.
    #[test]
    fn the_same_bars_are_the_same_bytes_for_ever() {
        let bar = |day: i64| Bar {
            open_time: Timestamp::from_seconds(day * 86_400 + 52_200),
            available_at: Timestamp::from_seconds(day * 86_400 + 75_600),
            open: 100.0 + (day % 7) as f64,
            high: 108.25,
            low: 99.5,
            close: 101.0 + (day % 5) as f64 / 4.0,
            volume: 1e6 + (day * 977 % 1009) as f64,
        };
        let bars: Vec<Bar> = (18_000..18_250).map(bar).collect();
        let digest = crate::base::digest_bytes(&encode(&bars).unwrap()).to_string();
        assert_eq!(&digest[..16], "ddf0fbdedd907914");
    }

    #[test]
    fn bars_survive_the_round_trip_bit_for_bit() {
        let bar = |day: i64| Bar {
            open_time: Timestamp::from_seconds(day * 86_400),
            available_at: Timestamp::from_nanos(day * 86_400_000_000_000 + 1),
            open: 0.1 + day as f64,
            high: 1e9 / 3.0,
            low: f64::MIN_POSITIVE,
            close: 116.690_002_441_406_25,
            volume: 0.0,
        };
        let bars: Vec<Bar> = (-3..1000).map(bar).collect();
        let bytes = encode(&bars).unwrap();
        assert_eq!(bytes, encode(&bars).unwrap(), "the same bars give the same bytes");
        assert_eq!(decode(bytes.clone()).unwrap(), bars);
        assert!(decode(bytes[..bytes.len() / 2].to_vec()).is_err());
        assert!(decode(Vec::new()).is_err());
    }
}
