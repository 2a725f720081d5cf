//! Columns of numbers as a file that other tools read.

use std::path::Path;

use polars::prelude::{Column, DataFrame, DataType, ParquetWriter, PolarsError, TimeUnit};

use crate::base::Timestamp;

/// The bytes of a table: Parquet if the path ends in `.parquet`, CSV otherwise.
///
/// CSV has `time` as RFC 3339 and an empty cell for NaN; Parquet has `time` in nanoseconds UTC. Every
/// number reads back bit for bit.
///
/// # Shapes
/// `names: [F]`, `times: [T]`, `columns: [F][T]`
///
/// # Errors
/// If Parquet cannot be encoded.
pub fn write_column_table(
    path: &Path,
    names: &[String],
    times: &[Timestamp],
    columns: &[Vec<f64>],
) -> Result<Vec<u8>, PolarsError> {
    if path.extension().is_some_and(|extension| extension == "parquet") {
        return parquet(names, times, columns);
    }
    let mut text = format!("time,{}\n", names.join(","));
    for (row, time) in times.iter().enumerate() {
        text += &time.to_string();
        for column in columns {
            text.push(',');
            if column[row].is_finite() {
                text += &column[row].to_string();
            }
        }
        text.push('\n');
    }
    Ok(text.into_bytes())
}

fn parquet(
    names: &[String],
    times: &[Timestamp],
    columns: &[Vec<f64>],
) -> Result<Vec<u8>, PolarsError> {
    let nanos: Vec<i64> = times.iter().map(|time| time.nanos()).collect();
    let zone = DataType::Datetime(TimeUnit::Nanoseconds, None);
    let mut all = vec![Column::new("time".into(), nanos).cast(&zone)?];
    let named = names.iter().zip(columns);
    all.extend(named.map(|(name, values)| Column::new(name.as_str().into(), values.clone())));
    let mut frame = DataFrame::new(times.len(), all)?;
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes).finish(&mut frame)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn csv_has_an_empty_cell_for_nan() {
        let names = ["a".to_owned(), "b".to_owned()];
        let times = [Timestamp::from_seconds(0)];
        let columns = [vec![0.1], vec![f64::NAN]];
        let bytes = write_column_table(Path::new("f.csv"), &names, &times, &columns).unwrap();
        assert_eq!(String::from_utf8(bytes).unwrap(), "time,a,b\n1970-01-01T00:00:00Z,0.1,\n");
        let bytes = write_column_table(Path::new("f.parquet"), &names, &times, &columns).unwrap();
        assert_eq!(&bytes[..4], b"PAR1");
    }
}
