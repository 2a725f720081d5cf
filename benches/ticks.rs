//! Ticks to one-second bars: unzip, parse, check, build. Prints one JSON document.
//!
//! A zip file of 250,601 made-up trades is written to a temporary folder in the layout of LEAN; the
//! recorded trades of SPY on 2013-10-07 are measured too where `RELEAT_TEST_DATA` names their folder.
#![expect(clippy::expect_used, reason = "a benchmark that cannot be set up should stop")]
#![expect(clippy::print_stdout, reason = "the answer of a benchmark")]

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use releat::base::{Interrupt, SeedStream, Stopwatch, variable};
use releat::config::{Connectors, FileContent, LeanSource, Source, Universe};
use releat::connectors::open_source;
use releat::domain::CalendarName;
use releat::ports::FetchRequest;

const TICKS: usize = 250_601;
const REPEATS: usize = 7;
const SESSION_MS: f64 = 23_400_000.0;
const OPEN_MS: f64 = 34_200_000.0;

fn write_made_up(root: &Path) {
    let mut chance = SeedStream::new(1).child("ticks").rng();
    let mut text = String::with_capacity(TICKS * 32);
    let mut price = 1_674_000.0;
    for index in 0..TICKS {
        let ms = OPEN_MS + SESSION_MS * index as f64 / TICKS as f64;
        price += (chance.normal() * 60.0 / 100.0).round() * 100.0;
        let size = 100 * (1 + chance.below(9));
        writeln!(text, "{ms:.0},{price:.0},{size},P,20000020,0").expect("text grows");
    }
    let folder = root.join("equity/usa/tick/spy");
    fs::create_dir_all(&folder).expect("a folder");
    let file = fs::File::create(folder.join("20131007_trade.zip")).expect("a file");
    let mut writer = zip::ZipWriter::new(file);
    let options = zip::write::SimpleFileOptions::default();
    writer.start_file("20131007_spy_Trade_Tick.csv", options).expect("an entry");
    writer.write_all(text.as_bytes()).expect("rows");
    writer.finish().expect("a zip file");
}

/// Bars, and the least and the middle of the seconds.
fn measure(root: PathBuf) -> (usize, f64, f64) {
    let source = Source::Lean(LeanSource { path: root, content: FileContent::Ticks, price: None });
    let request = FetchRequest {
        symbol: "SPY".parse().expect("a symbol"),
        timeframe: "1s".parse().expect("a timeframe"),
        range: "2013-10-07..2013-10-07".parse().expect("a range"),
    };
    let universe = Universe {
        symbols: vec![request.symbol.clone()],
        timeframe: request.timeframe,
        calendar: CalendarName::Xnys,
        currency: "USD".to_owned(),
    };
    let lean = open_source(&source, &universe, &Connectors::default(), &Interrupt::never())
        .expect("a folder of LEAN");
    let mut seconds = Vec::new();
    let mut bars = 0;
    for _ in 0..REPEATS {
        let clock = Stopwatch::start();
        bars = lean.fetch(&request).expect("bars").bars.len();
        seconds.push(clock.seconds());
    }
    seconds.sort_by(f64::total_cmp);
    (bars, seconds[0], seconds[REPEATS / 2])
}

fn main() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write_made_up(folder.path());
    let mut rows = vec![("made_up", measure(folder.path().to_owned()))];
    let recorded = variable("RELEAT_TEST_DATA").map(|data| Path::new(&data).join("intraday/lean"));
    if let Some(root) = recorded.filter(|root| root.is_dir()) {
        rows.push(("recorded", measure(root)));
    }
    let rows: Vec<String> = rows
        .into_iter()
        .map(|(name, (bars, least, middle))| {
            format!(
                r#"{{"ticks":"{name}","count":{TICKS},"bars":{bars},"least_s":{least:.4},"middle_s":{middle:.4}}}"#
            )
        })
        .collect();
    println!(r#"{{"schema_version":1,"bench":"ticks","rows":[{}]}}"#, rows.join(","));
}
