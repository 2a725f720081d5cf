//! Bars in a Parquet file that somebody else wrote.

use std::fs::File;
use std::panic;
use std::path::{Path, PathBuf};

use polars::prelude::{Column, DataFrame, DataType, ParquetReader, SerReader, TimeUnit};

use crate::base::FileError;
use crate::config::ColumnMap;

/// A Parquet file has not the columns of bars.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// The file cannot be opened.
    #[error(transparent)]
    File(#[from] FileError),
    /// The file is not Parquet, or damaged.
    #[error("{} must be a parquet file: {reason}", path.display())]
    Parquet {
        /// The file.
        path: PathBuf,
        /// The decoder's reason.
        reason: String,
    },
    /// A column is not there.
    #[error("{} must have a column `{column}`, has {found}", path.display())]
    NoColumn {
        /// The file.
        path: PathBuf,
        /// The column that was expected.
        column: String,
        /// The columns that are there.
        found: String,
    },
    /// A column has a type that cannot be used.
    #[error("column `{column}` must be {expected}, was {found} ({})", path.display())]
    Type {
        /// The file.
        path: PathBuf,
        /// The column.
        column: String,
        /// The types that are fine.
        expected: &'static str,
        /// The type that is there.
        found: String,
    },
}

/// The columns of a file; a null is NaN or `None`.
#[derive(Debug, Clone, PartialEq)]
pub struct BarTable {
    /// When the bars began.
    pub time: TimeColumn,
    /// First prices.
    pub open: Vec<f64>,
    /// Highest prices.
    pub high: Vec<f64>,
    /// Lowest prices.
    pub low: Vec<f64>,
    /// Last prices.
    pub close: Vec<f64>,
    /// Traded quantities, if the file has them.
    pub volume: Option<Vec<f64>>,
    /// Dividends on their ex-date, if the file has them.
    pub dividend: Option<Vec<f64>>,
    /// Split ratios on their ex-date, if the file has them.
    pub split: Option<Vec<f64>>,
}

/// Times as the file has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TimeColumn {
    /// Text.
    Text(Vec<Option<String>>),
    /// Nanoseconds since the epoch, UTC.
    Utc(Vec<Option<i64>>),
    /// Nanoseconds of a wall clock without a zone.
    Wall(Vec<Option<i64>>),
    /// Days since the epoch.
    Days(Vec<Option<i32>>),
}

/// Reads the columns that `names` names; letter case does not matter.
///
/// # Errors
/// [`TableError`] with the file, the column, and what is there instead.
pub fn read_bar_table(path: &Path, names: &ColumnMap) -> Result<BarTable, TableError> {
    let frame = decode(path)?;
    let table = Table { path, frame: &frame };
    Ok(BarTable {
        time: table.time(&names.time)?,
        open: table.numbers(&names.open)?,
        high: table.numbers(&names.high)?,
        low: table.numbers(&names.low)?,
        close: table.numbers(&names.close)?,
        volume: table.optional_numbers(&names.volume)?,
        dividend: table.optional_numbers(&names.dividend)?,
        split: table.optional_numbers(&names.split)?,
    })
}

/// Polars panics on some damaged files, which are nobody's programming mistake here.
fn decode(path: &Path) -> Result<DataFrame, TableError> {
    let open = |source| FileError::Read { path: path.to_owned(), source };
    let wrong = |reason| TableError::Parquet { path: path.to_owned(), reason };
    let file = File::open(path).map_err(open)?;
    match panic::catch_unwind(move || ParquetReader::new(file).finish()) {
        Ok(decoded) => decoded.map_err(|error| wrong(error.to_string())),
        Err(_) => Err(wrong("its pages are damaged".to_owned())),
    }
}

struct Table<'a> {
    path: &'a Path,
    frame: &'a DataFrame,
}

