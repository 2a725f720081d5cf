//! Reading settings files within bounds.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// The largest settings file.
const MAX_BYTES: usize = 1 << 20;

/// The content of a file, or why it cannot be had.
pub(in crate::config) enum Content {
    /// Text.
    Text(String),
    /// There is no such file.
    Missing,
    /// Anything else that is wrong.
    Unreadable(String),
}

/// Reads a file, at most one byte beyond the limit.
pub(in crate::config) fn read(path: &Path) -> Content {
    let bounded = || -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        File::open(path)?.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    match bounded() {
        Ok(bytes) => decode(bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Content::Missing,
        Err(error) => Content::Unreadable(format!("cannot be read: {error}")),
    }
}

/// Checks size and encoding.
pub(super) fn decode(bytes: Vec<u8>) -> Content {
    if bytes.len() > MAX_BYTES {
        return Content::Unreadable("must be at most 1 MiB, was more".to_owned());
    }
    match String::from_utf8(bytes) {
        Ok(text) => Content::Text(text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned()),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let line = 1 + error.as_bytes()[..at].iter().filter(|&&byte| byte == b'\n').count();
            Content::Unreadable(format!("must be UTF-8 text, was not at byte {at} (line {line})"))
        }
    }
}
