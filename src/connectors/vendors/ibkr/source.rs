//! Historical bars as a source.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use ibapi::Client;
use ibapi::contracts::{Contract, ContractDetails};
use ibapi::market_data::historical::{Bar as IbkrBar, BarTimestamp};

use super::failure::{Failure, VENUE};
use super::gateway::Gateway;
use super::pacing::{Ask, PacingRules};
use super::request::{Piece, Pieces, TIMEFRAMES, bar_size, contract, trading_hours, what_to_show};
use super::wire::{BarReader, instant};
use crate::base::{Interrupt, Timestamp, now};
use crate::config::{IbkrConnector, IbkrContract, IbkrPrice, IbkrSource};
use crate::dataset::Incoming;
use crate::domain::{Bar, Calendar, Symbol, Timeframe};
use crate::ports::{BarSource, FetchRequest, Page, SourceError};

const SOURCE: &str = "ibkr";
/// From this many days on, the broker is asked first how far back it goes.
const HEAD_DAYS: i64 = 60;
const DAY_NANOS: i64 = 86_400_000_000_000;

/// Historical bars and ticks of Interactive Brokers.
///
/// The connection is made when the first page is asked for. Symbols may be asked for at the same
/// time; all of them share one connection and one account of what the broker allows.
#[derive(Debug)]
pub struct IbkrHistory {
    pub(super) settings: IbkrSource,
    pub(super) calendar: Calendar,
    pub(super) gateway: Gateway,
    parallel: usize,
    contracts: Mutex<BTreeMap<Symbol, Contract>>,
}

impl IbkrHistory {
    /// Prepares the source; nothing is asked yet.
    ///
    /// # Errors
    /// [`SourceError::Unsupported`] for trades of currency pairs, which have none.
    pub fn try_new(
        settings: &IbkrSource,
        connector: &IbkrConnector,
        calendar: Calendar,
    ) -> Result<Self, SourceError> {
        Self::with_rules(settings, connector, calendar, PacingRules::default())
    }

    pub(super) fn with_rules(
        settings: &IbkrSource,
        connector: &IbkrConnector,
        calendar: Calendar,
        rules: PacingRules,
    ) -> Result<Self, SourceError> {
        if (settings.contract, settings.price) == (IbkrContract::Forex, IbkrPrice::Trades) {
            return Err(SourceError::Unsupported {
                source_name: SOURCE,
                supported: "midpoint, bid and ask of currency pairs (data.source.ibkr.price)",
                wanted: "trades".to_owned(),
            });
        }
        Ok(Self {
            settings: settings.clone(),
            calendar,
            gateway: Gateway::try_new(connector, rules)?,
            parallel: connector.limits.parallel,
            contracts: Mutex::default(),
        })
    }

    /// Gives up waiting once a stop is requested.
    #[must_use]
    pub fn stopped_by(self, interrupt: Interrupt) -> Self {
        Self { gateway: self.gateway.stopped_by(interrupt), ..self }
    }

    /// The contract of a symbol, looked up once.
    pub(super) fn contract(&self, symbol: &Symbol) -> Result<Contract, SourceError> {
        let known = || self.contracts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(contract) = known().get(symbol) {
            return Ok(contract.clone());
        }
        let unknown = |expected: String| SourceError::UnknownSymbol {
            symbol: symbol.clone(),
            expected,
            place: self.origin(),
        };
        let asked = contract(&self.settings, symbol)
            .ok_or_else(|| unknown("six letters such as EURUSD".to_owned()))?;
        let ask = Ask::Message { text: format!("the contract of {symbol}") };
        let lookup = async |client: &Client| client.contract_details(&asked).await;
        let found = match self.gateway.ask(&ask, lookup) {
            Ok(found) => found,
            Err(Failure::Unknown(text)) => return Err(unknown(describe(&asked, &text))),
            Err(Failure::Empty) => Vec::new(),
            Err(Failure::Remote(error)) => return Err(error.into()),
        };
        let [only] = found.as_slice() else {
            return Err(unknown(describe(&asked, &listing(&found))));
        };
        let contract = Contract { exchange: asked.exchange.clone(), ..only.contract.clone() };
        known().insert(symbol.clone(), contract.clone());
        Ok(contract)
    }

