//! The fused step equals the tensor body in every value, whatever the settings and the threads.

use std::ops::Range;

use burn::tensor::{Device, Int, Tensor, TensorData};

use super::FusedEnv;
use crate::base::{Rng, SeedStream};
use crate::config::{
    ActionRow, Actions, AlphaReward, Costs, DifferentialSharpeReward, Env, Episode, FillRule,
    LogReturnReward, Market, PnlReward, PortfolioMarket, PositionRules, QuoteFill, Reward,
    SharpeBlendReward, SingleMarket, SlippageCost,
};
use crate::gym::fixtures::{PanelSpec, tape};
use crate::gym::vector::TensorEnv;
use crate::gym::{ActionTable, EnvData, EnvState, Step, VecEnv};

const FILLS: [FillRule; 4] = [
    FillRule::NextOpen,
    FillRule::NextClose,
    FillRule::SameClose,
    FillRule::Quotes(QuoteFill { latency_ms: 60_000 }),
];

fn nothing() -> Reward {
    Reward { log_return: None, ..Reward::default() }
}

fn everything() -> Reward {
    Reward {
        alpha: Some(AlphaReward::default()),
        log_return: Some(LogReturnReward::default()),
        pnl: Some(PnlReward::default()),
        sharpe_blend: Some(SharpeBlendReward { window_bars: 7, ..SharpeBlendReward::default() }),
        differential_sharpe: Some(DifferentialSharpeReward::default()),
        ..nothing()
    }
}

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
        min_hold_bars: Some(3),
        max_hold_bars: Some(8),
        max_trades: Some(18),
        ruin_frac: Some(0.93),
        ..PositionRules::default()
    }
}

fn markets() -> [Market; 3] {
    let row = |weights: [f64; 4]| ActionRow::Weights(weights.to_vec());
    let with_shorts = Actions::Table(vec![
        row([1.0, 0.0, 0.0, 0.0]),
        row([-0.5, 1.0, 0.5, 0.0]),
        ActionRow::Hold,
        row([1.2, -0.5, 0.0, 0.3]),
        row([0.9, 0.5, -0.2, -0.2]),
    ]);
    [
        Market::Portfolio(PortfolioMarket::new(Actions::Etf16)),
        Market::Portfolio(PortfolioMarket::new(with_shorts)),
        Market::Single(SingleMarket { exposures: vec![0.0, 1.0, -1.0, 2.5, -0.5] }),
    ]
}

/// Both ways to step the same environments.
struct Pair {
    fused: VecEnv,
    plain: VecEnv,
    rng: Rng,
}

impl Pair {
    fn new(spec: &PanelSpec, env: &Env) -> Self {
        let whole = 0..spec.rows;
        Self::over(spec, std::slice::from_ref(&whole), env)
    }

    fn over(spec: &PanelSpec, segments: &[Range<usize>], env: &Env) -> Self {
        let tape = tape(spec, 5, env);
        let table = ActionTable::try_new(&env.market, tape.symbols()).unwrap();
        let seeds = SeedStream::new(spec.seed);
        let (device, child) = (Device::flex(), seeds.child("env"));
        let fused = VecEnv::try_new_in((&tape, segments), &table, env, &device, &child).unwrap();
        let plain = fused.clone().without_kernel();
        assert!(fused.is_fused() && !plain.is_fused(), "{env:?}");
        Self { fused, plain, rng: seeds.child("action").rng() }
    }

    /// Steps both and compares everything; gives how many episodes ended.
    fn check(&mut self, num_steps: usize) -> usize {
        let (mut fused, obs, mut mask) = self.fused.reset();
        let (mut plain, plain_obs, _) = self.plain.reset();
        assert_eq!(floats(&obs), floats(&plain_obs));
        let mut num_ended = 0;
        for _ in 0..num_steps {
            let actions = legal_actions(&mask, &mut self.rng);
            let (next, step) = self.fused.step(fused, actions.clone());
            let (plain_next, plain_step) = self.plain.step(plain, actions);
            num_ended += same(&step, &plain_step);
            (fused, plain, mask) = (next, plain_next, step.mask);
        }
        assert_eq!(fused.to_data().unwrap(), plain.to_data().unwrap());
        num_ended
    }
}

fn floats<const D: usize>(tensor: &Tensor<D>) -> Vec<f32> {
    tensor.try_to_vec_as().unwrap()
}

fn legal_actions(mask: &Tensor<2>, rng: &mut Rng) -> Tensor<1, Int> {
    let [num_envs, num_actions] = mask.dims();
    let values = floats(mask);
    let pick = |mask: &[f32]| {
        let legal: Vec<i32> =
            (0..num_actions).filter(|&a| mask[a] == 0.0).map(|a| a as i32).collect();
        legal[rng.below(legal.len())]
    };
    let actions: Vec<i32> = values.chunks(num_actions).map(pick).collect();
    Tensor::from_data(TensorData::new(actions, [num_envs]), &Device::flex())
}

