//! N trading environments that step together.

use burn::tensor::{Bool, Device, Int, Tensor};

use super::book::Book;
use super::legality::{HasHalts, Legality};
use super::market::MarketTensors;
use super::orders::{CostTensors, OrderTable};
use super::reward::{BarReturns, RewardMemory};
use super::starts::StartTable;
use super::{EnvData, EnvError, EnvState};
use crate::base::SeedStream;
use crate::config::Env;
use crate::gym::{
    ActionTable, EnvParams, PositionState, Tape, num_position_values, observation_rows,
};

/// What one step of N environments gives.
#[derive(Debug, Clone)]
pub struct Step {
    /// `[N, O]` observations to act on next: of a new episode where one has ended.
    pub obs: Tensor<2>,
    /// `[N, K]` added to the logits of the next action: 0, or `ILLEGAL_LOGIT` where it is illegal.
    pub mask: Tensor<2>,
    /// `[N]`
    pub reward: Tensor<1>,
    /// `[N]` whether the account was ruined: no future, nothing to bootstrap from.
    pub terminated: Tensor<1, Bool>,
    /// `[N]` whether the episode was cut by its length or the end of data: bootstrap from
    /// [`VecEnv::final_obs`].
    pub truncated: Tensor<1, Bool>,
    /// `[N]` equity at the end of the bar as a fraction of initial equity, before any new episode.
    pub equity: Tensor<1>,
    /// `[N]` traded notional over equity before.
    pub turnover: Tensor<1>,
    final_rows: Tensor<1, Int>,
    final_block: Tensor<2>,
}

/// N trading environments on one device; state in, state out.
#[derive(Debug, Clone)]
pub struct VecEnv {
    params: EnvParams,
    market: MarketTensors,
    orders: OrderTable,
    costs: CostTensors,
    legality: Legality,
    starts: StartTable,
    seeds: SeedStream,
    device: Device,
    num_envs: usize,
    num_rows: usize,
    num_assets: usize,
    num_features: usize,
    num_actions: usize,
    /// `[P, 1]` the position block of an account that is all cash.
    flat_block: Tensor<2>,
}

impl VecEnv {
    /// Uploads the tape and makes `env.num_envs` environments. `seeds` is the `env` stream of the run.
    ///
    /// # Errors
    /// [`EnvError`] if tape, table and rules do not fit together.
    pub fn try_new(
        tape: &Tape,
        table: &ActionTable,
        env: &Env,
        device: &Device,
        seeds: &SeedStream,
    ) -> Result<Self, EnvError> {
        let params = EnvParams::new(env, tape.bars_per_year());
        check(tape, table, &params, env.num_envs)?;
        let num_starts = if env.episode.random_start { num_starts(tape, &params) } else { 1 };
        let has_halts = if tape.has_halts() { HasHalts::Sometimes } else { HasHalts::Never };
        let num_assets = table.num_assets();
        Ok(Self {
            market: MarketTensors::new(tape, &params, device),
            orders: OrderTable::new(table, device),
            costs: CostTensors::new(&params),
            legality: Legality::new(table, &params.rules, has_halts, env.num_envs, device),
            starts: StartTable::new(num_starts, env.num_envs, seeds, device),
            seeds: seeds.clone(),
            device: device.clone(),
            num_envs: env.num_envs,
            num_rows: tape.len(),
            num_assets,
            num_features: tape.num_features(),
            num_actions: table.num_actions(),
            flat_block: PositionState::flat(num_assets).block(device),
            params,
        })
    }

    /// Begins an episode in every environment: the state, observations `[N, O]` and mask `[N, K]`.
    #[must_use]
    pub fn reset(&self) -> (EnvState, Tensor<2>, Tensor<2>) {
        let state = self.fresh_state();
        let (obs, mask) = self.observe(&state);
        (state, obs, mask)
    }

    /// Takes one action in every environment and begins a new episode where one ends.
    ///
    /// # Shapes
    /// `actions`: `[N]`, legal ones: what the mask forbids is not checked again.
    #[must_use]
    pub fn step(&self, state: EnvState, actions: Tensor<1, Int>) -> (EnvState, Step) {
        assert_eq!(actions.dims(), [self.num_envs], "invariant: one action per environment");
        let EnvState { rows, num_steps, book, memory, rng } = state;
        let bar = self.market.bar(rows.clone());
        let change = self.orders.changes(actions, &book, &bar);
        let result = book.pass_bar(change, &bar, &self.params, &self.costs);
        let returns = BarReturns {
            portfolio_return: result.portfolio_return,
            benchmark_return: bar.benchmark_return,
            pnl_frac: result.pnl,
            drawdown: result.book.drawdown(),
        };
        let (memory, reward) = memory.update(&self.params.reward, &returns);
        let (rows, num_steps) = (rows + 1, num_steps + 1);
        let played = EnvState { rows, num_steps, book: result.book, memory, rng };

        let flat = |x: Tensor<2>| x.reshape([self.num_envs]);
        let equity = flat(played.book.equity.clone());
        let terminated = equity.clone().lower_elem(self.params.ruin_frac);
        let truncated = self.is_cut(&played).bool_and(terminated.clone().bool_not());
        let ends = Ends::new(terminated.clone().bool_or(truncated.clone()));
        let final_rows = played.rows.clone();
        let final_block = played.book.position_block();
        let block = final_block.clone() * ends.goes_on.clone()
            + self.flat_block.clone() * ends.is_over.clone(); // [P, N]
        let state = self.begin_anew(played, &ends);
        let step = Step {
            obs: self.observation(state.rows.clone(), block),
            mask: self.mask(&state),
            reward: flat(reward),
            terminated,
            truncated,
            equity,
            turnover: flat(result.turnover),
            final_rows,
            final_block,
        };
        (state, step)
    }

