//! The tensor environment equals the f64 account on random legal actions: every market, fill and
//! reward, with and without rules, through resets, halts, ruin and the end of data.

use burn::tensor::{Device, Int, Tensor, TensorData};

use super::fixtures::{PanelSpec, tape};
use super::{
    Account, ActionTable, EnvParams, EnvState, Order, RewardState, Step, Tape, VecEnv, WeightRule,
};
use crate::base::{Rng, SeedStream};
use crate::config::{
    ActionRow, Actions, AlphaReward, Benchmark, CloseOnlyReward, ContinuousActions, Costs,
    DifferentialSharpeReward, DrawdownPenalty, Env, Episode, FillRule, LogReturnReward, Market,
    PnlReward, PortfolioMarket, PositionRules, QuoteFill, Randomize, Reward, RiskAdjustedReward,
    SharpeBlendReward, SingleMarket, SlippageCost, Span, Squash,
};
use crate::domain::{CostModel, Slippage, Weights};

const NUM_ENVS: usize = 64;
const NUM_STEPS: usize = 160;
const EPISODE: usize = 45;
const RELATIVE: f64 = 1e-5;

fn portfolio(actions: Actions) -> Market {
    Market::Portfolio(PortfolioMarket::new(actions))
}

fn table_with_shorts() -> Actions {
    let row = |weights: [f64; 4]| ActionRow::Weights(weights.to_vec());
    Actions::Table(vec![
        row([1.0, 0.0, 0.0, 0.0]),
        row([-0.5, 1.0, 0.5, 0.0]),
        ActionRow::Hold,
        row([1.2, -0.5, 0.0, 0.3]),
        row([0.9, 0.5, -0.2, -0.2]),
    ])
}

fn rewards() -> Vec<Reward> {
    let nothing = Reward { log_return: None, ..Reward::default() };
    let alpha = |benchmark| Some(AlphaReward { benchmark, ..AlphaReward::default() });
    let sharpe = SharpeBlendReward { window_bars: 20, ..SharpeBlendReward::default() };
    vec![
        Reward { alpha: alpha(Benchmark::EqualWeight), ..nothing.clone() },
        Reward { log_return: Some(LogReturnReward::default()), ..nothing.clone() },
        Reward { pnl: Some(PnlReward::default()), ..nothing.clone() },
        Reward { sharpe_blend: Some(sharpe), ..nothing.clone() },
        Reward {
            differential_sharpe: Some(DifferentialSharpeReward::default()),
            alpha: alpha(Benchmark::FirstSymbol),
            ..nothing
        },
    ]
}

/// The rewards that remember a whole episode, with clips that random trading seldom meets.
fn episode_rewards() -> Vec<Reward> {
    let nothing = Reward { log_return: None, ..Reward::default() };
    // In fractions of equity, of which f32 holds what `close` allows.
    let penalty = DrawdownPenalty { threshold: 0.01, scale: 1.0, ..DrawdownPenalty::default() };
    vec![
        Reward {
            close_only: Some(CloseOnlyReward { scale: 1.0, ..CloseOnlyReward::default() }),
            ..nothing.clone()
        },
        // A ratio of small sums: f32 holds four digits of it.
        Reward {
            risk_adjusted: Some(RiskAdjustedReward {
                weight: 0.1,
                ..RiskAdjustedReward::default()
            }),
            ..nothing.clone()
        },
        Reward {
            drawdown_penalty: Some(penalty),
            pnl: Some(PnlReward { scale: 1.0, ..PnlReward::default() }),
            ..nothing
        },
    ]
}

/// In the fixture a bar opens 63,000 s after the decision; this is a third into it.
const QUOTES: FillRule = FillRule::Quotes(QuoteFill { latency_ms: 70_800_000 });

fn rich_costs() -> Costs {
    Costs {
        commission_bps: 1.5,
        per_share: 0.005,
        minimum: 0.35,
        half_spread_bps: 2.0,
        slippage: SlippageCost::SquareRootBps(10.0),
        borrow_rate_annual: 0.03,
    }
}

fn rules() -> PositionRules {
    PositionRules {
        stop_loss_frac: Some(0.02),
        take_profit_frac: Some(0.03),
        trailing_stop_frac: None,
        min_hold_bars: Some(3),
        max_hold_bars: Some(8),
        max_trades: Some(18),
        ruin_frac: Some(0.93),
    }
}

