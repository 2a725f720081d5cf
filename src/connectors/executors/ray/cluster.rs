//! How many more jobs a cluster has room for.

use super::wire::{Job, NodeUsage, Status};
use crate::config::RayExecutor;

/// How many jobs could begin right now.
///
/// The head counts what is used only every few seconds, so jobs that began since then are not in its
/// figures: the smaller of two counts is taken, what the head says is free without jobs that wait, and
/// all there is without all jobs that are alive. Jobs of others count as large as ours.
pub(super) fn room(nodes: &[NodeUsage], jobs: &[Job], config: &RayExecutor) -> usize {
    let count = |wanted: &[Status]| {
        let counts = |job: &&Job| job.submission_id.is_some() && wanted.contains(&job.status);
        jobs.iter().filter(counts).count()
    };
    let alive = count(&[Status::Pending, Status::Running]);
    let free: usize = nodes.iter().map(|node| slots(node, config, |[used, all]| all - used)).sum();
    let all: usize = nodes.iter().map(|node| slots(node, config, |[_, all]| all)).sum();
    let by_figures = free.saturating_sub(count(&[Status::Pending]));
    let by_jobs = all.min(config.jobs_max).saturating_sub(alive);
    by_figures.min(by_jobs)
}

/// How many jobs fit into a node.
fn slots(node: &NodeUsage, config: &RayExecutor, amount: fn([f64; 2]) -> f64) -> usize {
    let fit = |name: &str, each: f64| {
        let there = node.get(name).copied().map_or(0.0, amount);
        whole((there + 1e-9) / each)
    };
    let by_cpus = fit("CPU", config.num_cpus);
    if config.num_gpus > 0.0 { by_cpus.min(fit("GPU", config.num_gpus)) } else { by_cpus }
}

#[expect(clippy::cast_possible_truncation, reason = "rounded down and held at both ends")]
#[expect(clippy::cast_sign_loss, reason = "held at both ends")]
fn whole(ratio: f64) -> usize {
    ratio.floor().clamp(0.0, 1e6) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(cpus: [f64; 2], gpus: [f64; 2]) -> NodeUsage {
        [("CPU".to_owned(), cpus), ("GPU".to_owned(), gpus), ("memory".to_owned(), [0.0, 1e9])]
            .into()
    }

    fn jobs(states: &[&str]) -> Vec<Job> {
        let job = |(n, state): (usize, &&str)| {
            let text = format!(r#"{{"submission_id":"x-{n}-1","status":"{state}"}}"#);
            serde_json::from_str(&text).unwrap()
        };
        states.iter().enumerate().map(job).collect()
    }

    #[test]
    fn room_is_what_is_free_on_each_node_and_not_yet_spoken_for() {
        let one = RayExecutor::default();
        let half = RayExecutor { num_gpus: 0.5, ..RayExecutor::default() };
        let big = RayExecutor { num_cpus: 3.0, ..RayExecutor::default() };
        let few = RayExecutor { jobs_max: 2, ..RayExecutor::default() };
        let nodes = [node([1.0, 4.0], [0.5, 1.0]), node([0.0, 2.0], [0.0, 0.0])];
        for (config, states, expected) in [
            (&one, &["RUNNING"][..], 5),
            // Two wait, which no figure of a node shows.
            (&one, &["RUNNING", "PENDING", "PENDING"], 3),
            // Three have just begun; the figures are old.
            (&one, &["RUNNING", "RUNNING", "RUNNING", "RUNNING"], 2),
            (&one, &["SUCCEEDED", "FAILED", "STOPPED"], 5),
            (&half, &["RUNNING"], 1),
            // Three processors are free on the first node, five in all.
            (&big, &[], 1),
            (&few, &["RUNNING"], 1),
            (&few, &["RUNNING", "RUNNING", "RUNNING"], 0),
        ] {
            assert_eq!(room(&nodes, &jobs(states), config), expected, "{states:?}");
        }
    }
}
