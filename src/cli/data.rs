//! Options of `data`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::mirror::{self, PullArguments, PushArguments, SyncArguments};
use crate::base::{Date, DateRange, parse_date};
use crate::commands::{
    self, CheckOutputs, DataBarsOptions, DataCheckOptions, DataExportOptions, DataShowOptions,
    Failure, SeriesFilter, SessionOptions,
};
use crate::config::{Adjust, QuotePrice};
use crate::dataset::ticks::BarRule;
use crate::domain::{CalendarName, Symbol, Timeframe};

/// What to do with the lake.
#[derive(Debug, Subcommand)]
pub enum DataCommand {
    /// What the lake holds, one line a series.
    List,
    /// One series: summary, corporate actions, first and last bars.
    Show(ShowArguments),
    /// Check digests, calendar and prices; exit 1 if there is something to look at.
    Check(CheckArguments),
    /// Write the bars of one series as CSV, adjusted as of a day.
    Export(ExportArguments),
    /// Write bars built from the ticks of the lake as CSV.
    Bars(BarsArguments),
    /// Bring what is new in the lake to a mirror.
    Push(PushArguments),
    /// Bring what is new in a mirror to the lake.
    Pull(PullArguments),
    /// Bring what is new on either side to the other.
    Sync(SyncArguments),
}

/// Options of `data show`.
#[derive(Debug, Args)]
pub struct ShowArguments {
    /// The instrument.
    #[arg(long, value_name = "SYMBOL")]
    pub symbol: Symbol,
    /// Where it comes from: a folder of the lake, such as yahoo; needed if several have the symbol.
    #[arg(long, value_name = "SOURCE")]
    pub source: Option<String>,
    /// The length of the bars, such as 1d; needed if the lake has several.
    #[arg(long, value_name = "LENGTH")]
    pub timeframe: Option<Timeframe>,
    /// Only these days.
    #[arg(long, value_name = "A..B")]
    pub range: Option<DateRange>,
}

/// Options of `data check`.
#[derive(Debug, Args)]
pub struct CheckArguments {
    /// Only this instrument.
    #[arg(long, value_name = "SYMBOL")]
    pub symbol: Option<Symbol>,
    /// Only this folder of the lake, such as yahoo.
    #[arg(long, value_name = "SOURCE")]
    pub source: Option<String>,
    /// Only bars of this length, such as 1d.
    #[arg(long, value_name = "LENGTH")]
    pub timeframe: Option<Timeframe>,
    /// Compare each series with that of another source, after adjustment.
    #[arg(long, value_name = "SOURCE")]
    pub against: Option<String>,
    /// Write all findings as one offline HTML file.
    #[arg(long, value_name = "FILE.html")]
    pub html: Option<PathBuf>,
    /// Draw what is there, missing and odd, as .svg or .png.
    #[arg(long, value_name = "FILE")]
    pub picture: Option<PathBuf>,
}

/// Options of `data export`.
#[derive(Debug, Args)]
pub struct ExportArguments {
    /// The instrument.
    #[arg(long, value_name = "SYMBOL")]
    pub symbol: Symbol,
    /// Where it comes from: a folder of the lake, such as yahoo; needed if several have the symbol.
    #[arg(long, value_name = "SOURCE")]
    pub source: Option<String>,
    /// The length of the bars, such as 1d; needed if the lake has several.
    #[arg(long, value_name = "LENGTH")]
    pub timeframe: Option<Timeframe>,
    /// Days to write; default all.
    #[arg(long, value_name = "A..B")]
    pub range: Option<DateRange>,
    /// Which corporate actions the prices are adjusted for.
    #[arg(long, value_enum, default_value = "total")]
    pub adjust: AdjustChoice,
    /// The day whose prices are raw; default the last day of the range.
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    pub as_of: Option<Date>,
    /// File to write; `-` is standard output.
    #[arg(long, value_name = "FILE.csv")]
    pub output: PathBuf,
}

