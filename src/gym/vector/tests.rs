//! Same seed, same bits; a stored state goes on to the bit; what does not fit is refused.

use burn::tensor::{Device, Int, Tensor, TensorData};

use super::EnvError;
use crate::base::{Rng, SeedStream};
use crate::config::{
    Actions, DifferentialSharpeReward, Env, Episode, Market, PortfolioMarket, PositionRules,
    Reward, SharpeBlendReward, SingleMarket,
};
use crate::gym::fixtures::{PanelSpec, tape};
use crate::gym::{ActionTable, EnvState, Step, VecEnv, num_position_values};

fn env_settings() -> Env {
    let reward = Reward {
        sharpe_blend: Some(SharpeBlendReward { window_bars: 7, ..SharpeBlendReward::default() }),
        differential_sharpe: Some(DifferentialSharpeReward::default()),
        ..Reward::default()
    };
    Env {
        market: Market::Portfolio(PortfolioMarket::new(Actions::Etf16)),
        reward,
        episode: Episode { length_bars: 20, random_start: true },
        num_envs: 32,
        ..Env::default()
    }
}

fn make(env: &Env, seed: u64) -> Result<VecEnv, EnvError> {
    let tape = tape(&PanelSpec { rows: 100, ..PanelSpec::default() }, 4, env);
    let table = ActionTable::try_new(&env.market, tape.symbols()).unwrap();
    VecEnv::try_new(&tape, &table, env, &Device::flex(), &SeedStream::new(seed).child("env"))
}

fn actions(env: &VecEnv, rng: &mut Rng) -> Tensor<1, Int> {
    let values: Vec<i32> =
        (0..env.num_envs()).map(|_| rng.below(env.num_actions()) as i32).collect();
    Tensor::from_data(TensorData::new(values, [env.num_envs()]), &Device::flex())
}

fn bits(step: &Step) -> Vec<u32> {
    let reward: Vec<f32> = step.reward.try_to_vec_as().unwrap();
    let obs: Vec<f32> = step.obs.try_to_vec_as().unwrap();
    reward.iter().chain(&obs).map(|value| value.to_bits()).collect()
}

fn play(env: &VecEnv, mut state: EnvState, rng: &mut Rng) -> (EnvState, Vec<Vec<u32>>) {
    let mut trace = Vec::new();
    for _ in 0..50 {
        let (next, step) = env.step(state, actions(env, rng));
        trace.push(bits(&step));
        state = next;
    }
    (state, trace)
}

#[test]
fn the_same_seed_gives_the_same_bits() {
    let run = |seed: u64| {
        let env = make(&env_settings(), seed).unwrap();
        play(&env, env.reset().0, &mut SeedStream::new(9).rng()).1
    };
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
}

#[test]
fn a_stored_state_goes_on_to_the_bit() {
    let env = make(&env_settings(), 1).unwrap();
    let mut rng = SeedStream::new(9).rng();
    let (state, _) = play(&env, env.reset().0, &mut rng);
    let text = serde_json::to_string(&state.to_data().unwrap()).unwrap();
    let data = serde_json::from_str(&text).unwrap();
    let again = make(&env_settings(), 1).unwrap();
    let restored = again.state_from_data(&data).unwrap();
    assert_eq!(restored.to_data().unwrap(), data);
    let mut rng_again = rng.clone();
    assert_eq!(play(&env, state, &mut rng).1, play(&again, restored, &mut rng_again).1);
}

#[test]
fn a_state_of_another_shape_is_refused() {
    let env = make(&env_settings(), 1).unwrap();
    let other = make(&Env { num_envs: 8, ..env_settings() }, 1).unwrap();
    let data = other.reset().0.to_data().unwrap();
    let error = env.state_from_data(&data).unwrap_err();
    assert_eq!(error.to_string(), "a stored state must have 32 values of rows, found 8");
}

#[test]
fn what_does_not_fit_is_refused() {
    let none = Env { num_envs: 0, ..env_settings() };
    assert!(matches!(make(&none, 1), Err(EnvError::NoEnvs)));
    let market = Market::Single(SingleMarket { exposures: vec![1.0] });
    let rules = PositionRules { max_hold_bars: Some(3), ..PositionRules::default() };
    let stuck = Env { market, rules, ..env_settings() };
    assert!(matches!(make(&stuck, 1), Err(EnvError::NoFlatAction)));
    let env = env_settings();
    let one = tape(&PanelSpec { num_symbols: 1, ..PanelSpec::default() }, 0, &env);
    let three = tape(&PanelSpec::default(), 0, &env);
    let table = ActionTable::try_new(&env.market, three.symbols()).unwrap();
    let made = VecEnv::try_new(&one, &table, &env, &Device::flex(), &SeedStream::new(1));
    assert!(matches!(made, Err(EnvError::Assets { expected: 2, found: 4 })));
    let short = three.slice(5..6);
    let made = VecEnv::try_new(&short, &table, &env, &Device::flex(), &SeedStream::new(1));
    assert!(matches!(made, Err(EnvError::TooFewRows { needed: 2, found: 1 })));
}

#[test]
fn shapes_are_as_documented() {
    let env = make(&env_settings(), 1).unwrap();
    let (state, obs, mask) = env.reset();
    assert_eq!(obs.dims(), [32, 4 + num_position_values(4)]);
    assert_eq!((mask.dims(), env.has_masks()), ([32, 16], false));
    let (state, step) = env.step(state, actions(&env, &mut SeedStream::new(9).rng()));
    assert_eq!(step.last_obs.all().dims(), obs.dims());
    assert_eq!(step.reward.dims(), [32]);
    let (again, _) = env.observe(&state);
    let (left, right): (Vec<f32>, Vec<f32>) =
        (again.try_into_vec_as().unwrap(), step.obs.try_into_vec_as().unwrap());
    assert_eq!(left, right);
}
