//! Key and secret, which no text ever shows.

use std::fmt;

use crate::base::variable;
use crate::config::AlpacaConnector;

const BLOT: &str = "***";

/// Identity and secret of a key.
#[derive(Clone)]
pub(in super::super) struct Keys {
    identity: String,
    secret: String,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(BLOT)
    }
}

impl Keys {
    /// Reads both from their variables.
    ///
    /// # Errors
    /// One sentence for each variable that is not set.
    pub(in super::super) fn read(connector: &AlpacaConnector) -> Result<Self, Vec<String>> {
        let read = |name: &str| {
            let key = variable(name).map(|key| key.trim().to_owned());
            key.filter(|key| !key.is_empty() && key.bytes().all(|c| c.is_ascii_graphic()))
                .ok_or_else(|| format!("alpaca needs a key: the variable {name} must hold it"))
        };
        match (read(&connector.key_variable), read(&connector.secret_variable)) {
            (Ok(identity), Ok(secret)) => Ok(Self { identity, secret }),
            (identity, secret) => {
                Err([identity.err(), secret.err()].into_iter().flatten().collect())
            }
        }
    }

    pub(in super::super) fn identity(&self) -> &str {
        &self.identity
    }

    pub(in super::super) fn secret(&self) -> &str {
        &self.secret
    }

    /// A text of the venue without key and secret, on one line and not too long.
    pub(in super::super) fn blot(&self, text: &str) -> String {
        const CHARACTERS_MAX: usize = 240;
        let clean = text.replace(&self.secret, BLOT).replace(&self.identity, BLOT);
        let line = clean.split_whitespace().collect::<Vec<_>>().join(" ");
        match line.char_indices().nth(CHARACTERS_MAX) {
            Some((end, _)) => format!("{}…", &line[..end]),
            None => line,
        }
    }
}
