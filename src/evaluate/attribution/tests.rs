//! Splits by hand, and the session that is the backtest.

use std::ops::Range;

use super::*;
use crate::base::{Date, Timestamp, parse_date};
use crate::config::{Costs, Env, FillRule};
use crate::domain::{
    Bar, Calendar, CalendarName, CostModel, Fill, MarketRow, OrderId, OrderRequest, Panel, Side,
    Symbol, Weights,
};
use crate::evaluate::{Choice, Strategy, Trajectory, View, simulate};
use crate::gym::fixtures::{PanelSpec, panel, tape};
use crate::gym::{ActionTable, EnvParams, ExecutionKind, Tape};
use crate::learners::PolicyError;
use crate::ports::{BrokerAccount, BrokerEvent, BrokerSnapshot, CashReason, Protection};
use crate::trader::{Alert, Command, Effect, Event};

const RULES: Rules = Rules {
    fill: FillRule::NextOpen,
    costs: CostModel { per_share: 0.1, ..CostModel::FREE },
    cash_return_per_bar: 0.0,
    borrow_rate_per_bar: 0.0,
};

fn spy() -> Symbol {
    "SPY".parse().unwrap()
}

fn date(text: &str) -> Date {
    parse_date(text).unwrap()
}

/// The close of a day in January 2024; seconds move it.
fn at(day: i8, seconds: i64) -> Timestamp {
    let close = Timestamp::midnight_utc(date(&format!("2024-01-{day:02}")));
    close.saturating_add_nanos((21 * 3600 + seconds) * 1_000_000_000)
}

fn row(day: i8, open: f64, close: f64) -> MarketRow {
    let (high, low) = (open.max(close), open.min(close));
    let open_time = at(day, -23_400);
    let bar = Bar { open_time, available_at: at(day, 0), open, high, low, close, volume: 1e6 };
    MarketRow { time: at(day, 0), bars: vec![Some(bar)] }
}

/// Three days: 100, then 101 to 103, then 104 to 106.
fn trace() -> SessionTrace {
    let mut trace = SessionTrace::new(&[spy()]);
    trace.note(&snapshot(1000.0, 0.0, Vec::new()), &[]);
    trace.note(&Event::Bar(row(2, 99.0, 100.0)), &[]);
    trace
}

fn snapshot(cash: f64, held: f64, executions: Vec<Fill>) -> Event {
    let account = BrokerAccount { cash, positions: vec![(spy(), held)] };
    let snapshot = BrokerSnapshot {
        time: at(2, -1),
        account,
        open_orders: Vec::new(),
        executions,
        ended_orders: Vec::new(),
    };
    Event::Snapshot { time: at(2, -1), snapshot }
}

fn later(trace: &mut SessionTrace) {
    trace.note(&Event::Bar(row(3, 101.0, 103.0)), &[]);
    trace.note(&Event::LastBar(row(4, 104.0, 106.0)), &[]);
}

fn order(trace: &mut SessionTrace, id: u64, signed: f64) {
    trace.decided(at(2, 0));
    trace.submitted(&OrderRequest::market(OrderId(id), spy(), signed, at(2, 1)));
}

fn fill(id: &str, signed: f64, price: f64, cost: f64, time: Timestamp) -> Fill {
    Fill {
        execution_id: id.to_owned(),
        order_id: OrderId(1),
        symbol: spy(),
        side: Side::of(signed),
        quantity: signed.abs(),
        price,
        cost,
        time,
    }
}

/// The backtest buys 5 at the open of the 3rd at 101, for 0.5.
fn bought() -> Backtest {
    let equities = vec![(at(2, 0), 1000.0), (at(3, 0), 1009.5), (at(4, 0), 1024.5)];
    Backtest { equities, exits: Vec::new() }
}

fn split(trace: &SessionTrace, lake: &Backtest, rerun: &Backtest) -> Attribution {
    let calendar = Calendar::new(CalendarName::Xnys);
    attribute(trace, (lake, rerun), &RULES, &calendar).unwrap()
}

