//! Proof that a store knows conditional puts, kept as an object.
//!
//! A store that ignores a condition answers as if it held, and two writers would never know of
//! each other. So the first writer tries it out and leaves a marker behind.

use std::sync::{Mutex, PoisonError};

use super::MirrorError;
use crate::connectors::object_store::{Address, ObjectStore, Put, PutIf};

/// The path of the marker below the address.
const MARKER: &str = ".releat-mirror.json";
const CONTENT: &[u8] = b"{\n  \"schema_version\": 1,\n  \"conditional_put\": true\n}\n";
/// An ETag that no object has.
const NO_ETAG: &str = "\"00000000000000000000000000000000\"";

/// Makes sure once that the store refuses a put whose condition does not hold.
pub(super) struct Marker<'a> {
    store: &'a ObjectStore,
    address: &'a Address,
    is_proved: Mutex<bool>,
}

impl<'a> Marker<'a> {
    pub(super) fn new(store: &'a ObjectStore, address: &'a Address) -> Self {
        Self { store, address, is_proved: Mutex::new(false) }
    }

    /// Looks for the marker or earns it; later calls cost nothing.
    pub(super) fn ensure(&self) -> Result<(), MirrorError> {
        let mut is_proved = self.is_proved.lock().unwrap_or_else(PoisonError::into_inner);
        if *is_proved {
            return Ok(());
        }
        let key = self.address.key(MARKER);
        if self.store.head(&key)?.is_none() {
            self.prove(&key)?;
        }
        *is_proved = true;
        Ok(())
    }

    fn prove(&self, key: &str) -> Result<(), MirrorError> {
        self.store.put(key, CONTENT, PutIf::Absent)?;
        for condition in [PutIf::Absent, PutIf::Unchanged(NO_ETAG)] {
            if self.store.put(key, CONTENT, condition)? == Put::Done {
                self.store.delete(key)?;
                return Err(MirrorError::Unconditional { address: self.address.clone() });
            }
        }
        Ok(())
    }
}
