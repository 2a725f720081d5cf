//! Whatever the venue does: children never ask for more than their parent.

use proptest::prelude::*;

use super::bench::{Bench, Placed, symbol, top};
use crate::config::{
    Bracket, Execution, Instrument, PassiveExecution, PovExecution, TwapExecution, VwapExecution,
};
use crate::domain::{OrderId, OrderKind, Side, TimeInForce};
use crate::trader::execution::Wish;
use crate::trader::execution::instrument::fit_quantity;

/// Something that happens; numbers pick an order or an amount.
#[derive(Debug, Clone)]
enum Happening {
    Begin {
        is_a: bool,
        quantity: f64,
    },
    Timer {
        seconds: i64,
        volume: f64,
    },
    Fill {
        order: usize,
        frac: f64,
    },
    End {
        order: usize,
    },
    /// A fill of an order that is over.
    LateFill {
        order: usize,
        frac: f64,
    },
    Deny {
        count: usize,
    },
    SlowGate {
        is_slow: bool,
    },
    Answer,
    Clear,
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        2 => (any::<bool>(), -500.0_f64..500.0)
            .prop_map(|(is_a, quantity)| Happening::Begin { is_a, quantity }),
        6 => (0_i64..40, 0.0_f64..2000.0)
            .prop_map(|(seconds, volume)| Happening::Timer { seconds, volume }),
        6 => (0_usize..64, 0.05_f64..1.4)
            .prop_map(|(order, frac)| Happening::Fill { order, frac }),
        4 => (0_usize..64).prop_map(|order| Happening::End { order }),
        1 => (0_usize..64, 0.05_f64..1.0)
            .prop_map(|(order, frac)| Happening::LateFill { order, frac }),
        1 => (0_usize..3).prop_map(|count| Happening::Deny { count }),
        1 => any::<bool>().prop_map(|is_slow| Happening::SlowGate { is_slow }),
        1 => Just(Happening::Answer),
        1 => Just(Happening::Clear),
    ]
}

fn rule() -> impl Strategy<Value = Execution> {
    let time = (1.0_f64..100.0, 1_usize..8);
    prop_oneof![
        Just(Execution::Market),
        time.clone().prop_map(|(duration_s, parts)| {
            Execution::Twap(TwapExecution { duration_s, parts })
        }),
        time.prop_map(|(duration_s, parts)| {
            Execution::Vwap(VwapExecution { duration_s, parts, window: 3 })
        }),
        (0.01_f64..1.0, 1.0_f64..100.0).prop_map(|(participation_frac, duration_s)| {
            Execution::Pov(PovExecution { participation_frac, duration_s })
        }),
        (1.0_f64..50.0, -30.0_f64..30.0).prop_map(|(wait_s, offset_bps)| {
            Execution::Passive(PassiveExecution { wait_s, offset_bps })
        }),
    ]
}

fn instrument() -> impl Strategy<Value = Instrument> {
    let lots = prop_oneof![Just(0.0), Just(1.0), Just(0.1), Just(25.0)];
    (lots, prop_oneof![Just(0.0), Just(0.01)], prop_oneof![Just(0.0), Just(1500.0)])
        .prop_map(|(lot, tick, notional_min)| Instrument { lot, tick, notional_min, venue: None })
}

fn bracket() -> impl Strategy<Value = Option<Bracket>> {
    let both = Bracket { stop_loss_frac: Some(0.05), take_profit_frac: Some(0.1) };
    prop_oneof![Just(None), Just(Some(both))]
}

/// What an intent may ask for.
#[derive(Debug, Clone)]
struct Wanted {
    number: u64,
    name: &'static str,
    side: Side,
    quantity: f64,
    /// What traded in its direction since it began.
    filled: f64,
}

struct Play {
    bench: Bench,
    instrument: Instrument,
    wanted: Vec<Wanted>,
    seen: usize,
}

