//! A bar in, orders out: features, GRU, gate and the row of the ledger in memory. Prints one JSON document.
//!
//! Each decision is timed from the bar to the order in the venue's hands; the venue fills between the bars.
#![expect(clippy::expect_used, reason = "a benchmark that cannot be set up should stop")]
#![expect(clippy::print_stdout, reason = "the answer of a benchmark")]

mod agents;
mod market;

use agents::{agent, document};
use releat::base::Stopwatch;
use releat::config::{Env, RiskLimits, Trade};
use releat::connectors::simulated::SimulatedVenue;
use releat::gym::{ActionTable, EnvParams};
use releat::risk::{Market, RiskState};
use releat::signals::Ensemble;
use releat::trader::{AtOnce, Effect, Engine, EngineSetup, Event, MemoryJournal, Shell, Watcher};

const BARS_PER_YEAR: f64 = 365.0;

/// Counts what was sent.
#[derive(Default)]
struct Sent(usize);

impl Watcher for Sent {
    fn saw(&mut self, _: &Engine, _: &Event, effects: &[Effect]) {
        self.0 += effects.iter().filter(|effect| matches!(effect, Effect::Submit(_))).count();
    }
}

fn main() {
    let panel = market::panel("2010-01-01..2019-12-31");
    let folder = tempfile::tempdir().expect("a folder");
    let env = Env::default();
    let table = ActionTable::try_new(&env.market, &panel.symbols).expect("a table");
    let member = agent(folder.path(), 1, &document(&panel), &table);
    let params = EnvParams::new(&env, BARS_PER_YEAR);
    let trade = Trade::default();
    let ensemble = Ensemble::try_new(vec![("agent".to_owned(), member)], &trade, 0.0)
        .expect("one agent fits itself");
    let market = Market {
        symbols: panel.symbols.clone(),
        timeframe: panel.timeframe,
        calendar: market::calendar(),
    };
    let mut engine = Engine::try_new(EngineSetup {
        market: &market,
        params,
        bars_per_year: BARS_PER_YEAR,
        trade: &trade,
        limits: &RiskLimits::default(),
        signals: Box::new(ensemble),
    })
    .expect("no limit is wrong");
    let mut venue = SimulatedVenue::new(&env, BARS_PER_YEAR, &panel.symbols);
    let (mut journal, mut sent) = (MemoryJournal::new("bench"), Sent::default());
    let mut shell = Shell {
        engine: &mut engine,
        venue: &mut venue,
        journal: &mut journal,
        pace: &mut AtOnce,
        watcher: &mut sent,
    };
    let time = panel.rows[0].time;
    shell.step(Event::Started { time, risk: RiskState::default() }).expect("a start");
    let mut micros = Vec::with_capacity(panel.rows.len());
    for row in &panel.rows {
        let has_begun = shell.engine.has_begun();
        let passed = if has_begun {
            releat::trader::MarketVenue::advance(shell.venue, row)
        } else {
            releat::trader::MarketVenue::watch(shell.venue, row)
        };
        passed.expect("a venue without a journal");
        shell.hear().expect("news");
        let event = Event::Bar(row.clone());
        let watch = Stopwatch::start();
        shell.step(event).expect("a decision");
        if has_begun {
            micros.push(watch.seconds() * 1e6);
        }
    }
    micros.sort_by(f64::total_cmp);
    let at = |share: f64| micros[((micros.len() - 1) as f64 * share) as usize];
    let document = serde_json::json!({
        "decisions": micros.len(),
        "orders": sent.0,
        "median_us": at(0.5),
        "p99_us": at(0.99),
        "max_us": at(1.0),
    });
    println!("{document:#}");
}
