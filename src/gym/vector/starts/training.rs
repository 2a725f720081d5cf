//! Everything that makes training episodes differ, in one place; absent when nothing does.

use burn::tensor::{Device, Int, Tensor};

use super::curriculum::Stage;
use super::pool::{Pool, PoolRules};
use super::randomize::{Luck, Randomizer};
use super::record::Record;
use crate::base::{Rng, SeedStream};
use crate::config::Curriculum;
use crate::gym::EnvParams;
use crate::gym::vector::book::Booking;
use crate::gym::vector::market::{Bar, CostFactors};

/// What is drawn, remembered and repeated.
#[derive(Debug, Clone)]
pub(in crate::gym::vector) struct Training {
    randomizer: Option<Randomizer>,
    pool: Option<PoolRules>,
    curriculum: Option<Curriculum>,
    shape: [usize; 2],
    device: Device,
}

/// Where it stands. Each part is present if it is asked for.
#[derive(Debug, Clone)]
pub(in crate::gym::vector) struct TrainingState {
    luck: Option<Luck>,
    record: Option<Record>,
    pool: Option<Pool>,
    stage: Option<Stage>,
}

/// Which episodes have ended: 1 or 0, and the complement, `[1, N]`.
#[derive(Debug, Clone, Copy)]
pub(in crate::gym::vector) struct EpisodeEnds<'a> {
    pub(in crate::gym::vector) is_over: &'a Tensor<2>,
    pub(in crate::gym::vector) goes_on: &'a Tensor<2>,
}

/// What one bar brought, each `[1, N]`.
pub(in crate::gym::vector) struct BarOutcome<'a> {
    pub(in crate::gym::vector) reward: &'a Tensor<2>,
    pub(in crate::gym::vector) drawdown: Tensor<2>,
    pub(in crate::gym::vector) booking: Option<&'a Booking>,
}

impl Training {
    /// `None` if every episode is like any other.
    pub(in crate::gym::vector) fn new(
        params: &EnvParams,
        shape: [usize; 2],
        seeds: &SeedStream,
        device: &Device,
    ) -> Option<Self> {
        let EnvParams { randomize, hard_starts, curriculum, .. } = params;
        if randomize.is_none() && hard_starts.is_none() && curriculum.is_none() {
            return None;
        }
        let seeds = seeds.child("training");
        let [_, num_envs] = shape;
        Some(Self {
            randomizer: randomize
                .map(|settings| Randomizer::new(settings, shape, &seeds.child("luck"), device)),
            pool: hard_starts.map(|triggers| PoolRules::new(triggers, num_envs, &seeds, device)),
            curriculum: *curriculum,
            shape,
            device: device.clone(),
        })
    }

    /// The first state and where the first episodes begin, of starts drawn over the whole range.
    pub(in crate::gym::vector) fn first(
        &self,
        starts: Tensor<1, Int>,
        rng: &mut Rng,
    ) -> (TrainingState, Tensor<1, Int>) {
        let [_, num_envs] = self.shape;
        let needs_record = self.pool.is_some() || self.curriculum.is_some();
        let state = TrainingState {
            luck: self.randomizer.as_ref().map(|randomizer| randomizer.first(rng)),
            record: needs_record.then(|| Record::new(num_envs, &self.device)),
            pool: self.pool.as_ref().map(|rules| rules.empty(&self.device)),
            stage: self.curriculum.map(|settings| Stage::first(&settings, &self.device)),
        };
        let starts = match &state.stage {
            Some(stage) => whole(stage.narrow(row(starts))),
            None => starts,
        };
        (state, starts)
    }

    /// Takes in a bar, and where an episode has ended says where the next one begins.
    ///
    /// # Shapes
    /// `ended`: `[N]` where the running episodes began; `starts`: `[N]` drawn over the whole range
    pub(in crate::gym::vector) fn next(
        &self,
        state: TrainingState,
        bar: &BarOutcome<'_>,
        ends: &EpisodeEnds<'_>,
        (ended, starts): (Tensor<1, Int>, Tensor<1, Int>),
        rng: &mut Rng,
    ) -> (TrainingState, Tensor<1, Int>) {
        let TrainingState { luck, record, pool, stage } = state;
        let luck = luck.zip(self.randomizer.as_ref()).map(|(luck, by)| by.next(luck, ends, rng));
        let Some(record) = record else {
            return (TrainingState { luck, record: None, pool, stage }, starts);
        };
        let record = record.update(bar);
        let mut starts = row(starts);
        let stage = stage.zip(self.curriculum).map(|(stage, settings)| {
            let stage = stage.update(&settings, ends, &record.reward);
            starts = stage.narrow(starts.clone());
            stage
        });
        let pool = pool.zip(self.pool.as_ref()).map(|(pool, rules)| {
            let is_hard = record.is_hard(&rules.triggers);
            let both = (row(ended), starts.clone());
            let (pool, chosen) = rules.exchange(pool, ends, is_hard, both, rng);
            starts = chosen;
            pool
        });
        let record = Some(record.reset(ends.is_over, ends.goes_on));
        (TrainingState { luck, record, pool, stage }, whole(starts))
    }

    /// Puts together what [`TrainingState::rows`] took apart.
    pub(in crate::gym::vector) fn assembled(
        &self,
        mut take: impl FnMut(usize) -> Tensor<2>,
    ) -> TrainingState {
        let [num_symbols, _] = self.shape;
        let luck = self.randomizer.as_ref().map(|by| {
            let factors = CostFactors { cost: take(1), slippage: take(1) };
            let rows = by.noise_rows(num_symbols);
            Luck { factors, noise: (rows > 0).then(|| take(rows)) }
        });
        let needs_record = self.pool.is_some() || self.curriculum.is_some();
        TrainingState {
            luck,
            record: needs_record.then(|| Record::from_rows(&mut take)),
            pool: self.pool.as_ref().map(|rules| Pool::from_rows(rules, &mut take)),
            stage: self.curriculum.map(|_| Stage::from_rows(&mut take)),
        }
    }
}

impl TrainingState {
    /// The bar as the episodes meet it.
    pub(in crate::gym::vector) fn apply(&self, bar: Bar) -> Bar {
        match &self.luck {
            Some(luck) => luck.apply(bar),
            None => bar,
        }
    }

    /// Everything, in rows of N values: luck, record, pool, stage.
    pub(in crate::gym::vector) fn rows(&self, num_envs: usize) -> Vec<Tensor<2>> {
        let mut rows = Vec::new();
        if let Some(luck) = &self.luck {
            rows.extend([luck.factors.cost.clone(), luck.factors.slippage.clone()]);
            rows.extend(luck.noise.clone());
        }
        rows.extend(self.record.iter().flat_map(Record::rows));
        rows.extend(self.pool.iter().flat_map(Pool::rows));
        rows.extend(self.stage.iter().flat_map(|stage| stage.rows(num_envs)));
        rows
    }
}

/// Rows of the tape are below 2²⁴, so that f32 holds them exactly.
fn row(values: Tensor<1, Int>) -> Tensor<2> {
    values.float().unsqueeze()
}

fn whole(row: Tensor<2>) -> Tensor<1, Int> {
    let [_, num_envs] = row.dims();
    row.reshape([num_envs]).int()
}
