//! The engine as the port wants it.

use std::collections::BTreeMap;

use serde_json::json;

use super::cluster::room;
use super::submit::submit;
use super::wire::{ClusterAnswer, Job, Status};
use crate::base::{Interrupt, variable};
use crate::config::{Limits, RayExecutor};
use crate::connectors::vendors::http::{Ask, Posted, Reply, VendorClient, Venue};
use crate::ports::{Executor, ExecutorError, Launch, LaunchId, LaunchState, RemoteError};

/// For texts.
pub(super) const NAME: &str = "ray";

/// Jobs of a Ray cluster.
#[derive(Debug)]
pub struct RayJobs {
    pub(super) config: RayExecutor,
    pub(super) client: VendorClient,
    /// Jobs are stopped when this process is asked to stop, so this one does not heed that.
    last: VendorClient,
}

impl RayJobs {
    /// A client of the cluster that the settings name; nothing is asked yet.
    ///
    /// # Errors
    /// [`RemoteError::NoClient`] if the system gives no thread or no certificates.
    pub fn try_new(config: &RayExecutor, interrupt: Interrupt) -> Result<Self, ExecutorError> {
        let token = variable(&config.token_variable).filter(|token| !token.trim().is_empty());
        let venue = Venue {
            name: NAME,
            user_agent: concat!("releat/", env!("CARGO_PKG_VERSION")),
            limits: config.limits,
            // A cluster without tokens is asked without one.
            key_variables: token.map(|_| config.token_variable.clone()).into_iter().collect(),
        };
        // Whoever wants to stop does not wait long for the head.
        let limits = Limits { tries: 1, ..config.limits };
        let last = VendorClient::try_new(Venue { limits, ..venue.clone() })?;
        let client = VendorClient::try_new(venue)?.stopped_by(interrupt);
        Ok(Self { config: config.clone(), client, last })
    }

    /// A question with the token, if there is one.
    pub(super) fn ask(&self, path: impl Into<String>) -> Ask {
        let ask = Ask::new(&self.config.url, path);
        match self.client.key(0) {
            "" => ask,
            token => ask.header("Authorization", format!("Bearer {token}")),
        }
    }

    /// The job of this name, if Ray has it.
    pub(super) fn find(&self, id: &LaunchId) -> Result<Option<Job>, ExecutorError> {
        self.find_by(&self.client, id)
    }

    fn find_by(&self, client: &VendorClient, id: &LaunchId) -> Result<Option<Job>, ExecutorError> {
        let ask = self.ask(format!("/api/jobs/{id}"));
        match client.get_json::<Job>(&ask, "a job with a status")? {
            Reply::Found(job) => Ok(Some(job)),
            Reply::Denied(denied) if denied.status == 404 => Ok(None),
            Reply::Denied(denied) => Err(client.refused(&ask, &denied).into()),
        }
    }

    /// All jobs that Ray knows.
    fn list(&self) -> Result<Vec<Job>, ExecutorError> {
        let ask = self.ask("/api/jobs/");
        match self.client.get_json::<Vec<Job>>(&ask, "a list of jobs")? {
            Reply::Found(jobs) => Ok(jobs),
            Reply::Denied(denied) => Err(self.client.refused(&ask, &denied).into()),
        }
    }
}

impl Executor for RayJobs {
    fn capacity(&self) -> Result<usize, ExecutorError> {
        let ask = self.ask("/api/cluster_status");
        let answer =
            match self.client.get_json::<ClusterAnswer>(&ask, "the state of the cluster")? {
                Reply::Found(answer) => answer,
                Reply::Denied(denied) => return Err(self.client.refused(&ask, &denied).into()),
            };
        // A head that has just started has counted nothing yet.
        let Some(nodes) = answer.nodes() else { return Ok(0) };
        Ok(room(&nodes, &self.list()?, &self.config))
    }

    fn launch(&self, launch: &Launch) -> Result<LaunchId, ExecutorError> {
        submit(self, launch)
    }

    fn poll(&self, ids: &[LaunchId]) -> Result<Vec<LaunchState>, ExecutorError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let jobs = self.list()?;
        let named = jobs.iter().filter_map(|job| Some((job.submission_id.as_deref()?, job)));
        let named: BTreeMap<&str, &Job> = named.collect();
        let state = |id: &LaunchId| named.get(id.as_str()).map_or(LaunchState::Gone, |j| j.state());
        Ok(ids.iter().map(state).collect())
    }

    fn stop(&self, id: &LaunchId) -> Result<(), ExecutorError> {
        let ask = self.ask(format!("/api/jobs/{id}/stop"));
        match self.last.post_once(&ask, &json!({}))? {
            Posted::Answered { status: 200..=299 | 404, .. } => Ok(()),
            // Whether it ended meanwhile says its state, whatever went wrong here.
            Posted::Answered { status: 500.., text } | Posted::Lost { reason: text } => {
                let is_over = |job: Job| !matches!(job.status, Status::Pending | Status::Running);
                if self.find_by(&self.last, id)?.is_none_or(is_over) {
                    return Ok(());
                }
                let request = ask.target();
                let reason = super::wire::excerpt(&text);
                Err(RemoteError::Unavailable { venue: NAME, request, tries: 1, reason }.into())
            }
            Posted::Answered { status, text } => {
                let (request, reason) = (ask.target(), super::wire::excerpt(&text));
                Err(RemoteError::Refused { venue: NAME, request, status, reason }.into())
            }
        }
    }
}
