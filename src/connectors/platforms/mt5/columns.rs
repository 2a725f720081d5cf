//! Which cell of an exported line is what.

use std::borrow::Cow;
use std::path::Path;

use crate::config::FileContent;
use crate::connectors::platforms::lines::{Line, Lines};
use crate::ports::SourceError;

/// Positions of the columns; `None` for those that the file has not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Columns {
    /// A day, or a day and a time.
    pub(super) date: usize,
    pub(super) time: Option<usize>,
    pub(super) open: Option<usize>,
    pub(super) high: Option<usize>,
    pub(super) low: Option<usize>,
    pub(super) close: Option<usize>,
    pub(super) tick_volume: Option<usize>,
    pub(super) real_volume: Option<usize>,
    pub(super) bid: Option<usize>,
    pub(super) ask: Option<usize>,
    pub(super) last: Option<usize>,
    pub(super) volume: Option<usize>,
    pub(super) flags: Option<usize>,
    pub(super) has_header: bool,
}

const BARS: &str = "<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<TICKVOL>,<VOL>,<SPREAD>";
const TICKS: &str = "<DATE>,<TIME>,<BID>,<ASK>,<LAST>,<VOLUME>,<FLAGS>";

impl Columns {
    /// Reads the header, or takes the usual order if there is none.
    pub(super) fn try_new(
        path: &Path,
        text: &[u8],
        separator: u8,
        content: FileContent,
    ) -> Result<Self, SourceError> {
        let mut lines = Lines::new(path, text, separator);
        let Some(first) = lines.next() else {
            return Err(wrong(path, content, "nothing".to_owned()));
        };
        let is_data = first.cell(0).first().is_some_and(u8::is_ascii_digit);
        if !is_data {
            return Self::of_header(path, &first, content);
        }
        let has_time = first.cell(1).contains(&b':');
        let usual = Self::usual(content, has_time);
        let least = usual.close.or(usual.ask).unwrap_or(0) + 1;
        if first.len() < least {
            let found = format!("{} columns without a header", first.len());
            return Err(wrong(path, content, found));
        }
        Ok(usual)
    }

    fn usual(content: FileContent, has_time: bool) -> Self {
        let first = 1 + usize::from(has_time);
        let at = |offset: usize| Some(first + offset);
        let time = has_time.then_some(1);
        match content {
            FileContent::Bars => Self {
                time,
                open: at(0),
                high: at(1),
                low: at(2),
                close: at(3),
                tick_volume: at(4),
                real_volume: at(5),
                ..Self::default()
            },
            FileContent::Ticks => Self {
                time,
                bid: at(0),
                ask: at(1),
                last: at(2),
                volume: at(3),
                flags: at(4),
                ..Self::default()
            },
        }
    }

    fn of_header(path: &Path, line: &Line<'_>, content: FileContent) -> Result<Self, SourceError> {
        let names: Vec<String> = (0..line.len()).map(|index| plain(line.cell(index))).collect();
        let find = |wanted: &[&str]| names.iter().position(|name| wanted.contains(&name.as_str()));
        let found = || wrong(path, content, names.join(","));
        let (date, time) = match (find(&["date", "datetime"]), find(&["time"])) {
            (Some(date), time) => (date, time),
            (None, Some(time)) => (time, None),
            (None, None) => return Err(found()),
        };
        let is_bars = content == FileContent::Bars;
        let columns = Self {
            date,
            time,
            open: find(&["open"]),
            high: find(&["high"]),
            low: find(&["low"]),
            close: find(&["close"]),
            tick_volume: find(&["tickvol", "tickvolume", "volume"]).filter(|_| is_bars),
            real_volume: find(&["vol", "realvolume"]).filter(|_| is_bars),
            bid: find(&["bid"]),
            ask: find(&["ask"]),
            last: find(&["last"]),
            volume: find(&["volume", "vol"]).filter(|_| !is_bars),
            flags: find(&["flags"]),
            has_header: true,
        };
        let needed = match content {
            FileContent::Bars => [columns.open, columns.high, columns.low, columns.close],
            FileContent::Ticks => [columns.bid, columns.ask, columns.ask, columns.ask],
        };
        if needed.contains(&None) { Err(found()) } else { Ok(columns) }
    }
}

/// A name without brackets, bars and capitals.
fn plain(cell: &[u8]) -> String {
    let letters = cell.iter().filter(|byte| byte.is_ascii_alphanumeric());
    letters.map(|byte| char::from(byte.to_ascii_lowercase())).collect()
}

fn wrong(path: &Path, content: FileContent, found: String) -> SourceError {
    let expected = match content {
        FileContent::Bars => BARS,
        FileContent::Ticks => TICKS,
    };
    SourceError::Header { path: path.to_owned(), expected: expected.to_owned(), found }
}

/// What separates the cells: a tab, a semicolon or a comma, whichever the first line has.
pub(super) fn separator(text: &[u8]) -> u8 {
    let line = text.split(|&byte| byte == b'\n').find(|line| !line.trim_ascii().is_empty());
    let line = line.unwrap_or_default();
    let has = |separator: &u8| line.contains(separator);
    [b'\t', b';', b','].into_iter().find(has).unwrap_or(b'\t')
}

/// The text as UTF-8: the terminal writes UTF-16 with a mark at its start.
pub(super) fn as_utf8<'a>(path: &Path, bytes: &'a [u8]) -> Result<Cow<'a, [u8]>, SourceError> {
    let unit: fn([u8; 2]) -> u16 = match bytes {
        [0xff, 0xfe, ..] => u16::from_le_bytes,
        [0xfe, 0xff, ..] => u16::from_be_bytes,
        [0xef, 0xbb, 0xbf, rest @ ..] => return Ok(Cow::Borrowed(rest)),
        _ => return Ok(Cow::Borrowed(bytes)),
    };
    let (pairs, rest) = bytes[2..].as_chunks::<2>();
    let units: Vec<u16> = pairs.iter().map(|&pair| unit(pair)).collect();
    match String::from_utf16(&units) {
        Ok(text) if rest.is_empty() => Ok(Cow::Owned(text.into_bytes())),
        _ => Err(SourceError::Malformed {
            path: path.to_owned(),
            line: 1,
            what: "the text".to_owned(),
            expected: "UTF-16 after its mark",
            found: "other bytes".to_owned(),
        }),
    }
}
