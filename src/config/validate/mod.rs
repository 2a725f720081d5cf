//! The rules of a configuration: for each section a list of one-line requirements.

mod check;
mod data;
mod env;
mod eval;
mod features;
mod learner;
mod model;
mod place;
mod trade;
mod tune;

pub(crate) use check::{Finding, check_agent, check_place};
