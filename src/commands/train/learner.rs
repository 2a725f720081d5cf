//! From the settings of an agent to a policy in training.

use crate::base::SeedStream;
use crate::commands::{Failure, FailureKind};
use crate::config::{self, Agent};
use crate::evaluate::PreparedMarket;
use crate::gym::{ActionTable, VecEnv};
use crate::learners::run::{Learner, RunError};
use crate::learners::{GymEnvironment, dqn, ppo};

/// The actions of an agent.
pub(in crate::commands) fn action_table(agent: &Agent) -> Result<ActionTable, Failure> {
    ActionTable::try_new(&agent.env.market, &agent.universe.symbols)
        .map_err(|error| Failure::new(FailureKind::Usage, error))
}

/// A fresh policy in its environment, over the rows of `data.train`.
pub(in crate::commands) fn learner(
    agent: &Agent,
    market: &PreparedMarket,
    table: &ActionTable,
    device: &burn::tensor::Device,
) -> Result<Box<dyn Learner>, Failure> {
    let seeds = SeedStream::new(agent.seed);
    let (tape, segments) = market.training_tape(agent)?;
    let env =
        VecEnv::try_new_in((&tape, &segments), table, &agent.env, device, &seeds.child("env"))
            .map_err(|error| Failure::new(FailureKind::Data, error))?;
    let environment = Box::new(GymEnvironment::new(env));
    let with_ppo = |settings: config::Ppo, environment| -> Result<Box<dyn Learner>, Failure> {
        ppo::Trainer::try_new(settings, &agent.model, environment, &seeds, device)
            .map(|trainer| Box::new(trainer) as Box<dyn Learner>)
            .map_err(|error| Failure::new(FailureKind::Usage, error))
    };
    match &agent.learner {
        config::Learner::Ppo(settings) => with_ppo(settings.clone(), environment),
        config::Learner::A2c(settings) => {
            with_ppo(settings.as_ppo(agent.env.num_envs), environment)
        }
        config::Learner::Dqn(settings) => {
            dqn::Trainer::try_new(settings.clone(), &agent.model, environment, &seeds, device)
                .map(|trainer| Box::new(trainer) as Box<dyn Learner>)
                .map_err(|error| Failure::new(FailureKind::Usage, error))
        }
    }
}

/// The exit code of a run that failed.
pub(in crate::commands) fn run_failure(error: RunError) -> Failure {
    let kind = match &error {
        RunError::Learn(_) => FailureKind::Bug,
        _ => FailureKind::Data,
    };
    Failure::new(kind, error)
}
