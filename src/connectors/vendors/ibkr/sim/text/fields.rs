//! The fields of a message that a client sent.

use super::super::codec::Unreadable;

/// What clients send for a whole number that is not set.
const UNSET_INT: i64 = 2_147_483_647;
/// Above this a number stands for "not set".
const UNSET_ABOVE: f64 = 1e300;

/// Reads fields from first to last.
#[derive(Debug)]
pub(super) struct Fields<'a> {
    fields: Vec<&'a str>,
    next: usize,
    number: i32,
    version: i32,
}

impl<'a> Fields<'a> {
    /// The fields after the number of the message.
    ///
    /// # Errors
    /// [`Unreadable`] if the body is no text, does not end with a zero byte, or begins with no number.
    pub(super) fn open(body: &'a [u8], version: i32) -> Result<Self, Unreadable> {
        let broken = |detail: String| Unreadable { number: 0, detail };
        let text = std::str::from_utf8(body).map_err(|error| broken(error.to_string()))?;
        let Some(text) = text.strip_suffix('\0') else {
            return Err(broken("the last field must end with a zero byte".to_owned()));
        };
        let fields: Vec<&str> = text.split('\0').collect();
        let first = fields.first().copied().unwrap_or_default();
        let number = first.parse().map_err(|_| {
            broken(format!("a message must begin with a number, it began with `{first}`"))
        })?;
        Ok(Self { fields, next: 1, number, version })
    }

    /// Number of the message.
    pub(super) const fn number(&self) -> i32 {
        self.number
    }

    /// Whether a field of this version is there.
    pub(super) const fn has(&self, gate: i32) -> bool {
        self.version >= gate
    }

    pub(super) fn text(&mut self) -> Result<&'a str, Unreadable> {
        let Some(field) = self.fields.get(self.next) else {
            let found = self.fields.len();
            return Err(self.fault(format!("more than {found} fields expected")));
        };
        self.next += 1;
        Ok(field)
    }

    pub(super) fn owned(&mut self) -> Result<String, Unreadable> {
        self.text().map(str::to_owned)
    }

    /// A whole number; an empty field is 0.
    pub(super) fn int(&mut self) -> Result<i32, Unreadable> {
        let text = self.text()?;
        if text.is_empty() {
            return Ok(0);
        }
        text.parse().map_err(|_| self.expected("a whole number", text))
    }

    /// A number; an empty field is 0.
    pub(super) fn float(&mut self) -> Result<f64, Unreadable> {
        Ok(self.optional_float()?.unwrap_or(0.0))
    }

    /// A number, or nothing for an empty field or the largest number.
    pub(super) fn optional_float(&mut self) -> Result<Option<f64>, Unreadable> {
        let text = self.text()?;
        if text.is_empty() {
            return Ok(None);
        }
        if text == "Infinite" {
            return Ok(Some(f64::INFINITY));
        }
        let value: f64 = text.parse().map_err(|_| self.expected("a number", text))?;
        Ok(Some(value).filter(|value| value.is_infinite() || value.abs() < UNSET_ABOVE))
    }

    /// A whole number, or nothing for an empty field or the largest number.
    pub(super) fn optional_int(&mut self) -> Result<Option<i32>, Unreadable> {
        Ok(Some(self.int()?).filter(|value| *value != 0 && i64::from(*value) != UNSET_INT))
    }

    /// `0` or `1`; an empty field is no.
    pub(super) fn flag(&mut self) -> Result<bool, Unreadable> {
        match self.text()? {
            "" | "0" => Ok(false),
            "1" => Ok(true),
            other => Err(self.expected("0 or 1", other)),
        }
    }

    /// How many entries follow.
    pub(super) fn count(&mut self) -> Result<usize, Unreadable> {
        let text = self.text()?;
        if text.is_empty() {
            return Ok(0);
        }
        let found = text.parse().map_err(|_| self.expected("a count", text))?;
        if found > self.fields.len() {
            return Err(self.expected("a count of the fields that follow", text));
        }
        Ok(found)
    }

    /// Passes over fields.
    pub(super) fn skip(&mut self, count: usize) -> Result<(), Unreadable> {
        for _ in 0..count {
            self.text()?;
        }
        Ok(())
    }

    /// Passes over fields that are there from a version on.
    pub(super) fn skip_from(&mut self, gate: i32, count: usize) -> Result<(), Unreadable> {
        if self.has(gate) { self.skip(count) } else { Ok(()) }
    }

    /// Passes over fields that are there before a version.
    pub(super) fn skip_until(&mut self, gate: i32, count: usize) -> Result<(), Unreadable> {
        if self.has(gate) { Ok(()) } else { self.skip(count) }
    }

    /// All fields must have been read: a message with more was understood wrongly.
    pub(super) fn close(&self) -> Result<(), Unreadable> {
        if self.next == self.fields.len() {
            return Ok(());
        }
        let (read, found) = (self.next, self.fields.len());
        Err(self.fault(format!(
            "{read} fields expected at server version {}, found {found}",
            self.version
        )))
    }

    fn expected(&self, what: &str, found: &str) -> Unreadable {
        self.fault(format!("field {} must be {what}, was `{found}`", self.next))
    }

    fn fault(&self, detail: String) -> Unreadable {
        Unreadable { number: self.number, detail }
    }
}
