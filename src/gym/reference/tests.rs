//! The account by hand, and what it must conserve.

use proptest::prelude::*;

use super::{Account, ExecutionKind, Order, Position};
use crate::config::{Costs, Env, FillRule, PositionRules, SlippageCost};
use crate::domain::{Bar, MarketRow, Panel, Timeframe, Weights};
use crate::gym::fixtures::{PanelSpec, tape};
use crate::gym::{EnvParams, Tape};

/// One symbol with bars `[open, high, low, close]`.
fn by_hand(bars: &[[f64; 4]], env: &Env) -> Tape {
    let time = |index: usize| crate::base::Timestamp::from_seconds(86_400 * index as i64);
    let row = |(index, &[open, high, low, close]): (usize, &[f64; 4])| {
        let (open_time, available_at) = (time(index), time(index + 1));
        let bar = Bar { open_time, available_at, open, high, low, close, volume: 1000.0 };
        MarketRow { time: available_at, bars: vec![Some(bar)] }
    };
    let rows = bars.iter().enumerate().map(row).collect();
    let panel = Panel { symbols: vec!["SPY".parse().unwrap()], timeframe: Timeframe::Day, rows };
    Tape::try_new(&panel, &[], 0, env, 252.0).unwrap()
}

fn free_env(fill: FillRule) -> Env {
    let costs = Costs {
        commission_bps: 0.0,
        half_spread_bps: 0.0,
        slippage: SlippageCost::ConstantBps(0.0),
        ..Costs::default()
    };
    Env { fill, costs, initial_equity: 1000.0, ..Env::default() }
}

fn weights(values: &[f64]) -> Weights {
    Weights::try_new(values.to_vec()).unwrap()
}

fn account(env: &Env) -> Account {
    Account::new(&EnvParams::new(env, 252.0), 1)
}

fn check(fill: FillRule, expected_quantity: f64, expected_equity: f64) {
    let env = free_env(fill);
    let bars = [[100.0, 100.0, 100.0, 100.0], [110.0, 125.0, 105.0, 120.0]];
    let tape = by_hand(&bars, &env);
    let mut account = account(&env);
    let step = account.step(&tape, 0, Order::Weights(&weights(&[0.5, 0.5])));
    assert_eq!(step.executions[0].quantity, expected_quantity, "{fill:?}");
    assert!((step.equity_after - expected_equity).abs() < 1e-9, "{fill:?} {step:?}");
}

#[test]
fn orders_are_sized_at_the_close_and_filled_by_the_rule() {
    check(FillRule::SameClose, 5.0, 1000.0 + 5.0 * 20.0);
    check(FillRule::NextOpen, 5.0, 1000.0 + 5.0 * 10.0);
    check(FillRule::NextClose, 5.0, 1000.0);
}

#[test]
fn costs_interest_and_borrowing_are_paid_from_the_account() {
    let mut env = free_env(FillRule::NextOpen);
    env.costs.commission_bps = 100.0;
    env.costs.borrow_rate_annual = 2.52;
    env.cash_rate_annual = 1.001_f64.powi(252) - 1.0;
    let tape = by_hand(&[[100.0; 4], [110.0, 125.0, 105.0, 120.0]], &env);
    let mut account = account(&env);
    let step = account.step(&tape, 0, Order::Weights(&weights(&[1.5, -0.5])));
    // Sells 5 at 110, pays 1 %; cash earns 0.1 %; the short costs 1 % of 600.
    let cash = (1000.0 + 550.0 - 5.5) * 1.001 - 6.0;
    assert!((step.cost - 5.5).abs() < 1e-9);
    assert!((step.equity_after - (cash - 600.0)).abs() < 1e-9, "{step:?}");
    assert!((step.turnover - 0.55).abs() < 1e-12);
    assert!((step.portfolio_return - (step.equity_after / 1000.0 - 1.0)).abs() < 1e-15);
    assert!((step.benchmark_return - 0.2).abs() < 1e-12);
    assert_eq!(step.weights_before, [1.0, 0.0]);
    assert_eq!(account.position_state(&tape, 1).bars_held, [1.0]);
}

