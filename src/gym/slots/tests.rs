//! Slots by hand, against the account, and their masks.

use burn::tensor::{Device, Int, Tensor, TensorData};

use super::{SlotAction, SlotBook, SlotChange};
use crate::base::SeedStream;
use crate::config::{
    CloseOnlyReward, Env, Episode, FillRule, Market, PositionRules, Reward, SlippageCost,
    SlotsMarket,
};
use crate::gym::fixtures::{PanelSpec, tape};
use crate::gym::parity_tests::Run;
use crate::gym::{Account, ActionTable, EnvParams, VecEnv};

fn settings(market: SlotsMarket) -> Env {
    Env {
        market: Market::Slots(market),
        episode: Episode { length_bars: 45, random_start: true },
        num_envs: 64,
        ..Env::default()
    }
}

fn spec(seed: u64) -> PanelSpec {
    PanelSpec { seed, num_symbols: 1, ..PanelSpec::default() }
}

#[test]
fn slots_equal_the_account() {
    let close_only = Reward {
        log_return: None,
        close_only: Some(CloseOnlyReward::default()),
        ..Reward::default()
    };
    let rules = PositionRules {
        stop_loss_frac: Some(0.02),
        min_hold_bars: Some(2),
        max_hold_bars: Some(9),
        max_trades: Some(25),
        ruin_frac: Some(0.93),
        ..PositionRules::default()
    };
    let markets = [
        SlotsMarket::default(),
        SlotsMarket { max_long: 3, max_short: 0, unit_frac: 0.5, ..SlotsMarket::default() },
        SlotsMarket { max_long: 1, max_short: 1, unit_frac: 1.0, ..SlotsMarket::default() },
    ];
    for (index, market) in markets.into_iter().enumerate() {
        for fill in [FillRule::NextOpen, FillRule::NextClose, FillRule::SameClose] {
            for reward in [close_only.clone(), Reward::default()] {
                let label = format!("{market:?} {fill:?}");
                let mut env = Env { fill, reward, ..settings(market) };
                let spec = spec(index as u64);
                let mut run = Run::new(&spec, &env, &format!("plain {label}"));
                run.check(120);
                assert!(run.num_trades > 500, "{}", run.num_trades);
                env.rules = rules.clone();
                env.costs.borrow_rate_annual = 0.05;
                env.costs.slippage = SlippageCost::SquareRootBps(10.0);
                let spec = PanelSpec { missing_frac: 0.05, ..spec };
                Run::new(&spec, &env, &format!("ruled {label}")).check(120);
            }
        }
    }
}

/// One account on a tape of one symbol without costs, stepped by actions.
fn play(market: SlotsMarket, actions: &[usize]) -> (Account, Vec<crate::gym::AccountStep>) {
    let mut env = settings(market);
    env.costs = crate::config::Costs {
        commission_bps: 0.0,
        half_spread_bps: 0.0,
        slippage: SlippageCost::ConstantBps(0.0),
        ..env.costs
    };
    let tape = tape(&spec(5), 0, &env);
    let table = ActionTable::try_new(&env.market, tape.symbols()).unwrap();
    let mut account = Account::new(&EnvParams::new(&env, 252.0), 1);
    let steps = actions
        .iter()
        .enumerate()
        .map(|(row, &action)| account.step(&tape, row, table.order(action)))
        .collect();
    (account, steps)
}

#[test]
fn units_open_and_close_by_hand() {
    let market = SlotsMarket { unit_frac: 0.25, ..SlotsMarket::default() };
    let env = settings(market);
    let tape = tape(&spec(5), 0, &env);
    let close = |row: usize| tape.quotes(row)[0].close;
    let open = |row: usize| tape.quotes(row)[0].open;
    // Open long 1, open short 1, hold, close long 1, close short 1.
    let (account, steps) = play(market, &[1, 5, 0, 2, 6]);
    let long = 25_000.0 / close(0);
    let short = -25_000.0 / close(1);
    let traded = |step: usize| steps[step].executions[0].quantity;
    assert!((traded(0) - long).abs() < 1e-9 && (traded(1) - short).abs() < 1e-9);
    assert!(steps[2].executions.is_empty() && !steps[0].reward_input.has_closed);
    assert!((traded(3) + long).abs() < 1e-9 && (traded(4) + short).abs() < 1e-9);
    let booked = long * (open(4) - open(1));
    let input = steps[3].reward_input;
    assert!(
        input.has_closed && (input.booked_frac - booked / 100_000.0).abs() < 1e-12,
        "{input:?}"
    );
    let booked = short * (open(5) - open(2));
    assert!((steps[4].reward_input.booked_frac - booked / 100_000.0).abs() < 1e-12);
    assert_eq!(account.holdings().positions[0].quantity, 0.0);
    let state = account.position_state(&tape, 5);
    assert_eq!((state.weights[1], state.bars_held[0], state.slots.len()), (0.0, 0.0, 4));
}

