//! Generalised advantage estimation: transitions per second, 256 steps of N environments.

use burn::tensor::{Device, Distribution, Tensor};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use releat::learners::ppo::{Outcome, advantages};

const STEPS: usize = 256;

fn estimate(criterion: &mut Criterion) {
    let device = Device::flex();
    let mut group = criterion.benchmark_group("gae/transitions");
    group.sample_size(20);
    for num_envs in [64, 2048] {
        let row = || Tensor::<1>::random([num_envs], Distribution::Default, &device);
        let zero = Tensor::<1>::zeros([num_envs], &device);
        let outcomes: Vec<Outcome> = (0..STEPS)
            .map(|_| Outcome {
                value: row(),
                reward: row(),
                terminated: zero.clone(),
                truncated: zero.clone(),
                final_value: zero.clone(),
            })
            .collect();
        group.throughput(Throughput::Elements((STEPS * num_envs) as u64));
        group.bench_function(BenchmarkId::from_parameter(num_envs), |bencher| {
            bencher.iter(|| advantages(&outcomes, zero.clone(), 0.99, 0.95));
        });
    }
    group.finish();
}

criterion_group!(benches, estimate);
criterion_main!(benches);
