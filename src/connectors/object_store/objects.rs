//! Putting, getting, asking for and deleting one object.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::primitives::ByteStream;
use aws_smithy_types::base64;
use tokio::time::timeout;

use super::client::ObjectStore;
use super::error::ObjectError;
use super::failure::{Failed, Trouble, chain};
use super::listing::time;
use crate::base::{Digest, FileError, Timestamp, digest_bytes, digest_file};

/// The name of the user metadata that holds the digest, in full `x-amz-meta-sha256`.
const DIGEST_FIELD: &str = "sha256";

/// When a put may take place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PutIf<'a> {
    /// Whatever is there is replaced.
    Always,
    /// Only if there is no such object (`If-None-Match: *`).
    Absent,
    /// Only if the object still has this ETag (`If-Match`).
    Unchanged(&'a str),
}

/// What became of a put.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Put {
    /// The store has the object.
    Done,
    /// Somebody else was first; nothing has changed.
    Lost,
}

/// A small object in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// The content.
    pub bytes: Vec<u8>,
    /// The ETag, quotes included, for [`PutIf::Unchanged`].
    pub etag: String,
}

/// What the store knows of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectFacts {
    /// Its length in bytes.
    pub size: u64,
    /// The ETag, quotes included.
    pub etag: String,
    /// When it was last written, to the second.
    pub modified: Timestamp,
    /// Its digest, if whoever wrote it left one.
    pub sha256: Option<Digest>,
}

impl ObjectStore {
    /// Writes an object as a whole. Its SHA-256 goes with it, is checked by the store, and is kept.
    ///
    /// # Errors
    /// [`ObjectError::Remote`].
    pub fn put(&self, key: &str, bytes: &[u8], condition: PutIf<'_>) -> Result<Put, ObjectError> {
        let digest = digest_bytes(bytes);
        let length = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
        let put = self.attempt(&self.request("PUT", key), || {
            let request = self
                .client
                .put_object()
                .bucket(&self.bucket)
                .key(key)
                .content_length(length)
                .checksum_sha256(base64::encode(digest.0))
                .metadata(DIGEST_FIELD, digest.to_string())
                .body(ByteStream::from(bytes.to_vec()));
            let request = match condition {
                PutIf::Always => request,
                PutIf::Absent => request.if_none_match("*"),
                PutIf::Unchanged(etag) => request.if_match(etag),
            };
            async move { request.send().await.map(drop).map_err(Trouble::from) }
        });
        match put {
            Ok(()) => Ok(Put::Done),
            Err(Failed::Lost) => Ok(Put::Lost),
            // The object of that ETag was deleted meanwhile.
            Err(Failed::Absent) if matches!(condition, PutIf::Unchanged(_)) => Ok(Put::Lost),
            Err(failed) => Err(self.error(failed, key)),
        }
    }

    /// Reads an object of a few megabytes at most; `None` if there is none.
    ///
    /// # Errors
    /// [`ObjectError::Remote`], [`ObjectError::Damaged`] if its digest is not the one it was
    /// written with.
    pub fn get(&self, key: &str) -> Result<Option<Object>, ObjectError> {
        let got = self.attempt(&self.request("GET", key), || async {
            let mut output = self.ask_for(key).await?;
            let mut bytes = Vec::new();
            while let Some(chunk) = self.next_chunk(&mut output.body).await? {
                bytes.extend_from_slice(&chunk);
            }
            Ok((bytes, output.e_tag.unwrap_or_default(), digest_field(output.metadata.as_ref())))
        });
        let (bytes, etag, expected) = match got {
            Err(Failed::Absent) => return Ok(None),
            Err(failed) => return Err(self.error(failed, key)),
            Ok(found) => found,
        };
        if let Some(expected) = expected {
            self.check(key, expected, digest_bytes(&bytes))?;
        }
        Ok(Some(Object { bytes, etag }))
    }