/// Terms of each day in the order data, missed, latency, fill, cost, unexplained.
fn check(found: &Attribution, expected: &[[f64; 6]]) {
    assert_eq!(found.days.len(), expected.len(), "{:?}", found.days);
    for (day, expected) in found.days.iter().zip(expected) {
        for ((name, value), expected) in day.terms.named().iter().zip(expected) {
            assert!((value - expected).abs() < 1e-9, "{} {name}: {value} {expected}", day.date);
        }
        assert!((day.terms.sum() - day.difference).abs() < 1e-9);
        assert!((day.paper - day.backtest - day.difference).abs() < 1e-9);
    }
    assert!((found.total.sum() - found.difference).abs() < 1e-9);
}

#[test]
fn latency_fill_and_cost_by_hand() {
    let mut trace = trace();
    order(&mut trace, 1, 5.0);
    // The market has moved by 0.4 when the order arrives, and it trades 1.3 above that: 0.3 more than the 1 from
    // the close to the open that the backtest supposes.
    let top = crate::domain::BookTop {
        time: at(2, 1),
        bid: 100.3,
        ask: 100.5,
        bid_quantity: 0.0,
        ask_quantity: 0.0,
    };
    trace.note(&Event::Quote { symbol: spy(), top }, &[]);
    trace.note(&Event::Broker(BrokerEvent::Accepted { order_id: OrderId(1), time: at(2, 2) }), &[]);
    let filled = fill("a", 5.0, 101.7, 0.9, at(3, -23_000));
    trace.note(&Event::Broker(BrokerEvent::Filled(filled.clone())), &[]);
    trace.note(&Event::Broker(BrokerEvent::Filled(filled)), &[]);
    later(&mut trace);
    trace.valued(at(4, 0), 1000.0 + 5.0 * (106.0 - 101.7) - 0.9);
    let found = split(&trace, &bought(), &bought());
    check(&found, &[[0.0, 0.0, -2.0, -1.5, -0.4, 0.0], [0.0; 6]]);
    assert_eq!(found.days[0].date, date("2024-01-03"));
    assert!((found.difference + 3.9).abs() < 1e-9);
}

#[test]
fn orders_that_do_not_trade_are_missed() {
    let mut trace = trace();
    order(&mut trace, 1, 5.0);
    later(&mut trace);
    check(
        &split(&trace, &bought(), &bought()),
        &[[0.0, -9.5, 0.0, 0.0, 0.0, 0.0], [0.0, -15.0, 0.0, 0.0, 0.0, 0.0]],
    );
    // Two of five trade: three fifths of the gain are missed, and three fifths of the cost.
    trace
        .note(&Event::Broker(BrokerEvent::Filled(fill("a", 2.0, 101.0, 0.2, at(3, -23_400)))), &[]);
    check(
        &split(&trace, &bought(), &bought()),
        &[[0.0, -5.7, 0.0, 0.0, 0.0, 0.0], [0.0, -9.0, 0.0, 0.0, 0.0, 0.0]],
    );
}

#[test]
fn a_fill_on_the_next_day_is_late_on_the_first_and_made_up_for_on_the_second() {
    let mut trace = trace();
    order(&mut trace, 1, 5.0);
    let accepted = BrokerEvent::Accepted { order_id: OrderId(1), time: at(2, 2) };
    trace.note(&Event::Broker(accepted), &[]);
    later(&mut trace);
    trace
        .note(&Event::Broker(BrokerEvent::Filled(fill("a", 5.0, 104.0, 0.5, at(4, -23_400)))), &[]);
    // Not held on the 3rd: −5·(103 − 101). On the 4th bought at 104 and not held from 103: 5·(106 − 104) − 5·3. The
    // cost of 0.5 is paid a day later.
    check(
        &split(&trace, &bought(), &bought()),
        &[[0.0, 0.0, 0.0, -10.0, 0.5, 0.0], [0.0, 0.0, 0.0, -5.0, -0.5, 0.0]],
    );
}