impl Table<'_> {
    fn find(&self, name: &str) -> Option<&Column> {
        self.frame.columns().iter().find(|column| column.name().eq_ignore_ascii_case(name))
    }

    fn column(&self, name: &str) -> Result<&Column, TableError> {
        self.find(name).ok_or_else(|| TableError::NoColumn {
            path: self.path.to_owned(),
            column: name.to_owned(),
            found: self.frame.get_column_names_owned().join(", "),
        })
    }

    fn wrong_type(&self, name: &str, expected: &'static str, found: &DataType) -> TableError {
        let (column, found) = (name.to_owned(), format!("{found:?}"));
        TableError::Type { path: self.path.to_owned(), column, expected, found }
    }

    fn optional_numbers(&self, name: &str) -> Result<Option<Vec<f64>>, TableError> {
        self.find(name).map(|_| self.numbers(name)).transpose()
    }

    fn numbers(&self, name: &str) -> Result<Vec<f64>, TableError> {
        let column = self.column(name)?;
        let wrong = || self.wrong_type(name, "a number", column.dtype());
        if !column.dtype().is_primitive_numeric() {
            return Err(wrong());
        }
        let floats = column.cast(&DataType::Float64).map_err(|_| wrong())?;
        let floats = floats.f64().map_err(|_| wrong())?;
        Ok(floats.iter().map(|value| value.unwrap_or(f64::NAN)).collect())
    }

    fn time(&self, name: &str) -> Result<TimeColumn, TableError> {
        let column = self.column(name)?;
        let wrong = || self.wrong_type(name, "a date, a datetime or text", column.dtype());
        match column.dtype() {
            DataType::String => {
                let texts = column.str().map_err(|_| wrong())?;
                Ok(TimeColumn::Text(texts.iter().map(|text| text.map(str::to_owned)).collect()))
            }
            DataType::Datetime(unit, zone) => {
                let ticks = column.cast(&DataType::Int64).map_err(|_| wrong())?;
                let ticks = ticks.i64().map_err(|_| wrong())?;
                let nanos = ticks.iter().map(|value| value?.checked_mul(nanos_in(*unit))).collect();
                let is_instant = zone.is_some();
                Ok(if is_instant { TimeColumn::Utc(nanos) } else { TimeColumn::Wall(nanos) })
            }
            DataType::Date => {
                let days = column.cast(&DataType::Int32).map_err(|_| wrong())?;
                Ok(TimeColumn::Days(days.i32().map_err(|_| wrong())?.iter().collect()))
            }
            _ => Err(wrong()),
        }
    }
}

const fn nanos_in(unit: TimeUnit) -> i64 {
    match unit {
        TimeUnit::Nanoseconds => 1,
        TimeUnit::Microseconds => 1_000,
        TimeUnit::Milliseconds => 1_000_000,
    }
}

#[cfg(test)]
mod tests {
    use polars::prelude::{Int64Chunked, IntoColumn, ParquetWriter, TimeZone};

    use super::*;

    fn write(path: &Path, columns: Vec<Column>) {
        let mut frame = DataFrame::new(columns[0].len(), columns).unwrap();
        ParquetWriter::new(File::create(path).unwrap()).finish(&mut frame).unwrap();
    }

    fn columns(time: Column) -> Vec<Column> {
        let prices = ["Open", "High", "Low"].map(|name| Column::new(name.into(), [1.5, 2.5]));
        let close = Column::new("close".into(), [Some(3_i64), None]);
        [time].into_iter().chain(prices).chain([close]).collect()
    }

    fn time(unit: TimeUnit, zone: Option<TimeZone>) -> Column {
        let ticks = Int64Chunked::from_vec("Time".into(), vec![1, 2]);
        ticks.into_datetime(unit, zone).into_column()
    }

    fn check(time: Column, expected: &TimeColumn) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("SPY.parquet");
        write(&path, columns(time));
        let table = read_bar_table(&path, &ColumnMap::default()).unwrap();
        assert_eq!(table.time, *expected);
        assert_eq!((table.open[1], table.close[0], table.close[1].is_nan()), (2.5, 3.0, true));
        assert_eq!((table.volume, table.dividend), (None, None));
    }

    #[test]
    fn times_are_known_in_every_shape() {
        let milli = TimeUnit::Milliseconds;
        check(time(milli, None), &TimeColumn::Wall(vec![Some(1_000_000), Some(2_000_000)]));
        check(
            time(TimeUnit::Nanoseconds, Some(TimeZone::UTC)),
            &TimeColumn::Utc(vec![Some(1), Some(2)]),
        );
        let days = Column::new("time".into(), [17_000_i32, 17_001]).cast(&DataType::Date).unwrap();
        check(days, &TimeColumn::Days(vec![Some(17_000), Some(17_001)]));
        let text = Column::new("time".into(), [Some("2019-01-02"), None]);
        check(text, &TimeColumn::Text(vec![Some("2019-01-02".to_owned()), None]));
    }

    #[test]
    fn errors_name_file_and_column() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("SPY.parquet");
        let names = ColumnMap { close: "Last".to_owned(), ..ColumnMap::default() };
        write(&path, columns(time(TimeUnit::Nanoseconds, None)));
        let text = read_bar_table(&path, &names).unwrap_err().to_string();
        assert!(
            text.ends_with("must have a column `Last`, has Time, Open, High, Low, close"),
            "{text}"
        );
        write(&path, columns(Column::new("time".into(), [1.0, 2.0])));
        let text = read_bar_table(&path, &ColumnMap::default()).unwrap_err().to_string();
        assert!(
            text.starts_with("column `time` must be a date, a datetime or text, was "),
            "{text}"
        );
        for bytes in [&b""[..], &b"PAR1 and no more"[..]] {
            std::fs::write(&path, bytes).unwrap();
            let text = read_bar_table(&path, &ColumnMap::default()).unwrap_err().to_string();
            assert!(text.contains("must be a parquet file: "), "{text}");
        }
    }
}