fn plain(market: Market, fill: FillRule, reward: Reward) -> Env {
    let episode = Episode { length_bars: EPISODE, random_start: true };
    Env { market, fill, reward, episode, num_envs: NUM_ENVS, ..Env::default() }
}

fn ruled(market: Market, fill: FillRule, reward: Reward) -> Env {
    let cash_rate_annual = 0.02;
    Env { costs: rich_costs(), rules: rules(), cash_rate_annual, ..plain(market, fill, reward) }
}

fn check_market(market: &Market, seed: u64) {
    let fills = [FillRule::NextOpen, FillRule::NextClose, FillRule::SameClose];
    for (index, reward) in rewards().into_iter().enumerate() {
        for fill in fills {
            let seed = seed + 10 * index as u64;
            let spec = PanelSpec { seed, rows: 300, ..PanelSpec::default() };
            let label = format!("{market:?} {fill:?} {reward:?}");
            let env = plain(market.clone(), fill, reward.clone());
            Run::new(&spec, &env, &format!("plain {label}")).check(NUM_STEPS);
            let spec = PanelSpec { missing_frac: 0.03, ..spec };
            let env = ruled(market.clone(), fill, reward.clone());
            let ends = Run::new(&spec, &env, &format!("ruled {label}")).check(NUM_STEPS);
            assert!(ends.truncated > 0, "{label}: {ends:?}");
        }
    }
}

#[test]
fn regimes_equal_the_account() {
    check_market(&portfolio(Actions::Etf16), 100);
}

#[test]
fn tables_with_shorts_equal_the_account() {
    check_market(&portfolio(table_with_shorts()), 200);
}

#[test]
fn single_positions_equal_the_account() {
    let exposures = vec![0.0, 1.0, -1.0, 2.5, -0.5];
    check_market(&Market::Single(SingleMarket { exposures }), 300);
}

#[test]
fn ruin_terminates_and_the_end_of_data_truncates() {
    let exposures = vec![0.0, 3.0, -3.0];
    let market = Market::Single(SingleMarket { exposures });
    let mut env = plain(market, FillRule::NextOpen, Reward::default());
    env.rules.ruin_frac = Some(0.8);
    let spec = PanelSpec { rows: 30, volatility: 0.03, ..PanelSpec::default() };
    let ends = Run::new(&spec, &env, "ruin").check(NUM_STEPS);
    assert!(ends.terminated > 20 && ends.truncated > 20, "{ends:?}");
}

#[test]
fn halts_of_a_whole_position_equal_the_account() {
    let env = plain(portfolio(Actions::Corners), FillRule::NextOpen, Reward::default());
    let spec = PanelSpec { missing_frac: 0.3, ..PanelSpec::default() };
    Run::new(&spec, &env, "halts").check(NUM_STEPS);
}

#[test]
fn episode_rewards_trailing_stops_and_quotes_equal_the_account() {
    let markets = [
        portfolio(table_with_shorts()),
        Market::Single(SingleMarket { exposures: vec![0.0, 1.0, -1.5] }),
    ];
    for (index, market) in markets.into_iter().enumerate() {
        for reward in episode_rewards() {
            for fill in [FillRule::NextOpen, FillRule::NextClose, QUOTES] {
                let seed = 400 + index as u64;
                let spec = PanelSpec { seed, missing_frac: 0.03, ..PanelSpec::default() };
                let mut env = ruled(market.clone(), fill, reward.clone());
                env.rules.trailing_stop_frac = Some(0.012);
                let label = format!("{market:?} {fill:?} {reward:?}");
                Run::new(&spec, &env, &label).check(NUM_STEPS);
                env.rules = PositionRules { trailing_stop_frac: Some(0.02), ..Default::default() };
                Run::new(&spec, &env, &format!("trailing alone {label}")).check(NUM_STEPS);
            }
        }
    }
}

#[test]
fn weights_within_limits_equal_the_account() {
    let market = PortfolioMarket {
        per_asset_cap: Some(0.7),
        cash_floor: Some(0.1),
        ..PortfolioMarket::new(Actions::Etf16)
    };
    let env = ruled(Market::Portfolio(market), FillRule::NextOpen, Reward::default());
    Run::new(&PanelSpec::default(), &env, "limits").check(NUM_STEPS);
}

