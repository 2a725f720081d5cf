//! Feature columns in batch: values per second, 20 columns over 100,000 bars.
#![expect(clippy::expect_used, reason = "a benchmark that cannot be set up should stop")]

mod market;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use releat::config::{FeatureSpec, InputWindow, Macd, PriceInput, Stochastic, WindowOnly};
use releat::domain::{MarketRow, Panel, Timeframe};
use releat::features::{FeatureGraph, batch};

const BARS: usize = 100_000;

/// 20 columns for one symbol.
fn specs() -> Vec<FeatureSpec> {
    let window = |window| WindowOnly { window };
    let input = |window| InputWindow { window, input: PriceInput::Close };
    vec![
        FeatureSpec::LogReturn(window(1)),
        FeatureSpec::Return(window(5)),
        FeatureSpec::Volatility(window(20)),
        FeatureSpec::Sma(input(20)),
        FeatureSpec::Ema(input(20)),
        FeatureSpec::ZScore(input(50)),
        FeatureSpec::Rsi(window(14)),
        FeatureSpec::Macd(Macd { fast: 12, slow: 26, signal: 9 }),
        FeatureSpec::Adx(window(14)),
        FeatureSpec::Aroon(window(14)),
        FeatureSpec::Atr(window(14)),
        FeatureSpec::Stochastic(Stochastic { k: 14, smooth: 3, d: 3 }),
        FeatureSpec::Cci(window(20)),
        FeatureSpec::Roc(window(10)),
    ]
}

/// A long panel of the first symbol: the made-up market again and again, on later days.
fn panel() -> Panel {
    let short = market::panel("2010-01-01..2019-12-31");
    let symbols = vec![short.symbols[0].clone()];
    let span = short.rows.len() as i64 * 86_400_000_000_000;
    let rows = (0..BARS).map(|index| {
        let (row, round) = (&short.rows[index % short.rows.len()], index / short.rows.len());
        let shift = span * round as i64;
        let bar = row.bars[0].map(|mut bar| {
            bar.open_time = bar.open_time.saturating_add_nanos(shift);
            bar.available_at = bar.available_at.saturating_add_nanos(shift);
            bar
        });
        MarketRow { time: row.time.saturating_add_nanos(shift), bars: vec![bar] }
    });
    Panel { symbols, timeframe: Timeframe::Day, rows: rows.collect() }
}

fn columns(criterion: &mut Criterion) {
    let panel = panel();
    let graph =
        FeatureGraph::try_new(&specs(), &panel.symbols, Timeframe::Day, &market::calendar())
            .expect("a legal graph");
    let columns = graph.column_names().len();
    assert_eq!(columns, 20, "the figure is for 20 columns");
    let mut group = criterion.benchmark_group("features/batch");
    group.sample_size(20).throughput(Throughput::Elements((BARS * columns) as u64));
    group.bench_function("20_columns_100k_bars", |bencher| {
        bencher.iter(|| batch(&graph, &panel).expect("a whole frame"));
    });
    group.finish();
}

criterion_group!(benches, columns);
criterion_main!(benches);
