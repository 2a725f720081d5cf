//! Names of series and of the folders they live in.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::base::digest_bytes;
use crate::config::{AlpacaSource, IbkrSource, Mt5Source, PolygonSource, Source, YahooSource};
use crate::domain::{Symbol, Timeframe};

/// Which series: where from, of what, how long its bars are.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SeriesKey {
    /// The folder of the source, by [`source_folder`].
    pub source: String,
    /// The instrument.
    pub symbol: Symbol,
    /// The length of the bars.
    pub timeframe: Timeframe,
}

impl SeriesKey {
    /// The folder below the root of the lake.
    pub(super) fn folder(&self, root: &Path) -> PathBuf {
        root.join(&self.source).join(self.symbol.as_str()).join(self.timeframe.to_string())
    }
}

impl fmt::Display for SeriesKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.source, self.symbol, self.timeframe)
    }
}

/// The folder of a source in the lake.
///
/// A vendor with its default settings is its name. Any other source carries eight digits of a digest
/// of its settings as well, so that another feed, price, folder, layout or seed is another source and
/// never a conflict; a planted market depends on the whole universe, so its symbols count too.
#[must_use]
pub fn source_folder(source: &Source, universe: &[Symbol]) -> String {
    let name = source.name();
    if is_default_vendor(source) {
        return name.to_owned();
    }
    let mut settings = serde_json::to_string(source).unwrap_or_else(|_| format!("{source:?}"));
    if matches!(source, Source::Synthetic(market) if market.planted.is_some()) {
        let symbols = universe.iter().map(|symbol| format!(" {symbol}"));
        settings.extend(symbols);
    }
    let digest = digest_bytes(settings.as_bytes()).to_string();
    format!("{name}-{}", &digest[..8])
}

/// Whether a source is a vendor that was told nothing special.
fn is_default_vendor(source: &Source) -> bool {
    match source {
        Source::Yahoo(settings) => *settings == YahooSource::default(),
        Source::Polygon(settings) => *settings == PolygonSource::default(),
        Source::Alpaca(settings) => *settings == AlpacaSource::default(),
        Source::Ibkr(settings) => *settings == IbkrSource::default(),
        // The bridge; with a path it is a folder of files.
        Source::Mt5(settings) => *settings == Mt5Source::default(),
        Source::Csv(_)
        | Source::Parquet(_)
        | Source::Synthetic(_)
        | Source::Lean(_)
        | Source::Histdata(_) => false,
    }
}