#[test]
fn continuous_weights_equal_the_account() {
    let tanh = ContinuousActions { squash: Squash::Tanh, long_only: false, leverage: 2.0 };
    for settings in [ContinuousActions::default(), tanh] {
        let market = PortfolioMarket {
            per_asset_cap: Some(0.8),
            cash_floor: Some(-0.2),
            ..PortfolioMarket::new(Actions::Continuous(settings))
        };
        let spec = PanelSpec { missing_frac: 0.03, ..PanelSpec::default() };
        let env = ruled(Market::Portfolio(market), FillRule::NextOpen, Reward::default());
        let mut run = Run::new(&spec, &env, &format!("{settings:?}"));
        run.rule = WeightRule::new(&env.market);
        run.check(NUM_STEPS);
    }
}

#[test]
fn randomized_episodes_equal_accounts_with_their_costs_and_fills() {
    for fill in [FillRule::NextOpen, FillRule::NextClose, FillRule::SameClose] {
        let mut env = ruled(portfolio(table_with_shorts()), fill, Reward::default());
        env.randomize = Some(Randomize {
            cost_factor: Span { from: 0.5, to: 3.0 },
            slippage_factor: Span { from: 0.0, to: 2.0 },
            fill_noise_bps: 5.0,
            start_offset_bars: 0,
        });
        let mut run = Run::new(&PanelSpec::default(), &env, &format!("randomized {fill:?}"));
        run.check(NUM_STEPS);
        env.costs.slippage = SlippageCost::ConstantBps(4.0);
        Run::new(&PanelSpec::default(), &env, "constant slippage").check(NUM_STEPS);
    }
}

/// What became of the episodes of a run.
#[derive(Debug, Default)]
pub(super) struct Ends {
    pub(super) terminated: usize,
    pub(super) truncated: usize,
}

/// What an environment drew for its next bar.
struct Luck {
    cost: f64,
    slippage: f64,
    noise: Vec<f64>,
}

/// What is done in one environment.
enum Choice {
    Action(usize),
    Numbers(Vec<f64>),
}

/// One tensor environment and its N accounts, stepped side by side.
pub(super) struct Run {
    label: String,
    tape: Tape,
    table: ActionTable,
    params: EnvParams,
    env: VecEnv,
    rng: Rng,
    lanes: Vec<Lane>,
    /// Present if the policy gives numbers.
    rule: Option<WeightRule>,
    /// Trades seen.
    pub(super) num_trades: usize,
}

/// One account with its reward.
struct Lane {
    account: Account,
    reward: RewardState,
    row: usize,
    num_steps: usize,
}

impl Run {
    pub(super) fn new(spec: &PanelSpec, env: &Env, label: &str) -> Self {
        let tape = tape(spec, 5, env);
        let table = ActionTable::try_new(&env.market, tape.symbols()).unwrap();
        let params = EnvParams::new(env, tape.bars_per_year());
        let seeds = SeedStream::new(spec.seed).child("env");
        let env = VecEnv::try_new(&tape, &table, env, &Device::flex(), &seeds).unwrap();
        let rng = SeedStream::new(spec.seed).child("action").rng();
        let (label, lanes) = (label.to_owned(), Vec::new());
        Self { label, tape, table, params, env, rng, lanes, rule: None, num_trades: 0 }
    }

    pub(super) fn check(&mut self, num_steps: usize) -> Ends {
        let (mut state, obs, mask) = self.env.reset();
        self.lanes = starts(&state).into_iter().map(|row| self.lane(row)).collect();
        self.check_observations(&obs);
        self.check_masks(&mask);
        let mut ends = Ends::default();
        for _ in 0..num_steps {
            let luck = self.luck(&state);
            let choices = self.random_choices();
            let (next, step) = self.step(state, &choices);
            self.check_step(&choices, &luck, &step, &starts(&next), &mut ends);
            state = next;
        }
        ends
    }

    fn step(&self, state: EnvState, choices: &[Choice]) -> (EnvState, Step) {
        let numbers: Vec<f32> = choices
            .iter()
            .flat_map(|choice| match choice {
                Choice::Action(_) => Vec::new(),
                Choice::Numbers(raw) => raw.iter().map(|&value| value as f32).collect(),
            })
            .collect();
        if !numbers.is_empty() {
            let width = numbers.len() / NUM_ENVS;
            let data = TensorData::new(numbers, [NUM_ENVS, width]);
            return self.env.step_weights(state, Tensor::from_data(data, &Device::flex()));
        }
        let action = |choice: &Choice| match choice {
            Choice::Action(action) => *action as i32,
            Choice::Numbers(_) => unreachable!(),
        };
        let values: Vec<i32> = choices.iter().map(action).collect();
        let data = TensorData::new(values, [NUM_ENVS]);
        self.env.step(state, Tensor::<1, Int>::from_data(data, &Device::flex()))
    }

