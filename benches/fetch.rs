//! Ten years of daily bars of 500 symbols: into the lake, again without news, and out of it adjusted.
//!
//! The source is in this process and answers at once with one page of bars, one of splits and one of
//! dividends, so what is measured is the engine and the lake. Prints one JSON document.
#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark that cannot be set up should stop, and says what it measured"
)]

use releat::base::{DateRange, Interrupt, NoProgress, Stopwatch};
use releat::config::Adjust;
use releat::connectors::{FetchJob, FetchMode, FetchOutcome, fetch};
use releat::dataset::{Incoming, Lake, PanelRequest, build_panel};
use releat::domain::{
    Bar, Calendar, CalendarName, CorporateAction, CorporateActionKind, Session, Symbol, Timeframe,
};
use releat::ports::{BarSource, FetchRequest, Page, SourceError};

const NUM_SYMBOLS: usize = 500;
const RANGE: &str = "2010-01-01..2019-12-31";

/// A vendor without a network.
struct Instant {
    symbols: Vec<Symbol>,
    sessions: Vec<Session>,
    parallel: usize,
}

impl Instant {
    fn bars(&self, symbol: usize) -> Vec<Bar> {
        let bar = |(day, session): (usize, &Session)| {
            let wave = (day as f64 / 50.0 + symbol as f64).sin() + 0.05 * (day as f64 * 1.7).sin();
            let close = ((50.0 + symbol as f64) * (1.0 + 0.2 * wave) * 100.0).round() / 100.0;
            let (open_time, available_at) = (session.open, session.close);
            let (open, high, low) = (close * 0.999, close * 1.005, close * 0.995);
            let volume = (1_000_000 + 977 * (day * (symbol + 3) % 1009)) as f64;
            Bar { open_time, available_at, open, high, low, close, volume }
        };
        self.sessions.iter().enumerate().map(bar).collect()
    }
}

impl BarSource for Instant {
    fn origin(&self) -> String {
        "this process".to_owned()
    }

    fn fetch_page(
        &self,
        request: &FetchRequest,
        cursor: Option<&str>,
    ) -> Result<Page, SourceError> {
        let symbol = self.symbols.iter().position(|known| *known == request.symbol);
        let symbol = symbol.expect("a symbol of the universe");
        let mut incoming = Incoming::default();
        let next = match cursor {
            None => {
                incoming.bars = self.bars(symbol);
                Some("splits")
            }
            Some("splits") => {
                let ex_date = self.sessions[1000].date;
                let kind = CorporateActionKind::Split { ratio: 1.0 + 1e-9 };
                incoming.actions.push(CorporateAction { ex_date, kind });
                Some("dividends")
            }
            Some(_) => {
                let dates = self.sessions.iter().skip(40).step_by(63);
                let kind = CorporateActionKind::Dividend { amount: 0.25 };
                incoming.actions =
                    dates.map(|session| CorporateAction { ex_date: session.date, kind }).collect();
                None
            }
        };
        Ok(Page { incoming, next: next.map(ToOwned::to_owned) })
    }

    fn parallel(&self) -> usize {
        self.parallel
    }
}

fn main() {
    let calendar = Calendar::new(CalendarName::Xnys);
    let range: DateRange = RANGE.parse().expect("a legal range");
    let sessions = calendar.sessions(range).expect("known days");
    let symbols: Vec<Symbol> = (0..NUM_SYMBOLS)
        .map(|index| format!("S{index:03}").parse().expect("a legal symbol"))
        .collect();
    let folder = tempfile::tempdir().expect("a folder");
    let lake = Lake::new(folder.path());
    let run = |parallel: usize| {
        let job = FetchJob {
            lake: &lake,
            source: format!("instant-{parallel}"),
            symbols: &symbols,
            timeframe: Timeframe::Day,
            range,
            calendar: &calendar,
            mode: FetchMode::Missing,
        };
        let (symbols, sessions) = (symbols.clone(), sessions.clone());
        let source = Instant { symbols, sessions, parallel };
        let watch = Stopwatch::start();
        let outcome = fetch(&job, &source, &NoProgress, &Interrupt::never());
        let outcome = outcome.expect("nobody else writes");
        assert!(outcome.is_complete(), "every symbol is fetched");
        (watch.seconds(), rows(&outcome))
    };
    let (one_s, num_rows) = run(1);
    let (four_s, _) = run(4);
    let (unchanged_s, added) = run(4);
    assert_eq!((num_rows, added), (NUM_SYMBOLS * sessions.len(), 0));
    let request = PanelRequest {
        source: "instant-4".to_owned(),
        symbols: symbols.clone(),
        timeframe: Timeframe::Day,
        adjust: Adjust::Total,
        range,
    };
    let watch = Stopwatch::start();
    let panel = build_panel(&lake, &request, &calendar).expect("the lake has it");
    let read_s = watch.seconds();
    assert_eq!(panel.rows.len(), sessions.len());
    let document = serde_json::json!({
        "symbols": NUM_SYMBOLS,
        "rows": num_rows,
        "pages": 3 * NUM_SYMBOLS,
        "fetch_one_at_a_time_s": one_s,
        "fetch_four_at_a_time_s": four_s,
        "fetch_unchanged_s": unchanged_s,
        "read_adjusted_s": read_s,
    });
    println!("{document:#}");
}

fn rows(outcome: &FetchOutcome) -> usize {
    outcome.symbols.iter().map(|one| one.fetched.report.rows_added).sum()
}