#[test]
fn a_state_tells_of_every_slot() {
    let market = SlotsMarket { unit_frac: 0.5, ..SlotsMarket::default() };
    let (account, _) = play(market, &[1, 0, 5]);
    let tape = tape(&spec(5), 0, &settings(market));
    let state = account.position_state(&tape, 3);
    let [long, empty, short, _] = state.slots[..] else { panic!("{state:?}") };
    assert_eq!((long.bars_held, empty.bars_held, short.bars_held), (3.0, 0.0, 1.0));
    assert!(long.weight > 0.4 && short.weight < -0.4 && empty.weight == 0.0);
    let gain = tape.quotes(3)[0].close / tape.quotes(1)[0].open - 1.0;
    assert!((long.unrealized_return - gain).abs() < 1e-12);
    assert_eq!(state.bars_held, [3.0]);
}

#[test]
fn a_change_that_does_not_fit_trades_nothing() {
    let params = EnvParams::new(&settings(SlotsMarket::default()), 252.0);
    let mut book = SlotBook::new(params.slots.unwrap());
    let open = SlotChange { slot: 0, action: SlotAction::Open };
    let close = SlotChange { slot: 0, action: SlotAction::Close };
    assert_eq!(book.quantity(close, 100.0, 1e5, 0.0), 0.0);
    let unit = book.quantity(open, 100.0, 1e5, 0.0);
    assert_eq!(unit, 250.0);
    book.fill(open, unit, 100.0);
    assert_eq!(book.quantity(open, 100.0, 1e5, unit), 0.0);
    // The last slot closes all that is held, whatever rounding has left.
    assert_eq!(book.quantity(close, 100.0, 1e5, 250.0 + 1e-12), -250.0 - 1e-12);
    book.fill(close, -250.0 - 1e-12, 110.0);
    assert_eq!(book.slots()[0].quantity, 0.0);
}

#[test]
fn episodes_may_be_held_to_one_side_or_fewer_slots() {
    let legal_opens = |market: SlotsMarket| -> Vec<Vec<bool>> {
        let env = settings(market);
        let tape = tape(&spec(5), 2, &env);
        let table = ActionTable::try_new(&env.market, tape.symbols()).unwrap();
        let seeds = SeedStream::new(3).child("env");
        let env = VecEnv::try_new(&tape, &table, &env, &Device::flex(), &seeds).unwrap();
        let (state, _, _) = env.reset();
        let opens: Vec<i32> = vec![1; 64];
        let actions = Tensor::<1, Int>::from_data(TensorData::new(opens, [64]), &Device::flex());
        let (_, step) = env.step(state, actions);
        let mask: Vec<f32> = step.mask.try_into_vec_as().unwrap();
        mask.chunks(9).map(|mask| [1, 3, 5, 7].map(|action| mask[action] == 0.0).to_vec()).collect()
    };
    let one_side = SlotsMarket { direction_mask_prob: 1.0, ..SlotsMarket::default() };
    let found = legal_opens(one_side);
    let long_only = found.iter().filter(|opens| **opens == [false, true, false, false]).count();
    // A long slot was opened against the mask where the episode is for shorts.
    let short_only = found.iter().filter(|opens| **opens == [false, false, true, true]).count();
    assert_eq!(long_only + short_only, 64, "{found:?}");
    assert!(long_only > 16 && short_only > 16, "{long_only} {short_only}");
    let fewer = SlotsMarket { size_mask_prob: 1.0, ..SlotsMarket::default() };
    let found = legal_opens(fewer);
    let full = found.iter().filter(|opens| !opens.contains(&true)).count();
    let rest = found.iter().filter(|opens| **opens == [false, true, true, true]).count();
    assert_eq!(full + rest, 64);
    assert!((10..32).contains(&full), "{full}");
    let neither = legal_opens(SlotsMarket::default());
    assert!(neither.iter().all(|opens| *opens == [false, true, true, true]));
}
