//! Environment steps per second of the gym alone, random actions.
#![expect(clippy::expect_used, reason = "a benchmark that cannot be set up should stop")]

mod market;

use burn::tensor::{Device, Distribution, Int, Tensor};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use releat::base::SeedStream;
use releat::config::{Actions, Env, Market, PortfolioMarket};
use releat::gym::{ActionTable, Tape, VecEnv};

fn steps(criterion: &mut Criterion) {
    let panel = market::panel("2010-01-01..2013-06-30");
    let mut env =
        Env { market: Market::Portfolio(PortfolioMarket::new(Actions::Etf16)), ..Env::default() };
    let table = ActionTable::try_new(&env.market, &panel.symbols).expect("three symbols");
    let features = vec![0.0; panel.rows.len() * 54];
    let tape = Tape::try_new(&panel, &features, 54, &env, 365.0).expect("a whole tape");
    let device = Device::flex();
    let mut group = criterion.benchmark_group("gym/env_steps");
    for num_envs in [64, 1024, 2048, 16_384] {
        env.num_envs = num_envs;
        let seeds = SeedStream::new(0).child("env");
        let gym = VecEnv::try_new(&tape, &table, &env, &device, &seeds).expect("a gym");
        let actions = Tensor::<1>::random([num_envs], Distribution::Uniform(0.0, 15.99), &device);
        let actions: Tensor<1, Int> = actions.int();
        let mut state = Some(gym.reset().0);
        group.throughput(Throughput::Elements(num_envs as u64));
        group.bench_function(BenchmarkId::from_parameter(num_envs), |bencher| {
            bencher.iter(|| {
                let (next, step) = gym.step(state.take().expect("a state"), actions.clone());
                state = Some(next);
                step.reward
            });
        });
    }
    group.finish();
}

criterion_group!(benches, steps);
criterion_main!(benches);
