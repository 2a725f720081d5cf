//! Pages, windows, resumption and failures against a source that plays a script.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};

use super::*;
use crate::base::{DateRange, Interrupt, NoProgress, StopSignal, parse_date};
use crate::dataset::{Incoming, Lake, Manifest};
use crate::domain::{
    Bar, Calendar, CalendarName, CorporateAction, CorporateActionKind, Symbol, Timeframe,
};
use crate::ports::{BarSource, FetchRequest, Page, RemoteError, SourceError};

const RANGE: &str = "2018-01-01..2019-06-28";

/// What a request asked for: symbol, days, cursor.
type Asked = (String, String, String);
/// Says what to answer instead, given the request and how many came before it.
type Fault = Box<dyn Fn(&Asked, usize) -> Option<Result<Page, SourceError>> + Send + Sync>;

/// Names and contents.
type Files = BTreeMap<String, Vec<u8>>;

/// A vendor whose bars come in pages, then its actions.
struct Script {
    books: BTreeMap<String, Incoming>,
    page_rows: usize,
    days_max: Option<u32>,
    parallel: usize,
    fault: Fault,
    log: Mutex<Vec<Asked>>,
}

impl Script {
    fn new(books: &[(&str, Incoming)]) -> Self {
        Self {
            books: books.iter().map(|(name, book)| ((*name).to_owned(), book.clone())).collect(),
            page_rows: 50,
            days_max: None,
            parallel: 1,
            fault: Box::new(|_, _| None),
            log: Mutex::default(),
        }
    }

    fn with_fault(
        mut self,
        fault: impl Fn(&Asked, usize) -> Option<Result<Page, SourceError>> + Send + Sync + 'static,
    ) -> Self {
        self.fault = Box::new(fault);
        self
    }

    fn take_log(&self) -> Vec<Asked> {
        std::mem::take(&mut self.log.lock().unwrap())
    }
}

impl BarSource for Script {
    fn origin(&self) -> String {
        "the script".to_owned()
    }

    fn fetch_page(
        &self,
        request: &FetchRequest,
        cursor: Option<&str>,
    ) -> Result<Page, SourceError> {
        let asked = (
            request.symbol.to_string(),
            request.range.to_string(),
            cursor.unwrap_or_default().to_owned(),
        );
        let count = {
            let mut log = self.log.lock().unwrap();
            log.push(asked.clone());
            log.len() - 1
        };
        if let Some(answer) = (self.fault)(&asked, count) {
            return answer;
        }
        let zone = Calendar::new(CalendarName::Xnys);
        let book = &self.books[request.symbol.as_str()];
        let inside = |bar: &&Bar| request.range.contains(bar.open_time.date_in(zone.zone()));
        let bars: Vec<Bar> = book.bars.iter().filter(inside).copied().collect();
        if bars.is_empty() {
            return Err(no_rows(request));
        }
        if cursor == Some("actions") {
            let inside = |action: &&CorporateAction| request.range.contains(action.ex_date);
            let actions = book.actions.iter().filter(inside).copied().collect();
            return Ok(Page::last(Incoming { actions, ..Incoming::default() }));
        }
        let first: usize = cursor.map_or(0, |cursor| cursor.parse().unwrap());
        let end = (first + self.page_rows).min(bars.len());
        let next = if end < bars.len() { end.to_string() } else { "actions".to_owned() };
        let incoming = Incoming { bars: bars[first..end].to_vec(), ..Incoming::default() };
        Ok(Page { incoming, next: Some(next) })
    }

    fn days_max(&self, _: Timeframe) -> Option<u32> {
        self.days_max
    }

    fn parallel(&self) -> usize {
        self.parallel
    }
}

fn no_rows(request: &FetchRequest) -> SourceError {
    SourceError::NoRows {
        symbol: request.symbol.clone(),
        range: request.range,
        place: "the script".to_owned(),
        has: "no bars".to_owned(),
    }
}

fn unavailable() -> SourceError {
    let (request, reason) = ("GET /bars".to_owned(), "503".to_owned());
    RemoteError::Unavailable { venue: "script", request, tries: 3, reason }.into()
}

fn book(range: &str) -> Incoming {
    let calendar = Calendar::new(CalendarName::Xnys);
    let sessions = calendar.sessions(range.parse().unwrap()).unwrap();
    let bars = sessions.iter().enumerate().map(|(index, session)| {
        let close = 100.0 + (index % 11) as f64;
        let (open_time, available_at) = (session.open, session.close);
        let (open, high, low) = (close, close + 1.0, close - 1.0);
        Bar { open_time, available_at, open, high, low, close, volume: 1000.0 }
    });
    let dividend = |date: &str, amount| CorporateAction {
        ex_date: parse_date(date).unwrap(),
        kind: CorporateActionKind::Dividend { amount },
    };
    Incoming {
        bars: bars.collect(),
        // The third is greater than any close before it, so it stays out.
        actions: vec![
            dividend("2019-03-15", 1.0),
            dividend("2019-03-15", 0.25),
            dividend("2018-09-21", 500.0),
        ],
        notes: Vec::new(),
    }
}

