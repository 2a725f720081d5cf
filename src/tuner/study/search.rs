//! Sampler and scheduler, fed in one order.

use super::Outcome;
use crate::base::SeedStream;
use crate::config::{Scheduler, Tune};
use crate::tuner::samplers::{Chooser, Seen, Standing, perturb};
use crate::tuner::schedulers::{Policy, Verdict, policy};
use crate::tuner::trial::{Job, Report, Trial, TrialState};
use crate::tuner::{Params, Plan, Promotion, Space, TunerError};

/// What is to be done and what is known of it; the same reports in the same order give the same jobs.
#[derive(Debug)]
pub(super) struct Search {
    space: Space,
    plan: Plan,
    chooser: Chooser,
    policy: Box<dyn Policy>,
    seeds: SeedStream,
    /// Share of settings that population-based training draws anew.
    resample: f64,
    most_trials: usize,
    is_closed: bool,
    warm: Vec<(Params, f64)>,
    trials: Vec<Trial>,
}

impl Search {
    /// A search that knows nothing but earlier trials.
    pub(super) fn try_new(
        tune: &Tune,
        total_env_steps: u64,
        seed: u64,
        warm: &[(Params, f64)],
    ) -> Result<Self, TunerError> {
        let space = Space::try_new(&tune.space)?;
        let plan = Plan::try_new(tune, total_env_steps)?;
        let seeds = SeedStream::new(seed).child("tune");
        let finite = |(_, score): &&(Params, f64)| score.is_finite();
        Ok(Self {
            chooser: Chooser::new(&tune.sampler, &space, tune.trials),
            policy: policy(tune, &plan, &seeds),
            resample: match &tune.scheduler {
                Scheduler::Pbt(pbt) => pbt.resample,
                _ => 0.0,
            },
            most_trials: tune.trials,
            is_closed: false,
            warm: warm.iter().filter(finite).cloned().collect(),
            trials: Vec::new(),
            space,
            plan,
            seeds,
        })
    }

    /// All trials so far.
    pub(super) fn trials(&self) -> &[Trial] {
        &self.trials
    }

    /// The budgets.
    pub(super) const fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Takes the outcome of a job.
    pub(super) fn take(&mut self, job: &Job, outcome: Outcome) {
        let score = outcome.score();
        let last = self.plan.budgets.len() - 1;
        let verdict = self.policy.report(job.trial, job.rung, score);
        let Some(trial) = self.trials.get_mut(job.trial) else { return };
        let (rung, budget_env_steps) = (job.rung, job.budget_env_steps);
        trial.reports.push(Report { rung, budget_env_steps, score });
        trial.value = score;
        trial.state = match (score, verdict) {
            (None, _) => TrialState::Failed,
            (Some(_), _) if rung == last => TrialState::Complete,
            (Some(_), Verdict::Stopped) => TrialState::Pruned,
            (Some(_), Verdict::Open) => TrialState::Running,
        };
    }

    /// The next job, if there is anything to do.
    pub(super) fn decide(&mut self, number: u64) -> Option<Job> {
        if let Some(promotion) = self.policy.promote() {
            return Some(self.promoted(number, promotion));
        }
        if self.is_closed {
            return None;
        }
        if let Some(job) = self.begin(number) {
            return Some(job);
        }
        self.is_closed = true;
        self.policy.close();
        let promotion = self.policy.promote()?;
        Some(self.promoted(number, promotion))
    }

    /// The next job when nothing is left to do and nothing is at work.
    pub(super) fn finish(&mut self, number: u64) -> Option<Job> {
        let promotion = self.policy.finish()?;
        Some(self.promoted(number, promotion))
    }

    /// Ends the trials that never reached the last rung.
    pub(super) fn end(&mut self) {
        for trial in &mut self.trials {
            if trial.state == TrialState::Running {
                trial.state = TrialState::Pruned;
            }
        }
    }

    /// The first job of a new trial, unless there are enough or there is nothing new to try.
    fn begin(&mut self, number: u64) -> Option<Job> {
        let trial = self.trials.len();
        if trial >= self.most_trials {
            return None;
        }
        let mut rng = self.seeds.child("trial").index(trial).rng();
        let seen = if self.chooser.learns() { self.seen() } else { Vec::new() };
        let params = self.chooser.choose(&self.space, trial, &seen, &mut rng)?;
        let bracket = self.policy.start(trial);
        self.trials.push(Trial {
            number: trial,
            params,
            bracket,
            state: TrialState::Running,
            reports: Vec::new(),
            value: None,
        });
        let rung = self.plan.first_rungs.get(bracket).copied().unwrap_or_default();
        Some(self.job(number, Promotion { trial, rung, parent: None }))
    }

    fn promoted(&mut self, number: u64, promotion: Promotion) -> Job {
        if let Some(parent) = promotion.parent {
            let (trial, rung) = (promotion.trial, promotion.rung);
            let mut rng = self.seeds.child("perturb").index(rung).index(trial).rng();
            let settings = &self.trials[parent].params;
            self.trials[trial].params = perturb(&self.space, settings, self.resample, &mut rng);
        }
        self.job(number, promotion)
    }

    fn job(&self, number: u64, promotion: Promotion) -> Job {
        let Promotion { trial, rung, parent } = promotion;
        let params = self.trials[trial].params.clone();
        Job { number, trial, rung, budget_env_steps: self.plan.budgets[rung], params, parent }
    }

    /// Everything that a sampler may learn from; earlier trials count as whole ones.
    fn seen(&self) -> Vec<Seen<'_>> {
        let last = self.plan.budgets.len() - 1;
        let warm = self
            .warm
            .iter()
            .map(|(params, score)| Seen { params, standing: Standing::Scored(last, *score) });
        let own = self.trials.iter().map(|trial| {
            let standing = match (trial.state, trial.standing()) {
                (TrialState::Failed, _) => Standing::Failed,
                (_, Some((rung, score))) => Standing::Scored(rung, score),
                (_, None) => Standing::Waiting,
            };
            Seen { params: &trial.params, standing }
        });
        warm.chain(own).collect()
    }
}
