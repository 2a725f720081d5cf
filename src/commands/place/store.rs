//! The run database of a place.

use super::store_failure;
use crate::commands::Failure;
use crate::config::Place;
use crate::store::Store;

/// Opens the database that `store.url` names, and makes it if there is none.
///
/// # Errors
/// As the store: exit code 2 for a bad address or a newer store, 3 for a damaged file, 4 for a server that is away.
pub(in crate::commands) fn open_store(place: &Place) -> Result<Store, Failure> {
    Store::open(&place.store.url).map_err(store_failure)
}