#[test]
fn late_arrival_is_latency() {
    let mut trace = trace();
    order(&mut trace, 1, 5.0);
    trace.note(&Event::Bar(row(3, 101.0, 103.0)), &[]);
    let accepted = BrokerEvent::Accepted { order_id: OrderId(1), time: at(3, 5) };
    trace.note(&Event::Broker(accepted), &[]);
    trace.note(&Event::LastBar(row(4, 104.0, 106.0)), &[]);
    trace
        .note(&Event::Broker(BrokerEvent::Filled(fill("a", 5.0, 104.0, 0.5, at(4, -23_400)))), &[]);
    // Arrived at 103 = 3 above the reference, so at 104 by the backtest's 101; filled there.
    check(
        &split(&trace, &bought(), &bought()),
        &[[0.0, 0.0, -10.0, 0.0, 0.5, 0.0], [0.0, 0.0, -5.0, 0.0, -0.5, 0.0]],
    );
}

#[test]
fn data_is_the_backtest_on_other_rows_and_the_rest_is_unexplained() {
    let mut trace = trace();
    order(&mut trace, 1, 5.0);
    trace
        .note(&Event::Broker(BrokerEvent::Filled(fill("a", 5.0, 101.0, 0.5, at(3, -23_400)))), &[]);
    later(&mut trace);
    // In the lake the 3rd closed at 102 and a 5th day was added.
    let mut lake = bought();
    lake.equities[1].1 = 1004.5;
    lake.equities.push((at(5, 0), 1025.5));
    trace.valued(at(3, 0), 1009.75);
    check(
        &split(&trace, &lake, &bought()),
        &[
            [5.0, 0.0, 0.0, 0.0, 0.0, 0.25],
            [-5.0, 0.0, 0.0, 0.0, 0.0, 0.0],
            [-1.0, 0.0, 0.0, 0.0, 0.0, 0.0],
        ],
    );
}

#[test]
fn corrections_later_costs_postings_and_lists_of_the_venue_count_once() {
    let mut trace = SessionTrace::new(&[spy()]);
    let old = fill("old", 3.0, 90.0, 0.0, at(1, 0));
    trace.note(&snapshot(1000.0, 3.0, vec![old.clone()]), &[]);
    trace.note(&Event::Bar(row(2, 99.0, 100.0)), &[]);
    order(&mut trace, 1, 5.0);
    let wrong = fill("a", 5.0, 11.0, 0.0, at(3, -23_400));
    trace.note(&Event::Broker(BrokerEvent::Filled(wrong.clone())), &[]);
    let right = fill("b", 5.0, 101.0, 0.0, at(3, -23_400));
    let corrected = BrokerEvent::Corrected { execution_id: "a".to_owned(), fill: right.clone() };
    trace.note(&Event::Broker(corrected), &[]);
    let known = BrokerEvent::CostKnown { execution_id: "b".to_owned(), cost: 0.5, time: at(3, 0) };
    trace.note(&Event::Broker(known), &[]);
    trace.note(&snapshot(0.0, 0.0, vec![old, wrong, right]), &[]);
    let fee = BrokerEvent::CashPosted { amount: -2.0, reason: CashReason::Borrow, time: at(3, 0) };
    trace.note(&Event::Broker(fee), &[]);
    later(&mut trace);
    assert_eq!(trace.fills().len(), 1);
    assert_eq!(trace.opening().unwrap().positions, [3.0]);
    // The 3 shares that the session began with were no decision of the backtest.
    check(
        &split(&trace, &bought(), &bought()),
        &[[0.0, 9.0, 0.0, 0.0, -2.0, 0.0], [0.0, 9.0, 0.0, 0.0, 0.0, 0.0]],
    );
}