fn same(fused: &Step, plain: &Step) -> usize {
    let flags = |step: &Step| -> (Vec<bool>, Vec<bool>) {
        (
            step.terminated.clone().try_into_vec_as().unwrap(),
            step.truncated.clone().try_into_vec_as().unwrap(),
        )
    };
    assert_eq!(floats(&fused.reward), floats(&plain.reward), "reward");
    assert_eq!(floats(&fused.equity), floats(&plain.equity), "equity");
    assert_eq!(floats(&fused.turnover), floats(&plain.turnover), "turnover");
    assert_eq!(flags(fused), flags(plain), "ends");
    assert_eq!(floats(&fused.obs), floats(&plain.obs), "observations");
    assert_eq!(floats(&fused.mask), floats(&plain.mask), "masks");
    assert_eq!(floats(&fused.last_obs.all()), floats(&plain.last_obs.all()), "last");
    let (terminated, truncated) = flags(fused);
    let ended: Vec<i32> = (0..terminated.len())
        .filter(|&env| terminated[env] || truncated[env] || env % 13 == 5)
        .map(|env| env as i32)
        .collect();
    let count = ended.len();
    let envs = Tensor::from_data(TensorData::new(ended, [count]), &Device::flex());
    let rows = |step: &Step| floats(&step.last_obs.rows(envs.clone()));
    assert_eq!(rows(fused), rows(plain), "rows of the last");
    count
}

fn plain_env(market: Market, fill: FillRule, reward: Reward) -> Env {
    let episode = Episode { length_bars: 45, random_start: true };
    Env { market, fill, reward, episode, num_envs: 100, ..Env::default() }
}

#[test]
fn every_market_fill_and_reward_equals_the_tensor_body() {
    for (index, market) in markets().into_iter().enumerate() {
        for fill in FILLS {
            let spec = PanelSpec { seed: 7 + index as u64, rows: 200, ..PanelSpec::default() };
            for reward in [nothing(), Reward::default(), everything()] {
                Pair::new(&spec, &plain_env(market.clone(), fill, reward)).check(60);
            }
            let env = Env {
                costs: rich_costs(),
                rules: rules(),
                cash_rate_annual: 0.02,
                ..plain_env(market.clone(), fill, everything())
            };
            let spec = PanelSpec { missing_frac: 0.1, volatility: 0.02, ..spec };
            assert!(Pair::new(&spec, &env).check(120) > 100);
            let rules = PositionRules { take_profit_frac: None, min_hold_bars: None, ..rules() };
            assert!(Pair::new(&spec, &Env { rules, ..env }).check(60) > 60);
        }
    }
}

#[test]
fn one_environment_and_many_threads_equal_the_tensor_body() {
    for num_envs in [1, 63, 64, 65, 2000] {
        let [market, _, _] = markets();
        let env = Env { num_envs, ..plain_env(market, FillRule::NextOpen, everything()) };
        Pair::new(&PanelSpec { rows: 60, ..PanelSpec::default() }, &env).check(50);
    }
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    let [_, market, _] = markets();
    let env = Env { num_envs: 3000, ..plain_env(market, FillRule::NextOpen, everything()) };
    let run = |num_threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(num_threads).build().unwrap();
        pool.install(|| {
            let Pair { fused, mut rng, .. } = Pair::new(&PanelSpec::default(), &env);
            let (mut state, _, mut mask) = fused.reset();
            let mut trace: Vec<u32> = Vec::new();
            for _ in 0..60 {
                let (next, step) = fused.step(state, legal_actions(&mask, &mut rng));
                trace.extend(floats(&step.obs).iter().map(|value| value.to_bits()));
                trace.extend(floats(&step.reward).iter().map(|value| value.to_bits()));
                (state, mask) = (next, step.mask);
            }
            (trace, state.to_data().unwrap())
        })
    };
    assert_eq!(run(1), run(2));
}

#[cfg(target_arch = "x86_64")]
#[test]
fn the_width_of_the_vector_unit_changes_no_bit() {
    use pulp::Arch;
    let [_, _, market] = markets();
    let env = Env { rules: rules(), ..plain_env(market, FillRule::NextOpen, everything()) };
    let tape = tape(&PanelSpec::default(), 5, &env);
    let table = ActionTable::try_new(&env.market, tape.symbols()).unwrap();
    let seeds = SeedStream::new(3);
    let whole = 0..tape.len();
    let whole = (&tape, std::slice::from_ref(&whole));
    let plain = TensorEnv::try_new(whole, &table, &env, &Device::flex(), &seeds).unwrap();
    let run = |arch: Arch| {
        let mut fused = FusedEnv::over(&plain, &table).unwrap();
        fused.arch = arch;
        let (state, _, mut mask) = plain.reset();
        let mut state = fused.state(&state).unwrap();
        let mut rng = seeds.child("action").rng();
        for _ in 0..60 {
            mask = fused.step(&mut state, legal_actions(&mask, &mut rng)).mask;
        }
        state.to_data()
    };
    assert_eq!(run(Arch::new()), run(Arch::Scalar));
}