struct Place {
    folder: tempfile::TempDir,
    calendar: Calendar,
    symbols: Vec<Symbol>,
}

fn place(symbols: &[&str]) -> Place {
    Place {
        folder: tempfile::tempdir().unwrap(),
        calendar: Calendar::new(CalendarName::Xnys),
        symbols: symbols.iter().map(|name| name.parse().unwrap()).collect(),
    }
}

impl Place {
    fn run(&self, source: &Script, mode: FetchMode, interrupt: &Interrupt) -> FetchOutcome {
        let job = FetchJob {
            lake: &self.lake(),
            source: "script".to_owned(),
            symbols: &self.symbols,
            timeframe: Timeframe::Day,
            range: RANGE.parse().unwrap(),
            calendar: &self.calendar,
            mode,
        };
        fetch(&job, source, &NoProgress, interrupt).unwrap()
    }

    fn fetch(&self, source: &Script) -> FetchOutcome {
        self.run(source, FetchMode::Missing, &Interrupt::never())
    }

    fn lake(&self) -> Lake {
        Lake::new(self.folder.path())
    }

    fn manifest(&self, index: usize) -> Option<Manifest> {
        let key = crate::dataset::SeriesKey {
            source: "script".to_owned(),
            symbol: self.symbols[index].clone(),
            timeframe: Timeframe::Day,
        };
        self.lake().manifest(&key).unwrap()
    }

    fn files(&self) -> Files {
        let mut files = BTreeMap::new();
        collect(self.folder.path(), "", &mut files);
        files
    }
}

/// Names and contents of all files below a folder; folders too, with a slash at their end.
fn collect(folder: &Path, prefix: &str, files: &mut Files) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            files.insert(format!("{name}/"), Vec::new());
            collect(&entry.path(), &format!("{name}/"), files);
        } else {
            files.insert(name, fs::read(entry.path()).unwrap());
        }
    }
}

fn restore(files: &Files, folder: &Path) {
    for (name, bytes) in files {
        match name.strip_suffix('/') {
            Some(name) => fs::create_dir_all(folder.join(name)).unwrap(),
            None => fs::write(folder.join(name), bytes).unwrap(),
        }
    }
}

#[test]
fn the_lake_does_not_depend_on_where_pages_end() {
    let mut messy = book("2018-02-01..2019-06-28");
    let (equal, mut conflict) = (messy.bars[10], messy.bars[20]);
    conflict.close += 0.5;
    messy.bars.insert(60, equal);
    messy.bars.insert(90, conflict);
    let mut lakes = Vec::new();
    for (page_rows, days_max) in [(10_000, None), (7, None), (1, None), (5, Some(31)), (3, Some(1))]
    {
        let place = place(&["SPY"]);
        let source = Script { page_rows, days_max, ..Script::new(&[("SPY", messy.clone())]) };
        let outcome = place.fetch(&source);
        assert!(outcome.symbols[0].error.is_none(), "{:?}", outcome.symbols[0].error);
        lakes.push(place.files());
        if lakes.len() == 1 {
            let manifest = place.manifest(0).unwrap();
            let dividends = [(manifest.actions, 1), (manifest.quarantined.len(), 4)];
            assert!(dividends.iter().all(|(found, expected)| found == expected), "{manifest:?}");
        }
    }
    // Days far apart meet only in a request that asks for both, so small windows are another source.
    assert!(lakes[1..3].iter().all(|lake| *lake == lakes[0]));
}

#[test]
fn windows_without_bars_are_remembered() {
    let place = place(&["SPY"]);
    let source =
        Script { days_max: Some(31), ..Script::new(&[("SPY", book("2018-04-10..2019-05-15"))]) };
    let outcome = place.fetch(&source);
    assert!(outcome.is_complete());
    // Eighteen windows; those with bars take two pages and more.
    assert_eq!(source.take_log().iter().filter(|asked| asked.2.is_empty()).count(), 18);
    let manifest = place.manifest(0).unwrap();
    assert_eq!(manifest.covered, ["2018-01-01..2019-05-15".parse().unwrap()]);
    assert_eq!(manifest.pending, None);
    let uncovered: Vec<DateRange> = vec!["2019-05-16..2019-06-28".parse().unwrap()];
    assert_eq!(outcome.symbols[0].fetched.uncovered, uncovered);
    let files = place.files();
    place.fetch(&source);
    let again: Vec<String> = source.take_log().into_iter().map(|asked| asked.1).collect();
    assert_eq!(again, ["2019-05-16..2019-05-31", "2019-06-01..2019-06-28"]);
    assert_eq!(place.files(), files);
}

