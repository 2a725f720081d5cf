//! The budgets of a study.

use crate::config::{Scheduler, Tune};

/// The budgets of a study and how trials go through them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Budget of each rung in environment steps, ascending; the last one is a whole trial.
    pub budgets: Vec<u64>,
    /// The rung at which the trials of each bracket begin.
    pub first_rungs: Vec<usize>,
}

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// A trial has no budget.
    #[error("a trial must have a budget of at least 1 environment step, was 0")]
    NoBudget,
    /// The first look comes after the end.
    #[error(
        "`tune.scheduler.{kind}.{key}` must be in 1..={most} (the budget of a whole trial), was {given}"
    )]
    Beyond {
        /// The scheduler.
        kind: &'static str,
        /// The key.
        key: &'static str,
        /// The budget of a whole trial.
        most: u64,
        /// What was given.
        given: u64,
    },
    /// A bracket would begin behind the last rung.
    #[error(
        "`tune.scheduler.hyperband.brackets` must be at most the {rungs} rungs, was {brackets}"
    )]
    Brackets {
        /// Rungs.
        rungs: usize,
        /// Brackets.
        brackets: u32,
    },
}

impl Plan {
    /// The plan of a study whose learner is configured to run `total_env_steps`.
    ///
    /// # Errors
    /// [`PlanError`] where budgets do not fit each other.
    pub fn try_new(tune: &Tune, total_env_steps: u64) -> Result<Self, PlanError> {
        let scheduler = &tune.scheduler;
        let most = scheduler.max_env_steps(total_env_steps);
        if most == 0 {
            return Err(PlanError::NoBudget);
        }
        for (key, given) in scheduler.given_env_steps() {
            if let Some(given) = given.filter(|given| !(1..=most).contains(given)) {
                return Err(PlanError::Beyond { kind: scheduler.name(), key, most, given });
            }
        }
        let budgets = scheduler.budgets(total_env_steps);
        let rungs = budgets.len();
        let first_rungs = match scheduler {
            Scheduler::Hyperband(hyperband) => {
                let brackets = hyperband.brackets;
                if brackets == 0 || brackets as usize > rungs {
                    return Err(PlanError::Brackets { rungs, brackets });
                }
                (0..brackets as usize).collect()
            }
            _ => vec![0],
        };
        Ok(Self { budgets, first_rungs })
    }

    /// The most environment steps that `trials` trials take if none is stopped.
    #[must_use]
    pub fn most_env_steps(&self, trials: usize) -> u64 {
        self.budgets.last().copied().unwrap_or_default().saturating_mul(trials as u64)
    }

    /// The environment steps of one bracket in which one in `reduction` of `trials` goes on at each rung
    /// from the first, at least one; a trial that goes on takes up where it stopped.
    #[must_use]
    pub fn halved_env_steps(&self, trials: usize, reduction: f64) -> u64 {
        let mut left = trials as f64;
        let mut spent = 0_u64;
        let mut done = 0_u64;
        for budget in &self.budgets {
            spent = spent.saturating_add((budget - done).saturating_mul(left as u64));
            (done, left) = (*budget, (left / reduction.max(1.0)).floor().max(1.0));
        }
        spent
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn plan(scheduler: &Value, total: u64) -> Result<Plan, PlanError> {
        let tune: Tune = serde_json::from_value(json!({ "scheduler": scheduler })).unwrap();
        Plan::try_new(&tune, total)
    }

    #[test]
    fn budgets_by_hand() {
        let asha = |grace: u64, most: u64| json!({"asha": {"grace_env_steps": grace, "max_env_steps": most}});
        for (scheduler, total, expected) in [
            (json!("none"), 500, vec![500]),
            (asha(1, 27), 5, vec![1, 3, 9, 27]),
            (asha(200_000, 5_000_000), 5, vec![200_000, 600_000, 1_800_000, 5_000_000]),
            // 27 of 28 is too near.
            (asha(1, 28), 5, vec![1, 3, 9, 28]),
            (asha(7, 7), 5, vec![7]),
            (json!({"asha": {}}), 3_000_000, vec![111_111, 333_333, 999_999, 3_000_000]),
            (json!({"asha": {"reduction": 2}}), 800, vec![100, 200, 400, 800]),
            (json!({"asha": {}}), 1, vec![1]),
            (json!({"median_stop": {}}), 100, (1..=10).map(|i| i * 10).collect()),
            (
                json!({"median_stop": {"interval_env_steps": 40, "grace_env_steps": 10}}),
                100,
                vec![10, 50, 90, 100],
            ),
            (json!({"pbt": {"interval_env_steps": 50}}), 100, vec![50, 100]),
        ] {
            assert_eq!(plan(&scheduler, total).unwrap().budgets, expected, "{scheduler}");
        }
        let hyperband = plan(&json!({"hyperband": {"brackets": 2}}), 2700).unwrap();
        assert_eq!(hyperband.first_rungs, [0, 1]);
    }

    #[test]
    fn budgets_that_do_not_fit() {
        for (scheduler, text) in [
            (
                json!({"asha": {"grace_env_steps": 9, "max_env_steps": 8}}),
                "`tune.scheduler.asha.grace_env_steps` must be in 1..=8 (the budget of a whole trial), was 9",
            ),
            (
                json!({"pbt": {"interval_env_steps": 0}}),
                "`tune.scheduler.pbt.interval_env_steps` must be in 1..=100 (the budget of a whole trial), was 0",
            ),
            (
                json!({"hyperband": {"brackets": 8}}),
                "`tune.scheduler.hyperband.brackets` must be at most the 4 rungs, was 8",
            ),
        ] {
            assert_eq!(plan(&scheduler, 100).unwrap_err().to_string(), text);
        }
        assert_eq!(plan(&json!("none"), 0), Err(PlanError::NoBudget));
    }

    #[test]
    fn costs_by_hand() {
        let plan = plan(&json!({"asha": {"grace_env_steps": 1, "max_env_steps": 27}}), 1).unwrap();
        // 27 × 1 + 9 × 2 + 3 × 6 + 1 × 18
        assert_eq!(plan.halved_env_steps(27, 3.0), 81);
        assert_eq!(plan.most_env_steps(27), 729);
    }
}
