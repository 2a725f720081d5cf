//! Paper trading against the gym's account: same actions in, same account out, to the bit.

use std::cell::RefCell;
use std::rc::Rc;

use super::{Engine, Record, Recording, SessionReport, run};
use crate::base::{Rng, SeedStream, digest_bytes};
use crate::config::{
    ActionRow, Actions, Costs, Env, FillRule, Market, PortfolioMarket, PositionRules, QuoteFill,
    SingleMarket, SlippageCost, SlotsMarket, Trade,
};
use crate::connectors::simulated::SimulatedVenue;
use crate::domain::{MarketRow, Panel};
use crate::gym::fixtures::{PanelSpec, panel};
use crate::gym::{Account, ActionTable, EnvParams, PositionState, Tape};
use crate::ports::{BrokerEvent, Protection};
use crate::signals::{DecisionPoint, Signal, SignalError, SignalSource, Target};

const BARS_PER_YEAR: f64 = 252.0;
const WARM_UP: usize = 20;
const NO_LIMITS: Trade = Trade { max_order_frac: 1e9, max_gross_exposure: 1e9 };

/// The action taken, and what it was chosen on.
type Seen = (usize, PositionState, Vec<bool>);

/// Chooses legal actions at random and remembers what it was shown.
struct Scripted {
    rng: Rng,
    actions: ActionTable,
    seen: Rc<RefCell<Vec<Seen>>>,
    rows: usize,
}

impl SignalSource for Scripted {
    fn observe(&mut self, _: &MarketRow) {
        self.rows += 1;
    }

    fn signal(&mut self, point: &DecisionPoint<'_>) -> Result<Option<Signal>, SignalError> {
        if self.rows <= WARM_UP {
            return Ok(None);
        }
        let legal: Vec<usize> = (0..point.legal.len()).filter(|&a| point.legal[a]).collect();
        let action = legal[self.rng.below(legal.len())];
        self.seen.borrow_mut().push((action, point.position.clone(), point.legal.to_vec()));
        Ok(Some(Signal {
            time: point.time,
            action,
            target: Target::of(&self.actions, action).unwrap(),
            confidence: 1.0,
            value: 0.0,
            observation: digest_bytes(b""),
        }))
    }
}

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

struct Played {
    report: SessionReport,
    seen: Vec<Seen>,
    actions: ActionTable,
}

fn play(panel: &Panel, env: &Env, traded: std::ops::Range<usize>, limits: &Trade) -> Played {
    let actions = ActionTable::try_new(&env.market, &panel.symbols).unwrap();
    let seen = Rc::new(RefCell::new(Vec::new()));
    let rng = SeedStream::new(9).child("action").rng();
    let signals = Scripted { rng, actions: actions.clone(), seen: Rc::clone(&seen), rows: 0 };
    let params = EnvParams::new(env, BARS_PER_YEAR);
    let mut engine =
        Engine::try_new(&panel.symbols, params, actions.clone(), limits, Box::new(signals))
            .unwrap();
    let mut venue = SimulatedVenue::new(env, BARS_PER_YEAR, &panel.symbols);
    let recording = Recording { panel, traded };
    let report = run("test", &recording, &mut engine, &mut venue).unwrap();
    Played { report, seen: seen.take(), actions }
}

/// Steps the gym's account with the actions of the session and compares at every decision.
fn check_parity(env: &Env, seed: u64) -> SessionReport {
    check_parity_on(env, &spec(seed))
}

fn check_parity_on(env: &Env, spec: &PanelSpec) -> SessionReport {
    let panel = panel(spec);
    let played = play(&panel, env, 5..panel.rows.len(), &NO_LIMITS);
    let tape = Tape::try_new(&panel, &[], 0, env, BARS_PER_YEAR).unwrap();
    let offset = panel.rows.iter().position(|row| row.time == tape.times()[0]).unwrap();
    let mut account = Account::new(&EnvParams::new(env, BARS_PER_YEAR), panel.symbols.len());
    let first = WARM_UP - offset;
    assert_eq!(played.seen.len(), tape.len() - 1 - first);
    for (row, (action, position, legal)) in (first..).zip(&played.seen) {
        assert_eq!(&account.position_state(&tape, row), position, "row {row}");
        assert_eq!(&account.legal_actions(&tape, row, &played.actions), legal, "row {row}");
        account.step(&tape, row, played.actions.order(*action));
    }
    let last = tape.len() - 1;
    assert_eq!(played.report.equity_end, account.equity(&tape, last), "{:?}", env.fill);
    played.report
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
            assert!(report.fills > 300 && report.rejects > 5, "{report:?}");
            assert_eq!(report.equity_start, 100_000.0);
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
            let protected =
                |record: &&Record| matches!(record, Record::Broker(BrokerEvent::Protected { .. }));
            assert!(report.ledger.records().iter().filter(protected).count() > 10);
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
            let is_trailing = |record: &&Record| {
                let cause = Protection::TrailingStop;
                matches!(record, Record::Broker(BrokerEvent::Protected { cause: found, .. }) if *found == cause)
            };
            assert!(report.ledger.records().iter().filter(is_trailing).count() > 5);
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
            assert!(report.fills > 50 && report.rejects > 1, "{report:?}");
        }
    }
}

#[test]
fn ruin_stops_trading_as_in_the_gym() {
    let rules = PositionRules { ruin_frac: Some(0.9), ..PositionRules::default() };
    let report = check_parity(&env(FillRule::NextOpen, rules), 3);
    let last = report.ledger.records().iter().rev().find_map(|record| match record {
        Record::Decision(decision) => Some(decision),
        _ => None,
    });
    assert_eq!(last.unwrap().legal.iter().filter(|legal| **legal).count(), 1);
}

#[test]
fn limits_deny_and_are_counted() {
    let panel = panel(&spec(1));
    let limits = Trade { max_order_frac: 0.4, max_gross_exposure: 1.0 };
    let env = env(FillRule::NextOpen, PositionRules::default());
    let report = play(&panel, &env, 30..200, &limits).report;
    let document = report.document();
    assert!(document.denials["ORDER_NOTIONAL"] > 10, "{document:?}");
    assert!(document.denials["GROSS_EXPOSURE"] > 0, "{document:?}");
    assert_eq!(document.decisions, 169);
    assert_eq!(document.ledger.rows, report.ledger.records().len());
    let rerun = play(&panel, &env, 30..200, &limits).report;
    assert_eq!(rerun.document(), document);
    let longer = play(&panel, &env, 30..201, &limits).report;
    assert_ne!(longer.document().ledger.head, document.ledger.head);
}

#[test]
fn a_session_needs_two_rows() {
    let panel = panel(&spec(1));
    let env = env(FillRule::NextOpen, PositionRules::default());
    for (traded, expected) in [(30..30, "found 0"), (30..31, "found 1"), (900..950, "found 0")] {
        let actions = ActionTable::try_new(&env.market, &panel.symbols).unwrap();
        let params = EnvParams::new(&env, BARS_PER_YEAR);
        let rng = SeedStream::new(9).rng();
        let source = Scripted { rng, actions: actions.clone(), seen: Rc::default(), rows: 0 };
        let mut engine =
            Engine::try_new(&panel.symbols, params, actions, &NO_LIMITS, Box::new(source)).unwrap();
        let mut venue = SimulatedVenue::new(&env, BARS_PER_YEAR, &panel.symbols);
        let recording = Recording { panel: &panel, traded };
        let error = run("test", &recording, &mut engine, &mut venue).unwrap_err();
        assert!(error.to_string().ends_with(expected), "{error}");
    }
}