#[test]
fn a_symbol_without_any_bar_fails_and_leaves_nothing() {
    let place = place(&["SPY", "QQQ"]);
    let empty = Incoming::default();
    let source =
        Script { days_max: Some(100), ..Script::new(&[("SPY", empty), ("QQQ", book(RANGE))]) };
    let outcome = place.fetch(&source);
    let error = outcome.symbols[0].error.as_ref().unwrap();
    let text = format!("no bars for `SPY` in {RANGE}: the script has no bars");
    assert_eq!((error.to_string(), error.exit_code()), (text, 3));
    assert!(outcome.symbols[1].error.is_none());
    assert!(!place.folder.path().join("script/SPY").exists());
}

/// The lake as it is while each request is under way is what a killed process leaves.
#[test]
fn a_process_that_dies_anywhere_is_taken_up() {
    let books = [("SPY", book("2018-04-10..2019-06-28")), ("QQQ", book("2018-01-02..2019-06-28"))];
    for days_max in [None, Some(100)] {
        let whole = place(&["SPY", "QQQ"]);
        let folder = whole.folder.path().to_owned();
        let states: Arc<Mutex<Vec<Files>>> = Default::default();
        let taken = Arc::clone(&states);
        let source = Script { days_max, ..Script::new(&books) }.with_fault(move |_, _| {
            let mut files = BTreeMap::new();
            collect(&folder, "", &mut files);
            taken.lock().unwrap().push(files);
            None
        });
        assert!(whole.fetch(&source).is_complete());
        let (log, end) = (source.take_log(), whole.files());
        assert!(end["script/.lock"].is_empty());
        let states = std::mem::take(&mut *states.lock().unwrap());
        assert!(log.len() > 15, "{log:?}");
        for (index, state) in states.iter().enumerate() {
            let place = place(&["SPY", "QQQ"]);
            restore(state, place.folder.path());
            let source = Script { days_max, ..Script::new(&books) };
            assert!(place.fetch(&source).is_complete());
            assert_eq!(source.take_log(), log[index..], "only what was not answered is asked");
            assert_eq!(place.files(), end, "killed in request {index}");
        }
    }
}

#[test]
fn a_failing_page_keeps_what_came_and_the_others() {
    let place = place(&["SPY", "QQQ"]);
    let books = [("SPY", book(RANGE)), ("QQQ", book(RANGE))];
    let source = Script::new(&books)
        .with_fault(|asked, _| (asked.0 == "SPY" && asked.2 == "100").then(|| Err(unavailable())));
    let outcome = place.fetch(&source);
    assert_eq!(outcome.symbols[0].error.as_ref().unwrap().exit_code(), 4);
    assert_eq!(outcome.symbols[0].fetched.uncovered, [RANGE.parse().unwrap()]);
    assert!(outcome.symbols[1].error.is_none() && outcome.untried.is_empty());
    let source = Script::new(&books);
    assert!(place.fetch(&source).is_complete());
    assert_eq!(source.take_log()[0].2, "100", "the pages before it were kept");
}

#[test]
fn a_forgotten_cursor_begins_the_window_anew() {
    let place = place(&["SPY"]);
    let forget = |asked: &Asked, count: usize| {
        let cursor = asked.2.clone();
        let place = "the script".to_owned();
        (count == 2).then_some(Err(SourceError::Cursor { place, cursor }))
    };
    let source = Script::new(&[("SPY", book(RANGE))]).with_fault(forget);
    assert!(place.fetch(&source).is_complete());
    let cursors: Vec<String> = source.take_log().into_iter().map(|asked| asked.2).collect();
    assert_eq!(cursors[..6], ["", "50", "100", "", "50", "100"]);
    assert!(place.manifest(0).unwrap().quarantined.iter().all(|row| row.row.contains("500")));
}