#[test]
fn costs_that_came_with_a_cash_that_was_taken_over_are_costs_once() {
    let mut trace = trace();
    order(&mut trace, 1, 5.0);
    let free = fill("a", 5.0, 101.0, 0.0, at(3, -23_400));
    trace.note(&Event::Broker(BrokerEvent::Filled(free)), &[]);
    let Event::Snapshot { snapshot, .. } = snapshot(494.5, 5.0, Vec::new()) else { panic!() };
    let asked = Event::Snapshot {
        time: at(3, -1),
        snapshot: BrokerSnapshot { time: at(3, -1), ..snapshot },
    };
    let what = "cash".to_owned();
    let taken_over = Effect::Alert(Alert::Mismatch { what, ours: 495.0, theirs: 494.5 });
    trace.note(&asked, &[taken_over]);
    let known = BrokerEvent::CostKnown { execution_id: "a".to_owned(), cost: 0.5, time: at(3, 0) };
    trace.note(&Event::Broker(known), &[]);
    later(&mut trace);
    trace.valued(at(3, 0), 1009.5);
    trace.valued(at(4, 0), 1024.5);
    check(&split(&trace, &bought(), &bought()), &[[0.0; 6], [0.0; 6]]);
}

#[test]
fn costs_may_be_told_before_their_execution() {
    let mut trace = trace();
    order(&mut trace, 1, 5.0);
    let known = BrokerEvent::CostKnown { execution_id: "a".to_owned(), cost: 0.5, time: at(3, 0) };
    trace.note(&Event::Broker(known), &[]);
    let free = fill("a", 5.0, 101.0, 0.0, at(3, -23_400));
    trace.note(&Event::Broker(BrokerEvent::Filled(free)), &[]);
    later(&mut trace);
    check(&split(&trace, &bought(), &bought()), &[[0.0; 6], [0.0; 6]]);
}

#[test]
fn what_closes_after_a_flatten_is_no_decision() {
    let mut trace = trace();
    order(&mut trace, 1, 5.0);
    let bought_5 = fill("a", 5.0, 101.0, 0.5, at(3, -23_400));
    trace.note(&Event::Broker(BrokerEvent::Filled(bought_5)), &[]);
    trace.note(&Event::Bar(row(3, 101.0, 103.0)), &[]);
    let (command, by, time) = (Command::Flatten, "cli".to_owned(), at(3, 1));
    trace.note(&Event::Command { command, by, time }, &[]);
    trace.submitted(&OrderRequest::market(OrderId(2), spy(), -5.0, at(3, 1)));
    let sold = Fill { order_id: OrderId(2), ..fill("b", -5.0, 102.0, 0.5, at(3, 2)) };
    trace.note(&Event::Broker(BrokerEvent::Filled(sold)), &[]);
    trace.note(&Event::LastBar(row(4, 104.0, 106.0)), &[]);
    check(
        &split(&trace, &bought(), &bought()),
        &[[0.0; 6], [0.0, -15.0 - 5.0 - 0.5, 0.0, 0.0, 0.0, 0.0]],
    );
}

#[test]
fn too_little_is_an_error() {
    let calendar = Calendar::new(CalendarName::Xnys);
    let run = |trace: &SessionTrace, rerun: &Backtest| {
        attribute(trace, (&bought(), rerun), &RULES, &calendar).unwrap_err()
    };
    let few = AttributionError::TooFewRows { found: 1 };
    assert_eq!(run(&trace(), &bought()), few);
    let mut unopened = SessionTrace::new(&[spy()]);
    later(&mut unopened);
    assert_eq!(run(&unopened, &bought()), AttributionError::NoOpening);
    let mut whole = trace();
    later(&mut whole);
    let empty = AttributionError::NoBacktest { of: "the session's rows", found: 0 };
    assert_eq!(run(&whole, &Backtest::default()), empty);
}

/// Long and short by a fixed pattern.
struct Pattern(usize);

impl Strategy for Pattern {
    fn decide(&mut self, view: &View<'_>) -> Result<Choice, PolicyError> {
        self.0 += 1;
        if self.0.is_multiple_of(4) {
            return Ok(Choice::hold());
        }
        let exposure = [0.6, -0.4, 0.0, 0.9, -0.7][self.0 % 5] / (view.num_assets() - 1) as f64;
        let mut weights = vec![exposure; view.num_assets()];
        weights[0] = 1.0 - exposure * (view.num_assets() - 1) as f64;
        Ok(Choice::weights(Weights::try_new(weights).unwrap()))
    }
}

