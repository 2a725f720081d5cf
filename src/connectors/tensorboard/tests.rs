//! Reads the files back, and checks known bytes.

use std::fs;
use std::path::Path;

use prost::Message;

use super::EventWriter;
use super::record::{frame, masked_crc};
use super::wire::{Event, Summary, Value, What};
use crate::base::Timestamp;

fn read(path: &Path) -> Vec<Event> {
    let bytes = fs::read(path).unwrap();
    let mut rest = &bytes[..];
    let mut events = Vec::new();
    while !rest.is_empty() {
        let length = u64::from_le_bytes(rest[..8].try_into().unwrap()) as usize;
        let crc = |at: usize| u32::from_le_bytes(rest[at..at + 4].try_into().unwrap());
        let data = &rest[12..12 + length];
        assert_eq!(crc(8), masked_crc(&rest[..8]));
        assert_eq!(crc(12 + length), masked_crc(data));
        events.push(Event::decode(data).unwrap());
        rest = &rest[16 + length..];
    }
    events
}

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    paths.sort();
    paths
}

#[test]
fn checksums_are_the_known_ones() {
    // RFC 3720, B.4: the CRC-32C of 32 zero bytes is 0x8a9136aa.
    assert_eq!(crc32c::crc32c(&[0; 32]), 0x8a91_36aa);
    assert_eq!(masked_crc(&[0; 32]), 0x8a91_36aa_u32.rotate_right(15).wrapping_add(0xa282_ead8));
    // The first record of every file that TensorFlow writes begins like this.
    let version = Event {
        wall_time: 0.0,
        step: 0,
        what: Some(What::FileVersion("brain.Event:2".to_owned())),
    };
    let record = frame(&version.encode_to_vec());
    assert_eq!(&record[..8], [15, 0, 0, 0, 0, 0, 0, 0]);
    assert_eq!(&record[12..27], b"\x1a\x0dbrain.Event:2");
}

#[test]
fn what_was_written_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let time = Timestamp::from_seconds(1_600_000_000);
    let mut writer = EventWriter::create(folder.path(), time).unwrap();
    writer.scalar("losses/policy_loss", -0.5, 128, time).unwrap();
    writer.flush().unwrap();
    let events = read(&files(folder.path())[0]);
    assert_eq!(events.len(), 2);
    assert_eq!(events[0].what, Some(What::FileVersion("brain.Event:2".to_owned())));
    let value = Value { tag: "losses/policy_loss".to_owned(), simple_value: Some(-0.5) };
    let expected = Event {
        wall_time: 1.6e9,
        step: 128,
        what: Some(What::Summary(Summary { value: vec![value] })),
    };
    assert_eq!(events[1], expected);
}

#[test]
fn a_run_that_goes_on_gets_a_file_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let time = Timestamp::from_seconds(1_600_000_000);
    let mut first = EventWriter::create(folder.path(), time).unwrap();
    first.scalar("a", 1.0, 1, time).unwrap();
    first.flush().unwrap();
    let before = fs::read(&files(folder.path())[0]).unwrap();
    drop(EventWriter::resume(folder.path(), time, 1).unwrap());
    let paths = files(folder.path());
    assert_eq!(paths.len(), 2);
    assert_eq!(fs::read(&paths[0]).unwrap(), before);
    assert!(matches!(read(&paths[1])[1].what, Some(What::SessionLog(_))));
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let error = EventWriter::create(Path::new("/proc/none"), Timestamp::default()).unwrap_err();
    assert_eq!(error.to_string(), "cannot create an event file in /proc/none");
}

#[test]
fn a_zero_is_written_out() {
    let value = Value { tag: "x".to_owned(), simple_value: Some(0.0) };
    assert_eq!(value.encode_to_vec(), [0x0a, 1, b'x', 0x15, 0, 0, 0, 0]);
}
