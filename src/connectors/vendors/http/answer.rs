//! What comes back.

use serde::de::DeserializeOwned;

/// What a vendor made of a request.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::connectors) enum Reply<T> {
    /// It answered.
    Found(T),
    /// It said no for a reason of its own, such as an unknown symbol.
    Denied(Denied),
}

/// What came of a request that was sent once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::connectors) enum Posted {
    /// There was an answer, of whatever status but 401 and 403.
    Answered {
        /// The status code.
        status: u16,
        /// The body as text, keys blotted out.
        text: String,
    },
    /// There was none, and what was asked may be done or not.
    Lost {
        /// What went wrong.
        reason: String,
    },
}

/// A status from 400 to 499 that only the vendor's own documents explain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::connectors) struct Denied {
    /// The status code.
    pub(in crate::connectors) status: u16,
    /// The body as text, keys blotted out.
    pub(in crate::connectors) text: String,
}

impl Denied {
    /// The body in the vendor's shape for errors, if it has it.
    pub(in crate::connectors) fn json<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_str(&self.text).ok()
    }
}

/// A whole answer.
#[derive(Debug, Clone, Default)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) content_type: String,
    pub(super) retry_after: Option<String>,
    pub(super) location: Option<String>,
    pub(super) body: Vec<u8>,
}

impl Answer {
    /// The beginning of the body, on one line.
    pub(super) fn excerpt(&self) -> String {
        const CHARACTERS_MAX: usize = 160;
        let text = String::from_utf8_lossy(&self.body);
        let words: Vec<&str> = text.split_whitespace().collect();
        let line = words.join(" ");
        match line.char_indices().nth(CHARACTERS_MAX) {
            Some((end, _)) => format!("{}…", &line[..end]),
            None => line,
        }
    }

    /// The status as people say it.
    pub(super) fn status_text(&self) -> String {
        status_text(self.status)
    }
}

/// Code and words of a status.
pub(super) fn status_text(status: u16) -> String {
    let words = reqwest::StatusCode::from_u16(status).ok().and_then(|code| code.canonical_reason());
    words.map_or_else(|| status.to_string(), |words| format!("{status} {words}"))
}