#[test]
fn pages_that_lead_in_a_circle_are_an_error() {
    let place = place(&["SPY"]);
    let circle = |asked: &Asked, _: usize| {
        let next = if asked.2 == "1" { "2" } else { "1" };
        Some(Ok(Page { incoming: Incoming::default(), next: Some(next.to_owned()) }))
    };
    let outcome = place.fetch(&Script::new(&[("SPY", book(RANGE))]).with_fault(circle));
    let error = outcome.symbols[0].error.as_ref().unwrap();
    let expected = "the script must lead to a new page each time, gave `1` a second time";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn a_source_that_is_down_is_left_alone() {
    let names = ["A", "B", "C", "D", "E", "F", "G"];
    let books = names.map(|name| (name, book(RANGE)));
    let place = place(&names);
    let source =
        Script::new(&books).with_fault(|asked, _| (asked.0 != "A").then(|| Err(unavailable())));
    let outcome = place.fetch(&source);
    assert_eq!((outcome.symbols.len(), outcome.stopped), (5, Some(FetchStop::SourceDown)));
    let untried: Vec<_> = outcome.untried.iter().map(|plan| plan.symbol.as_str()).collect();
    assert_eq!(untried, ["F", "G"]);
    assert_eq!(outcome.untried[0].missing, [RANGE.parse().unwrap()]);
    let no_key =
        || SourceError::from(RemoteError::NoKey { venue: "script", variable: "KEY".to_owned() });
    let source = Script::new(&books).with_fault(move |_, _| Some(Err(no_key())));
    let outcome = place.fetch(&source);
    assert_eq!((outcome.symbols.len(), outcome.untried.len()), (2, 5));
    assert!(outcome.symbols[0].error.is_none(), "nothing is missing of A");
}

#[test]
fn a_signal_stops_between_pages() {
    let place = place(&["SPY", "QQQ"]);
    let books = [("SPY", book(RANGE)), ("QQQ", book(RANGE))];
    let interrupt = Interrupt::never();
    let raised = interrupt.clone();
    let source = Script::new(&books).with_fault(move |_, count| {
        if count == 2 {
            raised.request_stop(StopSignal::Int);
        }
        None
    });
    let outcome = place.run(&source, FetchMode::Missing, &interrupt);
    assert_eq!(outcome.stopped, Some(FetchStop::Signal(StopSignal::Int)));
    assert_eq!((outcome.symbols.len(), outcome.untried.len(), source.take_log().len()), (1, 1, 3));
    assert!(outcome.symbols[0].error.is_none() && !outcome.is_complete());
    let source = Script::new(&books);
    assert!(place.fetch(&source).is_complete());
    assert_eq!(source.take_log()[0].2, "150");
}

#[test]
fn several_symbols_at_a_time_make_the_same_lake() {
    let names = ["A", "B", "C", "D", "E", "F", "G", "H"];
    let books = names.map(|name| (name, book(RANGE)));
    let mut lakes = Vec::new();
    for parallel in [1, 4, 64] {
        let place = place(&names);
        let outcome = place.fetch(&Script { parallel, ..Script::new(&books) });
        let order: Vec<_> = outcome.symbols.iter().map(|one| one.symbol.as_str()).collect();
        assert_eq!(order, names);
        lakes.push(place.files());
    }
    assert!(lakes.iter().all(|lake| *lake == lakes[0]));
}

#[test]
fn asking_for_everything_goes_on_where_it_was_left() {
    let place = place(&["SPY"]);
    place.fetch(&Script::new(&[("SPY", book(RANGE))]));
    let mut changed = book(RANGE);
    changed.bars[20].volume += 1.0;
    let source = Script { days_max: Some(100), ..Script::new(&[("SPY", changed.clone())]) }
        .with_fault(|_, count| (count == 5).then(|| Err(unavailable())));
    let broken = place.run(&source, FetchMode::All, &Interrupt::never());
    assert_eq!(broken.symbols[0].fetched.report.changed.len(), 1);
    let asked = source.take_log();
    let source = Script { days_max: Some(100), ..Script::new(&[("SPY", changed)]) };
    assert!(place.run(&source, FetchMode::All, &Interrupt::never()).is_complete());
    assert_eq!(source.take_log()[0], asked[5]);
    assert_eq!(place.manifest(0).unwrap().changed.len(), 1);
}

#[test]
fn a_missing_page_is_a_gap_on_record() {
    let place = place(&["SPY"]);
    let skip = |asked: &Asked, _: usize| {
        (asked.2 == "50")
            .then(|| Ok(Page { incoming: Incoming::default(), next: Some("100".to_owned()) }))
    };
    let outcome = place.fetch(&Script::new(&[("SPY", book(RANGE))]).with_fault(skip));
    let gaps = &outcome.symbols[0].fetched.report.gaps;
    assert_eq!((gaps.len(), gaps[0].sessions), (1, 50));
}

#[test]
fn pages_kept_for_something_else_are_dropped() {
    let place = place(&["SPY"]);
    let books = [("SPY", book(RANGE))];
    let source =
        Script::new(&books).with_fault(|asked, _| (asked.2 == "100").then(|| Err(unavailable())));
    place.fetch(&source);
    let source = Script::new(&books);
    assert!(place.run(&source, FetchMode::All, &Interrupt::never()).is_complete());
    assert_eq!(source.take_log()[0].2, "", "another mode begins anew");
}