    fn bars(
        &self,
        request: &FetchRequest,
        piece: &Piece,
        now: Timestamp,
    ) -> Result<Vec<IbkrBar>, SourceError> {
        let size = bar_size(request.timeframe).ok_or_else(|| unsupported(request.timeframe))?;
        let contract = self.contract(&request.symbol)?;
        let (what, hours) = (what_to_show(self.settings.price), trading_hours(self.settings.hours));
        let end = piece.end.min(now);
        let what_is_asked = format!("{what} bars of {size} and {} before {end}", piece.duration);
        let ask = self.history(&request.symbol, &what_is_asked, &what.to_string(), 1);
        let send = async |client: &Client| {
            let BarTimestamp::DateTime(end) = instant(end)? else { return Ok(Vec::new()) };
            let bars = client.historical_data(&contract, size).what_to_show(what);
            let bars = bars.trading_hours(hours).duration(piece.duration).ending(end);
            bars.fetch().await.map(|answer| answer.bars)
        };
        self.answered(&request.symbol, self.gateway.ask(&ask, send))
    }

    fn read(
        &self,
        request: &FetchRequest,
        answer: &[IbkrBar],
        piece: &Piece,
        now: Timestamp,
    ) -> Result<Vec<Bar>, SourceError> {
        let reader = BarReader {
            settings: &self.settings,
            calendar: &self.calendar,
            timeframe: request.timeframe,
            range: request.range,
            now,
        };
        Ok(reader.read(answer, piece)?)
    }

    /// Where the bars of a long request can begin: not before the first that the broker has.
    fn beginning(
        &self,
        request: &FetchRequest,
        pieces: &Pieces<'_>,
    ) -> Result<Timestamp, SourceError> {
        let start = pieces.start();
        let days = i64::from((request.range.end() - request.range.start()).get_days());
        if request.timeframe.seconds().is_none() || days < HEAD_DAYS {
            return Ok(start);
        }
        let contract = self.contract(&request.symbol)?;
        let (what, hours) = (what_to_show(self.settings.price), trading_hours(self.settings.hours));
        let ask =
            self.history(&request.symbol, &format!("first {what} time"), &what.to_string(), 1);
        let send = async |client: &Client| {
            client
                .head_timestamp(&contract, what, hours)
                .await
                .map(|time| vec![time.unix_timestamp()])
        };
        let head = self.answered(&request.symbol, self.gateway.ask(&ask, send))?;
        // A day earlier: the broker counts days in its own way.
        let first = head.first().map(|&time| Timestamp::from_seconds(time));
        Ok(first.map_or(start, |first| start.max(first.saturating_add_nanos(-DAY_NANOS))))
    }

    /// A request about history, for the rules of pacing.
    pub(super) fn history(&self, symbol: &Symbol, text: &str, price: &str, weight: u32) -> Ask {
        Ask::History {
            text: format!("{text} of {symbol}"),
            series: format!("{symbol} {} {price}", self.settings.exchange),
            weight,
        }
    }

    /// Turns "nothing there" into an empty list, and names the symbol that is not there.
    pub(super) fn answered<T>(
        &self,
        symbol: &Symbol,
        answer: Result<Vec<T>, Failure>,
    ) -> Result<Vec<T>, SourceError> {
        answer.or_else(|failure| match failure {
            Failure::Empty => Ok(Vec::new()),
            Failure::Unknown(text) => Err(SourceError::UnknownSymbol {
                symbol: symbol.clone(),
                expected: format!("a contract ({text})"),
                place: self.origin(),
            }),
            Failure::Remote(error) => Err(error.into()),
        })
    }

