//! Series to look at: made-up ones with clustered volatility and fat tails, and recorded ones.

use crate::base::{self, Date, Rng, SeedStream, Timestamp, parse_date};
use crate::domain::{Bar, Calendar, CalendarName, CorporateAction, CorporateActionKind, Session};

pub(in crate::dataset::quality) fn calendar() -> Calendar {
    Calendar::new(CalendarName::Xnys)
}

pub(in crate::dataset::quality) fn sessions() -> Vec<Session> {
    calendar().sessions("2010-01-01..2019-12-31".parse().unwrap()).unwrap()
}

/// Daily bars whose volatility wanders between calm and crisis, with Student-t steps.
pub(in crate::dataset::quality) fn made_up(sessions: &[Session], seed: u64) -> Vec<Bar> {
    let mut rng = SeedStream::new(seed).child("market").rng();
    let daily = 0.006 + 0.014 * rng.uniform();
    let (mut close, mut heat) = (20.0 + 200.0 * rng.uniform(), 0.0_f64);
    let volume = 1e5 * (1.0 + 50.0 * rng.uniform());
    let bar = |session: &Session| {
        heat = 0.985 * heat + 0.12 * rng.normal();
        let sigma = daily * heat.clamp(-1.5, 1.8).exp();
        let mut step = |share: f64| sigma * share * rng.student_t(4) / 2_f64.sqrt();
        let open = round(close * step(0.5).exp());
        let last = round(open * step(0.85).exp());
        let (up, down) = (step(0.4).abs(), step(0.4).abs());
        let (high, low) = (open.max(last) * up.exp(), open.min(last) / down.exp());
        close = last;
        let busy = (0.4 * rng.normal() + 0.8 * ((last / open).ln().abs() / daily).min(4.0)).exp();
        Bar {
            open_time: session.open,
            available_at: session.close,
            open,
            high: round(high).max(open).max(last),
            low: round(low).min(open).min(last),
            close: last,
            volume: (volume * busy).round(),
        }
    };
    sessions.iter().map(bar).collect()
}

fn round(price: f64) -> f64 {
    (price * 100.0).round().max(1.0) / 100.0
}

pub(in crate::dataset::quality) fn split(date: Date, ratio: f64) -> CorporateAction {
    CorporateAction { ex_date: date, kind: CorporateActionKind::Split { ratio } }
}

pub(in crate::dataset::quality) fn rng(seed: u64, fault: &'static str) -> Rng {
    SeedStream::new(seed).child(fault).rng()
}

/// Recorded daily files: a name and what is in them; none where they are not present.
pub(in crate::dataset::quality) fn recorded() -> Vec<(String, Vec<Bar>, Vec<CorporateAction>)> {
    let Some(daily) = base::recorded("daily") else { return Vec::new() };
    let mut series = Vec::new();
    for name in ["SPY", "QQQ", "IWM", "TLT", "GLD"] {
        let path = daily.join(format!("yahoo/{name}_2010-2019.csv"));
        series.push((format!("yahoo {name}"), bars(&rows(&path, 1, 1.0), 5), Vec::new()));
    }
    for name in ["spy", "qqq", "iwm", "aapl"] {
        let path = daily.join(format!("lean/{name}_2010-2019.csv"));
        let splits = match name {
            "aapl" => vec![split(parse_date("2014-06-09").unwrap(), 7.0)],
            _ => Vec::new(),
        };
        series.push((format!("lean {name}"), bars(&rows(&path, 0, 1e-4), 4), splits));
    }
    series
}

fn rows(path: &std::path::Path, skip: usize, scale: f64) -> Vec<(Date, Vec<f64>)> {
    let text = std::fs::read_to_string(path).unwrap();
    let row = |line: &str| {
        let (date, rest) = line.split_once(',').unwrap();
        let digits: String = date.chars().filter(char::is_ascii_digit).take(8).collect();
        let date = format!("{}-{}-{}", &digits[..4], &digits[4..6], &digits[6..]);
        let values = rest.split(',').map(|cell| cell.parse::<f64>().unwrap());
        let scaled = values.enumerate().map(|(i, v)| if i < 4 { v * scale } else { v });
        (parse_date(&date).unwrap(), scaled.collect())
    };
    text.lines().skip(skip).map(row).collect()
}

fn bars(rows: &[(Date, Vec<f64>)], volume_column: usize) -> Vec<Bar> {
    let bar = |(date, cells): &(Date, Vec<f64>)| {
        let open_time = Timestamp::from_civil(*date, 34_200, calendar().zone());
        let (open, high, low, close) = (cells[0], cells[1], cells[2], cells[3]);
        let volume = cells[volume_column];
        Bar { open_time, available_at: open_time, open, high, low, close, volume }
    };
    rows.iter().map(bar).collect()
}
