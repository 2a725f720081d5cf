//! Frames: a length of four bytes, big endian, then as many bytes.

use std::io::{self, Read};

/// The most that a frame may have.
const MOST: usize = 0x00ff_ffff;

/// The next frame without its length.
///
/// # Errors
/// If the other side is gone, or the length is out of range.
pub(super) fn read_frame(stream: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut length = [0; 4];
    stream.read_exact(&mut length)?;
    let length = u32::from_be_bytes(length) as usize;
    if length > MOST {
        let text = format!("a frame must have at most {MOST} bytes, was {length}");
        return Err(io::Error::new(io::ErrorKind::InvalidData, text));
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    Ok(body)
}

/// A frame with its length.
pub(super) fn frame(body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).unwrap_or(u32::MAX);
    [&length.to_be_bytes()[..], body].concat()
}

/// Lowest and highest version of a greeting: `v100..176`, `v100`, each with options behind a blank.
pub(super) fn parse_versions(text: &[u8]) -> Option<(i32, i32)> {
    let text = std::str::from_utf8(text).ok()?.strip_prefix('v')?;
    let range = text.split(' ').next()?;
    let (low, high) = range.split_once("..").unwrap_or((range, range));
    Some((low.parse().ok()?, high.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_and_greetings() {
        assert_eq!(frame(b"ab"), [0, 0, 0, 2, b'a', b'b']);
        assert_eq!(read_frame(&mut &[0, 0, 0, 1, 7][..]).unwrap(), [7]);
        assert!(read_frame(&mut &[255, 0, 0, 1, 7][..]).is_err());
        assert_eq!(parse_versions(b"v213..226"), Some((213, 226)));
        assert_eq!(parse_versions(b"v100..176 +PACEAPI"), Some((100, 176)));
        assert_eq!(parse_versions(b"v100"), Some((100, 100)));
        assert_eq!(parse_versions(b"GET / HTTP"), None);
    }
}
