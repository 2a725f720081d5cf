//! Listing a bucket page by page.

use aws_sdk_s3::primitives::DateTime;
use aws_sdk_s3::types::Object as Listed;

use super::client::ObjectStore;
use super::error::ObjectError;
use super::failure::VENUE;
use crate::base::Timestamp;
use crate::ports::RemoteError;

/// One line of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectEntry {
    /// The whole key.
    pub key: String,
    /// Its length in bytes.
    pub size: u64,
    /// The ETag, quotes included.
    pub etag: String,
    /// When it was last written.
    pub modified: Timestamp,
}

/// Which object is the latest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LatestBy {
    /// The last key in the order of bytes: for names that carry a date.
    Key,
    /// The one that was written last; among equal times, the last key.
    Modified,
}

impl ObjectStore {
    /// All objects whose keys begin with `prefix`, in the order of keys; one request for each
    /// thousand.
    ///
    /// # Errors
    /// [`ObjectError::Remote`].
    pub fn list(&self, prefix: &str) -> Result<Vec<ObjectEntry>, ObjectError> {
        let request = self.request("LIST", prefix);
        let mut entries = Vec::new();
        let mut token: Option<String> = None;
        loop {
            let page = self.attempt(&request, || async {
                let call = self.client.list_objects_v2().bucket(&self.bucket).prefix(prefix);
                Ok(self.in_time(call.set_continuation_token(token.clone()).send()).await??)
            });
            let page = page.map_err(|failed| self.error(failed, prefix))?;
            entries.extend(page.contents().iter().map(entry));
            let next = page.next_continuation_token().map(str::to_owned);
            if page.is_truncated() != Some(true) {
                break;
            }
            if next.is_none() || next == token {
                return Err(endless(request).into());
            }
            token = next;
        }
        entries.sort_by(|a, b| a.key.cmp(&b.key));
        Ok(entries)
    }

    /// The latest object below `prefix`, `None` if there is none. The protocol lists in one order
    /// only, so this costs as many requests as [`ObjectStore::list`].
    ///
    /// # Errors
    /// As [`ObjectStore::list`].
    pub fn latest(&self, prefix: &str, by: LatestBy) -> Result<Option<ObjectEntry>, ObjectError> {
        let entries = self.list(prefix)?.into_iter();
        Ok(match by {
            LatestBy::Key => entries.last(),
            LatestBy::Modified => entries.max_by_key(|entry| entry.modified),
        })
    }
}

fn entry(listed: &Listed) -> ObjectEntry {
    ObjectEntry {
        key: listed.key().unwrap_or_default().to_owned(),
        size: listed.size().unwrap_or_default().try_into().unwrap_or_default(),
        etag: listed.e_tag().unwrap_or_default().to_owned(),
        modified: time(listed.last_modified()),
    }
}

pub(super) fn time(time: Option<&DateTime>) -> Timestamp {
    let nanos = time.map_or(0, DateTime::as_nanos);
    Timestamp::from_nanos(i64::try_from(nanos).unwrap_or(i64::MAX))
}

fn endless(request: String) -> RemoteError {
    RemoteError::Malformed {
        venue: VENUE,
        request,
        expected: "a new token for the next page".to_owned(),
        found: "none, or the one that was sent".to_owned(),
    }
}
