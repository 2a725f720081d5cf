//! Paper trading against the gym's account: same actions in, same account out, to the bit.

use super::stage::{BARS_PER_YEAR, Played, Record, WARM_UP, play_on};
use crate::config::{
    ActionRow, Actions, Costs, Env, FillRule, Market, PortfolioMarket, PositionRules, QuoteFill,
    RiskLimits, SingleMarket, SlippageCost, SlotsMarket, Trade,
};
use crate::domain::Panel;
use crate::gym::fixtures::{PanelSpec, panel};
use crate::gym::{Account, ActionTable, EnvParams, Tape};
use crate::ports::{BrokerEvent, Protection};
use crate::trader::Effect;

fn costs() -> Costs {
    Costs {
        minimum: 3.0,
        per_share: 0.005,
        slippage: SlippageCost::SquareRootBps(20.0),
        borrow_rate_annual: 0.03,
        ..Costs::default()
    }
}

fn env(fill: FillRule, rules: PositionRules) -> Env {
    let rows = [
        [1.0, 0.0, 0.0, 0.0],
        [0.0, 0.5, 0.5, 0.0],
        [0.2, 0.0, 0.0, 0.8],
        [-0.6, 1.2, -0.4, 0.8],
        [1.5, -0.5, 0.0, 0.0],
        [0.0, 0.33, 0.33, 0.34],
    ];
    let weights = rows.map(|row| ActionRow::Weights(row.to_vec()));
    let table = std::iter::once(ActionRow::Hold).chain(weights).collect();
    let market = Market::Portfolio(PortfolioMarket::new(Actions::Table(table)));
    Env { market, fill, costs: costs(), rules, cash_rate_annual: 0.02, ..Env::default() }
}

fn spec(seed: u64) -> PanelSpec {
    PanelSpec { seed, rows: 300, missing_frac: 0.08, volatility: 0.02, ..PanelSpec::default() }
}

fn play(panel: &Panel, env: &Env, traded: std::ops::Range<usize>) -> Played {
    play_on(panel, env, traded, (&Trade::default(), &RiskLimits::default())).unwrap()
}

/// Steps the gym's account with the actions of the session and compares at every decision.
fn check_parity(env: &Env, seed: u64) -> Record {
    check_parity_on(env, &spec(seed))
}

fn check_parity_on(env: &Env, spec: &PanelSpec) -> Record {
    let panel = panel(spec);
    let played = play(&panel, env, 5..panel.rows.len());
    let actions = ActionTable::try_new(&env.market, &panel.symbols).unwrap();
    let tape = Tape::try_new(&panel, &[], 0, env, BARS_PER_YEAR).unwrap();
    let offset = panel.rows.iter().position(|row| row.time == tape.times()[0]).unwrap();
    let mut account = Account::new(&EnvParams::new(env, BARS_PER_YEAR), panel.symbols.len());
    let first = WARM_UP - offset;
    assert_eq!(played.seen.len(), tape.len() - 1 - first);
    for (row, (action, position, legal)) in (first..).zip(&played.seen) {
        assert_eq!(&account.position_state(&tape, row), position, "row {row}");
        assert_eq!(&account.legal_actions(&tape, row, &actions), legal, "row {row}");
        account.step(&tape, row, actions.order(*action));
    }
    let last = tape.len() - 1;
    let (found, expected) = (played.document.equity_end, account.equity(&tape, last));
    assert_eq!(found, expected, "{:?}", env.fill);
    assert_eq!(played.document.equity_start, 100_000.0);
    played.record
}

/// In the fixture a bar opens 63,000 s after the decision; the quotes are of a third into it.
const FILLS: [FillRule; 4] = [
    FillRule::NextOpen,
    FillRule::NextClose,
    FillRule::SameClose,
    FillRule::Quotes(QuoteFill { latency_ms: 70_800_000 }),
];

#[test]
fn every_fill_rule_gives_the_account_of_the_gym() {
    for fill in FILLS {
        for seed in 0..8 {
            let report = check_parity(&env(fill, PositionRules::default()), seed);
            let tally = &report.tally;
            assert!(tally.fills > 300 && tally.rejects > 5, "{tally:?}");
        }
    }
}

