//! Which series a command is about.

use crate::commands::{Failure, FailureKind};
use crate::dataset::{Lake, SeriesKey};
use crate::domain::{Symbol, Timeframe};

/// Which series a command is about; what is absent allows any.
#[derive(Debug, Clone, Default)]
pub struct SeriesFilter {
    /// The instrument.
    pub symbol: Option<Symbol>,
    /// The folder of the source in the lake, or its name without the digest behind it.
    pub source: Option<String>,
    /// The length of the bars.
    pub timeframe: Option<Timeframe>,
}

impl SeriesFilter {
    /// The series that fit, at least one unless the filter is empty.
    pub(super) fn all(&self, lake: &Lake) -> Result<Vec<SeriesKey>, Failure> {
        let mut keys = lake.list();
        keys.retain(|key| self.fits(key));
        let is_open = self.symbol.is_none() && self.source.is_none() && self.timeframe.is_none();
        if keys.is_empty() && !is_open {
            return Err(self.nothing(lake));
        }
        Ok(keys)
    }

    /// The one series that fits.
    pub(super) fn one(&self, lake: &Lake) -> Result<SeriesKey, Failure> {
        let keys = self.all(lake)?;
        let [key] = keys.as_slice() else {
            if keys.is_empty() {
                return Err(self.nothing(lake));
            }
            let names: Vec<String> = keys.iter().map(ToString::to_string).collect();
            let text =
                format!("one series must be meant, {} fit: {}", keys.len(), names.join(", "));
            return Err(Failure::new(FailureKind::Usage, text)
                .hint("choose one with --source and --timeframe"));
        };
        Ok(key.clone())
    }

    fn fits(&self, key: &SeriesKey) -> bool {
        self.symbol.as_ref().is_none_or(|symbol| *symbol == key.symbol)
            && self.source.as_ref().is_none_or(|source| is_source(&key.source, source))
            && self.timeframe.is_none_or(|timeframe| timeframe == key.timeframe)
    }

    fn nothing(&self, lake: &Lake) -> Failure {
        let symbol = self.symbol.as_ref().map(|symbol| format!(" of `{symbol}`"));
        let timeframe = self.timeframe.map(|timeframe| format!(" {timeframe}"));
        let source = self.source.as_ref().map(|source| format!(" from {source}"));
        let what: String = [symbol, timeframe, source].into_iter().flatten().collect();
        let text = format!("no series{what} in {}", lake.root().display());
        Failure::new(FailureKind::Data, text).hint("releat data list shows what is there")
    }
}

/// `csv` means `csv-1a2b3c4d` as well.
pub(super) fn is_source(folder: &str, wanted: &str) -> bool {
    let digest = folder.strip_prefix(wanted).and_then(|rest| rest.strip_prefix('-'));
    folder == wanted || digest.is_some_and(|digest| !digest.contains('-'))
}

/// The series of another source with the same symbol and timeframe, if there is one.
pub(super) fn counterpart(
    lake: &Lake,
    key: &SeriesKey,
    source: &str,
) -> Result<Option<SeriesKey>, Failure> {
    if key.source == source {
        return Ok(None);
    }
    let mut keys = lake.list();
    keys.retain(|other| {
        other != key
            && other.symbol == key.symbol
            && other.timeframe == key.timeframe
            && is_source(&other.source, source)
    });
    match keys.as_slice() {
        [] => Ok(None),
        [other] => Ok(Some(other.clone())),
        several => {
            let names: Vec<String> = several.iter().map(|other| other.source.clone()).collect();
            let text =
                format!("--against must mean one source, `{source}` fits {}", names.join(", "));
            Err(Failure::new(FailureKind::Usage, text).hint("write the whole name"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_goes_by_its_folder_or_its_name() {
        for (folder, wanted, expected) in [
            ("yahoo", "yahoo", true),
            ("csv-1a2b3c4d", "csv", true),
            ("csv-1a2b3c4d", "csv-1a2b3c4d", true),
            ("csv-1a2b3c4d", "csv-1a2b", false),
            ("synthetic-1a2b3c4d", "syn", false),
        ] {
            assert_eq!(is_source(folder, wanted), expected, "{folder} {wanted}");
        }
    }
}
