//! Pages of an unfinished fetch, as they came.
//!
//! A frame a record: the length of the message (8 bytes, little endian), its SHA-256, the message. A
//! process that dies while it writes leaves a torn last frame, which reading leaves out: the worst
//! case is a page that is asked for again. So nothing here is forced to the disk.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use prost::Message;

use super::staging::write_failed;
use crate::base::{Timestamp, digest_bytes, parse_date, read_bytes};
use crate::dataset::{Incoming, LakeError};
use crate::domain::{Bar, CorporateAction, CorporateActionKind};

/// The name of the file.
pub(in crate::dataset::lake) const PAGE_FILE: &str = ".pending";
const LENGTH_BYTES: usize = 8;
const DIGEST_BYTES: usize = 32;

/// One step of a fetch; every field is a step of its own.
#[derive(Clone, PartialEq, Message)]
pub(in crate::dataset::lake) struct Record {
    /// The fetch began; which days it asks for.
    #[prost(string, optional, tag = "1")]
    pub(in crate::dataset::lake) scope: Option<String>,
    /// The source has answered for these days.
    #[prost(string, optional, tag = "2")]
    pub(in crate::dataset::lake) answered: Option<String>,
    /// A request for these days began, or began anew.
    #[prost(string, optional, tag = "3")]
    pub(in crate::dataset::lake) window: Option<String>,
    /// A page of the request came.
    #[prost(message, optional, tag = "4")]
    pub(in crate::dataset::lake) page: Option<PageRecord>,
}

/// A page, bit for bit.
#[derive(Clone, PartialEq, Message)]
pub(in crate::dataset::lake) struct PageRecord {
    #[prost(sfixed64, repeated, tag = "1")]
    open_times: Vec<i64>,
    #[prost(sfixed64, repeated, tag = "2")]
    available: Vec<i64>,
    /// Open, high, low, close and volume of each bar.
    #[prost(double, repeated, tag = "3")]
    numbers: Vec<f64>,
    #[prost(string, repeated, tag = "4")]
    ex_dates: Vec<String>,
    /// 0 split, 1 dividend, 2 spin-off.
    #[prost(uint32, repeated, tag = "5")]
    kinds: Vec<u32>,
    #[prost(double, repeated, tag = "6")]
    amounts: Vec<f64>,
    #[prost(string, repeated, tag = "7")]
    notes: Vec<String>,
    /// How to ask for the next page.
    #[prost(string, tag = "8")]
    pub(in crate::dataset::lake) next: String,
}

impl PageRecord {
    pub(in crate::dataset::lake) fn new(incoming: &Incoming, next: &str) -> Self {
        let numbers = |bar: &Bar| [bar.open, bar.high, bar.low, bar.close, bar.volume];
        let (kinds, amounts) =
            incoming.actions.iter().map(|action| split_kind(action.kind)).unzip();
        Self {
            open_times: incoming.bars.iter().map(|bar| bar.open_time.nanos()).collect(),
            available: incoming.bars.iter().map(|bar| bar.available_at.nanos()).collect(),
            numbers: incoming.bars.iter().flat_map(numbers).collect(),
            ex_dates: incoming.actions.iter().map(|action| action.ex_date.to_string()).collect(),
            kinds,
            amounts,
            notes: incoming.notes.clone(),
            next: next.to_owned(),
        }
    }

    /// The page; `None` if the parts do not fit each other.
    pub(in crate::dataset::lake) fn incoming(&self) -> Option<Incoming> {
        let rows = self.numbers.chunks_exact(5);
        if self.open_times.len() != rows.len() || self.available.len() != rows.len() {
            return None;
        }
        let times = self.open_times.iter().zip(&self.available);
        let bar = |((&open_time, &available), row): ((&i64, &i64), &[f64])| Bar {
            open_time: Timestamp::from_nanos(open_time),
            available_at: Timestamp::from_nanos(available),
            open: row[0],
            high: row[1],
            low: row[2],
            close: row[3],
            volume: row[4],
        };
        let amounts = self.kinds.iter().zip(&self.amounts);
        let action = |(date, (&kind, &amount)): (&String, (&u32, &f64))| {
            Some(CorporateAction {
                ex_date: parse_date(date).ok()?,
                kind: join_kind(kind, amount)?,
            })
        };
        Some(Incoming {
            bars: times.zip(rows).map(bar).collect(),
            actions: self.ex_dates.iter().zip(amounts).map(action).collect::<Option<_>>()?,
            notes: self.notes.clone(),
        })
    }
}

const fn split_kind(kind: CorporateActionKind) -> (u32, f64) {
    match kind {
        CorporateActionKind::Split { ratio } => (0, ratio),
        CorporateActionKind::Dividend { amount } => (1, amount),
        CorporateActionKind::SpinOff { value } => (2, value),
    }
}

const fn join_kind(kind: u32, amount: f64) -> Option<CorporateActionKind> {
    match kind {
        0 => Some(CorporateActionKind::Split { ratio: amount }),
        1 => Some(CorporateActionKind::Dividend { amount }),
        2 => Some(CorporateActionKind::SpinOff { value: amount }),
        _ => None,
    }
}

