//! Walk-forward folds inside the ranges of training and validation.

use jiff::ToSpan;

use crate::base::{Date, DateRange};
use crate::config::Agent;

/// The days of a fold cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`tune.folds`: fold {fold} must leave training days after {start}, but validation takes {days} days \
     for each fold; use fewer folds or a shorter data.validation"
)]
pub(in crate::commands::tune) struct FoldError {
    fold: usize,
    start: Date,
    days: i64,
}

/// The agent of a fold: fold 0 has the ranges as they are, each further one ends a validation range earlier.
///
/// Training begins on the same day in all of them, so no fold sees a day of its validation range or later.
pub(in crate::commands::tune) fn fold_agent(
    agent: &Agent,
    fold: usize,
) -> Result<Agent, FoldError> {
    let mut agent = agent.clone();
    if fold == 0 {
        return Ok(agent);
    }
    let (train, validation) = (agent.data.train, agent.data.validation);
    let days = i64::from((validation.end() - validation.start()).get_days()) + 1;
    let error = || FoldError { fold, start: train.start(), days };
    let back = i64::try_from(fold).map_err(|_| error())?.checked_mul(days).ok_or_else(error)?;
    let earlier = |date: Date| date.checked_sub(back.days()).map_err(|_| error());
    let train_end = earlier(train.end())?;
    agent.data.train = DateRange::try_new(train.start(), train_end).map_err(|_| error())?;
    let (first, last) = (earlier(validation.start())?, earlier(validation.end())?);
    agent.data.validation = DateRange::try_new(first, last).map_err(|_| error())?;
    Ok(agent)
}
