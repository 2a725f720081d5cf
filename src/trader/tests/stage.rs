//! A session on made-up rows: a scripted agent, the simulated venue and a ledger in memory.

use std::cell::RefCell;
use std::rc::Rc;

use crate::base::{Rng, SeedStream, Timestamp, digest_bytes};
use crate::config::{Env, RiskLimits, Trade};
use crate::connectors::simulated::SimulatedVenue;
use crate::domain::{Calendar, CalendarName, MarketRow, Panel};
use crate::gym::{ActionTable, EnvParams, PositionState};
use crate::ports::BrokerEvent;
use crate::risk::{Market, RiskState};
use crate::signals::{DecisionPoint, Joint, Opinion, Signal, SignalError, SignalSource, Target};
use crate::trader::{
    AtOnce, Effect, Engine, EngineSetup, Event, MarketVenue, MemoryJournal, Pace, PaperDocument,
    Progress, Recording, Shell, Tally, TraderError, Watcher, play,
};

pub(super) const BARS_PER_YEAR: f64 = 252.0;
pub(super) const WARM_UP: usize = 20;

/// The action taken, and what it was chosen on.
pub(super) type Seen = (usize, PositionState, Vec<bool>);

/// Chooses legal actions at random and remembers what it was shown.
pub(super) struct Scripted {
    pub(super) rng: Rng,
    pub(super) actions: ActionTable,
    pub(super) seen: Rc<RefCell<Vec<Seen>>>,
    rows: usize,
}

impl Scripted {
    pub(super) fn new(actions: ActionTable, seen: Rc<RefCell<Vec<Seen>>>) -> Self {
        let rng = SeedStream::new(9).child("action").rng();
        Self { rng, actions, seen, rows: 0 }
    }
}

impl SignalSource for Scripted {
    fn observe(&mut self, _: &MarketRow) {
        self.rows += 1;
    }

    fn signal(&mut self, point: &DecisionPoint<'_>) -> Result<Opinion, SignalError> {
        if self.rows <= WARM_UP {
            return Ok(Opinion::WarmingUp);
        }
        let flags = point.legal_actions(&self.actions);
        let legal: Vec<usize> = (0..flags.len()).filter(|&a| flags[a]).collect();
        let action = legal[self.rng.below(legal.len())];
        self.seen.borrow_mut().push((action, point.position.clone(), flags.clone()));
        let signal = Signal {
            time: point.time,
            action,
            target: Target::of(&self.actions, action).unwrap(),
            confidence: 1.0,
            value: 0.0,
            observation: digest_bytes(b""),
            views: None,
        };
        Ok(Opinion::Signal(Box::new(Joint::lone(signal, flags))))
    }
}

/// Everything that a session did.
#[derive(Debug, Default)]
pub(super) struct Record {
    pub(super) rows: Vec<(Event, Vec<Effect>)>,
    pub(super) tally: Tally,
}

impl Watcher for Record {
    fn saw(&mut self, _: &Engine, event: &Event, effects: &[Effect]) {
        self.tally.count(event, effects);
        self.rows.push((event.clone(), effects.to_vec()));
    }
}

impl Record {
    /// How many news of the venue are as asked for.
    pub(super) fn count(&self, is_meant: impl Fn(&BrokerEvent) -> bool) -> usize {
        let news = |(event, _): &&(Event, Vec<Effect>)| match event {
            Event::Broker(event) => is_meant(event),
            _ => false,
        };
        self.rows.iter().filter(news).count()
    }
}

/// An engine of a scripted agent.
pub(super) fn engine(
    panel: &Panel,
    env: &Env,
    (trade, limits): (&Trade, &RiskLimits),
    seen: &Rc<RefCell<Vec<Seen>>>,
) -> Engine {
    let actions = ActionTable::try_new(&env.market, &panel.symbols).unwrap();
    let signals = Box::new(Scripted::new(actions, Rc::clone(seen)));
    engine_of(panel, env, (trade, limits), signals)
}

/// An engine of any agent.
pub(super) fn engine_of(
    panel: &Panel,
    env: &Env,
    (trade, limits): (&Trade, &RiskLimits),
    signals: Box<dyn SignalSource>,
) -> Engine {
    let market = Market {
        symbols: panel.symbols.clone(),
        timeframe: panel.timeframe,
        calendar: Calendar::new(CalendarName::AlwaysOpen),
    };
    Engine::try_new(EngineSetup {
        market: &market,
        params: EnvParams::new(env, BARS_PER_YEAR),
        bars_per_year: BARS_PER_YEAR,
        trade,
        limits,
        signals,
    })
    .unwrap()
}

pub(super) struct Played {
    pub(super) record: Record,
    pub(super) seen: Vec<Seen>,
    pub(super) document: PaperDocument,
}

/// Plays a session from its beginning.
pub(super) fn play_on(
    panel: &Panel,
    env: &Env,
    traded: std::ops::Range<usize>,
    settings: (&Trade, &RiskLimits),
) -> Result<Played, TraderError> {
    let mut venue = SimulatedVenue::new(env, BARS_PER_YEAR, &panel.symbols);
    play_at(panel, env, traded, settings, (&mut venue, &mut AtOnce))
}

/// The same at a given venue and pace.
pub(super) fn play_at(
    panel: &Panel,
    env: &Env,
    traded: std::ops::Range<usize>,
    settings: (&Trade, &RiskLimits),
    (venue, pace): (&mut dyn MarketVenue, &mut dyn Pace),
) -> Result<Played, TraderError> {
    let seen = Rc::new(RefCell::new(Vec::new()));
    let mut engine = engine(panel, env, settings, &seen);
    let equity_start = engine.equity();
    let mut journal = MemoryJournal::new("test");
    let mut record = Record::default();
    let mut shell =
        Shell { engine: &mut engine, venue, journal: &mut journal, pace, watcher: &mut record };
    let recording = Recording { panel, traded };
    let started = panel.rows.first().map_or(Timestamp::from_nanos(0), |row| row.time);
    let progress = play(&mut shell, &recording, 0, (started, RiskState::default()))?;
    assert_eq!(progress, Progress::Complete);
    let ends = (equity_start, engine.equity());
    let head = crate::trader::Journal::head(&journal);
    let document = PaperDocument::new("test", &record.tally, ends, head);
    Ok(Played { record, seen: seen.take(), document })
}
