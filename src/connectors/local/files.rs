//! Finding the file of a symbol and opening it.

use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use zip::ZipArchive;
use zip::result::ZipError;

use crate::base::FileError;
use crate::domain::Symbol;
use crate::ports::SourceError;

/// The most text that is held in memory at once: a bomb of zeros must not fill it.
const BYTES_MAX: u64 = 4 << 30;

/// Checks that one file is not to serve several symbols.
pub(in crate::connectors) fn check_universe(
    source_name: &'static str,
    path: &Path,
    universe: &[Symbol],
) -> Result<(), SourceError> {
    if path.is_file() && universe.len() > 1 {
        return Err(SourceError::Unsupported {
            source_name,
            supported: "one symbol when its path is a file (a folder holds a file for each)",
            wanted: format!("{} symbols from {}", universe.len(), path.display()),
        });
    }
    Ok(())
}

/// The one file for `symbol`: `path` itself, or in that folder `SYMBOL.ext` or `SYMBOL_….ext`,
/// whatever the letter case.
pub(in crate::connectors) fn find_file(
    path: &Path,
    symbol: &Symbol,
    extensions: &[&str],
) -> Result<PathBuf, SourceError> {
    if path.is_file() {
        return Ok(path.to_owned());
    }
    let mut found = matching_files(path, symbol, extensions)?.into_iter();
    match (found.next(), found.next()) {
        (Some(file), None) => Ok(file),
        (Some(first), Some(second)) => {
            Err(SourceError::Ambiguous { symbol: symbol.clone(), first, second })
        }
        (None, _) => {
            let names = extensions.iter().map(|ext| format!("{symbol}.{ext} or {symbol}_*.{ext}"));
            Err(SourceError::UnknownSymbol {
                symbol: symbol.clone(),
                expected: names.collect::<Vec<_>>().join(" or "),
                place: path.display().to_string(),
            })
        }
    }
}

fn matching_files(
    folder: &Path,
    symbol: &Symbol,
    extensions: &[&str],
) -> Result<Vec<PathBuf>, SourceError> {
    let failed = |source| FileError::Read { path: folder.to_owned(), source };
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if is_match(&path, symbol, extensions) && path.is_file() {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn is_match(path: &Path, symbol: &Symbol, extensions: &[&str]) -> bool {
    let lower = |part: Option<&std::ffi::OsStr>| {
        part.map(|text| text.to_string_lossy().to_lowercase()).unwrap_or_default()
    };
    let (stem, extension) = (lower(path.file_stem()), lower(path.extension()));
    let symbol = symbol.as_str().to_lowercase();
    let is_named =
        stem.strip_prefix(&symbol).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'));
    is_named && extensions.contains(&extension.as_str())
}

/// Opens a text file, or the one in a zip file, and hands it to `read`.
pub(super) fn with_text<T>(
    path: &Path,
    read: impl FnOnce(&mut dyn Read) -> Result<T, SourceError>,
) -> Result<T, SourceError> {
    let failed = |source| FileError::Read { path: path.to_owned(), source };
    let file = File::open(path).map_err(failed)?;
    let is_zip = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("zip"));
    if !is_zip {
        return read(&mut BufReader::new(file));
    }
    let broken = |reason: String| SourceError::Archive { path: path.to_owned(), reason };
    let unreadable = |error: ZipError| broken(error.to_string());
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(unreadable)?;
    let index = text_index(&archive).map_err(broken)?;
    let entry = archive.by_index(index).map_err(unreadable)?;
    read(&mut BufReader::new(entry))
}

/// The place of the only file, or of the only csv file beside others such as a vendor's report.
fn text_index<R: Read + io::Seek>(archive: &ZipArchive<R>) -> Result<usize, String> {
    if archive.len() == 1 {
        return Ok(0);
    }
    let is_csv = |name: &str| name.to_ascii_lowercase().ends_with(".csv");
    let names = archive.file_names().enumerate();
    let mut found = names.filter(|(_, name)| name.as_deref().is_ok_and(is_csv));
    match (found.next(), found.next()) {
        (Some((index, _)), None) => Ok(index),
        _ => Err(format!("it holds {} files", archive.len())),
    }
}

/// The bytes of a text file, or of the one in a zip file.
pub(in crate::connectors) fn read_all(path: &Path) -> Result<Vec<u8>, SourceError> {
    with_text(path, |input| {
        let mut bytes = Vec::new();
        let read = input.take(BYTES_MAX + 1).read_to_end(&mut bytes);
        read.map_err(|source| FileError::Read { path: path.to_owned(), source })?;
        if bytes.len() as u64 > BYTES_MAX {
            let reason = format!("its text is longer than {BYTES_MAX} bytes");
            return Err(SourceError::Archive { path: path.to_owned(), reason });
        }
        Ok(bytes)
    })
}