    /// The last rows of a stored state.
    fn luck(&self, state: &EnvState) -> Vec<Luck> {
        let num_symbols = self.tape.num_symbols();
        if self.params.randomize.is_none() {
            let plain = || Luck { cost: 1.0, slippage: 1.0, noise: vec![0.0; num_symbols] };
            return (0..NUM_ENVS).map(|_| plain()).collect();
        }
        let values = state.to_data().unwrap().values;
        let rows = &values[values.len() - (2 + num_symbols) * NUM_ENVS..];
        let at = |row: usize, n: usize| f64::from(rows[row * NUM_ENVS + n]);
        let luck = |n: usize| Luck {
            cost: at(0, n),
            slippage: at(1, n),
            noise: (0..num_symbols).map(|s| at(2 + s, n)).collect(),
        };
        (0..NUM_ENVS).map(luck).collect()
    }

    fn lane(&self, row: usize) -> Lane {
        let last = self.tape.len() - 1;
        assert!(row + self.params.episode.length_bars <= last || row == 0, "start {row}");
        let account = Account::new(&self.params, self.tape.num_symbols());
        Lane { account, reward: RewardState::new(&self.params.reward), row, num_steps: 0 }
    }

    fn legal(&self, lane: &Lane) -> Vec<bool> {
        lane.account.legal_actions(&self.tape, lane.row, &self.table)
    }

    fn random_choices(&mut self) -> Vec<Choice> {
        if let Some(rule) = self.rule {
            let width = rule.num_outputs(self.tape.num_symbols());
            // As f32, so that both sides see the same number.
            let mut number = || f64::from((2.0 * self.rng.normal()) as f32);
            return (0..NUM_ENVS)
                .map(|_| Choice::Numbers((0..width).map(|_| number()).collect()))
                .collect();
        }
        let masks: Vec<Vec<bool>> = self.lanes.iter().map(|lane| self.legal(lane)).collect();
        let pick = |legal: &Vec<bool>| {
            let choices: Vec<usize> = (0..legal.len()).filter(|&a| legal[a]).collect();
            Choice::Action(choices[self.rng.below(choices.len())])
        };
        masks.iter().map(pick).collect()
    }

    /// Steps one account as the environment has it: with its costs and its fills.
    fn step_account(
        &self,
        n: usize,
        choice: &Choice,
        luck: &Luck,
    ) -> (Account, super::AccountStep) {
        let lane = &self.lanes[n];
        let mut account = lane.account.clone().with_costs(scaled(&self.params.costs, luck));
        let price =
            |s: usize| self.tape.fill_price(self.params.fill, lane.row, s) * (1.0 + luck.noise[s]);
        let prices: Vec<f64> = (0..self.tape.num_symbols()).map(price).collect();
        let weights = match (choice, self.rule) {
            (Choice::Numbers(raw), Some(rule)) => {
                Some(Weights::try_new(rule.weights(raw)).unwrap())
            }
            _ => None,
        };
        let order = match (choice, &weights) {
            (Choice::Action(action), _) => self.table.order(*action),
            (_, Some(weights)) => Order::Weights(weights),
            _ => unreachable!(),
        };
        let result = account.step_at(&self.tape, lane.row, order, &prices);
        (account, result)
    }

    fn check_step(
        &mut self,
        choices: &[Choice],
        luck: &[Luck],
        step: &Step,
        rows: &[usize],
        ends: &mut Ends,
    ) {
        let final_obs = rows_of(&step.last_obs.all());
        let reward = values(&step.reward);
        let equity = values(&step.equity);
        let turnover = values(&step.turnover);
        let terminated: Vec<bool> = step.terminated.clone().try_into_vec_as().unwrap();
        let truncated: Vec<bool> = step.truncated.clone().try_into_vec_as().unwrap();
        for n in 0..NUM_ENVS {
            let (account, result) = self.step_account(n, &choices[n], &luck[n]);
            self.num_trades += result.executions.len();
            let lane = &mut self.lanes[n];
            lane.account = account;
            lane.row += 1;
            lane.num_steps += 1;
            let context = format!("{} env {n} row {}: {result:?}", self.label, lane.row);
            let expected = lane.reward.update(result.reward_input);
            let initial = self.params.initial_equity;
            close(reward[n], expected, &format!("reward {context}"));
            close(equity[n], result.equity_after / initial, &format!("equity {context}"));
            close(turnover[n], result.turnover, &format!("turnover {context}"));
            let is_ruined = lane.account.is_ruined();
            let is_cut = lane.num_steps >= self.params.episode.length_bars
                || lane.row == self.tape.len() - 1;
            assert_eq!(terminated[n], is_ruined, "terminated {context}");
            assert_eq!(truncated[n], is_cut && !is_ruined, "truncated {context}");
            self.check_observation(&final_obs[n], &self.lanes[n], &context);
            ends.terminated += usize::from(terminated[n]);
            ends.truncated += usize::from(truncated[n]);
            if is_ruined || is_cut {
                self.lanes[n] = self.lane(rows[n]);
            }
            assert_eq!(self.lanes[n].row, rows[n], "{context}");
        }
        self.check_observations(&step.obs);
        self.check_masks(&step.mask);
    }