impl Play {
    fn new(rule: &Execution, bracket: Option<Bracket>, instrument: Instrument) -> Self {
        let mut bench = Bench::with(rule, bracket, instrument.clone());
        bench.view("A").top = Some(top(99.97, 100.03));
        Self { bench, instrument, wanted: Vec::new(), seen: 0 }
    }

    fn step(&mut self, happening: &Happening) {
        match happening {
            Happening::Begin { is_a, quantity } => self.begin(*is_a, *quantity),
            Happening::Timer { seconds, volume } => {
                self.bench.view("A").volume += volume;
                self.bench.view("B").volume += volume;
                let now_s = self.bench.now_s + seconds;
                self.bench.timer(now_s);
            }
            Happening::Fill { order, frac } => self.fill(*order, *frac, false),
            Happening::LateFill { order, frac } => self.fill(*order, *frac, true),
            Happening::End { order } => {
                if let Some(id) = self.pick(*order, false) {
                    self.bench.end(id);
                }
            }
            Happening::Deny { count } => self.bench.denials = *count,
            Happening::SlowGate { is_slow } => self.bench.is_gate_slow = *is_slow,
            Happening::Answer => {
                self.bench.answer();
                // What a late fill made too much while it waited is seen now.
                self.bench.timer(self.bench.now_s);
            }
            Happening::Clear => self.bench.clear(),
        }
        self.check();
    }

    fn begin(&mut self, is_a: bool, quantity: f64) {
        let name = if is_a { "A" } else { "B" };
        let rules = if is_a { self.instrument.clone() } else { Instrument::default() };
        let wanted = Wanted {
            number: self.wanted.len() as u64 + 1,
            name,
            side: Side::of(quantity),
            quantity: fit_quantity(&rules, quantity.abs()),
            filled: 0.0,
        };
        assert!(wanted.quantity <= quantity.abs());
        self.wanted.push(wanted);
        self.bench.begin(name, quantity);
    }

    fn pick(&self, order: usize, is_over: bool) -> Option<u64> {
        let orders = self.bench.orders.iter();
        let ids: Vec<u64> =
            orders.filter(|(_, o)| o.is_over == is_over).map(|(id, _)| id.0).collect();
        (!ids.is_empty()).then(|| ids[order % ids.len()])
    }

    fn fill(&mut self, order: usize, frac: f64, is_late: bool) {
        let Some(id) = self.pick(order, is_late) else { return };
        let placed = &self.bench.orders[&OrderId(id)];
        let rest = placed.request.quantity - placed.filled;
        // Fractions above 1 fill the rest: most orders should be filled.
        let quantity = if frac >= 1.0 { rest } else { rest * frac };
        if quantity <= 0.0 {
            return;
        }
        let (name, side) = (placed.request.symbol.as_str().to_owned(), placed.request.side);
        for wanted in &mut self.wanted {
            if wanted.name == name && wanted.side == side {
                wanted.filled += quantity;
            }
        }
        self.bench.fill(id, quantity, 100.0);
    }

    /// Looks at the wishes since the last time.
    fn check(&mut self) {
        let fresh = self.bench.wishes[self.seen..].to_vec();
        self.seen = self.bench.wishes.len();
        for wish in fresh {
            let Wish::Submit { intent, symbol, signed_quantity, kind, protects, .. } = wish else {
                continue;
            };
            let rules =
                if symbol.as_str() == "A" { &self.instrument } else { &Instrument::default() };
            let quantity = signed_quantity.abs();
            let lots = quantity / rules.lot;
            assert!(rules.lot == 0.0 || (lots - lots.round()).abs() < 1e-6, "{quantity}");
            if let (OrderKind::Limit { limit_price }, true) = (kind, rules.tick > 0.0) {
                let ticks = limit_price / rules.tick;
                assert!((ticks - ticks.round()).abs() < 1e-6, "{limit_price}");
            }
            if protects.is_none() {
                self.check_child(intent, signed_quantity);
            }
        }
        for wanted in &self.wanted {
            self.check_sum(wanted);
        }
    }