#[test]
fn a_stop_fires_on_the_entry_bar_except_at_its_close() {
    let bars = [[100.0; 4], [100.0, 101.0, 90.0, 99.0], [97.0, 98.0, 80.0, 96.0]];
    for (fill, exits) in
        [(FillRule::NextOpen, 1), (FillRule::SameClose, 1), (FillRule::NextClose, 0)]
    {
        let mut env = free_env(fill);
        env.rules = PositionRules { stop_loss_frac: Some(0.05), ..PositionRules::default() };
        let tape = by_hand(&bars, &env);
        let mut account = account(&env);
        let step = account.step(&tape, 0, Order::Weights(&weights(&[0.0, 1.0])));
        let stops = |step: &super::AccountStep| {
            step.executions.iter().filter(|e| e.kind == ExecutionKind::StopLoss).count()
        };
        assert_eq!(stops(&step), exits, "{fill:?}");
        if fill == FillRule::NextClose {
            let step = account.step(&tape, 1, Order::Weights(&weights(&[1.0, 0.0])));
            // Entered at 99, stopped at 94.05; the order to sell has nothing left to do.
            assert_eq!((stops(&step), step.executions.len()), (1, 1));
            assert!((step.executions[0].price - 94.05).abs() < 1e-12);
        } else {
            assert!((step.equity_after - 950.0).abs() < 1e-9);
        }
        assert_eq!(account.holdings().positions[0], Position::default());
    }
}

#[test]
fn entries_average_and_flips_start_anew() {
    let mut position = Position::default();
    position.fill(10.0, 100.0);
    position.fill(10.0, 110.0);
    assert_eq!((position.quantity, position.entry_price), (20.0, 105.0));
    position.fill(-5.0, 200.0);
    assert_eq!(position.entry_price, 105.0);
    assert!((position.unrealized_return(210.0) - 1.0).abs() < 1e-15);
    position.fill(-20.0, 120.0);
    assert_eq!((position.quantity, position.entry_price), (-5.0, 120.0));
    assert!((position.unrealized_return(108.0) - 0.1).abs() < 1e-15);
    position.fill(5.0, 100.0);
    assert_eq!(position, Position::default());
}

#[test]
fn a_ruined_account_trades_no_more() {
    let env = free_env(FillRule::NextOpen);
    let bars = [[100.0; 4], [100.0, 100.0, 60.0, 65.0], [65.0; 4]];
    let tape = by_hand(&bars, &env);
    let mut account = account(&env);
    account.step(&tape, 0, Order::Weights(&weights(&[-2.0, 3.0])));
    assert!(account.is_ruined());
    let step = account.step(&tape, 1, Order::Weights(&weights(&[1.0, 0.0])));
    assert!(step.executions.is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn cash_and_positions_conserve(
        seed in 0_u64..1000,
        targets in prop::collection::vec(prop::collection::vec(-0.5_f64..0.8, 3), 20),
    ) {
        let env = Env { cash_rate_annual: 0.01, ..Env::default() };
        let spec = PanelSpec { seed, rows: 21, missing_frac: 0.1, ..PanelSpec::default() };
        let tape = tape(&spec, 0, &env);
        let mut account = Account::new(&EnvParams::new(&env, 252.0), 3);
        for (row, risky) in targets.iter().enumerate().take(tape.len() - 1) {
            let mut target = vec![1.0 - risky.iter().sum::<f64>()];
            target.extend(risky);
            let before = account.holdings().clone();
            let step = account.step(&tape, row, Order::Weights(&weights(&target)));
            let after = account.holdings();
            let paid: f64 = step.executions.iter().map(|e| e.quantity * e.price + e.cost).sum();
            let cash = (before.cash - paid) * (1.0 + step.cash_return);
            prop_assert!((after.cash - cash).abs() < 1e-6);
            let values = after.positions.iter().zip(tape.quotes(row + 1));
            let equity = after.cash + values.map(|(p, q)| p.quantity * q.close).sum::<f64>();
            prop_assert!((step.equity_after - equity).abs() < 1e-6);
            prop_assert!(step.executions.iter().all(|e| e.cost >= 0.0));
            prop_assert!((step.weights_after.iter().sum::<f64>() - 1.0).abs() < 1e-9);
            prop_assert!((0.0..=1.0).contains(&step.drawdown));
        }
    }
}