    fn check_observations(&self, obs: &Tensor<2>) {
        for (found, lane) in rows_of(obs).iter().zip(&self.lanes) {
            self.check_observation(found, lane, &self.label);
        }
    }

    /// The block is written out here in f64, so that it is checked too.
    fn check_observation(&self, found: &[f32], lane: &Lane, context: &str) {
        let state = lane.account.position_state(&self.tape, lane.row);
        let mut expected: Vec<f64> =
            self.tape.features(lane.row).iter().map(|&value| f64::from(value)).collect();
        expected.extend(state.weights.iter().map(|w| w.clamp(-5.0, 5.0)));
        expected.extend(state.unrealized_returns.iter().map(|r| (10.0 * r).clamp(-2.0, 2.0)));
        expected.extend(state.bars_held.iter().map(|bars| (bars / 100.0).min(2.0)));
        expected.push((5.0 * state.drawdown).min(2.0));
        expected.extend(state.slots.iter().map(|slot| slot.weight.clamp(-5.0, 5.0)));
        let returns = state.slots.iter().map(|slot| slot.unrealized_return);
        expected.extend(returns.map(|value| (10.0 * value).clamp(-2.0, 2.0)));
        expected.extend(state.slots.iter().map(|slot| (slot.bars_held / 100.0).min(2.0)));
        assert_eq!(found.len(), self.env.obs_width());
        assert_eq!(found.len(), expected.len());
        for (index, (&found, &expected)) in found.iter().zip(&expected).enumerate() {
            close(found, expected, &format!("obs {index} {context}"));
        }
    }

    fn check_masks(&self, mask: &Tensor<2>) {
        for (found, lane) in rows_of(mask).iter().zip(&self.lanes) {
            let legal = self.legal(lane);
            assert!(legal.contains(&true), "{} nothing is legal", self.label);
            let expected: Vec<f32> = legal.iter().map(|&l| if l { 0.0 } else { -1e9 }).collect();
            assert_eq!(found, &expected, "mask {} row {}", self.label, lane.row);
        }
    }
}

/// A cost model times the factors of an episode.
fn scaled(costs: &CostModel, luck: &Luck) -> CostModel {
    CostModel {
        commission_bps: luck.cost * costs.commission_bps,
        per_share: luck.cost * costs.per_share,
        minimum: luck.cost * costs.minimum,
        half_spread_bps: luck.cost * costs.half_spread_bps,
        slippage: match costs.slippage {
            Slippage::ConstantBps(bps) => Slippage::ConstantBps(luck.slippage * bps),
            Slippage::Impact { coefficient_bps, exponent } => {
                Slippage::Impact { coefficient_bps: luck.slippage * coefficient_bps, exponent }
            }
        },
    }
}

/// Relative, and absolute below 1: what f32 can hold of fractions of equity.
fn close(found: f32, expected: f64, context: &str) {
    let allowed = RELATIVE * expected.abs().max(1.0);
    let difference = (f64::from(found) - expected).abs();
    assert!(difference <= allowed, "{found} != {expected} (off by {difference:e}): {context}");
}

fn starts(state: &EnvState) -> Vec<usize> {
    state.to_data().unwrap().rows.iter().map(|&row| row as usize).collect()
}

fn values(tensor: &Tensor<1>) -> Vec<f32> {
    tensor.try_to_vec_as().unwrap()
}

fn rows_of(tensor: &Tensor<2>) -> Vec<Vec<f32>> {
    let [_, width] = tensor.dims();
    let values: Vec<f32> = tensor.try_to_vec_as().unwrap();
    values.chunks(width).map(<[f32]>::to_vec).collect()
}
