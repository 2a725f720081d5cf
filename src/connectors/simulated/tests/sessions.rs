//! Whole sessions by chance: the same seed gives the same events, and nothing is lost or made.

use super::{approved, check_conservation, midnight};
use crate::base::{Rng, SeedStream};
use crate::config::{Env, FillRule, PositionRules};
use crate::connectors::simulated::faults::{FaultPlan, FaultScript, FaultyVenue};
use crate::connectors::simulated::{SimulatedVenue, Tampering, Truth};
use crate::domain::{
    BookTop, CalendarName, MarketRow, OrderId, OrderKind, OrderRequest, Panel, Symbol, TimeInForce,
};
use crate::gym::fixtures::{PanelSpec, panel};
use crate::ports::{Broker, BrokerError};

/// A call that a session makes.
#[derive(Debug, Clone)]
pub(super) enum Step {
    Advance(MarketRow),
    Quote(Symbol, BookTop),
    Submit(OrderRequest),
    Cancel(OrderId),
    CancelAll,
    Tamper(Tampering),
}

/// A session of some rows in which every kind of thing happens.
pub(super) fn steps(seed: u64, rows: usize) -> (Panel, Vec<Step>) {
    let spec =
        PanelSpec { seed, rows, missing_frac: 0.1, volatility: 0.02, ..PanelSpec::default() };
    let panel = panel(&spec);
    let mut rng = SeedStream::new(seed).child("session").rng();
    let (mut steps, mut number) = (Vec::new(), 0);
    for pair in panel.rows.windows(2) {
        for _ in 0..rng.below(4) {
            number += 1;
            steps.push(Step::Submit(request(number, &pair[0], &panel.symbols, &mut rng)));
        }
        match rng.below(8) {
            0 => steps.push(Step::Cancel(OrderId(1 + rng.below(number as usize + 1) as u64))),
            1 => steps.push(Step::Quote(panel.symbols[0].clone(), top(&pair[0], &mut rng))),
            2 if number % 5 == 0 => steps.push(Step::CancelAll),
            3 => {
                let (order_id, frac) = (OrderId(number + 1), 0.5);
                steps.push(Step::Tamper(Tampering::LateFill { order_id, frac }));
            }
            _ => {}
        }
        steps.push(Step::Advance(pair[1].clone()));
    }
    (panel, steps)
}

fn request(number: u64, row: &MarketRow, symbols: &[Symbol], rng: &mut Rng) -> OrderRequest {
    let index = rng.below(symbols.len());
    let price = row.bars[index].map_or(100.0, |bar| bar.close);
    let signed = (1.0 + rng.below(20) as f64) * if rng.below(2) == 0 { 1.0 } else { -1.0 };
    let near = |rng: &mut Rng| price * (1.0 + 0.03 * (rng.uniform() - 0.5));
    let kind = match rng.below(7) {
        0 => OrderKind::Limit { limit_price: near(rng) },
        1 => OrderKind::Stop { stop_price: near(rng) },
        2 => OrderKind::StopLimit { stop_price: near(rng), limit_price: near(rng) },
        3 => OrderKind::MarketOnOpen,
        4 => OrderKind::MarketOnClose,
        _ => OrderKind::Market,
    };
    use TimeInForce::{Bar, Day, Fok, Gtc, Ioc};
    let time_in_force = [Bar, Bar, Day, Gtc, Ioc, Fok][rng.below(6)];
    let protects = (rng.below(6) == 0 && number > 1).then_some(OrderId(number - 1));
    let market = OrderRequest::market(OrderId(number), symbols[index].clone(), signed, row.time);
    OrderRequest { kind, time_in_force, protects, ..market }
}

fn top(row: &MarketRow, rng: &mut Rng) -> BookTop {
    let price = row.bars[0].map_or(100.0, |bar| bar.close);
    let time = row.time.saturating_add_nanos(1 + rng.below(1_000_000_000) as i64);
    let quantity = rng.below(30) as f64;
    let (bid, ask) = (price * 0.999, price * 1.001);
    BookTop { time, bid, ask, bid_quantity: quantity, ask_quantity: quantity }
}

/// A venue of this session; its first row has passed.
pub(super) fn begin(panel: &Panel, script: &FaultScript) -> SimulatedVenue {
    let rules = PositionRules { stop_loss_frac: Some(0.03), ..PositionRules::default() };
    let env = Env { fill: FillRule::NextOpen, rules, cash_rate_annual: 0.02, ..Env::default() };
    let venue = SimulatedVenue::new(&env, 252.0, &panel.symbols);
    venue.with_rules(script.venue, CalendarName::AlwaysOpen)
}

pub(super) fn take(venue: &mut SimulatedVenue, step: &Step) -> Result<(), BrokerError> {
    match step {
        Step::Advance(row) => venue.advance(row),
        Step::Quote(symbol, top) => venue.quote(symbol, *top),
        Step::Submit(request) => venue.submit(approved(request.clone())),
        Step::Cancel(order_id) => venue.cancel(*order_id),
        Step::CancelAll => venue.emergency().cancel_all().map(|_| ()),
        Step::Tamper(tampering) => venue.tamper(tampering.clone()),
    }
}

/// Everything that a session sees through a script of faults, as text, and what really happened.
fn play(seed: u64) -> (Vec<String>, Truth) {
    let script = FaultScript::random(seed);
    let (panel, steps) = steps(seed, 40);
    let mut venue = begin(&panel, &script);
    venue.watch(&panel.rows[0]).unwrap();
    let mut faulty = FaultyVenue::new(venue, FaultPlan::new(&script, None));
    let mut seen = Vec::new();
    for step in &steps {
        let answer = match step {
            Step::Submit(request) => faulty.submit(approved(request.clone())),
            Step::Cancel(order_id) => faulty.cancel(*order_id),
            other => take(faulty.venue_mut(), other),
        };
        seen.push(format!("{answer:?}"));
        seen.extend(faulty.poll().unwrap().iter().map(|event| format!("{event:?}")));
    }
    seen.push(format!("{:?}", faulty.snapshot(midnight(-20_000))));
    check_conservation(faulty.venue());
    (seen, faulty.venue().truth())
}

#[test]
fn the_same_seed_gives_the_same_events() {
    let (mut num_fills, mut num_orders) = (0, 0);
    for seed in 0..200 {
        let (seen, truth) = play(seed);
        assert_eq!((&seen, &truth), (&play(seed).0, &truth), "seed {seed}");
        num_fills += truth.fills.len();
        num_orders += truth.orders.len();
        for order in &truth.orders {
            assert!(order.filled >= 0.0, "seed {seed} {order:?}");
        }
    }
    assert!(num_fills > 5000 && num_orders > 8000, "{num_fills} {num_orders}");
}

#[test]
fn without_faults_no_order_is_filled_beyond_its_quantity() {
    for seed in 0..100 {
        let (panel, steps) = steps(seed, 60);
        let script = FaultScript::default();
        let mut venue = begin(&panel, &script);
        venue.watch(&panel.rows[0]).unwrap();
        steps.iter().for_each(|step| take(&mut venue, step).unwrap());
        check_conservation(&venue);
        for order in venue.truth().orders {
            assert!(order.filled <= order.request.quantity, "seed {seed} {order:?}");
        }
    }
}
