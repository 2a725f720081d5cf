//! N trading environments that step together.

use std::ops::Range;

use burn::tensor::{Bool, Device, Int, Tensor};

use super::book::Book;
use super::legality::{HasHalts, Legality};
use super::market::{Bar, MarketTensors};
use super::orders::{CostTensors, OrderTable, change_to};
use super::reward::{BarReturns, RewardMemory};
use super::starts::{BarOutcome, EpisodeEnds, StartTable, Training, legal_starts};
use super::{EnvData, EnvError, TensorState};
use crate::base::SeedStream;
use crate::config::Env;
use crate::gym::actions::WeightRule;
use crate::gym::slots::SlotTensors;
use crate::gym::{
    ActionTable, EnvParams, PositionState, Step, Tape, num_position_values, num_slot_values,
    observation_rows,
};

/// The last observations of a step's environments, gathered when they are asked for.
#[derive(Debug, Clone)]
pub(in crate::gym) struct GatheredObs {
    features: Tensor<2>,
    /// `[N]`
    rows: Tensor<1, Int>,
    /// `[P, N]`
    block: Tensor<2>,
}

impl GatheredObs {
    pub(in crate::gym) fn all(&self) -> Tensor<2> {
        observation_rows(self.features.clone().select(0, self.rows.clone()), self.block.clone())
    }

    pub(in crate::gym) fn rows(&self, envs: Tensor<1, Int>) -> Tensor<2> {
        let features = self.features.clone().select(0, self.rows.clone().select(0, envs.clone()));
        observation_rows(features, self.block.clone().select(1, envs))
    }
}

/// N trading environments on one device; state in, state out.
#[derive(Debug, Clone)]
pub(in crate::gym) struct TensorEnv {
    pub(in crate::gym) params: EnvParams,
    pub(in crate::gym) market: MarketTensors,
    pub(in crate::gym) orders: OrderTable,
    pub(in crate::gym) costs: CostTensors,
    legality: Legality,
    pub(in crate::gym) starts: StartTable,
    seeds: SeedStream,
    device: Device,
    pub(in crate::gym) num_envs: usize,
    num_rows: usize,
    num_assets: usize,
    num_features: usize,
    pub(in crate::gym) num_actions: usize,
    /// `[P, 1]` the position block of an account that is all cash.
    flat_block: Tensor<2>,
    /// Present in the `slots` market.
    pub(in crate::gym) slots: Option<SlotTensors>,
    /// Present if training episodes differ in more than their starts.
    pub(super) training: Option<Training>,
    /// Present if a policy may give weights as numbers.
    pub(in crate::gym) weights: Option<WeightRule>,
}

impl TensorEnv {
    /// Uploads the tape and makes `env.num_envs` environments whose episodes each lie inside one of
    /// the segments. `seeds` is the `env` stream of the run.
    ///
    /// # Errors
    /// [`EnvError`] if tape, segments, table and rules do not fit together.
    pub(in crate::gym) fn try_new(
        (tape, segments): (&Tape, &[Range<usize>]),
        table: &ActionTable,
        env: &Env,
        device: &Device,
        seeds: &SeedStream,
    ) -> Result<Self, EnvError> {
        let params = EnvParams::new(env, tape.bars_per_year());
        check(tape, table, &params, env.num_envs)?;
        let starts = starts(segments, &params)?;
        let has_halts = if tape.has_halts() { HasHalts::Sometimes } else { HasHalts::Never };
        let num_assets = table.num_assets();
        Ok(Self {
            market: MarketTensors::new(tape, &params, device),
            orders: OrderTable::new(table, device),
            costs: CostTensors::new(&params),
            legality: Legality::new(table, &params.rules, has_halts, env.num_envs, device),
            starts: StartTable::new(&starts, env.num_envs, seeds, device),
            seeds: seeds.clone(),
            device: device.clone(),
            num_envs: env.num_envs,
            num_rows: tape.len(),
            num_assets,
            num_features: tape.num_features(),
            num_actions: table.num_actions(),
            flat_block: PositionState::flat(num_assets).with_slots(table.num_slots()).block(device),
            slots: SlotTensors::new(&params, env.num_envs, seeds, device),
            training: Training::new(&params, [num_assets - 1, env.num_envs], seeds, device),
            weights: WeightRule::new(&env.market),
            params,
        })
    }

    /// Begins an episode in every environment: the state, observations `[N, O]` and mask `[N, K]`.
    #[must_use]
    pub(in crate::gym) fn reset(&self) -> (TensorState, Tensor<2>, Tensor<2>) {
        let state = self.fresh_state();
        let (obs, mask) = self.observe(&state);
        (state, obs, mask)
    }

    /// Takes one action in every environment and begins a new episode where one ends.
    ///
    /// # Shapes
    /// `actions`: `[N]`, legal ones: what the mask forbids is not checked again.
    #[must_use]
    pub(in crate::gym) fn step(
        &self,
        state: TensorState,
        actions: Tensor<1, Int>,
    ) -> (TensorState, Step) {
        assert_eq!(actions.dims(), [self.num_envs], "invariant: one action per environment");
        let bar = self.bar(&state);
        let change = match (&self.slots, &state.slots) {
            (Some(slots), Some(rows)) => slots.changes(actions, rows, &bar),
            _ => self.orders.changes(actions, &state.book, &bar),
        };
        self.pass_bar(state, &bar, change)
    }