#[test]
fn a_state_passes_between_the_two_and_goes_on() {
    let [_, market, _] = markets();
    let mut pair =
        Pair::new(&PanelSpec::default(), &plain_env(market, FillRule::NextOpen, everything()));
    let (mut state, _, mut mask) = pair.fused.reset();
    for _ in 0..50 {
        let (next, step) = pair.fused.step(state, legal_actions(&mask, &mut pair.rng));
        (state, mask) = (next, step.mask);
    }
    let data: EnvData = state.to_data().unwrap();
    let plain: EnvState = pair.plain.state_from_data(&data).unwrap();
    assert_eq!(plain.to_data().unwrap(), data);
    let again = pair.fused.state_from_data(&data).unwrap();
    let (obs, _) = pair.fused.observe(&again);
    assert_eq!(floats(&obs), floats(&pair.plain.observe(&plain).0));
    let actions = legal_actions(&mask, &mut pair.rng);
    let (_, step) = pair.fused.step(again, actions.clone());
    same(&step, &pair.plain.step(plain, actions).1);
}

#[test]
fn what_is_handed_out_is_not_written_again() {
    let [market, _, _] = markets();
    let mut pair =
        Pair::new(&PanelSpec::default(), &plain_env(market, FillRule::NextOpen, nothing()));
    let (mut state, _, mut mask) = pair.fused.reset();
    let mut kept = Vec::new();
    for _ in 0..6 {
        let (next, step) = pair.fused.step(state, legal_actions(&mask, &mut pair.rng));
        kept.push((floats(&step.obs), floats(&step.reward), step.clone()));
        (state, mask) = (next, step.mask);
    }
    for (obs, reward, step) in kept {
        assert_eq!((floats(&step.obs), floats(&step.reward)), (obs, reward));
    }
}

#[test]
fn actions_of_either_width_are_read() {
    let [market, _, _] = markets();
    let pair = Pair::new(&PanelSpec::default(), &plain_env(market, FillRule::NextOpen, nothing()));
    let narrow = Tensor::<1, Int>::from_data(
        TensorData::new(vec![3_i32; 100], [100]),
        (&Device::flex(), burn::tensor::DType::I32),
    );
    let wide = Tensor::<1, Int>::from_data(
        TensorData::new(vec![3_i64; 100], [100]),
        (&Device::flex(), burn::tensor::DType::I64),
    );
    let equity = |actions| floats(&pair.fused.step(pair.fused.reset().0, actions).1.equity);
    assert_eq!(equity(narrow), equity(wide));
}

#[test]
fn episodes_in_segments_are_the_same_in_both_and_never_cross_a_border() {
    let [market, ..] = markets();
    let mut env = plain_env(market, FillRule::NextOpen, everything());
    env.episode = Episode { length_bars: 12, random_start: true };
    let segments = [10..40, 60..73, 90..95, 200..260];
    let spec = PanelSpec { rows: 300, ..PanelSpec::default() };
    assert!(Pair::over(&spec, &segments, &env).check(40) > 0);
    let mut pair = Pair::over(&spec, &segments, &env);
    let (mut state, _, mut mask) = pair.plain.reset();
    let mut seen = [0; 4];
    for _ in 0..60 {
        let data = state.to_data().unwrap();
        for (&row, &steps) in data.rows.iter().zip(&data.num_steps) {
            let within = |row: i32| segments.iter().position(|s| s.contains(&(row as usize)));
            // The bar after the decision lies in the same segment as the first of the episode.
            let segment = within(row - steps).unwrap();
            assert_eq!(within(row + 1), Some(segment), "row {row} after {steps} steps");
            seen[segment] += 1;
        }
        let actions = legal_actions(&mask, &mut pair.rng);
        let (next, step) = pair.plain.step(state, actions);
        (state, mask) = (next, step.mask);
    }
    assert!(seen[0] > 0 && seen[1] > 0 && seen[2] == 0 && seen[3] > 0, "{seen:?}");
}

#[test]
fn segments_without_room_are_refused() {
    let [market, ..] = markets();
    let mut env = plain_env(market, FillRule::NextOpen, everything());
    let spec = PanelSpec { rows: 100, ..PanelSpec::default() };
    let tape = tape(&spec, 5, &env);
    let table = ActionTable::try_new(&env.market, tape.symbols()).unwrap();
    let make = |env: &Env| {
        let parts = [0..20, 30..60];
        VecEnv::try_new_in((&tape, &parts), &table, env, &Device::flex(), &SeedStream::new(1))
            .map(|_| ())
            .map_err(|error| error.to_string())
    };
    env.episode = Episode { length_bars: 30, random_start: true };
    assert!(make(&env).unwrap_err().contains("at least 31 rows, the longest has 30"));
    env.episode.length_bars = 29;
    assert_eq!(make(&env), Ok(()));
    env.curriculum = Some(crate::config::Curriculum::default());
    assert!(make(&env).unwrap_err().contains("found 2 segments"));
}
