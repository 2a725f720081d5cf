//! Ray's words for jobs and nodes.
//!
//! # Source
//! Ray 2.60.0, `dashboard/modules/job/common.py` and `pydantic_models.py`; answers of a running head.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::config::RayExecutor;
use crate::ports::{Fault, Launch, LaunchFailure, LaunchState};

/// A job as `GET /api/jobs/` and `GET /api/jobs/{id}` tell it.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Job {
    /// Absent for a program that connected by itself.
    #[serde(default)]
    pub(super) submission_id: Option<String>,
    pub(super) status: Status,
    #[serde(default)]
    error_type: Option<String>,
    #[serde(default)]
    message: Option<String>,
    #[serde(default)]
    driver_exit_code: Option<i32>,
}

/// Ray's states of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum Status {
    Pending,
    Running,
    Stopped,
    Succeeded,
    Failed,
}

impl Job {
    /// The job in the words of the port.
    pub(super) fn state(&self) -> LaunchState {
        match self.status {
            Status::Pending => LaunchState::Pending,
            Status::Running => LaunchState::Running,
            Status::Stopped => LaunchState::Stopped,
            Status::Succeeded => LaunchState::Succeeded,
            Status::Failed => LaunchState::Failed(self.failure()),
        }
    }

    /// Only the exit of the command itself is the command's; everything else, and everything that a
    /// later Ray may name, is Ray's.
    fn failure(&self) -> LaunchFailure {
        let kind = self.error_type.as_deref().unwrap_or("no reason given");
        let is_own = kind == "JOB_ENTRYPOINT_COMMAND_ERROR" && self.driver_exit_code.is_some();
        let text = excerpt(self.message.as_deref().unwrap_or_default());
        LaunchFailure {
            exit_code: self.driver_exit_code,
            reason: format!("{kind}: {text}").trim_end_matches([':', ' ']).to_owned(),
            fault: if is_own { Fault::Process } else { Fault::Engine },
        }
    }
}

/// What `POST /api/jobs/` takes.
pub(super) fn submission(launch: &Launch, config: &RayExecutor) -> Value {
    let env: BTreeMap<&String, &String> = config.env.iter().chain(&launch.env).collect();
    let mut body = json!({
        "entrypoint": launch.shell_line(),
        "submission_id": launch.id().as_str(),
        "entrypoint_num_cpus": config.num_cpus,
        "metadata": {
            "study": launch.study,
            "job": launch.job.to_string(),
            "attempt": launch.attempt.to_string(),
        },
    });
    if config.num_gpus > 0.0 {
        body["entrypoint_num_gpus"] = json!(config.num_gpus);
    }
    if !env.is_empty() {
        body["runtime_env"] = json!({ "env_vars": env });
    }
    body
}

/// What `GET /api/cluster_status` tells.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct ClusterAnswer {
    #[serde(default)]
    data: Option<ClusterData>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ClusterData {
    #[serde(default)]
    cluster_status: Option<ClusterStatus>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ClusterStatus {
    #[serde(default)]
    load_metrics_report: Option<LoadReport>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct LoadReport {
    #[serde(default)]
    usage_by_node: Option<BTreeMap<String, NodeUsage>>,
}

/// Used and present amounts by resource.
pub(super) type NodeUsage = BTreeMap<String, [f64; 2]>;

impl ClusterAnswer {
    /// The nodes; `None` before the head has counted them.
    pub(super) fn nodes(self) -> Option<Vec<NodeUsage>> {
        let nodes = self.data?.cluster_status?.load_metrics_report?.usage_by_node?;
        (!nodes.is_empty()).then(|| nodes.into_values().collect())
    }
}

/// The beginning and the end of a text, on one line: the head of a message says what it is, the last lines
/// of a log tell most.
pub(super) fn excerpt(text: &str) -> String {
    const BEGIN: usize = 80;
    const END: usize = 220;
    let words: Vec<&str> = text.split_whitespace().collect();
    let line = words.join(" ");
    let length = line.chars().count();
    if length <= BEGIN + END {
        return line;
    }
    let place = |n: usize| line.char_indices().nth(n).map_or(line.len(), |(place, _)| place);
    format!("{} … {}", &line[..place(BEGIN)], &line[place(length - END)..])
}