struct World {
    env: Env,
    panel: Panel,
    tape: Tape,
    params: EnvParams,
}

impl World {
    fn new(fill: FillRule) -> Self {
        let costs = Costs { commission_bps: 3.0, borrow_rate_annual: 0.05, ..Costs::default() };
        let env = Env { fill, costs, ..Env::default() };
        let spec =
            PanelSpec { rows: 120, missing_frac: 0.1, volatility: 0.03, ..PanelSpec::default() };
        let tape = tape(&spec, 1, &env);
        let mut params = EnvParams::new(&env, tape.bars_per_year());
        params.cash_return_per_bar = tape.cash_return();
        params.rules.stop_loss_frac = Some(0.02);
        params.rules.take_profit_frac = Some(0.05);
        Self { env, panel: panel(&spec), tape, params }
    }

    fn run(&self, rows: Range<usize>) -> Trajectory {
        let table = ActionTable::try_new(&self.env.market, self.tape.symbols()).unwrap();
        simulate(&mut Pattern(0), &self.tape, rows, &self.params, &table).unwrap()
    }

    /// The events of a session whose venue does what the account of the backtest does.
    fn session(&self, trajectory: &Trajectory) -> SessionTrace {
        let symbols = self.tape.symbols();
        let mut trace = SessionTrace::new(symbols);
        let account = BrokerAccount { cash: trajectory.initial_equity, positions: Vec::new() };
        let time = self.panel.rows[0].time;
        let snapshot = BrokerSnapshot {
            time,
            account,
            open_orders: Vec::new(),
            executions: Vec::new(),
            ended_orders: Vec::new(),
        };
        trace.note(&Event::Snapshot { time, snapshot }, &[]);
        let first = trajectory.steps[0].row;
        for row in &self.panel.rows[..first] {
            trace.note(&Event::History(row.clone()), &[]);
        }
        trace.note(&Event::Bar(self.panel.rows[first].clone()), &[]);
        let mut cash = trajectory.initial_equity;
        let mut held = vec![0.0; symbols.len()];
        let mut number = 0;
        for step in &trajectory.steps {
            trace.valued(step.time, step.account.equity_before);
            let next = &self.panel.rows[step.row + 1];
            for execution in &step.account.executions {
                number += 1;
                let is_order = execution.kind == ExecutionKind::Order;
                let index = execution.symbol_index;
                let bar = next.bars[index].unwrap();
                let fill = Fill {
                    execution_id: format!("x-{number}"),
                    order_id: OrderId(number),
                    symbol: symbols[index].clone(),
                    side: Side::of(execution.quantity),
                    quantity: execution.quantity.abs(),
                    price: execution.price,
                    cost: execution.cost,
                    time: if is_order { self.fill_time(step.time, &bar) } else { next.time },
                };
                let (symbol, quantity) = (fill.symbol.clone(), execution.quantity);
                let news = if is_order {
                    let id = OrderId(number);
                    trace.decided(step.time);
                    trace.submitted(&OrderRequest::market(id, symbol, quantity, step.time));
                    let accepted = BrokerEvent::Accepted { order_id: id, time: step.time };
                    trace.note(&Event::Broker(accepted), &[]);
                    BrokerEvent::Filled(fill)
                } else {
                    BrokerEvent::Protected { fill, cause: Protection::StopLoss }
                };
                trace.note(&Event::Broker(news), &[]);
                cash -= execution.quantity * execution.price + execution.cost;
                held[index] += execution.quantity;
            }
            // What is left of the change of equity is interest and fees.
            let close = |s: usize| self.tape.quotes(step.row + 1)[s].close;
            let value: f64 = (0..held.len()).map(|s| held[s] * close(s)).sum();
            let amount = step.account.equity_after - value - cash;
            cash += amount;
            let (reason, time) = (CashReason::Interest, next.time);
            let posted = BrokerEvent::CashPosted { amount, reason, time };
            trace.note(&Event::Broker(posted), &[]);
            trace.note(&Event::Bar(next.clone()), &[]);
            trace.valued(next.time, step.account.equity_after);
        }
        trace
    }

