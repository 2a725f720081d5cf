//! Hard starts, curriculum and offsets by hand; a stored state goes on to the bit.

use std::collections::BTreeSet;

use burn::tensor::{Device, Int, Tensor, TensorData};

use crate::base::SeedStream;
use crate::config::{
    Actions, Curriculum, Env, Episode, HardStarts, Market, PortfolioMarket, PositionRules,
    Randomize, Reward, SlotsMarket, Span,
};
use crate::gym::fixtures::{PanelSpec, tape};
use crate::gym::{ActionTable, EnvState, VecEnv};

const NUM_ENVS: usize = 16;
const LENGTH: usize = 5;

fn settings() -> Env {
    Env {
        market: Market::Portfolio(PortfolioMarket::new(Actions::Corners)),
        episode: Episode { length_bars: LENGTH, random_start: true },
        num_envs: NUM_ENVS,
        ..Env::default()
    }
}

fn make(env: &Env, num_symbols: usize) -> VecEnv {
    let tape = tape(&PanelSpec { rows: 205, num_symbols, ..PanelSpec::default() }, 2, env);
    let table = ActionTable::try_new(&env.market, tape.symbols()).unwrap();
    let seeds = SeedStream::new(7).child("env");
    VecEnv::try_new(&tape, &table, env, &Device::flex(), &seeds).unwrap()
}

fn actions(action: i32) -> Tensor<1, Int> {
    let data = TensorData::new(vec![action; NUM_ENVS], [NUM_ENVS]);
    Tensor::from_data(data, &Device::flex())
}

fn rows(state: &EnvState) -> Vec<i32> {
    state.to_data().unwrap().rows
}

/// The sorted starts of some episodes, all of full length and so in step.
fn starts(env: &Env, episodes: usize) -> Vec<Vec<i32>> {
    let env = make(env, 2);
    let (mut state, _, _) = env.reset();
    let mut found = Vec::new();
    for _ in 0..episodes {
        let mut starts = rows(&state);
        starts.sort_unstable();
        found.push(starts);
        for _ in 0..LENGTH {
            state = env.step(state, actions(2)).0;
        }
    }
    found
}

#[test]
fn hard_starts_come_back_at_most_as_often_as_allowed() {
    let always = HardStarts {
        pool: NUM_ENVS,
        probability: 1.0,
        max_repeats: 2,
        reward_below: Some(1e9),
        ..HardStarts::default()
    };
    let found = starts(&Env { hard_starts: Some(always), ..settings() }, 7);
    assert_eq!(found[0], found[1]);
    assert_eq!(found[0], found[2]);
    // Three times played is enough: fresh ones follow, and come back in their turn.
    assert_ne!(found[2], found[3]);
    assert_eq!(found[3], found[4]);
    assert_eq!(found[3], found[5]);
    assert_ne!(found[5], found[6]);
    let never = HardStarts { reward_below: Some(-1e9), ..always };
    let found = starts(&Env { hard_starts: Some(never), ..settings() }, 3);
    assert!(found[0] != found[1] && found[1] != found[2]);
    let unlucky = HardStarts { probability: 0.0, ..always };
    let found = starts(&Env { hard_starts: Some(unlucky), ..settings() }, 3);
    assert!(found[0] != found[1] && found[1] != found[2]);
}

#[test]
fn every_trigger_tells_hard_episodes_by_what_happened() {
    // All in one symbol: an episode is hard by these triggers on its own bars.
    let base =
        HardStarts { pool: NUM_ENVS, probability: 1.0, max_repeats: 1, ..HardStarts::default() };
    let triggers = [
        HardStarts { reward_below: Some(-0.5), ..base },
        HardStarts { least_reward_below: Some(-0.5), ..base },
        HardStarts { drawdown_above: Some(0.01), ..base },
    ];
    for hard_starts in triggers {
        let env = make(&Env { hard_starts: Some(hard_starts), ..settings() }, 2);
        let (mut state, _, _) = env.reset();
        let first = rows(&state);
        let mut sums = [0.0_f32; NUM_ENVS];
        let mut least = [f32::MAX; NUM_ENVS];
        let mut peak = [1.0_f32; NUM_ENVS];
        let mut drawdown = [0.0_f32; NUM_ENVS];
        for _ in 0..LENGTH {
            let (next, step) = env.step(state, actions(2));
            state = next;
            let reward: Vec<f32> = step.reward.try_into_vec_as().unwrap();
            let equity: Vec<f32> = step.equity.try_into_vec_as().unwrap();
            for n in 0..NUM_ENVS {
                sums[n] += reward[n];
                least[n] = least[n].min(sums[n]);
                peak[n] = peak[n].max(equity[n]);
                drawdown[n] = drawdown[n].max(1.0 - equity[n] / peak[n]);
            }
        }
        let is_hard = |n: usize| {
            hard_starts.reward_below.is_some_and(|mark| f64::from(sums[n]) < mark)
                || hard_starts.least_reward_below.is_some_and(|mark| f64::from(least[n]) < mark)
                || hard_starts.drawdown_above.is_some_and(|mark| f64::from(drawdown[n]) > mark)
        };
        let mut hard: Vec<i32> = (0..NUM_ENVS).filter(|&n| is_hard(n)).map(|n| first[n]).collect();
        assert!(!hard.is_empty() && hard.len() < NUM_ENVS, "{hard_starts:?} {hard:?}");
        let mut now = rows(&state);
        for start in &hard {
            let index = now
                .iter()
                .position(|row| row == start)
                .unwrap_or_else(|| panic!("{start} of {hard:?} is not among {now:?}"));
            now.swap_remove(index);
        }
        hard.sort_unstable();
    }
}

