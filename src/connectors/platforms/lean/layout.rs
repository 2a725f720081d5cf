//! Where LEAN keeps what: `<kind>/<market>/<resolution>/…`.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;

use crate::base::Date;
use crate::config::QuotePrice;
use crate::connectors::platforms::wall::{eastern_standard, new_york};
use crate::domain::{Symbol, Timeframe};
use crate::ports::SourceError;

/// The kinds of instruments that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `equity/usa`: trades and quotes in 1/10000, New York.
    Equity,
    /// `forex/<market>`: quotes in units; `fxcm` in UTC-05 all year, others in UTC.
    Forex,
    /// `crypto/<market>`: trades and quotes in units, UTC.
    Crypto,
}

/// How long the rows of a file are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Resolution {
    Daily,
    Hour,
    Minute,
    Second,
    Tick,
}

/// Trades or quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Trade,
    Quote,
}

/// The files of one instrument.
#[derive(Debug, Clone)]
pub(super) struct Instrument {
    pub(super) kind: Kind,
    /// `<root>/equity/usa` and so on.
    pub(super) market: PathBuf,
    pub(super) zone: TimeZone,
    /// What prices are divided by.
    pub(super) unit: f64,
}

impl Kind {
    const ALL: [Self; 3] = [Self::Equity, Self::Forex, Self::Crypto];

    const fn folder(self) -> &'static str {
        match self {
            Self::Equity => "equity",
            Self::Forex => "forex",
            Self::Crypto => "crypto",
        }
    }
}

impl Resolution {
    const ALL: [Self; 5] = [Self::Daily, Self::Hour, Self::Minute, Self::Second, Self::Tick];

    pub(super) const fn folder(self) -> &'static str {
        match self {
            Self::Daily => "daily",
            Self::Hour => "hour",
            Self::Minute => "minute",
            Self::Second => "second",
            Self::Tick => "tick",
        }
    }

    pub(super) const fn seconds(self) -> Option<u32> {
        match self {
            Self::Hour => Some(3600),
            Self::Minute => Some(60),
            Self::Second => Some(1),
            Self::Daily | Self::Tick => None,
        }
    }

    /// Whether one file holds all days.
    pub(super) const fn is_one_file(self) -> bool {
        matches!(self, Self::Daily | Self::Hour)
    }

    /// Whether bars of `timeframe` can be joined of these.
    fn divides(self, timeframe: Timeframe, kind: Kind) -> bool {
        match (self, timeframe) {
            (Self::Tick, _) | (Self::Daily, Timeframe::Seconds(_)) => false,
            // The days of forex files begin at midnight UTC-05, those of the calendar do not.
            (Self::Daily, _) => kind != Kind::Forex,
            // Hours of the clock do not fit into sessions that begin at half past nine.
            (Self::Hour, _) if kind == Kind::Equity => false,
            (_, Timeframe::Seconds(asked)) => {
                self.seconds().is_some_and(|own| asked.is_multiple_of(own))
            }
            (_, Timeframe::Day | Timeframe::Week | Timeframe::Month) => true,
        }
    }
}

impl Side {
    pub(super) const fn of(price: QuotePrice) -> Self {
        match price {
            QuotePrice::Last => Self::Trade,
            QuotePrice::Bid | QuotePrice::Ask | QuotePrice::Mid => Self::Quote,
        }
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Trade => "trade",
            Self::Quote => "quote",
        }
    }
}

impl Instrument {
    /// The kind and the market that have files of a symbol.
    pub(super) fn find(root: &Path, symbol: &Symbol) -> Result<Self, SourceError> {
        let ticker = symbol.as_str().to_lowercase();
        let mut found: Vec<Self> = Vec::new();
        for kind in Kind::ALL {
            for market in folders(&root.join(kind.folder())) {
                let instrument = Self::new(kind, market);
                if Resolution::ALL.iter().any(|&length| instrument.has(length, &ticker)) {
                    found.push(instrument);
                }
            }
        }
        let mut found = found.into_iter();
        match (found.next(), found.next()) {
            (Some(instrument), None) => Ok(instrument),
            (Some(first), Some(second)) => Err(SourceError::Ambiguous {
                symbol: symbol.clone(),
                first: first.market,
                second: second.market,
            }),
            (None, _) => Err(SourceError::UnknownSymbol {
                symbol: symbol.clone(),
                expected: format!("a folder or file `{ticker}` of equity, forex or crypto"),
                place: root.display().to_string(),
            }),
        }
    }

    fn new(kind: Kind, market: PathBuf) -> Self {
        let is_fxcm = market.file_name().is_some_and(|name| name.eq_ignore_ascii_case("fxcm"));
        let zone = match kind {
            Kind::Equity => new_york(),
            Kind::Forex if is_fxcm => eastern_standard(),
            Kind::Forex | Kind::Crypto => TimeZone::UTC,
        };
        let unit = if kind == Kind::Equity { 10_000.0 } else { 1.0 };
        Self { kind, market, zone, unit }
    }

    /// Whether there are files of a ticker.
    pub(super) fn has(&self, length: Resolution, ticker: &str) -> bool {
        if length.is_one_file() {
            let sides = [Side::Trade, Side::Quote];
            return sides.into_iter().any(|side| self.one_file(length, ticker, side).is_file());
        }
        self.folder(length, ticker).is_dir()
    }

    /// The longest rows from which bars of a timeframe can be joined.
    pub(super) fn longest(&self, timeframe: Timeframe, tickers: &[&str]) -> Option<Resolution> {
        let there = |length: Resolution| tickers.iter().any(|ticker| self.has(length, ticker));
        let fits = |length: &Resolution| length.divides(timeframe, self.kind) && there(*length);
        Resolution::ALL.into_iter().find(fits)
    }

    /// The price that is meant if none is said.
    pub(super) const fn usual_price(&self) -> QuotePrice {
        match self.kind {
            Kind::Equity | Kind::Crypto => QuotePrice::Last,
            Kind::Forex => QuotePrice::Bid,
        }
    }

    fn folder(&self, length: Resolution, ticker: &str) -> PathBuf {
        self.market.join(length.folder()).join(ticker)
    }

    /// The zip file of all days; crypto has one for either side.
    pub(super) fn one_file(&self, length: Resolution, ticker: &str, side: Side) -> PathBuf {
        let name = match self.kind {
            Kind::Crypto => format!("{ticker}_{}.zip", side.name()),
            Kind::Equity | Kind::Forex => format!("{ticker}.zip"),
        };
        self.market.join(length.folder()).join(name)
    }

    /// The zip file of one day.
    pub(super) fn day_file(
        &self,
        length: Resolution,
        ticker: &str,
        date: Date,
        side: Side,
    ) -> PathBuf {
        let name = format!("{}_{}.zip", date.strftime("%Y%m%d"), side.name());
        self.folder(length, ticker).join(name)
    }
}

fn folders(parent: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(parent).into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> =
        entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    found.sort();
    found
}
