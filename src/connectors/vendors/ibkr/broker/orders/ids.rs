//! Numbers of orders on the wire, none of which is ever used twice on an account.
//!
//! To place an order under the number of a working one changes that one, without a word. A gateway
//! that restarts may offer numbers again that it has given out, so its offer is not enough.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::base::{FileError, read_text, write_atomic};

/// From here on the library takes numbers for requests.
const END: i32 = 1_500_000_000;

/// The numbers of one account.
#[derive(Debug)]
pub(in super::super) struct WireIds {
    path: PathBuf,
    /// The highest that was ever used.
    highest: i32,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Memory {
    highest_order_id: i32,
}

/// No number can be used.
#[derive(Debug, thiserror::Error)]
pub(in super::super) enum IdError {
    /// The file cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The file is not what was written.
    #[error(
        "{} must hold {{\"highest_order_id\": N}}, was `{found}`; look up the highest order id of this account in \
         TWS, and write it there", path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What it holds.
        found: String,
    },
    /// All numbers are used up.
    #[error(
        "order ids must stay below {END}, the next is {next}; reset the order ids in the API settings of TWS"
    )]
    UsedUp {
        /// What would be next.
        next: i32,
    },
}

impl WireIds {
    /// Reads what was used before; nothing, if there is no such file.
    pub(in super::super) fn open(folder: &Path, account: &str) -> Result<Self, IdError> {
        let path = folder.join(format!("ibkr-{account}.json"));
        let text = match read_text(&path) {
            Ok(text) => text,
            Err(error) if error.is_not_found() => return Ok(Self { path, highest: 0 }),
            Err(error) => return Err(error.into()),
        };
        match serde_json::from_str::<Memory>(&text) {
            Ok(memory) if memory.highest_order_id >= 0 => {
                Ok(Self { path, highest: memory.highest_order_id })
            }
            _ => Err(IdError::Damaged { path, found: text.chars().take(80).collect() }),
        }
    }

    /// Takes in the next number that a gateway offers; it counts only if it is higher.
    pub(in super::super) fn offered(&mut self, next: i32) {
        self.highest = self.highest.max(next.saturating_sub(1));
    }

    /// The next number; on the disk before it is given out.
    pub(in super::super) fn take(&mut self) -> Result<i32, IdError> {
        let next = self.highest.saturating_add(1);
        if next >= END {
            return Err(IdError::UsedUp { next });
        }
        let memory = Memory { highest_order_id: next };
        let text = serde_json::to_vec(&memory).unwrap_or_default();
        write_atomic(&self.path, &text)?;
        self.highest = next;
        Ok(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // fault: order_id_reuse
    #[test]
    fn a_number_is_never_used_twice_whatever_the_gateway_offers() {
        let folder = tempfile::tempdir().unwrap();
        let mut ids = WireIds::open(folder.path(), "DU1").unwrap();
        ids.offered(100);
        assert_eq!((ids.take().unwrap(), ids.take().unwrap()), (100, 101));
        ids.offered(5);
        assert_eq!(ids.take().unwrap(), 102, "rolled back");
        let mut again = WireIds::open(folder.path(), "DU1").unwrap();
        again.offered(1);
        assert_eq!(again.take().unwrap(), 103, "after a restart");
        again.offered(5_000);
        assert_eq!(again.take().unwrap(), 5_000);
        assert_eq!(WireIds::open(folder.path(), "DU2").unwrap().take().unwrap(), 1);
    }

    #[test]
    fn numbers_of_requests_and_damaged_files_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let mut ids = WireIds::open(folder.path(), "DU1").unwrap();
        ids.offered(END);
        assert!(ids.take().unwrap_err().to_string().contains("below 1500000000"));
        for text in ["", "{}", "{\"highest_order_id\": -4}", "{\"highest_order_id\": 1e99}"] {
            std::fs::write(folder.path().join("ibkr-DU1.json"), text).unwrap();
            let error = WireIds::open(folder.path(), "DU1").unwrap_err().to_string();
            assert!(error.contains("highest_order_id"), "{error}");
        }
    }

    // fault: order_id_reuse
    #[test]
    fn nothing_is_given_out_that_is_not_on_the_disk() {
        let folder = tempfile::tempdir().unwrap();
        let mut ids = WireIds::open(&folder.path().join("file"), "DU1").unwrap();
        std::fs::write(folder.path().join("file"), "no folder").unwrap();
        assert!(ids.take().is_err());
        assert!(ids.take().is_err());
    }
}