    fn fill_time(&self, decided: Timestamp, bar: &Bar) -> Timestamp {
        match self.params.fill {
            FillRule::NextOpen | FillRule::Quotes(_) => bar.open_time,
            FillRule::NextClose => bar.available_at,
            FillRule::SameClose => decided,
        }
    }
}

#[test]
fn a_session_that_is_its_backtest_leaves_nothing_to_explain() {
    for rule in [FillRule::NextOpen, FillRule::NextClose, FillRule::SameClose] {
        let world = World::new(rule);
        let trajectory = world.run(20..120);
        let exits = |step: &crate::evaluate::TrajectoryStep| {
            step.account.executions.iter().any(|e| e.kind != ExecutionKind::Order)
        };
        assert!(trajectory.steps.iter().any(exits), "{rule:?}");
        let trace = world.session(&trajectory);
        assert_eq!(trace.panel_over(&world.panel), world.panel);
        let backtest = Backtest::of(&trajectory, &world.tape);
        let rules = Rules::from(&world.params);
        let calendar = Calendar::new(CalendarName::AlwaysOpen);
        let found = attribute(&trace, (&backtest, &backtest), &rules, &calendar).unwrap();
        assert_eq!(found.days.len(), 99);
        let change = trajectory.final_equity() - trajectory.initial_equity;
        assert!((found.paper - change).abs() < 1e-6, "{rule:?}");
        for day in &found.days {
            for (name, value) in day.terms.named() {
                assert!(value.abs() < 1e-6, "{rule:?} {} {name} {value}", day.date);
            }
        }
    }
}

#[test]
fn the_table_and_the_document_show_every_part() {
    let mut trace = trace();
    order(&mut trace, 1, 5.0);
    later(&mut trace);
    let found = split(&trace, &bought(), &bought());
    let document = AttributionDocument::new("demo", found);
    let text = document.text();
    assert_eq!(text.lines().count(), 4, "{text}");
    assert!(text.starts_with("day         paper  backtest  difference  data  missed"), "{text}");
    assert!(text.contains("2024-01-03   0.00      9.50       -9.50  0.00   -9.50"), "{text}");
    assert!(text.contains("total        0.00     24.50      -24.50  0.00  -24.50"), "{text}");
    let json = serde_json::to_value(&document).unwrap();
    assert_eq!(json["session"], "demo");
    assert_eq!(json["days"][0]["date"], "2024-01-03");
    assert!((json["total"]["missed"].as_f64().unwrap() + 24.5).abs() < 1e-9);
}

#[test]
fn a_picture_of_no_days_and_of_many() {
    let empty = Attribution {
        days: Vec::new(),
        total: Terms::default(),
        paper: 0.0,
        backtest: 0.0,
        difference: 0.0,
    };
    assert!(attribution_picture(&empty).to_svg().contains("Paper minus backtest"));
    let world = World::new(FillRule::NextOpen);
    let trajectory = world.run(20..120);
    let trace = world.session(&trajectory);
    let backtest = Backtest::of(&trajectory, &world.tape);
    let dear = Rules { costs: CostModel::FREE, ..Rules::from(&world.params) };
    let calendar = Calendar::new(CalendarName::AlwaysOpen);
    let found = attribute(&trace, (&backtest, &backtest), &dear, &calendar).unwrap();
    let picture = attribution_picture(&found);
    assert!(picture.to_svg().contains("cost"));
    if let Some(path) = crate::base::variable("ATTRIBUTION_PICTURE") {
        std::fs::write(path, picture.to_png().unwrap()).unwrap();
    }
}
