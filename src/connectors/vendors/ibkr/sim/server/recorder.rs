//! Every frame of a connection, a line of JSON each.

use std::fs::{File, create_dir_all};
use std::io::{self, Write};
use std::path::Path;

use crate::base::Timestamp;

/// Which way a frame went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Client,
    Server,
}

/// A file for one connection.
#[derive(Debug)]
pub(super) struct Recorder {
    file: File,
}

impl Recorder {
    /// Begins `connection-0001.jsonl` in a folder.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub(super) fn create(folder: &Path, connection: u64) -> io::Result<Self> {
        create_dir_all(folder)?;
        let file = File::create(folder.join(format!("connection-{connection:04}.jsonl")))?;
        Ok(Self { file })
    }

    /// Writes down bytes as they went over the wire. What cannot be written is left out.
    pub(super) fn write(&mut self, time: Timestamp, direction: Direction, bytes: &[u8]) {
        let direction = match direction {
            Direction::Client => "client",
            Direction::Server => "server",
        };
        let frame = base64(bytes);
        let line = serde_json::json!({"time": time, "direction": direction, "frame_base64": frame});
        let _ = writeln!(self.file, "{line}");
    }
}

/// The standard alphabet, with padding.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |index: usize| u32::from(chunk.get(index).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            let letter = (bits >> (18 - 6 * place) & 63) as usize;
            let is_padding = place > chunk.len();
            let letter = ALPHABET.get(letter).copied().unwrap_or(b'=');
            text.push(char::from(if is_padding { b'=' } else { letter }));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_the_standard() {
        for (plain, coded) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")]
        {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
    }
}