#[test]
fn losing_trades_make_an_episode_hard() {
    // Bought, and sold at a loss by costs of 10 %: no win among its bookings.
    let hard_starts = HardStarts {
        pool: NUM_ENVS,
        probability: 1.0,
        max_repeats: 1,
        win_rate_below: Some(0.5),
        ..HardStarts::default()
    };
    let mut env = Env { hard_starts: Some(hard_starts), ..settings() };
    env.costs.commission_bps = 1000.0;
    let play = |env: &Env, plan: [i32; LENGTH]| {
        let env = make(env, 2);
        let (mut state, _, _) = env.reset();
        let before: BTreeSet<i32> = rows(&state).into_iter().collect();
        for action in plan {
            state = env.step(state, actions(action)).0;
        }
        let after: BTreeSet<i32> = rows(&state).into_iter().collect();
        before == after
    };
    assert!(play(&env, [2, 0, 1, 0, 0]));
    // Nothing was booked, so nothing was lost.
    assert!(!play(&env, [2, 0, 0, 0, 0]));
}

#[test]
fn the_curriculum_grows_when_episodes_go_well() {
    let curriculum = |reward_at_least: f64| Curriculum {
        first_share: 0.1,
        growth: 0.4,
        episodes: 2 * NUM_ENVS,
        reward_at_least,
        pass_share: 1.0,
    };
    // 205 rows and episodes of 5 bars leave 200 starts.
    let most = |env: Env| -> Vec<i32> {
        starts(&env, 40).iter().map(|starts| starts[NUM_ENVS - 1]).collect()
    };
    let easy = most(Env { curriculum: Some(curriculum(-1e9)), ..settings() });
    assert!(easy[..2].iter().all(|&start| start < 20), "{easy:?}");
    assert!(easy[2..4].iter().all(|&start| start < 100) && easy[2..4].iter().any(|&s| s >= 20));
    assert!(easy[6..].iter().any(|&start| start >= 180));
    let hard = most(Env { curriculum: Some(curriculum(1e9)), ..settings() });
    assert!(hard.iter().all(|&start| start < 20), "{hard:?}");
}

#[test]
fn starts_lie_within_the_offset() {
    let mut env = settings();
    env.episode.random_start = false;
    assert!(starts(&env, 3).iter().flatten().all(|&start| start == 0));
    env.randomize = Some(Randomize { start_offset_bars: 3, ..Randomize::default() });
    let found: BTreeSet<i32> = starts(&env, 10).into_iter().flatten().collect();
    assert_eq!(found, BTreeSet::from([0, 1, 2, 3]));
}

/// Everything at once.
fn rich() -> Env {
    let slots =
        SlotsMarket { size_mask_prob: 0.5, direction_mask_prob: 0.3, ..SlotsMarket::default() };
    let reward = Reward {
        close_only: Some(crate::config::CloseOnlyReward::default()),
        risk_adjusted: Some(crate::config::RiskAdjustedReward::default()),
        drawdown_penalty: Some(crate::config::DrawdownPenalty::default()),
        ..Reward::default()
    };
    Env {
        market: Market::Slots(slots),
        reward,
        rules: PositionRules { max_hold_bars: Some(4), ..PositionRules::default() },
        randomize: Some(Randomize {
            cost_factor: Span { from: 0.5, to: 2.0 },
            fill_noise_bps: 3.0,
            ..Randomize::default()
        }),
        hard_starts: Some(HardStarts {
            pool: 40,
            win_rate_below: Some(0.6),
            drawdown_above: Some(0.001),
            ..HardStarts::default()
        }),
        curriculum: Some(Curriculum {
            first_share: 0.2,
            growth: 0.1,
            episodes: 5,
            reward_at_least: 0.0,
            pass_share: 0.2,
        }),
        ..settings()
    }
}

#[test]
fn a_stored_state_goes_on_to_the_bit() {
    for env in [rich(), trailing()] {
        let num_symbols = if matches!(env.market, Market::Slots(_)) { 1 } else { 2 };
        let make = || make(&env, num_symbols);
        let (one, two) = (make(), make());
        let mut rng = SeedStream::new(1).rng();
        let mut choose = || {
            let values: Vec<i32> =
                (0..NUM_ENVS).map(|_| rng.below(one.num_actions()) as i32).collect();
            Tensor::<1, Int>::from_data(TensorData::new(values, [NUM_ENVS]), &Device::flex())
        };
        let (mut state, _, _) = one.reset();
        for _ in 0..23 {
            state = one.step(state, choose()).0;
        }
        let data = state.to_data().unwrap();
        let text = serde_json::to_string(&data).unwrap();
        let mut again = two.state_from_data(&serde_json::from_str(&text).unwrap()).unwrap();
        assert_eq!(again.to_data().unwrap(), data);
        for _ in 0..23 {
            let actions = choose();
            let (next, left) = one.step(state, actions.clone());
            let (next_again, right) = two.step(again, actions);
            (state, again) = (next, next_again);
            let bits = |values: Tensor<1>| -> Vec<u32> {
                let values: Vec<f32> = values.try_into_vec_as().unwrap();
                values.into_iter().map(f32::to_bits).collect()
            };
            assert_eq!(bits(left.reward), bits(right.reward));
            assert_eq!(state.to_data().unwrap(), again.to_data().unwrap());
        }
    }
}

fn trailing() -> Env {
    let rules = PositionRules { trailing_stop_frac: Some(0.01), ..PositionRules::default() };
    Env { rules, ..settings() }
}
