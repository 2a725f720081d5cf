//! `releat bench gym`: environment steps per second with random legal actions.

use burn::tensor::Device;
use comfy_table::{Table, presets};
use serde::Serialize;

use super::measure::{Bench, Speed};
use crate::base::{DateRange, Progress, ProgressUpdate, SeedStream};
use crate::commands::session::{Session, device, ensure_data};
use crate::commands::{Failure, FailureKind, SessionOptions};
use crate::config::{Agent, Env};
use crate::evaluate::PreparedMarket;
use crate::gym::{ActionTable, Tape, VecEnv};

/// Numbers of environments that are measured beside the configured one.
const SWEEP: [usize; 3] = [64, 2048, 16_384];

/// Options of `bench gym`.
#[derive(Debug, Clone, Copy)]
pub struct BenchGymOptions {
    /// Repetitions of each measurement.
    pub repetitions: usize,
}

/// What `bench gym` found.
#[derive(Debug, Serialize)]
struct GymDocument {
    schema_version: u32,
    /// Of the configured number of environments.
    env_steps_per_s: f64,
    num_envs: usize,
    num_assets: usize,
    num_actions: usize,
    num_observations: usize,
    device: String,
    threads: usize,
    repetitions: usize,
    runs: Vec<Speed>,
}

/// Measures the gym of an agent by itself.
///
/// # Errors
/// As the configuration, the lake and the gym have it.
pub fn bench_gym(options: &SessionOptions, command: &BenchGymOptions) -> Result<(), Failure> {
    let device = device(&options.device)?;
    let session = options.load_with_bars()?;
    let tape = training_tape(options, &session)?;
    let agent = session.agent();
    let table = ActionTable::try_new(&agent.env.market, &agent.universe.symbols)
        .map_err(|error| Failure::new(FailureKind::Usage, error))?;
    let sizes = sizes(agent.env.num_envs);
    let total = sizes.len() * command.repetitions;
    let progress = options.progress();
    let mut runs: Vec<Speed> = Vec::new();
    for (index, num_envs) in sizes.into_iter().enumerate() {
        let gym = gym(agent, &tape, &table, num_envs, &device)?;
        let bench = Bench::new(&gym, &device, &SeedStream::new(agent.seed));
        let mut done = index * command.repetitions;
        let report = |rate| {
            done += 1;
            progress.report(&ProgressUpdate {
                stage: "bench",
                done: done as u64,
                total: Some(total as u64),
                unit: "repetitions",
                note: format!("{num_envs} environments: {}", millions(rate)),
            });
        };
        // On a thread of the pool: from outside, every step would wait for a thread to wake.
        runs.push(rayon::scope(|_| bench.measure(command.repetitions, report)));
    }
    progress.finish();
    let gym = gym(agent, &tape, &table, agent.env.num_envs, &device)?;
    let document = GymDocument {
        schema_version: 1,
        env_steps_per_s: runs.first().map_or(0.0, |run| run.env_steps_per_s),
        num_envs: agent.env.num_envs,
        num_assets: table.num_assets(),
        num_actions: table.num_actions(),
        num_observations: gym.obs_width(),
        device: options.device.clone(),
        threads: rayon::current_num_threads(),
        repetitions: command.repetitions,
        runs,
    };
    options.console.document(&document, || text(&document))
}

/// The configured number first, then the others.
fn sizes(configured: usize) -> Vec<usize> {
    let others = SWEEP.into_iter().filter(|size| *size != configured);
    std::iter::once(configured).chain(others).collect()
}

/// The rows that training learns from.
fn training_tape(options: &SessionOptions, session: &Session) -> Result<Tape, Failure> {
    let agent = session.agent();
    let train: DateRange = agent.data.train;
    ensure_data(options, &session.lake, agent, train)?;
    let market = PreparedMarket::for_training(&session.lake, agent, train.end())?;
    Ok(market.tape.slice(market.rows_in(train, 0)?))
}

fn gym(
    agent: &Agent,
    tape: &Tape,
    table: &ActionTable,
    num_envs: usize,
    device: &Device,
) -> Result<VecEnv, Failure> {
    let env = Env { num_envs, ..agent.env.clone() };
    let seeds = SeedStream::new(agent.seed).child("env");
    VecEnv::try_new(tape, table, &env, device, &seeds)
        .map_err(|error| Failure::new(FailureKind::Data, error))
}

fn text(document: &GymDocument) -> String {
    let mut table = Table::new();
    let header = ["environments", "env steps/s", "lowest", "highest"];
    table.load_style(presets::NOTHING).set_header(header);
    for run in &document.runs {
        table.add_row([
            run.num_envs.to_string(),
            millions(run.env_steps_per_s),
            millions(run.lowest),
            millions(run.highest),
        ]);
    }
    let GymDocument { num_assets, num_actions, num_observations, threads, .. } = document;
    format!(
        "{num_assets} assets, {num_actions} actions, {num_observations} observations, {threads} \
         threads, median of {}\n{}",
        document.repetitions,
        table.trim_fmt()
    )
}

fn millions(rate: f64) -> String {
    format!("{:.1} M", rate * 1e-6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_configured_number_comes_first() {
        assert_eq!(sizes(2048), [2048, 64, 16_384]);
        assert_eq!(sizes(8), [8, 64, 2048, 16_384]);
    }
}
