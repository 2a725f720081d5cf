//! Names of series and their files, here and in the bucket.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::base::Digest;
use crate::connectors::object_store::address::is_plain;
use crate::dataset::SeriesKey;
use crate::dataset::ticks::TickKey;

/// The name of the file that seals a series.
pub(super) const MANIFEST_FILE: &str = "manifest.json";
/// The end of every field that holds the digest of a JSON file.
const DIGEST_SUFFIX: &str = "_sha256";

/// The path of a series below the lake or the address: source, symbol and more.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct SeriesPath(String);

impl SeriesPath {
    /// Takes a path of 3 to 5 plain parts, none of them hidden.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let is_part = |part: &str| is_plain(part) && !part.starts_with('.');
        let is_deep = (3..=5).contains(&text.split('/').count());
        (is_deep && text.split('/').all(is_part)).then(|| Self(text.to_owned()))
    }

    pub(super) fn part(&self, index: usize) -> &str {
        self.0.split('/').nth(index).unwrap_or_default()
    }

    pub(super) fn folder(&self, root: &Path) -> PathBuf {
        self.0.split('/').fold(root.to_owned(), |folder, part| folder.join(part))
    }

    /// The key of the bars, if this is a series of bars.
    pub(super) fn bars(&self) -> Option<SeriesKey> {
        let [source, symbol, timeframe] = self.0.split('/').collect::<Vec<_>>()[..] else {
            return None;
        };
        let (symbol, timeframe) = (symbol.parse().ok()?, timeframe.parse().ok()?);
        Some(SeriesKey { source: source.to_owned(), symbol, timeframe })
    }

    /// The key of the ticks, if this is a series of ticks.
    pub(super) fn ticks(&self) -> Option<TickKey> {
        let [source, symbol, "tick"] = self.0.split('/').collect::<Vec<_>>()[..] else {
            return None;
        };
        Some(TickKey { source: source.to_owned(), symbol: symbol.parse().ok()? })
    }

    /// The path of the manifest.
    pub(super) fn manifest(&self) -> String {
        format!("{}/{MANIFEST_FILE}", self.0)
    }

    /// The path of a content file: `2015.parquet` becomes `2015.<sha256>.parquet`.
    pub(super) fn content(&self, name: &str, digest: Digest) -> String {
        let (stem, extension) = name.rsplit_once('.').unwrap_or((name, "bin"));
        format!("{}/{stem}.{digest}.{extension}", self.0)
    }
}

impl fmt::Display for SeriesPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Splits the path of an object into series and name of the file.
pub(super) fn split(path: &str) -> Option<(SeriesPath, &str)> {
    let (folder, name) = path.rsplit_once('/')?;
    let series = SeriesPath::parse(folder)?;
    (is_plain(name) && !name.starts_with('.')).then_some((series, name))
}

/// Whether a name in the bucket is that of a content file.
pub(super) fn is_content(name: &str) -> bool {
    let mut parts = name.rsplitn(3, '.');
    let (extension, digest) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    ["parquet", "json"].contains(&extension) && is_digest(digest) && parts.next().is_some()
}

/// The files that a manifest names, with their digests.
///
/// In a manifest `"FIELD": {"NAME": {"sha256": …}}` seals `NAME.parquet` and `"NAME_sha256": …`
/// seals `NAME.json`. A digest anywhere else is an error: to leave a file behind would be worse.
pub(super) fn sealed_files(manifest: &Value) -> Result<BTreeMap<String, Digest>, String> {
    let fields = manifest.as_object().ok_or("no JSON object")?;
    let mut files = BTreeMap::new();
    for (field, value) in fields {
        if let (Some(stem), Value::String(text)) = (field.strip_suffix(DIGEST_SUFFIX), value) {
            insert(&mut files, format!("{stem}.json"), text)?;
            continue;
        }
        let entries = value.as_object().into_iter().flatten();
        let mut rest = Vec::new();
        for (name, entry) in entries {
            match entry.get("sha256") {
                Some(Value::String(text)) => insert(&mut files, format!("{name}.parquet"), text)?,
                _ => rest.push(entry),
            }
        }
        if let Some(text) =
            rest.into_iter().chain(value.as_array().into_iter().flatten()).find_map(digest_inside)
        {
            return Err(format!("the digest {text} in `{field}`, which seals no known file"));
        }
    }
    Ok(files)
}

fn insert(files: &mut BTreeMap<String, Digest>, name: String, text: &str) -> Result<(), String> {
    if !is_plain(&name) || name.starts_with('.') || name == MANIFEST_FILE {
        return Err(format!("the file name `{name}`"));
    }
    files.insert(name, Digest::try_from(text.to_owned())?);
    Ok(())
}

fn digest_inside(value: &Value) -> Option<&str> {
    match value {
        Value::String(text) => is_digest(text).then_some(text),
        Value::Array(values) => values.iter().find_map(digest_inside),
        Value::Object(fields) => fields.values().find_map(digest_inside),
        _ => None,
    }
}

fn is_digest(text: &str) -> bool {
    text.len() == 64
        && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::digest_bytes;

    #[test]
    fn only_harmless_paths_are_series() {
        assert!(SeriesPath::parse("yahoo/^GSPC/1d").unwrap().bars().is_some());
        let ticks = SeriesPath::parse("mt5/EURUSD/tick").unwrap();
        assert!(ticks.bars().is_none() && ticks.ticks().is_some());
        for bad in ["yahoo/SPY", "a/../b", "a//b", "/etc/a/b", "a/.b/c", "a/b/c/d/e/f", "a/b/c d"] {
            assert!(SeriesPath::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn a_content_file_carries_its_digest_in_the_bucket() {
        let digest = digest_bytes(b"abc");
        let path = SeriesPath::parse("yahoo/SPY/1d").unwrap().content("2015.parquet", digest);
        assert_eq!(path, format!("yahoo/SPY/1d/2015.{digest}.parquet"));
        let (series, name) = split(&path).unwrap();
        assert_eq!((series.to_string().as_str(), is_content(name)), ("yahoo/SPY/1d", true));
        assert!(!is_content("2015.parquet") && !is_content(MANIFEST_FILE));
    }

    #[test]
    fn a_manifest_names_its_files_or_is_refused() {
        let digest = digest_bytes(b"abc").to_string();
        let good = serde_json::json!({
            "symbol": "SPY", "years": {"2015": {"rows": 3, "sha256": digest}},
            "actions_sha256": digest, "splits_sha256": null, "covered": ["a..b"],
        });
        let names: Vec<String> = sealed_files(&good).unwrap().into_keys().collect();
        assert_eq!(names, ["2015.parquet", "actions.json"]);
        for bad in [
            serde_json::json!({"years": {"../x": {"sha256": digest}}}),
            serde_json::json!({"years": {"2015": {"sha256": "abc"}}}),
            serde_json::json!({"parts": [{"digest": digest}]}),
            serde_json::json!([]),
        ] {
            assert!(sealed_files(&bad).is_err(), "{bad}");
        }
    }
}
