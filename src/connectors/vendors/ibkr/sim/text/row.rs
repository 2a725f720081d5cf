//! The fields of a message for a client.

use super::version;

/// How gateways write a number that is not set.
const UNSET: &str = "1.7976931348623157E308";

/// Collects fields, each only for the versions that have it.
#[derive(Debug)]
pub(super) struct Row {
    body: Vec<u8>,
    version: i32,
}

impl Row {
    /// Begins with the number of the message.
    pub(super) fn new(number: i32, version: i32) -> Self {
        Self { body: Vec::new(), version }.put(number)
    }

    /// Adds a field.
    pub(super) fn put(mut self, field: impl Field) -> Self {
        field.write(&mut self.body);
        self.body.push(0);
        self
    }

    /// Adds a field that is there from a version on.
    pub(super) fn from(self, gate: i32, field: impl Field) -> Self {
        if self.version >= gate { self.put(field) } else { self }
    }

    /// Adds a field that is there before a version.
    pub(super) fn until(self, gate: i32, field: impl Field) -> Self {
        if self.version >= gate { self } else { self.put(field) }
    }

    /// Adds the same field several times.
    pub(super) fn repeat(self, count: usize, field: impl Field + Copy) -> Self {
        (0..count).fold(self, |row, _| row.put(field))
    }

    /// Adds the same field several times from a version on.
    pub(super) fn repeat_from(self, gate: i32, count: usize, field: impl Field + Copy) -> Self {
        if self.version >= gate { self.repeat(count, field) } else { self }
    }

    /// Adds a size: old clients read whole numbers only.
    pub(super) fn size(self, gate: i32, size: f64) -> Self {
        let is_whole_only = self.version < gate;
        self.put(if is_whole_only { size.trunc() } else { size })
    }

    /// Adds words that may hold signs outside of ASCII, which newer clients want escaped.
    pub(super) fn words(self, words: &str) -> Self {
        if self.version < version::ASCII_ONLY || words.is_ascii() {
            return self.put(words);
        }
        let mut escaped = String::new();
        for sign in words.chars() {
            match u32::from(sign) {
                0..=0x7f => escaped.push(sign),
                code @ 0x80..=0xffff => escaped.push_str(&format!("\\u{code:04x}")),
                code => escaped.push_str(&format!("\\U{code:08x}")),
            }
        }
        self.put(escaped.as_str())
    }

    /// The body of the frame.
    pub(super) fn body(self) -> Vec<u8> {
        self.body
    }
}

/// Something that has a text on the wire.
pub(super) trait Field {
    /// Appends the text.
    fn write(&self, body: &mut Vec<u8>);
}

impl Field for &str {
    fn write(&self, body: &mut Vec<u8>) {
        // A zero byte would begin another field.
        body.extend(self.bytes().filter(|byte| *byte != 0));
    }
}

impl Field for &String {
    fn write(&self, body: &mut Vec<u8>) {
        self.as_str().write(body);
    }
}

impl Field for bool {
    fn write(&self, body: &mut Vec<u8>) {
        body.push(if *self { b'1' } else { b'0' });
    }
}

impl Field for i32 {
    fn write(&self, body: &mut Vec<u8>) {
        body.extend(self.to_string().into_bytes());
    }
}

impl Field for i64 {
    fn write(&self, body: &mut Vec<u8>) {
        body.extend(self.to_string().into_bytes());
    }
}

impl Field for usize {
    fn write(&self, body: &mut Vec<u8>) {
        body.extend(self.to_string().into_bytes());
    }
}

impl Field for f64 {
    fn write(&self, body: &mut Vec<u8>) {
        if self.abs() >= Self::MAX {
            UNSET.write(body);
        } else {
            body.extend(self.to_string().into_bytes());
        }
    }
}

/// A number that may be unset, written as the largest one then.
#[derive(Debug, Clone, Copy)]
pub(super) struct OrUnset(pub(super) Option<f64>);

impl Field for OrUnset {
    fn write(&self, body: &mut Vec<u8>) {
        self.0.unwrap_or(f64::MAX).write(body);
    }
}

/// A field that may be empty.
#[derive(Debug, Clone, Copy)]
pub(super) struct OrEmpty<T>(pub(super) Option<T>);

impl<T: Field> Field for OrEmpty<T> {
    fn write(&self, body: &mut Vec<u8>) {
        if let Some(field) = &self.0 {
            field.write(body);
        }
    }
}
