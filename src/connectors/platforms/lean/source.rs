//! LEAN's folder as a source of bars and ticks.

use std::path::Path;

use jiff::ToSpan;

use super::layout::{Instrument, Kind, Resolution, Side};
use super::names::{Name, names};
use super::rows::{RowTimes, read_bars, read_ticks};
use crate::base::{Date, DateRange};
use crate::config::{FileContent, LeanSource, QuotePrice};
use crate::connectors::local::{daily_bars, find_file, read_all, read_factor_file};
use crate::connectors::platforms::TickPart;
use crate::connectors::platforms::lines::Lines;
use crate::connectors::platforms::maker::{BarMaker, days_to_read, weekends};
use crate::connectors::platforms::wall::WallDay;
use crate::domain::{Calendar, CalendarName, Symbol, Timeframe};
use crate::ports::{BarSource, FetchRequest, Page, SourceError};

/// A data folder of LEAN: `equity/usa/…`, `forex/<market>/…`, `crypto/<market>/…`.
#[derive(Debug, Clone)]
pub struct LeanFiles {
    settings: LeanSource,
    calendar: Calendar,
}

/// What is read for one request.
struct Reading<'a> {
    instrument: &'a Instrument,
    price: QuotePrice,
    names: &'a [Name],
}

impl LeanFiles {
    /// A source for `universe`.
    ///
    /// # Errors
    /// [`SourceError::Unsupported`] if the path is no folder.
    pub fn try_new(
        settings: &LeanSource,
        _universe: &[Symbol],
        calendar: Calendar,
    ) -> Result<Self, SourceError> {
        if settings.path.is_file() {
            return Err(SourceError::Unsupported {
                source_name: "lean",
                supported: "a data folder that holds `equity`, `forex` or `crypto`",
                wanted: format!("the file {}", settings.path.display()),
            });
        }
        Ok(Self { settings: settings.clone(), calendar })
    }

    /// The ticks of some days of the exchange, a part for each file, unchecked.
    ///
    /// # Errors
    /// [`SourceError`]; nothing for days without a file.
    pub fn read_ticks(
        &self,
        symbol: &Symbol,
        range: DateRange,
    ) -> Result<Vec<TickPart>, SourceError> {
        let instrument = Instrument::find(&self.settings.path, symbol)?;
        let price = self.settings.price.unwrap_or(instrument.usual_price());
        let mut parts = Vec::new();
        for name in names(&instrument.market, symbol, range)? {
            for date in dates(name.days) {
                parts.extend(read_tick_file(&instrument, &name.ticker, date, Side::of(price))?);
            }
        }
        Ok(parts)
    }

    fn make(&self, request: &FetchRequest) -> Result<Page, SourceError> {
        let instrument = Instrument::find(&self.settings.path, &request.symbol)?;
        let price = self.settings.price.unwrap_or(instrument.usual_price());
        if instrument.kind == Kind::Forex && price == QuotePrice::Last {
            return Err(SourceError::Unsupported {
                source_name: "lean",
                supported: "bid, ask and mid for forex",
                wanted: "the price `last`".to_owned(),
            });
        }
        let names = names(&instrument.market, &request.symbol, days_to_read(request))?;
        let reading = Reading { instrument: &instrument, price, names: &names };
        let mut maker = match self.settings.content {
            FileContent::Ticks => self.make_of_ticks(request, &reading)?,
            FileContent::Bars => self.make_of_bars(request, &reading)?,
        };
        if self.calendar.name() == CalendarName::AlwaysOpen && instrument.kind == Kind::Forex {
            maker.note(weekends());
        }
        if instrument.kind == Kind::Equity {
            self.read_actions(request, &instrument, &mut maker)?;
        }
        maker.finish(&instrument.market.display().to_string()).map(Page::last)
    }

