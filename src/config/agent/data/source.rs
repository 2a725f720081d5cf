//! The sources of bars.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    AlpacaSource, CsvSource, HistdataSource, IbkrSource, LeanSource, Mt5Source, ParquetSource,
    PolygonSource, SyntheticSource, YahooSource,
};

/// A source of bars.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Text files, one per symbol.
    Csv(CsvSource),
    /// Parquet files, one per symbol.
    Parquet(ParquetSource),
    /// A seeded made-up market. It is not market data.
    Synthetic(SyntheticSource),
    /// A data folder of LEAN: daily, hour, minute, second, tick and quote zips.
    Lean(LeanSource),
    /// Files of HistData: one-minute bars and ticks.
    Histdata(HistdataSource),
    /// MetaTrader 5: files that the terminal exports, or its REST bridge.
    Mt5(Mt5Source),
    /// Yahoo's chart service.
    Yahoo(YahooSource),
    /// Polygon's aggregates.
    Polygon(PolygonSource),
    /// Alpaca's bars.
    Alpaca(AlpacaSource),
    /// Historical data of Interactive Brokers through TWS or its gateway.
    Ibkr(IbkrSource),
}

impl Source {
    /// Whether nobody has to be asked over a network.
    #[must_use]
    pub const fn is_local(&self) -> bool {
        match self {
            Self::Csv(_)
            | Self::Parquet(_)
            | Self::Synthetic(_)
            | Self::Lean(_)
            | Self::Histdata(_) => true,
            Self::Mt5(source) => source.path.is_some(),
            Self::Yahoo(_) | Self::Polygon(_) | Self::Alpaca(_) | Self::Ibkr(_) => false,
        }
    }

    /// The folder name in the lake, and the key in the configuration.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Csv(_) => "csv",
            Self::Parquet(_) => "parquet",
            Self::Synthetic(_) => "synthetic",
            Self::Lean(_) => "lean",
            Self::Histdata(_) => "histdata",
            Self::Mt5(_) => "mt5",
            Self::Yahoo(_) => "yahoo",
            Self::Polygon(_) => "polygon",
            Self::Alpaca(_) => "alpaca",
            Self::Ibkr(_) => "ibkr",
        }
    }
}