    fn check_child(&self, intent: u64, signed_quantity: f64) {
        let wanted = &self.wanted[intent as usize - 1];
        assert_eq!(Side::of(signed_quantity), wanted.side);
        let newest = self.wanted.iter().rfind(|other| other.name == wanted.name).unwrap();
        assert_eq!(newest.number, intent, "an older intent asks for more");
        let name = symbol(wanted.name);
        let other = self.bench.orders.values().find(|order| {
            let is_old = order.request.protects.is_none() && order.intent != intent;
            let closes = order.request.protects.is_some() && order.request.side == wanted.side;
            order.request.symbol == name && order.rest() > 0.0 && (is_old || closes)
        });
        assert_eq!(other, None, "it must be over first");
    }

    /// The invariant: at the venue and filled is never more than wanted, unless a late fill made it so, and then
    /// what is open is being canceled.
    fn check_sum(&self, wanted: &Wanted) {
        let own = |o: &&Placed| o.intent == wanted.number && o.request.protects.is_none();
        let open: f64 = self.bench.orders.values().filter(own).map(Placed::rest).sum();
        let is_newest =
            self.wanted.iter().rfind(|o| o.name == wanted.name).unwrap().number == wanted.number;
        let tolerance = 1e-9 * wanted.quantity;
        if is_newest && open > 0.0 && wanted.filled + open > wanted.quantity + tolerance {
            let stuck = self
                .bench
                .orders
                .values()
                .filter(own)
                .find(|order| order.rest() > 0.0 && !order.is_cancel_asked);
            assert_eq!(stuck, None, "{wanted:?}");
        }
    }
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases) }
}

proptest! {
    #![proptest_config(config(512))]

    #[test]
    fn children_never_exceed_their_parent(
        rule in rule(),
        bracket in bracket(),
        instrument in instrument(),
        happenings in prop::collection::vec(happening(), 1..80),
    ) {
        let mut play = Play::new(&rule, bracket, instrument.clone());
        let mut again = Play::new(&rule, bracket, instrument);
        for happening in &happenings {
            play.step(happening);
            again.step(happening);
        }
        prop_assert_eq!(play.bench.wishes, again.bench.wishes);
    }

    #[test]
    fn a_good_venue_fills_the_parent(
        rule in rule(),
        instrument in instrument(),
        quantity in -500.0_f64..500.0,
    ) {
        let mut play = Play::new(&rule, None, instrument);
        play.begin(true, quantity);
        for _ in 0..60 {
            play.step(&Happening::Timer { seconds: 5, volume: 50.0 });
            while play.pick(0, false).is_some() {
                play.step(&Happening::Fill { order: 0, frac: 1.0 });
            }
        }
        let wanted = &play.wanted[0];
        let is_small = play.instrument.notional_min > wanted.quantity * 100.0;
        let expected = if is_small { 0.0 } else { wanted.quantity };
        prop_assert!((wanted.filled - expected).abs() <= 1e-6 * wanted.quantity, "{wanted:?}");
        prop_assert_eq!(play.bench.pending("A"), 0.0);
    }

    #[test]
    fn the_default_passes_orders_through(
        quantity in prop::num::f64::NORMAL | prop::num::f64::SUBNORMAL,
    ) {
        let mut bench = Bench::new(&Execution::default());
        bench.begin("A", quantity);
        let Wish::Submit { signed_quantity, kind, time_in_force, protects, .. } = &bench.wishes[0]
        else {
            return Err(TestCaseError::fail("no order"));
        };
        prop_assert_eq!(signed_quantity.to_bits(), quantity.to_bits());
        prop_assert_eq!((*kind, *time_in_force), (OrderKind::Market, TimeInForce::Bar));
        prop_assert_eq!((bench.wishes.len(), *protects), (1, None));
    }
}