    fn make_of_ticks<'a>(
        &'a self,
        request: &'a FetchRequest,
        reading: &Reading<'_>,
    ) -> Result<BarMaker<'a>, SourceError> {
        let Reading { instrument, price, names } = reading;
        let mut maker = BarMaker::of_ticks(request, *price, &self.calendar);
        for name in *names {
            for date in dates(name.days) {
                let side = Side::of(*price);
                if let Some(part) = read_tick_file(instrument, &name.ticker, date, side)? {
                    maker.ticks(part.ticks)?;
                }
            }
        }
        Ok(maker)
    }

    fn make_of_bars<'a>(
        &'a self,
        request: &'a FetchRequest,
        reading: &Reading<'_>,
    ) -> Result<BarMaker<'a>, SourceError> {
        let Reading { instrument, price, names } = reading;
        let mut maker = BarMaker::of_bars(request, &self.calendar);
        let tickers: Vec<&str> = names.iter().map(|name| name.ticker.as_str()).collect();
        let length = instrument.longest(request.timeframe, &tickers);
        let length = length.ok_or_else(|| SourceError::UnknownSymbol {
            symbol: request.symbol.clone(),
            expected: format!("bars of {} or shorter ones that fit into them", request.timeframe),
            place: instrument.market.display().to_string(),
        })?;
        for name in *names {
            if !instrument.has(length, &name.ticker) {
                let (ticker, length) = (name.ticker.to_uppercase(), length.folder());
                let days = name.days;
                maker.note(format!("no {length} files of {ticker}, the name in {days}"));
            } else if length == Resolution::Daily && instrument.kind == Kind::Equity {
                self.read_daily(request, reading, name, &mut maker)?;
            } else if length.is_one_file() {
                let side = Side::of(*price);
                let path = instrument.one_file(length, &name.ticker, side);
                read_one_file(&path, name.days, length, reading, &mut maker)?;
            } else {
                read_day_files(name, length, reading, &mut maker)?;
            }
        }
        Ok(maker)
    }

    /// Daily rows of trades count as sessions of the exchange.
    fn read_daily(
        &self,
        request: &FetchRequest,
        reading: &Reading<'_>,
        name: &Name,
        maker: &mut BarMaker<'_>,
    ) -> Result<(), SourceError> {
        let Reading { instrument, price, .. } = reading;
        if *price != QuotePrice::Last {
            return Err(SourceError::Unsupported {
                source_name: "lean",
                supported: "the price `last` for daily bars of equities",
                wanted: format!("the price {price:?} for {}", request.timeframe).to_lowercase(),
            });
        }
        let path = instrument.one_file(Resolution::Daily, &name.ticker, Side::Trade);
        let daily = FetchRequest {
            symbol: request.symbol.clone(),
            timeframe: Timeframe::Day,
            range: name.days,
        };
        for bar in daily_bars(&path, &daily, &self.calendar)? {
            if request.timeframe == Timeframe::Day {
                maker.whole(bar);
            } else {
                maker.bar(&bar)?;
            }
        }
        Ok(())
    }

    fn read_actions(
        &self,
        request: &FetchRequest,
        instrument: &Instrument,
        maker: &mut BarMaker<'_>,
    ) -> Result<(), SourceError> {
        let folder = instrument.market.join("factor_files");
        if !folder.is_dir() {
            maker.note(no_factors(request, &folder));
            return Ok(());
        }
        match find_file(&folder, &request.symbol, &["csv"]) {
            Ok(path) => read_factor_file(&path, request, &self.calendar, maker.incoming()),
            Err(SourceError::UnknownSymbol { .. }) => {
                maker.note(no_factors(request, &folder));
                Ok(())
            }
            Err(error) => Err(error),
        }
    }
}

impl BarSource for LeanFiles {
    fn origin(&self) -> String {
        self.settings.path.display().to_string()
    }

    fn fetch_page(
        &self,
        request: &FetchRequest,
        _cursor: Option<&str>,
    ) -> Result<Page, SourceError> {
        self.make(request)
    }
}

fn no_factors(request: &FetchRequest, folder: &Path) -> String {
    let symbol = &request.symbol;
    format!("no factor file for {symbol} in {}: no splits, no dividends", folder.display())
}

fn dates(days: DateRange) -> impl Iterator<Item = Date> {
    days.start().series(1.day()).take_while(move |&date| date <= days.end())
}

fn read_tick_file(
    instrument: &Instrument,
    ticker: &str,
    date: Date,
    side: Side,
) -> Result<Option<TickPart>, SourceError> {
    let path = instrument.day_file(Resolution::Tick, ticker, date, side);
    if !path.is_file() {
        return Ok(None);
    }
    let text = read_all(&path)?;
    let day = WallDay::new(date, &instrument.zone);
    let ticks = read_ticks(Lines::new(&path, &text, b','), &day, instrument, side)?;
    Ok(Some(TickPart { origin: path.display().to_string(), ticks }))
}

fn read_day_files(
    name: &Name,
    length: Resolution,
    reading: &Reading<'_>,
    maker: &mut BarMaker<'_>,
) -> Result<(), SourceError> {
    let Reading { instrument, price, .. } = reading;
    for date in dates(name.days) {
        let path = instrument.day_file(length, &name.ticker, date, Side::of(*price));
        if path.is_file() {
            let text = read_all(&path)?;
            let day = WallDay::new(date, &instrument.zone);
            let lines = Lines::new(&path, &text, b',');
            let times = RowTimes::Day(&day);
            read_bars(lines, &times, length, *price, instrument.unit, |bar| maker.bar(bar))?;
        }
    }
    Ok(())
}

fn read_one_file(
    path: &Path,
    days: DateRange,
    length: Resolution,
    reading: &Reading<'_>,
    maker: &mut BarMaker<'_>,
) -> Result<(), SourceError> {
    let Reading { instrument, price, .. } = reading;
    let text = read_all(path)?;
    let lines = Lines::new(path, &text, b',');
    let times = RowTimes::Written(instrument);
    read_bars(lines, &times, length, *price, instrument.unit, |bar| {
        let is_asked = days.contains(bar.open_time.date_in(&instrument.zone));
        if is_asked { maker.bar(bar) } else { Ok(()) }
    })
}
