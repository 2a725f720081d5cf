//! Places in a bucket, as a person writes them.

use std::fmt;
use std::str::FromStr;

/// The text names no place in an object store.
#[derive(Debug, thiserror::Error, Clone, PartialEq, Eq)]
#[error("a place in an object store must be s3://BUCKET[/PREFIX], was `{text}`: {reason}")]
pub struct AddressError {
    text: String,
    reason: &'static str,
}

/// A place in a bucket: `s3://bucket/prefix`.
///
/// The prefix ends at a slash, so that `s3://b/lake` does not hold what is in `s3://b/lake-old`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    bucket: String,
    prefix: String,
}

impl Address {
    /// The bucket.
    #[must_use]
    pub fn bucket(&self) -> &str {
        &self.bucket
    }

    /// The key of what lies at `path` below this place.
    #[must_use]
    pub fn key(&self, path: &str) -> String {
        if self.prefix.is_empty() { path.to_owned() } else { format!("{}/{path}", self.prefix) }
    }

    /// The path below this place that `key` stands for; `None` for a key elsewhere.
    #[must_use]
    pub fn path_of<'a>(&self, key: &'a str) -> Option<&'a str> {
        if self.prefix.is_empty() {
            return Some(key);
        }
        key.strip_prefix(self.prefix.as_str())?.strip_prefix('/')
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s3://{}", self.bucket)?;
        if self.prefix.is_empty() { Ok(()) } else { write!(f, "/{}", self.prefix) }
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let wrong = |reason| AddressError { text: text.to_owned(), reason };
        let rest = text.strip_prefix("s3://").ok_or(wrong("it does not begin with s3://"))?;
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.';
        if !(3..=63).contains(&bucket.len()) || !bucket.chars().all(legal) {
            return Err(wrong("a bucket has 3 to 63 of a-z, 0-9, `-`, `.`"));
        }
        let prefix = prefix.trim_end_matches('/');
        if !prefix.is_empty() && !prefix.split('/').all(is_plain) {
            return Err(wrong("each part of a prefix is 1 or more of A-Z, a-z, 0-9 and -._^=@+"));
        }
        Ok(Self { bucket: bucket.to_owned(), prefix: prefix.to_owned() })
    }
}

/// Whether a part of a path is safe as the name of a file and in an address.
///
/// A key comes from whoever can write to the bucket; nothing of it may lead out of the lake.
pub(super) fn is_plain(part: &str) -> bool {
    let legal = |c: char| c.is_ascii_alphanumeric() || "-._^=@+".contains(c);
    !part.is_empty() && part.chars().all(legal) && !part.chars().all(|c| c == '.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_and_shown() {
        let check = |text: &str, shown: &str| {
            assert_eq!(text.parse::<Address>().unwrap().to_string(), shown);
        };
        check("s3://lake", "s3://lake");
        check("s3://lake/", "s3://lake");
        check("s3://lake.eu-1/a/b/", "s3://lake.eu-1/a/b");
        for bad in ["", "lake", "http://lake/x", "s3://", "s3://ab", "s3://Lake/x", "s3://l k/x"] {
            assert!(bad.parse::<Address>().is_err(), "{bad}");
        }
        let error = "s3://lake/a/../b".parse::<Address>().unwrap_err().to_string();
        assert!(error.contains("s3://lake/a/../b"), "{error}");
    }

    #[test]
    fn keys_and_paths_belong_together() {
        let place: Address = "s3://lake/eu".parse().unwrap();
        assert_eq!(place.key("yahoo/SPY"), "eu/yahoo/SPY");
        assert_eq!(place.path_of("eu/yahoo/SPY"), Some("yahoo/SPY"));
        assert_eq!(place.path_of("eu-old/yahoo/SPY"), None);
        let root: Address = "s3://lake".parse().unwrap();
        assert_eq!(root.path_of(&root.key("yahoo")), Some("yahoo"));
    }
}