#[test]
fn protective_orders_give_the_account_of_the_gym() {
    let rules = PositionRules {
        stop_loss_frac: Some(0.03),
        take_profit_frac: Some(0.04),
        max_trades: Some(120),
        ..PositionRules::default()
    };
    for fill in FILLS {
        for seed in 0..8 {
            let report = check_parity(&env(fill, rules.clone()), seed);
            assert!(report.count(|event| matches!(event, BrokerEvent::Protected { .. })) > 10);
        }
    }
}

#[test]
fn hold_limits_give_the_account_of_the_gym() {
    let rules = PositionRules {
        min_hold_bars: Some(3),
        max_hold_bars: Some(9),
        stop_loss_frac: Some(0.02),
        ..PositionRules::default()
    };
    for fill in FILLS {
        for seed in 0..8 {
            let single = SingleMarket { exposures: vec![0.0, 1.0, -1.0, 2.5] };
            check_parity(&Env { market: Market::Single(single), ..env(fill, rules.clone()) }, seed);
        }
    }
}

#[test]
fn trailing_stops_give_the_account_of_the_gym() {
    let rules = PositionRules {
        stop_loss_frac: Some(0.05),
        trailing_stop_frac: Some(0.03),
        ..PositionRules::default()
    };
    for fill in FILLS {
        for seed in 0..4 {
            let report = check_parity(&env(fill, rules.clone()), seed);
            let is_trailing = |event: &BrokerEvent| {
                matches!(event, BrokerEvent::Protected { cause: Protection::TrailingStop, .. })
            };
            assert!(report.count(is_trailing) > 5);
        }
    }
}

#[test]
fn slots_give_the_account_of_the_gym() {
    let rules = PositionRules {
        stop_loss_frac: Some(0.04),
        min_hold_bars: Some(2),
        max_hold_bars: Some(12),
        ..PositionRules::default()
    };
    for fill in FILLS {
        for seed in 0..4 {
            let slots = SlotsMarket { max_short: 1, unit_frac: 0.3, ..SlotsMarket::default() };
            let env = Env { market: Market::Slots(slots), ..env(fill, rules.clone()) };
            let spec = PanelSpec { num_symbols: 1, ..spec(seed) };
            let report = check_parity_on(&env, &spec);
            let tally = &report.tally;
            assert!(tally.fills > 50 && tally.rejects > 1, "{tally:?}");
        }
    }
}

#[test]
fn ruin_stops_trading_as_in_the_gym() {
    let rules = PositionRules { ruin_frac: Some(0.9), ..PositionRules::default() };
    let report = check_parity(&env(FillRule::NextOpen, rules), 3);
    let last =
        report.rows.iter().rev().flat_map(|(_, effects)| effects).find_map(|effect| match effect {
            Effect::Decided(decision) => Some(decision),
            _ => None,
        });
    assert_eq!(last.unwrap().legal.iter().filter(|legal| **legal).count(), 1);
}

#[test]
fn limits_deny_and_are_counted() {
    let panel = panel(&spec(1));
    let limits = RiskLimits {
        order_notional_frac_max: Some(0.6),
        gross_exposure_max: Some(0.8),
        ..RiskLimits::default()
    };
    let env = env(FillRule::NextOpen, PositionRules::default());
    let play = |to: usize| play_on(&panel, &env, 30..to, (&Trade::default(), &limits)).unwrap();
    let played = play(200);
    let document = &played.document;
    assert!(document.denials["ORDER_NOTIONAL"] > 10, "{document:?}");
    assert!(document.denials["GROSS_EXPOSURE"] > 0, "{document:?}");
    assert_eq!(document.decisions, 169);
    assert_eq!(document.ledger.rows as usize, played.record.rows.len());
    assert_eq!(&play(200).document, document);
    assert_ne!(play(201).document.ledger.head, document.ledger.head);
}

#[test]
fn a_session_needs_two_rows() {
    let panel = panel(&spec(1));
    let env = env(FillRule::NextOpen, PositionRules::default());
    for (traded, expected) in [(30..30, "found 0"), (30..31, "found 1"), (900..950, "found 0")] {
        let settings = (&Trade::default(), &RiskLimits::default());
        let error = play_on(&panel, &env, traded, settings).err().unwrap();
        assert!(error.to_string().ends_with(expected), "{error}");
    }
}