/// The whole records of a file, and how many bytes they take; none if there is no file.
pub(in crate::dataset::lake) fn read_records(path: &Path) -> Result<(Vec<Record>, u64), LakeError> {
    let bytes = match read_bytes(path) {
        Err(error) if error.is_not_found() => return Ok((Vec::new(), 0)),
        other => other?,
    };
    let (mut records, mut rest) = (Vec::new(), bytes.as_slice());
    while let Some((record, after)) = first_frame(rest) {
        records.push(record);
        rest = after;
    }
    Ok((records, (bytes.len() - rest.len()) as u64))
}

fn first_frame(bytes: &[u8]) -> Option<(Record, &[u8])> {
    let (length, rest) = bytes.split_at_checked(LENGTH_BYTES)?;
    let (digest, rest) = rest.split_at_checked(DIGEST_BYTES)?;
    let length = u64::from_le_bytes(length.try_into().ok()?);
    let (message, rest) = rest.split_at_checked(usize::try_from(length).ok()?)?;
    let record = (digest_bytes(message).0 == digest).then(|| Record::decode(message).ok());
    Some((record??, rest))
}

fn frame(record: &Record) -> Vec<u8> {
    let message = record.encode_to_vec();
    let mut bytes = Vec::with_capacity(LENGTH_BYTES + DIGEST_BYTES + message.len());
    bytes.extend((message.len() as u64).to_le_bytes());
    bytes.extend(digest_bytes(&message).0);
    bytes.extend(message);
    bytes
}

/// Adds a record after the first `length` bytes; gives the new length.
pub(in crate::dataset::lake) fn append(
    path: &Path,
    length: u64,
    record: &Record,
) -> Result<u64, LakeError> {
    let bytes = frame(record);
    let written = OpenOptions::new().append(true).open(path).and_then(|mut file| {
        // Cuts off what a torn frame left.
        file.set_len(length)?;
        file.write_all(&bytes)
    });
    written.map_err(|source| write_failed(path, source))?;
    Ok(length + bytes.len() as u64)
}

/// Replaces the file by these records; gives its length.
pub(in crate::dataset::lake) fn write_records(
    path: &Path,
    records: &[Record],
) -> Result<u64, LakeError> {
    let bytes: Vec<u8> = records.iter().flat_map(frame).collect();
    let replaced = replace(path, &bytes);
    replaced.map_err(|source| write_failed(path, source))?;
    Ok(bytes.len() as u64)
}

fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let temporary = folder.join(format!("{PAGE_FILE}.{}.tmp", std::process::id()));
    File::create(&temporary)?.write_all(bytes)?;
    fs::rename(&temporary, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page() -> Incoming {
        let bar = Bar {
            open_time: Timestamp::from_nanos(-1),
            available_at: Timestamp::from_seconds(5),
            open: f64::NAN,
            high: f64::INFINITY,
            low: -0.0,
            close: 0.1,
            volume: 1e300,
        };
        let action = |kind| CorporateAction { ex_date: parse_date("2019-03-15").unwrap(), kind };
        Incoming {
            bars: vec![bar; 3],
            actions: vec![
                action(CorporateActionKind::Split { ratio: f64::NAN }),
                action(CorporateActionKind::Dividend { amount: 1.5 }),
                action(CorporateActionKind::SpinOff { value: 2.5 }),
            ],
            notes: vec!["a note".to_owned()],
        }
    }

    #[test]
    fn a_page_comes_back_bit_for_bit() {
        let record = PageRecord::new(&page(), "next");
        let back = PageRecord::decode(record.encode_to_vec().as_slice()).unwrap();
        assert_eq!(format!("{:?}", back.incoming().unwrap()), format!("{:?}", page()));
        assert_eq!(back.next, "next");
        let damaged = PageRecord { available: Vec::new(), ..record };
        assert_eq!(damaged.incoming(), None);
    }

    #[test]
    fn a_torn_tail_is_left_out_and_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep").join(PAGE_FILE);
        assert_eq!(read_records(&path).unwrap(), (Vec::new(), 0));
        let begun = Record { scope: Some("missing".to_owned()), ..Record::default() };
        let paged = Record { page: Some(PageRecord::new(&page(), "2")), ..Record::default() };
        let first = write_records(&path, std::slice::from_ref(&begun)).unwrap();
        let second = append(&path, first, &paged).unwrap();
        let whole = fs::read(&path).unwrap();
        assert_eq!(whole.len() as u64, second);
        for length in 0..whole.len() {
            fs::write(&path, &whole[..length]).unwrap();
            let (records, kept) = read_records(&path).unwrap();
            assert_eq!(records.len(), usize::from(length as u64 >= first), "{length}");
            if !records.is_empty() {
                assert_eq!(append(&path, kept, &paged).unwrap(), second);
                assert_eq!(fs::read(&path).unwrap(), whole);
            }
        }
    }
}
