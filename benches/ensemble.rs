//! Several agents that trade one account: a row of the market in, one wish out.
#![expect(clippy::expect_used, reason = "a benchmark that cannot be set up should stop")]

mod agents;
mod market;

use agents::{SYMBOLS, agent, document};
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use releat::config::{Env, PositionRules, Trade};
use releat::gym::{ActionTable, Holdings, Standing};
use releat::signals::{DecisionPoint, Ensemble, Opinion, SignalSource};

fn decisions(criterion: &mut Criterion) {
    let panel = market::panel("2010-01-01..2012-12-31");
    let (document, folder) = (document(&panel), tempfile::tempdir().expect("a folder"));
    let table = ActionTable::try_new(&Env::default().market, &panel.symbols).expect("a table");
    let mut group = criterion.benchmark_group("ensemble/decision");
    group.sample_size(50);
    for (count, views) in [(1, false), (5, false), (50, false), (50, true)] {
        let place = folder.path().join(format!("{count}-{views}"));
        let named = |seed| (format!("agent-{seed}"), agent(&place, seed, &document, &table));
        let trade = Trade { views, ..Trade::default() };
        let mut ensemble = Ensemble::try_new((0..count).map(named).collect(), &trade, 0.0)
            .expect("agents of one market");
        for row in &panel.rows {
            ensemble.observe(row);
        }
        let mut rows = panel.rows.iter().cycle();
        let name = format!("{count}_bundles{}", if views { "_with_views" } else { "" });
        group.bench_function(BenchmarkId::from_parameter(name), |bencher| {
            bencher.iter(|| decide(&mut ensemble, rows.next().expect("an endless market")));
        });
    }
    group.finish();
}

fn decide(ensemble: &mut Ensemble, row: &releat::domain::MarketRow) {
    let holdings = Holdings::new(100_000.0, SYMBOLS);
    let prices = [100.0; SYMBOLS];
    let standing = Standing {
        holdings: &holdings,
        rules: &PositionRules::default(),
        slots: None,
        prices: &prices,
        num_trades: 0,
        is_ruined: false,
    };
    let position = holdings.position_state(None, &prices);
    let (position, standing, trading) = (&position, &standing, &[true; SYMBOLS]);
    ensemble.observe(row);
    let point = DecisionPoint { time: row.time, position, standing, trading };
    let opinion = ensemble.signal(&point).expect("finite features");
    assert!(matches!(opinion, Opinion::Signal(_)), "expected a wish, found {opinion:?}");
}

criterion_group!(benches, decisions);
criterion_main!(benches);
