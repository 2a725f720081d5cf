//! Lines of separated cells in memory, with errors that name file, line and column.

use std::path::Path;

use crate::base::Date;
use crate::ports::SourceError;

/// The most cells that a line of a known layout has; further ones are not looked at.
const CELLS: usize = 16;

/// The lines of a text, one after the other; empty ones are skipped.
pub(super) struct Lines<'a> {
    path: &'a Path,
    rest: &'a [u8],
    separator: u8,
    number: u64,
}

/// One line, cut into cells.
pub(super) struct Line<'a> {
    path: &'a Path,
    number: u64,
    cells: [&'a [u8]; CELLS],
    count: usize,
}

impl<'a> Lines<'a> {
    pub(super) const fn new(path: &'a Path, text: &'a [u8], separator: u8) -> Self {
        Self { path, rest: text, separator, number: 0 }
    }

    /// Cuts a line without its end.
    fn cut(&self, text: &'a [u8]) -> Line<'a> {
        let mut line = Line { path: self.path, number: self.number, cells: [&[]; CELLS], count: 0 };
        let mut start = 0;
        while line.count < CELLS {
            let length = text[start..].iter().position(|&byte| byte == self.separator);
            let end = length.map_or(text.len(), |length| start + length);
            line.cells[line.count] = text[start..end].trim_ascii();
            line.count += 1;
            start = end + 1;
            if length.is_none() {
                break;
            }
        }
        line
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = Line<'a>;

    fn next(&mut self) -> Option<Line<'a>> {
        while !self.rest.is_empty() {
            self.number += 1;
            let length = self.rest.iter().position(|&byte| byte == b'\n');
            let end = length.unwrap_or(self.rest.len());
            let text = &self.rest[..end];
            self.rest = self.rest.get(end + 1..).unwrap_or_default();
            if !text.trim_ascii().is_empty() {
                return Some(self.cut(text));
            }
        }
        None
    }
}

impl<'a> Line<'a> {
    /// How many cells there are.
    pub(super) const fn len(&self) -> usize {
        self.count
    }

    /// The bytes of a cell; nothing if there is no such cell.
    pub(super) fn cell(&self, index: usize) -> &'a [u8] {
        self.cells.get(index).copied().unwrap_or_default()
    }

    /// The number in a cell; NaN for an empty one.
    pub(super) fn number(&self, index: usize, name: &str) -> Result<f64, SourceError> {
        let cell = self.cell(index);
        if cell.is_empty() {
            return Ok(f64::NAN);
        }
        let text = std::str::from_utf8(cell).ok();
        text.and_then(|text| text.parse().ok())
            .ok_or_else(|| self.malformed(index, name, "a number"))
    }

    /// The whole number in a cell.
    pub(super) fn integer(&self, index: usize, name: &str) -> Result<i64, SourceError> {
        digits(self.cell(index)).ok_or_else(|| self.malformed(index, name, "a whole number"))
    }

    /// The error for a cell that holds something else.
    pub(super) fn malformed(
        &self,
        index: usize,
        name: &str,
        expected: &'static str,
    ) -> SourceError {
        SourceError::Malformed {
            path: self.path.to_owned(),
            line: self.number,
            what: format!("column `{name}`"),
            expected,
            found: format!("`{}`", String::from_utf8_lossy(self.cell(index))),
        }
    }
}

/// A whole number of up to eighteen digits.
pub(super) fn digits(text: &[u8]) -> Option<i64> {
    if text.is_empty() || text.len() > 18 {
        return None;
    }
    text.iter().try_fold(0_i64, |number, byte| {
        byte.is_ascii_digit().then(|| number * 10 + i64::from(byte - b'0'))
    })
}

/// The day of `YYYYMMDD`.
pub(super) fn compact_date(text: &[u8]) -> Option<Date> {
    let number = digits(text).filter(|_| text.len() == 8)?;
    let part = |value: i64| i8::try_from(value % 100).ok();
    let year = i16::try_from(number / 10_000).ok()?;
    Date::new(year, part(number / 100)?, part(number)?).ok()
}

/// Milliseconds since midnight of `HHMMSS` or `HHMMSSmmm`, or of the same with colons and a point.
pub(super) fn clock_ms(text: &[u8]) -> Option<i64> {
    let (mut number, mut count) = (0_i64, 0);
    for &byte in text {
        match byte {
            b'0'..=b'9' => {
                number = number * 10 + i64::from(byte - b'0');
                count += 1;
            }
            b':' | b'.' => {}
            _ => return None,
        }
    }
    let number = match count {
        4 => number * 100_000,
        6 => number * 1000,
        9 => number,
        _ => return None,
    };
    let (hours, minutes) = (number / 10_000_000, number / 100_000 % 100);
    let (seconds, millis) = (number / 1000 % 100, number % 1000);
    let is_clock = hours < 24 && minutes < 60 && seconds < 60;
    is_clock.then_some(((hours * 60 + minutes) * 60 + seconds) * 1000 + millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_cells() {
        let path = Path::new("f.csv");
        let text = b"a;b;\r\n\r\n 1.5 ;x;20";
        let lines: Vec<_> = Lines::new(path, text, b';').collect();
        assert_eq!((lines.len(), lines[0].len(), lines[1].number), (2, 3, 3));
        assert_eq!(
            (lines[0].cell(1), lines[0].cell(2), lines[0].cell(40)),
            (&b"b"[..], &b""[..], &b""[..])
        );
        assert_eq!(
            (lines[1].number(0, "p").unwrap(), lines[1].integer(2, "v").unwrap()),
            (1.5, 20)
        );
        let error = lines[1].number(1, "p").unwrap_err().to_string();
        assert_eq!(error, "column `p` must be a number, was `x` (f.csv:3)");
    }

    #[test]
    fn clocks_and_days_read() {
        for (text, expected) in [
            ("235959999", Some(86_399_999)),
            ("000001", Some(1000)),
            ("15:00:00.017", Some(54_000_017)),
            ("09:30", Some(34_200_000)),
            ("24:00", None),
            ("9:30", None),
            ("12:60", None),
            ("", None),
            ("12h30", None),
        ] {
            assert_eq!(clock_ms(text.as_bytes()), expected, "{text}");
        }
        assert_eq!(compact_date(b"20191231").unwrap().to_string(), "2019-12-31");
        for text in ["20191301", "2019123", "2019-1-1", "99999999999999999999"] {
            assert_eq!(compact_date(text.as_bytes()), None, "{text}");
        }
    }
}