    /// As [`Self::step`], with what a policy gives as numbers in place of actions.
    ///
    /// # Shapes
    /// `raw`: `[N, M]`, M = `WeightRule::num_outputs`
    ///
    /// # Panics
    /// If the market is not one of continuous weights.
    #[must_use]
    pub(in crate::gym) fn step_weights(
        &self,
        state: TensorState,
        raw: Tensor<2>,
    ) -> (TensorState, Step) {
        let Some(rule) = &self.weights else {
            unreachable!("invariant: weights are given in a market of continuous weights")
        };
        let bar = self.bar(&state);
        let change = change_to(rule.tensor_weights(raw), &state.book, &bar);
        self.pass_bar(state, &bar, change)
    }

    /// The bar after each environment's row, as its episode meets it.
    fn bar(&self, state: &TensorState) -> Bar {
        let bar = self.market.bar(state.rows.clone());
        match &state.training {
            Some(training) => training.apply(bar),
            None => bar,
        }
    }

    /// Lives through a bar with orders for `change` of value: of each symbol, or of each slot.
    fn pass_bar(&self, state: TensorState, bar: &Bar, change: Tensor<2>) -> (TensorState, Step) {
        let TensorState { rows, num_steps, book, memory, slots, training, rng } = state;
        let (slots, result) = match slots {
            Some(slots) => {
                let net = change.clone().sum_dim(0);
                let result = book.pass_bar(net, bar, &self.params, &self.costs);
                let (slots, result) = slots.pass_bar(change, bar, result);
                (Some(slots), result)
            }
            None => (None, book.pass_bar(change, bar, &self.params, &self.costs)),
        };
        let returns = BarReturns {
            portfolio_return: result.portfolio_return,
            benchmark_return: bar.benchmark_return.clone(),
            pnl_frac: result.pnl,
            drawdown: result.book.drawdown(),
            booking: result.booking,
        };
        let (memory, reward) = memory.update(&self.params.reward, &returns);
        let (rows, num_steps) = (rows + 1, num_steps + 1);
        let played =
            TensorState { rows, num_steps, book: result.book, memory, slots, training, rng };

        let flat = |x: Tensor<2>| x.reshape([self.num_envs]);
        let equity = flat(played.book.equity.clone());
        let terminated = equity.clone().lower_elem(self.params.ruin_frac);
        let truncated = self.is_cut(&played).bool_and(terminated.clone().bool_not());
        let ends = Ends::new(terminated.clone().bool_or(truncated.clone()));
        let last_obs = GatheredObs {
            features: self.market.features.clone(),
            rows: played.rows.clone(),
            block: played.position_block(),
        };
        let block = last_obs.block.clone() * ends.goes_on.clone()
            + self.flat_block.clone() * ends.is_over.clone(); // [P, N]
        let outcome = BarOutcome {
            reward: &reward,
            drawdown: returns.drawdown.clone(),
            booking: returns.booking.as_ref(),
        };
        let state = self.begin_anew(played, &outcome, &ends);
        let step = Step {
            obs: self.observation(state.rows.clone(), block),
            mask: self.mask(&state),
            reward: flat(reward),
            terminated,
            truncated,
            equity,
            turnover: flat(result.turnover),
            last_obs: last_obs.into(),
        };
        (state, step)
    }

    /// Observations `[N, O]` and mask `[N, K]` of a state, for going on after a restart.
    #[must_use]
    pub(in crate::gym) fn observe(&self, state: &TensorState) -> (Tensor<2>, Tensor<2>) {
        let obs = self.observation(state.rows.clone(), state.position_block());
        (obs, self.mask(state))
    }

    /// Brings back a state that [`TensorState::to_data`] copied out.
    ///
    /// # Errors
    /// [`EnvError::Shape`] if it is of another environment.
    pub(in crate::gym) fn state_from_data(&self, data: &EnvData) -> Result<TensorState, EnvError> {
        TensorState::from_data(self, &self.fresh_state(), data)
    }

    /// Values of an observation: features and position block.
    #[must_use]
    pub(in crate::gym) fn obs_width(&self) -> usize {
        let num_slots = self.slots.as_ref().map_or(0, SlotTensors::num_slots);
        self.num_features + num_position_values(self.num_assets) + num_slot_values(num_slots)
    }

    /// Whether any action can ever be illegal; otherwise every mask is 0.
    #[must_use]
    pub(in crate::gym) fn has_masks(&self) -> bool {
        self.slots.is_some() || self.legality.is_binding()
    }

