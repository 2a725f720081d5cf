//! Workers that people or service managers start.

use crate::ports::{Executor, ExecutorError, Launch, LaunchId, LaunchState};

/// An engine that starts nothing: whoever likes runs `releat worker`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ByHand;

impl Executor for ByHand {
    fn capacity(&self) -> Result<usize, ExecutorError> {
        Ok(0)
    }

    fn launch(&self, launch: &Launch) -> Result<LaunchId, ExecutorError> {
        let reason = "workers are started by hand".to_owned();
        Err(ExecutorError::Denied { executor: "worker", id: launch.id(), reason })
    }

    fn poll(&self, ids: &[LaunchId]) -> Result<Vec<LaunchState>, ExecutorError> {
        Ok(vec![LaunchState::Gone; ids.len()])
    }

    fn stop(&self, _id: &LaunchId) -> Result<(), ExecutorError> {
        Ok(())
    }
}
