//! Comma-separated text with errors that name file, line and column.

use std::io::Read;
use std::path::Path;

use csv::{ErrorKind, ReaderBuilder, StringRecord};

use crate::base::FileError;
use crate::ports::SourceError;

/// Rows of a text file, read one at a time.
pub(super) struct TextTable<'a> {
    reader: csv::Reader<&'a mut dyn Read>,
    path: &'a Path,
    /// Name and position of each wanted column; `None` if the file has it not.
    columns: Vec<(String, Option<usize>)>,
    record: StringRecord,
}

/// One row.
pub(super) struct TextRow<'a> {
    path: &'a Path,
    columns: &'a [(String, Option<usize>)],
    record: &'a StringRecord,
}

impl<'a> TextTable<'a> {
    /// A table with a header. Columns are found by name, whatever the letter case and the order;
    /// they are then known by their place in `required`, followed by `optional`.
    pub(super) fn with_header(
        input: &'a mut dyn Read,
        path: &'a Path,
        required: &[&str],
        optional: &[&str],
    ) -> Result<Self, SourceError> {
        let mut reader = ReaderBuilder::new().from_reader(input);
        let header = reader.headers().map_err(|error| failure(path, error))?.clone();
        let names: Vec<&str> =
            header.iter().map(|name| name.trim_start_matches('\u{feff}').trim()).collect();
        let position =
            |wanted: &str| names.iter().position(|name| name.eq_ignore_ascii_case(wanted));
        let columns: Vec<_> = required
            .iter()
            .chain(optional)
            .map(|name| ((*name).to_owned(), position(name)))
            .collect();
        if columns[..required.len()].iter().any(|(_, index)| index.is_none()) {
            let found = names.join(",");
            return Err(SourceError::Header {
                path: path.to_owned(),
                expected: required.join(","),
                found: if found.is_empty() { "nothing".to_owned() } else { found },
            });
        }
        Ok(Self { reader, path, columns, record: StringRecord::new() })
    }

    /// A table without a header, whose columns are `names` in this order.
    pub(super) fn without_header(input: &'a mut dyn Read, path: &'a Path, names: &[&str]) -> Self {
        let reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(input);
        let columns =
            names.iter().enumerate().map(|(index, name)| ((*name).to_owned(), Some(index)));
        Self { reader, path, columns: columns.collect(), record: StringRecord::new() }
    }

    /// Whether the file has the column.
    pub(super) fn has(&self, column: usize) -> bool {
        self.columns[column].1.is_some()
    }

    /// The next row, or `None` at the end.
    pub(super) fn next_row(&mut self) -> Result<Option<TextRow<'_>>, SourceError> {
        let more = self.reader.read_record(&mut self.record);
        if !more.map_err(|error| failure(self.path, error))? {
            return Ok(None);
        }
        Ok(Some(TextRow { path: self.path, columns: &self.columns, record: &self.record }))
    }
}

impl TextRow<'_> {
    /// The text of a cell; empty if there is none.
    pub(super) fn text(&self, column: usize) -> &str {
        let index = self.columns[column].1;
        index.and_then(|index| self.record.get(index)).unwrap_or_default().trim()
    }

    /// The number in a cell; NaN for an empty one and for the word `null`.
    pub(super) fn number(&self, column: usize) -> Result<f64, SourceError> {
        let text = self.text(column);
        if text.is_empty() || text.eq_ignore_ascii_case("null") {
            return Ok(f64::NAN);
        }
        text.parse().map_err(|_| self.malformed(column, "a number"))
    }

    /// The number in a cell of a column that may be missing or empty.
    pub(super) fn optional_number(&self, column: usize) -> Result<Option<f64>, SourceError> {
        Ok(Some(self.number(column)?).filter(|number| !number.is_nan()))
    }

    /// The error for a cell that holds something else.
    pub(super) fn malformed(&self, column: usize, expected: &'static str) -> SourceError {
        SourceError::Malformed {
            path: self.path.to_owned(),
            line: self.record.position().map_or(0, csv::Position::line),
            what: format!("column `{}`", self.columns[column].0),
            expected,
            found: format!("`{}`", self.text(column)),
        }
    }
}

fn failure(path: &Path, error: csv::Error) -> SourceError {
    let line = error.position().map_or(0, csv::Position::line);
    let malformed = |expected, found: String| SourceError::Malformed {
        path: path.to_owned(),
        line,
        what: "a row".to_owned(),
        expected,
        found,
    };
    match error.into_kind() {
        ErrorKind::Io(source) => FileError::Read { path: path.to_owned(), source }.into(),
        ErrorKind::UnequalLengths { expected_len, len, .. } => malformed(
            "as long as the header",
            format!("{len} cells long instead of {expected_len}"),
        ),
        ErrorKind::Utf8 { .. } => malformed("UTF-8 text", "other bytes".to_owned()),
        other => malformed("comma-separated text", format!("{other:?}")),
    }
}
