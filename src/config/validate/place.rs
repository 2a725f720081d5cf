//! Rules of the place.

use std::collections::BTreeMap;

use super::check::Check;
use crate::config::{Limits, Place, RayExecutor, SlurmExecutor};

/// Checks folders, addresses and limits.
pub(super) fn check(check: &mut Check, place: &Place) {
    connectors(check, place);
    executors(check, place);
    let folders =
        [("store.lake_dir", &place.store.lake_dir), ("store.runs_dir", &place.store.runs_dir)];
    for (key, folder) in folders {
        if folder.as_os_str().is_empty() {
            check.deny(&[key], format!("`{key}` must name a folder, was empty"));
        }
    }
    if place.store.lake_dir == place.store.runs_dir {
        let text = format!(
            "`store.runs_dir` must differ from `store.lake_dir`, both are {}",
            place.store.runs_dir.display()
        );
        check.deny(&["store.runs_dir", "store.lake_dir"], text);
    }
}

fn connectors(check: &mut Check, place: &Place) {
    let all = &place.connectors;
    let urls = [
        ("connectors.yahoo.base_url", &all.yahoo.base_url),
        ("connectors.polygon.base_url", &all.polygon.base_url),
        ("connectors.alpaca.base_url", &all.alpaca.base_url),
        ("connectors.mt5.base_url", &all.mt5.base_url),
    ];
    for (key, text) in urls {
        url(check, key, text);
    }
    let optional = [
        ("connectors.alpaca.trading_url", &all.alpaca.trading_url),
        ("connectors.s3.endpoint_url", &all.s3.endpoint_url),
    ];
    for (key, text) in optional {
        if !text.is_empty() {
            url(check, key, text);
        }
    }
    let limited = [
        ("yahoo", &all.yahoo.limits),
        ("polygon", &all.polygon.limits),
        ("alpaca", &all.alpaca.limits),
        ("ibkr", &all.ibkr.limits),
        ("mt5", &all.mt5.limits),
        ("s3", &all.s3.limits),
    ];
    for (venue, own) in limited {
        limits(check, &format!("connectors.{venue}.limits"), own);
    }
}

fn executors(check: &mut Check, place: &Place) {
    let all = &place.executors;
    check.at_least("executors.lease_s", all.lease_s, 1.0);
    check.positive("executors.lease_s", all.lease_s, 86_400.0);
    check.positive("executors.poll_s", all.poll_s, 3600.0);
    check.within("executors.attempts_max", all.attempts_max, 1..=100);
    check.positive("executors.patience_s", all.patience_s, 86_400.0);
    ray(check, &all.ray);
    slurm(check, &all.slurm);
}

fn ray(check: &mut Check, ray: &RayExecutor) {
    url(check, "executors.ray.url", &ray.url);
    check.positive("executors.ray.num_cpus", ray.num_cpus, 4096.0);
    check.within("executors.ray.num_gpus", ray.num_gpus, 0.0..=1024.0);
    check.within("executors.ray.jobs_max", ray.jobs_max, 1..=100_000);
    if ray.token_variable.is_empty() {
        let text = "`executors.ray.token_variable` must name a variable, was empty".to_owned();
        check.deny(&["executors.ray.token_variable"], text);
    }
    variables(check, "executors.ray.env", &ray.env);
    limits(check, "executors.ray.limits", &ray.limits);
}

fn slurm(check: &mut Check, slurm: &SlurmExecutor) {
    check.within("executors.slurm.cpus_per_task", slurm.cpus_per_task, 1..=4096);
    check.within("executors.slurm.jobs_max", slurm.jobs_max, 1..=100_000);
    variables(check, "executors.slurm.env", &slurm.env);
    let words = [
        ("executors.slurm.partition", &slurm.partition),
        ("executors.slurm.account", &slurm.account),
        ("executors.slurm.gres", &slurm.gres),
        ("executors.slurm.time", &slurm.time),
    ];
    for (key, word) in words {
        if word.contains(char::is_whitespace) {
            check.deny(&[key], format!("`{key}` must be one word, was `{word}`"));
        }
    }
    let key = "executors.slurm.options";
    for option in slurm.options.iter().filter(|option| !option.starts_with('-')) {
        check.deny(&[key], format!("`{key}` must hold options of sbatch, found `{option}`"));
    }
    if slurm.output_dir.is_empty() {
        let text = "`executors.slurm.output_dir` must name a folder, was empty".to_owned();
        check.deny(&["executors.slurm.output_dir"], text);
    }
}

fn variables(check: &mut Check, key: &str, env: &BTreeMap<String, String>) {
    let is_name = |name: &str| {
        let all = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        all && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
    };
    for name in env.keys().filter(|name| !is_name(name)) {
        check.deny(&[key], format!("`{key}` must hold names of variables, found `{name}`"));
    }
}

fn url(check: &mut Check, key: &str, text: &str) {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let host = rest.map_or("", |rest| rest.split('/').next().unwrap_or_default());
    if host.is_empty() || text.contains(char::is_whitespace) || text.contains(['?', '#']) {
        let text = format!("`{key}` must be http://HOST[:PORT] or https://HOST, was `{text}`");
        check.deny(&[key], text);
    }
}

fn limits(check: &mut Check, prefix: &str, limits: &Limits) {
    let key = |field: &str| format!("{prefix}.{field}");
    check.positive(&key("requests_per_s"), limits.requests_per_s, 1000.0);
    check.within(&key("burst"), limits.burst, 1..=1000);
    check.within(&key("parallel"), limits.parallel, 1..=64);
    check.within(&key("tries"), limits.tries, 1..=100);
    check.positive(&key("silence_s"), limits.silence_s, 3600.0);
    check.positive(&key("request_s"), limits.request_s, 86_400.0);
    check.positive(&key("pause_s"), limits.pause_s, 3600.0);
    check.positive(&key("pause_max_s"), limits.pause_max_s, 86_400.0);
}