    fn notes(&self, timeframe: Timeframe) -> Vec<String> {
        let mut notes = Vec::new();
        match (self.settings.contract, self.settings.price) {
            (IbkrContract::Stock, IbkrPrice::Trades) => notes.push(
                "IBKR gives no raw prices: its trades are adjusted for the splits known on the \
                 day of the download, not for dividends, and it sends neither splits nor dividends"
                    .to_owned(),
            ),
            (IbkrContract::Stock, _) => notes.push(
                "IBKR sends neither splits nor dividends, and does not say how its quotes of the \
                 past are adjusted"
                    .to_owned(),
            ),
            (IbkrContract::Forex, _) => {}
        }
        if matches!(timeframe, Timeframe::Seconds(..=30)) {
            notes.push("IBKR keeps bars of 30 s and less for six months".to_owned());
        }
        notes
    }
}

impl BarSource for IbkrHistory {
    fn origin(&self) -> String {
        format!("{VENUE} at {}", self.gateway.address())
    }

    fn fetch_page(
        &self,
        request: &FetchRequest,
        cursor: Option<&str>,
    ) -> Result<Page, SourceError> {
        bar_size(request.timeframe).ok_or_else(|| unsupported(request.timeframe))?;
        let pieces = Pieces::new(&self.settings, &self.calendar, request);
        let at = match cursor {
            Some(text) => Cursor::read(text).ok_or_else(|| SourceError::Cursor {
                place: self.origin(),
                cursor: text.to_owned(),
            })?,
            None => Cursor { from: self.beginning(request, &pieces)?, rows: 0 },
        };
        let now = now();
        let piece_at = |from| Ok::<_, SourceError>(pieces.at(from)?.filter(|it| it.from < now));
        let (mut bars, mut next) = (Vec::new(), None);
        if let Some(piece) = piece_at(at.from)? {
            bars = self.read(request, &self.bars(request, &piece, now)?, &piece, now)?;
            next = piece_at(piece.to)?;
        }
        let rows = at.rows + bars.len();
        if rows == 0 && next.is_none() {
            return Err(SourceError::NoRows {
                symbol: request.symbol.clone(),
                range: request.range,
                place: self.origin(),
                has: "no bars".to_owned(),
            });
        }
        let notes = cursor.map_or_else(|| self.notes(request.timeframe), |_| Vec::new());
        let next = next.map(|piece| Cursor { from: piece.from, rows }.to_string());
        Ok(Page { incoming: Incoming { bars, actions: Vec::new(), notes }, next })
    }

    fn days_max(&self, timeframe: Timeframe) -> Option<u32> {
        match timeframe {
            Timeframe::Seconds(..60) => Some(31),
            Timeframe::Seconds(_) => Some(366),
            Timeframe::Day | Timeframe::Week | Timeframe::Month => None,
        }
    }

    fn parallel(&self) -> usize {
        self.parallel
    }
}

/// Where a request goes on, and how many bars it has had: `2019-03-01T05:00:00Z+1234`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cursor {
    from: Timestamp,
    rows: usize,
}

impl Cursor {
    fn read(text: &str) -> Option<Self> {
        let (from, rows) = text.rsplit_once('+')?;
        Some(Self { from: from.parse().ok()?, rows: rows.parse().ok()? })
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}+{}", self.from, self.rows)
    }
}

fn unsupported(timeframe: Timeframe) -> SourceError {
    SourceError::Unsupported {
        source_name: SOURCE,
        supported: TIMEFRAMES,
        wanted: timeframe.to_string(),
    }
}

fn describe(asked: &Contract, found: &str) -> String {
    let Contract { symbol, security_type, currency, exchange, .. } = asked;
    format!("one contract `{symbol}` ({security_type}, {currency}, {exchange}; {found})")
}

fn listing(found: &[ContractDetails]) -> String {
    let names = found.iter().take(5).map(|one| {
        let Contract { local_symbol, primary_exchange, contract_id, .. } = &one.contract;
        format!("{local_symbol} at {primary_exchange} with id {contract_id}")
    });
    format!("found {}: {}", found.len(), names.collect::<Vec<_>>().join(", "))
}
