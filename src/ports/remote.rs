//! Why somebody far away did not deliver.

/// A vendor, a broker or a store did not deliver.
#[derive(Debug, thiserror::Error, Clone, PartialEq, Eq)]
pub enum RemoteError {
    /// No usable answer after all tries.
    #[error("{venue} did not answer {request}: {reason} (tried {tries} times)")]
    Unavailable {
        /// Who was asked.
        venue: &'static str,
        /// What was asked, without keys.
        request: String,
        /// How often.
        tries: u32,
        /// What went wrong the last time.
        reason: String,
    },
    /// The venue wants to be left alone for longer than allowed.
    #[error("{venue} wants no request for {wait_s} s, at most {most_s} s are waited ({request})")]
    TooBusy {
        /// Who was asked.
        venue: &'static str,
        /// What was asked, without keys.
        request: String,
        /// Seconds that it asks for.
        wait_s: u64,
        /// Seconds that are allowed.
        most_s: u64,
    },
    /// A key is not set.
    #[error("{venue} needs a key: the variable {variable} must hold it, and is not set")]
    NoKey {
        /// Who was to be asked.
        venue: &'static str,
        /// The variable that the settings name.
        variable: String,
    },
    /// The venue refuses the key, or the key gives no right to what is asked for.
    #[error("{venue} refused the key in {variable} for {request}: {status} {reason}")]
    KeyRefused {
        /// Who was asked.
        venue: &'static str,
        /// What was asked, without keys.
        request: String,
        /// The status code of its protocol.
        status: u16,
        /// Its own words.
        reason: String,
        /// The variable that the settings name.
        variable: String,
    },
    /// The venue refuses what it is asked for.
    #[error("{venue} refused {request}: {status} {reason}")]
    Refused {
        /// Who was asked.
        venue: &'static str,
        /// What was asked, without keys.
        request: String,
        /// The status code of its protocol.
        status: u16,
        /// Its own words.
        reason: String,
    },
    /// The answer is none that the venue documents.
    #[error("{venue} must answer {request} with {expected}, found {found}")]
    Malformed {
        /// Who was asked.
        venue: &'static str,
        /// What was asked, without keys.
        request: String,
        /// What the venue documents.
        expected: String,
        /// What came.
        found: String,
    },
    /// The settings hold no address.
    #[error("{venue} must have an address like https://HOST, was `{found}`")]
    Address {
        /// Who was to be asked.
        venue: &'static str,
        /// What the settings hold.
        found: String,
    },
    /// This machine cannot ask anybody.
    #[error("no client for {venue}: {reason}")]
    NoClient {
        /// Who was to be asked.
        venue: &'static str,
        /// What the system says.
        reason: String,
    },
    /// The process was asked to stop while it waited.
    #[error("stopped while waiting for {venue} ({request})")]
    Stopped {
        /// Who was asked.
        venue: &'static str,
        /// What was asked, without keys.
        request: String,
    },
}

impl RemoteError {
    /// Whether trying again later may help.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable { .. } | Self::TooBusy { .. } | Self::Stopped { .. })
    }

    /// What the user can do next.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Unavailable { .. } | Self::TooBusy { .. } | Self::Stopped { .. } => {
                Some("run the same command again later; what was fetched is kept".to_owned())
            }
            Self::NoKey { variable, .. } => Some(format!("export {variable}=KEY")),
            Self::KeyRefused { variable, .. } => {
                Some(format!("check {variable}, and what the account may ask for"))
            }
            Self::Address { venue, .. } => Some(format!("check the address in connectors.{venue}")),
            Self::Refused { .. } | Self::Malformed { .. } | Self::NoClient { .. } => None,
        }
    }

    /// The exit code of a command that ends with this error.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Unavailable { .. }
            | Self::TooBusy { .. }
            | Self::NoClient { .. }
            | Self::Stopped { .. } => 4,
            Self::NoKey { .. }
            | Self::KeyRefused { .. }
            | Self::Refused { .. }
            | Self::Address { .. } => 2,
            Self::Malformed { .. } => 3,
        }
    }
}