    /// Reads an object into a file. The bytes go to a temporary neighbor, are checked against
    /// `expected`, forced to the disk, and take the name by a rename; gives their number.
    ///
    /// # Errors
    /// [`ObjectError::Absent`], [`ObjectError::Damaged`], [`ObjectError::Remote`],
    /// [`ObjectError::File`]; the file is then as before.
    pub fn get_file(&self, key: &str, path: &Path, expected: Digest) -> Result<u64, ObjectError> {
        let failed = |source| FileError::Write { path: path.to_owned(), source };
        let folder = path.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder).map_err(failed)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let temporary = folder.join(format!(".{name}.{}.tmp", std::process::id()));
        let result = self.download(key, &temporary).and_then(|size| {
            self.check(key, expected, digest_file(&temporary)?)?;
            std::fs::rename(&temporary, path).map_err(failed)?;
            Ok(size)
        });
        if result.is_err() {
            // The first error is the one to report; a left-over temporary file harms nobody.
            let _ = std::fs::remove_file(&temporary);
        }
        result
    }

    /// What the store knows of an object; `None` if there is none.
    ///
    /// # Errors
    /// [`ObjectError::Remote`].
    pub fn head(&self, key: &str) -> Result<Option<ObjectFacts>, ObjectError> {
        let found = self.attempt(&self.request("HEAD", key), || async {
            let request = self.client.head_object().bucket(&self.bucket).key(key);
            Ok(self.in_time(request.send()).await??)
        });
        match found {
            Err(Failed::Absent) => Ok(None),
            Err(failed) => Err(self.error(failed, key)),
            Ok(output) => Ok(Some(ObjectFacts {
                size: output.content_length().unwrap_or_default().try_into().unwrap_or_default(),
                modified: time(output.last_modified()),
                sha256: digest_field(output.metadata()),
                etag: output.e_tag.unwrap_or_default(),
            })),
        }
    }

    /// Removes an object; one that is not there is no error.
    ///
    /// # Errors
    /// [`ObjectError::Remote`].
    pub fn delete(&self, key: &str) -> Result<(), ObjectError> {
        let deleted = self.attempt(&self.request("DELETE", key), || async {
            let request = self.client.delete_object().bucket(&self.bucket).key(key);
            self.in_time(request.send()).await??;
            Ok(())
        });
        match deleted {
            Ok(()) | Err(Failed::Absent) => Ok(()),
            Err(failed) => Err(self.error(failed, key)),
        }
    }

    fn download(&self, key: &str, path: &Path) -> Result<u64, ObjectError> {
        let wrong = |source| Trouble::File(FileError::Write { path: path.to_owned(), source });
        let got = self.attempt(&self.request("GET", key), || async {
            let mut output = self.ask_for(key).await?;
            let mut file = File::create(path).map_err(wrong)?;
            let mut size = 0;
            while let Some(chunk) = self.next_chunk(&mut output.body).await? {
                file.write_all(&chunk).map_err(wrong)?;
                size += chunk.len() as u64;
            }
            file.sync_all().map_err(wrong)?;
            Ok(size)
        });
        got.map_err(|failed| self.error(failed, key))
    }

    async fn ask_for(&self, key: &str) -> Result<GetObjectOutput, Trouble> {
        let request = self.client.get_object().bucket(&self.bucket).key(key);
        Ok(self.in_time(request.send()).await??)
    }

    async fn next_chunk(&self, body: &mut ByteStream) -> Result<Option<Vec<u8>>, Trouble> {
        match self.in_time(body.next()).await? {
            None => Ok(None),
            Some(Ok(chunk)) => Ok(Some(chunk.to_vec())),
            Some(Err(error)) => Err(Trouble::passing(chain(&error))),
        }
    }

    /// Waits for something that must begin within the seconds of silence.
    pub(super) async fn in_time<T>(&self, work: impl Future<Output = T>) -> Result<T, Trouble> {
        let text = || format!("silence for {} s", self.limits.silence_s);
        timeout(self.silence(), work).await.map_err(|_| Trouble::passing(text()))
    }

    fn check(&self, key: &str, expected: Digest, found: Digest) -> Result<(), ObjectError> {
        if expected == found {
            return Ok(());
        }
        Err(ObjectError::Damaged { key: self.shown(key), expected, found })
    }

    pub(super) fn request(&self, verb: &str, key: &str) -> String {
        format!("{verb} {}", self.shown(key))
    }

    fn shown(&self, key: &str) -> String {
        format!("s3://{}/{key}", self.bucket)
    }

    pub(super) fn error(&self, failed: Failed, key: &str) -> ObjectError {
        match failed {
            Failed::Remote(error) => ObjectError::Remote(error),
            Failed::File(error) => ObjectError::File(error),
            Failed::Absent | Failed::Lost => ObjectError::Absent { key: self.shown(key) },
        }
    }
}

fn digest_field(metadata: Option<&std::collections::HashMap<String, String>>) -> Option<Digest> {
    metadata?.get(DIGEST_FIELD)?.clone().try_into().ok()
}
