//! Section `executors`.
//!
//! The token of a cluster is never in a file of settings: the section names the variable that holds it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Limits;

/// Where trials run besides this process, and how long a silent one is waited for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Executors {
    /// Seconds after which a worker that is not heard of counts as lost and its job is given to another;
    /// it reports four times as often. Range 1 to 86400. Default 60.
    pub lease_s: f64,
    /// Seconds between two looks at the queue and at the engine. Range above 0 to 3600. Default 2.
    pub poll_s: f64,
    /// How often a job is begun before it counts as failed, 1..=100. Default 5.
    pub attempts_max: u32,
    /// Seconds without an answer of the engine after which the study stops; it can be continued. Range
    /// above 0 to 86400. Default 600.
    pub patience_s: f64,
    /// The program `releat` on the machines of an engine; empty for the path of the running one.
    /// Default empty.
    pub program: String,
    /// A Ray cluster, asked over its job interface.
    pub ray: RayExecutor,
    /// A Slurm cluster, asked by its programs on this machine.
    pub slurm: SlurmExecutor,
}

impl Default for Executors {
    fn default() -> Self {
        Self {
            lease_s: 60.0,
            poll_s: 2.0,
            attempts_max: 5,
            patience_s: 600.0,
            program: String::new(),
            ray: RayExecutor::default(),
            slurm: SlurmExecutor::default(),
        }
    }
}

/// A Ray cluster, asked over its job interface.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RayExecutor {
    /// Where the dashboard of its head listens. Default `http://127.0.0.1:8265`.
    pub url: String,
    /// The variable that holds the token; a cluster without tokens needs none. Default
    /// RELEAT_RAY_TOKEN.
    pub token_variable: String,
    /// Processors of one worker, fractions allowed. Range above 0 to 4096. Default 1.
    pub num_cpus: f64,
    /// Graphics cards of one worker, fractions allowed; Ray shows the worker only these. Range 0 to
    /// 1024. Default 0.
    pub num_gpus: f64,
    /// Workers at the same time, besides what the cluster has room for. 1..=100000. Default 1000.
    pub jobs_max: usize,
    /// Variables of the workers. Everybody who sees the dashboard sees them too. Default none.
    pub env: BTreeMap<String, String>,
    /// How fast it may be asked. Default twenty requests a second.
    pub limits: Limits,
}

impl Default for RayExecutor {
    fn default() -> Self {
        Self {
            url: "http://127.0.0.1:8265".to_owned(),
            token_variable: "RELEAT_RAY_TOKEN".to_owned(),
            num_cpus: 1.0,
            num_gpus: 0.0,
            jobs_max: 1000,
            env: BTreeMap::new(),
            limits: Limits { requests_per_s: 20.0, burst: 20, tries: 4, ..Limits::default() },
        }
    }
}

/// A Slurm cluster, asked by `sbatch`, `squeue`, `sacct` and `scancel` on this machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SlurmExecutor {
    /// The partition; empty for the cluster's own choice. Default empty.
    pub partition: String,
    /// The account that pays; empty for the user's own. Default empty.
    pub account: String,
    /// Processors of one worker. 1..=4096. Default 1.
    pub cpus_per_task: u32,
    /// Other resources of one worker, such as `gpu:1`; empty for none. Default empty.
    pub gres: String,
    /// The longest a worker may run, as Slurm writes it: `30`, `4:00:00`, `1-12`; empty for the
    /// partition's own. Default empty.
    pub time: String,
    /// Further options of `sbatch`, such as `--qos=low`. Default none.
    pub options: Vec<String>,
    /// The folder for what workers print, on every machine. Default data/slurm.
    pub output_dir: String,
    /// Workers at the same time, waiting ones included. 1..=100000. Default 32.
    pub jobs_max: usize,
    /// Variables of the workers besides those of this shell. Default none.
    pub env: BTreeMap<String, String>,
}

impl Default for SlurmExecutor {
    fn default() -> Self {
        Self {
            partition: String::new(),
            account: String::new(),
            cpus_per_task: 1,
            gres: String::new(),
            time: String::new(),
            options: Vec::new(),
            output_dir: "data/slurm".to_owned(),
            jobs_max: 32,
            env: BTreeMap::new(),
        }
    }
}