    fn fresh_state(&self) -> TensorState {
        let mut rng = self.seeds.child("offsets").rng();
        let rows = self.starts.draw(&mut rng);
        let (training, rows) = match &self.training {
            Some(training) => {
                let (state, rows) = training.first(rows, &mut rng);
                (Some(state), rows)
            }
            None => (None, rows),
        };
        TensorState {
            rows,
            num_steps: Tensor::zeros([self.num_envs], &self.device),
            book: Book::new(&self.params, self.num_assets - 1, self.num_envs, &self.device),
            memory: RewardMemory::new(&self.params.reward, self.num_envs, &self.device),
            slots: self.slots.as_ref().map(|slots| slots.empty(&mut rng)),
            training,
            rng,
        }
    }

    /// Whether an episode has its full length or the tape ends.
    fn is_cut(&self, state: &TensorState) -> Tensor<1, Bool> {
        let length = self.params.episode.length_bars as i64;
        let last_row = (self.num_rows - 1) as i64;
        let is_long = state.num_steps.clone().greater_equal_elem(length);
        is_long.bool_or(state.rows.clone().greater_equal_elem(last_row))
    }

    /// Begins a new episode where one has ended.
    fn begin_anew(
        &self,
        played: TensorState,
        outcome: &BarOutcome<'_>,
        ends: &Ends,
    ) -> TensorState {
        let TensorState { rows, num_steps, book, memory, slots, training, mut rng } = played;
        let starts = self.starts.draw(&mut rng);
        let (training, starts) = match (&self.training, training) {
            (Some(by), Some(training)) => {
                let marks = EpisodeEnds { is_over: &ends.is_over, goes_on: &ends.goes_on };
                let ended = rows.clone() - num_steps.clone();
                let (state, starts) = by.next(training, outcome, &marks, (ended, starts), &mut rng);
                (Some(state), starts)
            }
            _ => (None, starts),
        };
        let slots = self
            .slots
            .as_ref()
            .zip(slots)
            .map(|(by, slots)| by.reset(slots, &ends.is_over, &ends.goes_on, &mut rng));
        let is_over = ends.is_over_int.clone();
        let goes_on = is_over.clone().mul_scalar(-1) + 1;
        TensorState {
            rows: rows * goes_on.clone() + starts * is_over,
            num_steps: num_steps * goes_on,
            book: book.reset(&ends.is_over, &ends.goes_on),
            memory: memory.reset(&ends.goes_on),
            slots,
            training,
            rng,
        }
    }

    fn observation(&self, rows: Tensor<1, Int>, block: Tensor<2>) -> Tensor<2> {
        observation_rows(self.market.features(rows), block)
    }

    fn mask(&self, state: &TensorState) -> Tensor<2> {
        let tradable = self.market.tradable(state.rows.clone());
        match (&self.slots, &state.slots) {
            (Some(slots), Some(rows)) => slots.mask(rows, &state.book, tradable.as_ref()),
            _ => self.legality.mask(&state.book, tradable.as_ref()),
        }
    }
}

/// Which episodes have ended: 1 or 0.
struct Ends {
    /// `[N]`
    is_over_int: Tensor<1, Int>,
    /// `[1, N]`
    is_over: Tensor<2>,
    /// `[1, N]` the complement of `is_over`.
    goes_on: Tensor<2>,
}

impl Ends {
    fn new(is_over: Tensor<1, Bool>) -> Self {
        let is_over_int = is_over.int();
        let is_over: Tensor<2> = is_over_int.clone().float().unsqueeze();
        let goes_on = is_over.clone().neg() + 1.0;
        Self { is_over_int, is_over, goes_on }
    }
}

fn check(
    tape: &Tape,
    table: &ActionTable,
    params: &EnvParams,
    num_envs: usize,
) -> Result<(), EnvError> {
    if tape.len() < Tape::MIN_ROWS {
        return Err(EnvError::TooFewRows { needed: Tape::MIN_ROWS, found: tape.len() });
    }
    let expected = tape.num_symbols() + 1;
    if table.num_assets() != expected {
        return Err(EnvError::Assets { expected, found: table.num_assets() });
    }
    if table.num_slots() != params.slots.map_or(0, |rules| rules.counts.num_slots()) {
        return Err(EnvError::Slots);
    }
    let has_flat =
        params.slots.is_some() || (0..table.num_actions()).any(|action| table.is_flat(action));
    if params.rules.max_hold_bars.is_some() && !has_flat {
        return Err(EnvError::NoFlatAction);
    }
    if num_envs == 0 { Err(EnvError::NoEnvs) } else { Ok(()) }
}

/// The rows on which episodes may begin.
fn starts(segments: &[Range<usize>], params: &EnvParams) -> Result<Vec<i32>, EnvError> {
    let offset = params.randomize.map_or(0, |randomize| randomize.start_offset_bars);
    let starts = legal_starts(segments, params.episode, offset);
    if segments.len() > 1 && params.curriculum.is_some() {
        return Err(EnvError::CurriculumInParts { found: segments.len() });
    }
    if starts.is_empty() {
        let longest = segments.iter().map(ExactSizeIterator::len).max().unwrap_or(0);
        return Err(EnvError::ShortSegments { needed: params.episode.length_bars + 1, longest });
    }
    Ok(starts)
}
