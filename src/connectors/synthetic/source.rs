//! The made-up market as a source of bars.

use super::clock::{BarLength, slots};
use super::path::Path;
use super::shared::steps;
use crate::config::SyntheticSource;
use crate::dataset::Incoming;
use crate::domain::{Calendar, Symbol};
use crate::ports::{BarSource, FetchRequest, Page, SourceError};

/// A made-up market for one universe.
#[derive(Debug, Clone)]
pub struct SyntheticMarket {
    market: SyntheticSource,
    universe: Vec<Symbol>,
    calendar: Calendar,
}

impl SyntheticMarket {
    /// A market of these symbols; planted favorites depend on all of them and their order.
    #[must_use]
    pub fn new(market: &SyntheticSource, universe: &[Symbol], calendar: Calendar) -> Self {
        Self { market: market.clone(), universe: universe.to_vec(), calendar }
    }
}

impl BarSource for SyntheticMarket {
    fn origin(&self) -> String {
        format!("a made-up market of seed {}", self.market.seed)
    }

    fn fetch_page(
        &self,
        request: &FetchRequest,
        _cursor: Option<&str>,
    ) -> Result<Page, SourceError> {
        let symbol = &request.symbol;
        let index = self.universe.iter().position(|known| known == symbol).ok_or_else(|| {
            SourceError::UnknownSymbol {
                symbol: symbol.clone(),
                expected: "a symbol of the universe".to_owned(),
                place: self.origin(),
            }
        })?;
        let length = BarLength::try_new(request.timeframe, &self.calendar)?;
        if self.market.planted.is_some() && !length.is_daily() {
            return Err(SourceError::Unsupported {
                source_name: "synthetic",
                supported: "planted favorites in bars of 1d",
                wanted: format!("bars of {}", request.timeframe),
            });
        }
        let slots = slots(&length, request.range.end(), &self.calendar)?;
        let mut path = Path::new(&self.market, symbol, (index, self.universe.len()), &length);
        let mut incoming = Incoming::default();
        for step in steps(&self.market, self.universe.len(), &length, slots) {
            let (bar, split) = path.update(&step);
            if request.range.contains(step.slot.date) {
                incoming.bars.push(bar);
                incoming.actions.extend(split);
            }
        }
        if incoming.bars.is_empty() {
            return Err(SourceError::NoRows {
                symbol: symbol.clone(),
                range: request.range,
                place: self.origin(),
                has: "sessions from 2000-01-03 on".to_owned(),
            });
        }
        Ok(Page::last(incoming))
    }
}