/// Options of `data bars`.
#[derive(Debug, Args)]
pub struct BarsArguments {
    /// The instrument.
    #[arg(long, value_name = "SYMBOL")]
    pub symbol: Symbol,
    /// Where its ticks come from: a folder of the lake.
    #[arg(long, value_name = "SOURCE")]
    pub source: String,
    /// When a bar ends: after a time (1s, 5min), or a number of ticks, volume or money (500 ticks,
    /// `10000 volume`, `1e6 money`).
    #[arg(long, value_name = "RULE", value_parser = bar_rule)]
    pub every: BarRule,
    /// The price that bars are made of.
    #[arg(long, value_enum, default_value = "last")]
    pub price: PriceChoice,
    /// The sessions that bars of a time are counted in: XNYS or 24x7.
    #[arg(long, value_name = "CALENDAR", default_value = "XNYS", value_parser = calendar)]
    pub calendar: CalendarName,
    /// Only these days, by UTC.
    #[arg(long, value_name = "A..B")]
    pub range: Option<DateRange>,
    /// File to write; `-` is standard output.
    #[arg(long, value_name = "FILE.csv")]
    pub output: PathBuf,
}

/// The price of bars from ticks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PriceChoice {
    /// What a seller gets.
    Bid,
    /// What a buyer pays.
    Ask,
    /// The middle of both.
    Mid,
    /// The last trade.
    Last,
}

impl From<PriceChoice> for QuotePrice {
    fn from(choice: PriceChoice) -> Self {
        match choice {
            PriceChoice::Bid => Self::Bid,
            PriceChoice::Ask => Self::Ask,
            PriceChoice::Mid => Self::Mid,
            PriceChoice::Last => Self::Last,
        }
    }
}

fn bar_rule(text: &str) -> Result<BarRule, String> {
    let wrong =
        || format!("expected 1s, 5min, `500 ticks`, `10000 volume` or `1e6 money`, found `{text}`");
    let Some((amount, unit)) = text.trim().split_once(' ') else {
        return text.trim().parse().map(BarRule::Time).map_err(|_| wrong());
    };
    match unit.trim() {
        "ticks" => amount.parse().map(BarRule::Ticks).map_err(|_| wrong()),
        "volume" => amount.parse().map(BarRule::Volume).map_err(|_| wrong()),
        "money" => amount.parse().map(BarRule::Dollars).map_err(|_| wrong()),
        _ => Err(wrong()),
    }
}

fn calendar(text: &str) -> Result<CalendarName, String> {
    match text {
        "XNYS" => Ok(CalendarName::Xnys),
        "24x7" => Ok(CalendarName::AlwaysOpen),
        _ => Err(format!("expected XNYS or 24x7, found `{text}`")),
    }
}

/// Which corporate actions prices are adjusted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum AdjustChoice {
    /// Prices as printed.
    None,
    /// Splits only.
    Split,
    /// Splits, and payouts as if reinvested.
    Total,
}

impl From<AdjustChoice> for Adjust {
    fn from(choice: AdjustChoice) -> Self {
        match choice {
            AdjustChoice::None => Self::None,
            AdjustChoice::Split => Self::Split,
            AdjustChoice::Total => Self::Total,
        }
    }
}

/// Runs a subcommand of `data`.
pub(super) fn run(session: &SessionOptions, command: DataCommand) -> Result<(), Failure> {
    match command {
        DataCommand::List => commands::data_list(session),
        DataCommand::Show(ShowArguments { symbol, source, timeframe, range }) => {
            let series = SeriesFilter { symbol: Some(symbol), source, timeframe };
            commands::data_show(session, &DataShowOptions { series, range })
        }
        DataCommand::Check(options) => {
            let CheckArguments { symbol, source, timeframe, against, html, picture } = options;
            let series = SeriesFilter { symbol, source, timeframe };
            let outputs = CheckOutputs { against, html, picture };
            commands::data_check(session, &DataCheckOptions { series, outputs })
        }
        DataCommand::Export(options) => {
            let ExportArguments { symbol, source, timeframe, range, adjust, as_of, output } =
                options;
            let series = SeriesFilter { symbol: Some(symbol), source, timeframe };
            let adjust = adjust.into();
            let export = DataExportOptions { series, range, adjust, as_of, output };
            commands::data_export(session, &export)
        }
        DataCommand::Bars(options) => {
            let BarsArguments { symbol, source, every, price, calendar, range, output } = options;
            let (rule, price) = (every, price.into());
            let bars = DataBarsOptions { symbol, source, rule, price, calendar, range, output };
            commands::data_bars(session, &bars)
        }
        DataCommand::Push(options) => mirror::push(session, options),
        DataCommand::Pull(options) => mirror::pull(session, options),
        DataCommand::Sync(options) => mirror::sync(session, options),
    }
}