    /// The observations at the end of the bar, before any new episode: what a truncated episode
    /// bootstraps from. Equal to `step.obs` where no episode has ended.
    ///
    /// # Shapes
    /// → `[N, O]`
    #[must_use]
    pub fn final_obs(&self, step: &Step) -> Tensor<2> {
        self.observation(step.final_rows.clone(), step.final_block.clone())
    }

    /// Observations `[N, O]` and mask `[N, K]` of a state, for going on after a restart.
    #[must_use]
    pub fn observe(&self, state: &EnvState) -> (Tensor<2>, Tensor<2>) {
        let obs = self.observation(state.rows.clone(), state.book.position_block());
        (obs, self.mask(state))
    }

    /// Brings back a state that [`EnvState::to_data`] copied out.
    ///
    /// # Errors
    /// [`EnvError::Shape`] if it is of another environment.
    pub fn state_from_data(&self, data: &EnvData) -> Result<EnvState, EnvError> {
        EnvState::from_data(&self.fresh_state(), data)
    }

    /// How many environments step together.
    #[must_use]
    pub fn num_envs(&self) -> usize {
        self.num_envs
    }

    /// How many actions there are.
    #[must_use]
    pub fn num_actions(&self) -> usize {
        self.num_actions
    }

    /// Values of an observation: features and position block.
    #[must_use]
    pub fn obs_width(&self) -> usize {
        self.num_features + num_position_values(self.num_assets)
    }

    /// Whether any action can ever be illegal; otherwise every mask is 0.
    #[must_use]
    pub fn has_masks(&self) -> bool {
        self.legality.is_binding()
    }

    /// The numbers that the accounts run on.
    #[must_use]
    pub fn params(&self) -> &EnvParams {
        &self.params
    }

    fn fresh_state(&self) -> EnvState {
        let mut rng = self.seeds.child("offsets").rng();
        EnvState {
            rows: self.starts.draw(&mut rng),
            num_steps: Tensor::zeros([self.num_envs], &self.device),
            book: Book::new(self.num_assets - 1, self.num_envs, &self.device),
            memory: RewardMemory::new(&self.params.reward, self.num_envs, &self.device),
            rng,
        }
    }

    /// Whether an episode has its full length or the tape ends.
    fn is_cut(&self, state: &EnvState) -> Tensor<1, Bool> {
        let length = self.params.episode.length_bars as i64;
        let last_row = (self.num_rows - 1) as i64;
        let is_long = state.num_steps.clone().greater_equal_elem(length);
        is_long.bool_or(state.rows.clone().greater_equal_elem(last_row))
    }

    /// Begins a new episode where one has ended.
    fn begin_anew(&self, played: EnvState, ends: &Ends) -> EnvState {
        let EnvState { rows, num_steps, book, memory, mut rng } = played;
        let starts = self.starts.draw(&mut rng);
        let is_over = ends.is_over_int.clone();
        let goes_on = is_over.clone().mul_scalar(-1) + 1;
        EnvState {
            rows: rows * goes_on.clone() + starts * is_over,
            num_steps: num_steps * goes_on,
            book: book.reset(&ends.is_over, &ends.goes_on),
            memory: memory.reset(&ends.goes_on),
            rng,
        }
    }

    fn observation(&self, rows: Tensor<1, Int>, block: Tensor<2>) -> Tensor<2> {
        observation_rows(self.market.features(rows), block)
    }

    fn mask(&self, state: &EnvState) -> Tensor<2> {
        let tradable = self.market.tradable(state.rows.clone());
        self.legality.mask(&state.book, tradable.as_ref())
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
    let has_flat = (0..table.num_actions()).any(|action| table.is_flat(action));
    if params.rules.max_hold_bars.is_some() && !has_flat {
        return Err(EnvError::NoFlatAction);
    }
    if num_envs == 0 { Err(EnvError::NoEnvs) } else { Ok(()) }
}

/// Starts from which an episode can have its full length; only the first row if none can.
fn num_starts(tape: &Tape, params: &EnvParams) -> usize {
    let last_row = tape.len() - 1;
    match last_row.checked_sub(params.episode.length_bars) {
        Some(last_start) => last_start + 1,
        None => 1,
    }
}
