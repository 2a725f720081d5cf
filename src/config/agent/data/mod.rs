//! Sections `universe` and `data`.

mod files;
mod local;
mod section;
mod source;
mod synthetic;
mod vendors;

pub use files::{FileContent, HistdataSource, LeanSource, Mt5Source, QuotePrice, ServerZone};
pub use local::{ColumnMap, CsvSource, FileLayout, ParquetSource};
pub use section::{Adjust, Data, Universe};
pub use source::Source;
pub use synthetic::{Planted, SyntheticSource};
pub use vendors::{
    AlpacaFeed, AlpacaSource, IbkrContract, IbkrHours, IbkrPrice, IbkrSource, PolygonSource,
    YahooSource,
};
