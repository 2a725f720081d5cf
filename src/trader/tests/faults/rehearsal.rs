//! One seed: a session on a random market, its faults, its crashes and its restarts.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::rc::Rc;

use serde_json::Value;

use super::pace::{Asked, Crashed, Disturbed};
use super::rows::{Rows, Writer};
use crate::base::{Rng, SeedStream, Timestamp, digest_bytes};
use crate::config::{
    ActionRow, Actions, Bracket, Costs, Env, Execution, Market as MarketSettings, PassiveExecution,
    PortfolioMarket, PositionRules, RiskLimits, SingleMarket, Trade, TwapExecution,
};
use crate::connectors::simulated::faults::{FaultPlan, FaultScript, FaultyVenue};
use crate::connectors::simulated::{SimulatedVenue, Truth};
use crate::domain::{Calendar, CalendarName, MarketRow, Panel, Timeframe};
use crate::gym::fixtures::{PanelSpec, panel};
use crate::gym::{ActionTable, EnvParams};
use crate::risk::{Market, RiskState};
use crate::signals::{DecisionPoint, Joint, Opinion, Signal, SignalError, SignalSource, Target};
use crate::trader::ledger::{LedgerHead, StoredStep};
use crate::trader::{
    Command, Effect, Engine, EngineSetup, Event, Journal, Progress, Recording, Shell, TraderError,
    Watcher, play,
};

const BARS_PER_YEAR: f64 = 365.0;
const ROWS: usize = 45;
const WARM_UP: usize = 5;
/// More crashes than a script has, and the process after the last.
const PROCESSES_MAX: usize = 12;
/// Looks at the venue after the end, so that everything late has come, and the time between them.
const LAST_LOOKS: usize = 16;
const LOOK_NANOS: i64 = 61_000_000_000;

/// A session of one seed.
pub(super) struct Rehearsal {
    pub(super) script: FaultScript,
    env: Env,
    trade: Trade,
    limits: RiskLimits,
    panel: Panel,
    market: Market,
    commands: Vec<Asked>,
    given: Rc<Cell<usize>>,
    rows: Rows,
    folder: tempfile::TempDir,
}

/// What is left at the end.
pub(super) struct Finished {
    pub(super) engine: Engine,
    pub(super) truth: Truth,
    pub(super) rows: Vec<StoredStep>,
    pub(super) head: LedgerHead,
    pub(super) crashes: usize,
}

impl Rehearsal {
    pub(super) fn new(seed: u64) -> Self {
        let mut rng = SeedStream::new(seed).child("rehearsal").rng();
        let env = env(&mut rng);
        let num_symbols = if matches!(env.market, MarketSettings::Single(_)) { 1 } else { 3 };
        let spec =
            PanelSpec { seed, rows: ROWS, num_symbols, missing_frac: 0.05, volatility: 0.02 };
        let panel = panel(&spec);
        let market = Market {
            symbols: panel.symbols.clone(),
            timeframe: Timeframe::Day,
            calendar: Calendar::new(CalendarName::AlwaysOpen),
        };
        Self {
            script: FaultScript::random(seed),
            trade: trade(&mut rng),
            limits: limits(&mut rng),
            commands: commands(&mut rng, &panel),
            env,
            panel,
            market,
            given: Rc::default(),
            rows: Rows::default(),
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// Processes until one comes to the end.
    pub(super) fn run(&self) -> Result<Finished, String> {
        for crashes in 0..PROCESSES_MAX {
            match catch_unwind(AssertUnwindSafe(|| self.process())) {
                Ok(Ok((engine, truth, head))) => {
                    let rows = self.stored()?;
                    return Ok(Finished { engine, truth, rows, head, crashes });
                }
                Ok(Err(error)) => return Err(error),
                Err(payload) if payload.is::<Crashed>() => self.rows.crash(),
                Err(payload) => resume_unwind(payload),
            }
        }
        Err(format!("no end after {PROCESSES_MAX} processes"))
    }

    fn process(&self) -> Result<(Engine, Truth, LedgerHead), String> {
        let (mut engine, rows_seen) = self.rebuild()?;
        let memory = self.folder.path().join("faults.jsonl");
        let plan = FaultPlan::open(&self.script, None, &memory).map_err(text)?;
        let mut venue = FaultyVenue::new(self.venue()?, plan.clone());
        let mut journal = Writer::new(&self.rows);
        let mut pace = Disturbed::new(plan, &self.commands, &self.given);
        let recording = Recording { panel: &self.panel, traded: WARM_UP..ROWS };
        let started = engine.now().max(self.panel.rows[0].time.saturating_add_nanos(-1));
        let mut shell = Shell {
            engine: &mut engine,
            venue: &mut venue,
            journal: &mut journal,
            pace: &mut pace,
            watcher: &mut Nobody,
        };
        let risk = RiskState::default();
        let end = play(&mut shell, &recording, rows_seen, (started, risk)).map_err(text)?;
        if end != Progress::Complete {
            return Err(format!("the session ended as {end:?}"));
        }
        settle(&mut shell).map_err(text)?;
        let head = journal.head();
        Ok((engine, venue.venue().truth(), head))
    }

    /// The engine of the stored rows, and how many rows of the market it has seen.
    fn rebuild(&self) -> Result<(Engine, usize), String> {
        let mut engine = self.engine().map_err(text)?;
        let mut rows_seen = 0;
        for (index, step) in self.stored()?.into_iter().enumerate() {
            let is_row =
                matches!(step.event, Event::History(_) | Event::Bar(_) | Event::LastBar(_));
            rows_seen += usize::from(is_row);
            let effects = engine.process(step.event).map_err(text)?;
            if serde_json::to_value(&effects).map_err(text)? != Value::Array(step.effects) {
                return Err(format!("row {} came out differently in a replay", index + 1));
            }
        }
        Ok((engine, rows_seen))
    }

    fn engine(&self) -> Result<Engine, TraderError> {
        let actions = ActionTable::try_new(&self.env.market, &self.panel.symbols).unwrap();
        Engine::try_new(EngineSetup {
            market: &self.market,
            params: EnvParams::new(&self.env, BARS_PER_YEAR),
            bars_per_year: BARS_PER_YEAR,
            trade: &self.trade,
            limits: &self.limits,
            signals: Box::new(Chance { actions, seed: self.script.seed, rows: 0 }),
        })
    }

    fn venue(&self) -> Result<SimulatedVenue, String> {
        let path = self.folder.path().join("venue.jsonl");
        if path.exists() {
            return SimulatedVenue::reopen(&path).map_err(text);
        }
        SimulatedVenue::new(&self.env, BARS_PER_YEAR, &self.panel.symbols)
            .with_rules(self.script.venue, CalendarName::AlwaysOpen)
            .with_journal(&path)
            .map_err(text)
    }

    fn stored(&self) -> Result<Vec<StoredStep>, String> {
        self.rows.stored().iter().map(|row| serde_json::from_str(row).map_err(text)).collect()
    }
}

/// Time passes until everything late has come and venue and ledger were compared.
fn settle(shell: &mut Shell<'_>) -> Result<(), TraderError> {
    for _ in 0..LAST_LOOKS {
        shell.hear()?;
        let time = shell.engine.now().saturating_add_nanos(LOOK_NANOS);
        shell.step(Event::Timer { time })?;
    }
    shell.journal.flush().map(drop).map_err(|source| TraderError::Ledger { source })
}

struct Nobody;

impl Watcher for Nobody {
    fn saw(&mut self, _: &Engine, _: &Event, _: &[Effect]) {}
}

/// A legal action by chance, the same for the same row.
struct Chance {
    actions: ActionTable,
    seed: u64,
    rows: usize,
}

impl SignalSource for Chance {
    fn observe(&mut self, _: &MarketRow) {
        self.rows += 1;
    }

    fn signal(&mut self, point: &DecisionPoint<'_>) -> Result<Opinion, SignalError> {
        let legal = point.legal_actions(&self.actions);
        let choices: Vec<usize> = (0..legal.len()).filter(|&action| legal[action]).collect();
        let mut rng = SeedStream::new(self.seed).child("action").index(self.rows).rng();
        let action = choices[rng.below(choices.len())];
        let signal = Signal {
            time: point.time,
            action,
            target: Target::of(&self.actions, action).unwrap(),
            confidence: 1.0,
            value: 0.0,
            observation: digest_bytes(b""),
            views: None,
        };
        Ok(Opinion::Signal(Box::new(Joint::lone(signal, legal))))
    }
}

fn env(rng: &mut Rng) -> Env {
    let rows = [
        [1.0, 0.0, 0.0, 0.0],
        [0.0, 0.5, 0.5, 0.0],
        [0.2, 0.0, 0.0, 0.8],
        [-0.6, 1.2, -0.4, 0.8],
        [1.5, -0.5, 0.0, 0.0],
    ];
    let weights = rows.map(|row| ActionRow::Weights(row.to_vec()));
    let table = std::iter::once(ActionRow::Hold).chain(weights).collect();
    let market = match rng.below(4) {
        0 => MarketSettings::Single(SingleMarket::default()),
        _ => MarketSettings::Portfolio(PortfolioMarket::new(Actions::Table(table))),
    };
    let rules = match rng.below(3) {
        0 => PositionRules { stop_loss_frac: Some(0.02), ..PositionRules::default() },
        _ => PositionRules::default(),
    };
    let costs = Costs { minimum: 1.0, borrow_rate_annual: 0.03, ..Costs::default() };
    Env { market, rules, costs, cash_rate_annual: 0.02, ..Env::default() }
}

fn trade(rng: &mut Rng) -> Trade {
    let execution = match rng.below(5) {
        0 => Execution::Twap(TwapExecution { duration_s: 57_600.0, parts: 3 }),
        1 => Execution::Passive(PassiveExecution { wait_s: 36_000.0, offset_bps: 20.0 }),
        _ => Execution::Market,
    };
    let bracket = Bracket { stop_loss_frac: Some(0.03), take_profit_frac: Some(0.03) };
    let bracket = (rng.below(5) == 0).then_some(bracket);
    Trade { execution, bracket, ..Trade::default() }
}

fn limits(rng: &mut Rng) -> RiskLimits {
    match rng.below(4) {
        0 => RiskLimits {
            drawdown_frac_max: Some(0.05),
            rejects_per_minute_max: Some(2),
            gross_exposure_max: Some(1.5),
            ..RiskLimits::default()
        },
        _ => RiskLimits::default(),
    }
}

/// What a human does: nothing mostly, and always a resume in the end.
fn commands(rng: &mut Rng, panel: &Panel) -> Vec<Asked> {
    if rng.below(3) != 0 {
        return Vec::new();
    }
    let command = [Command::Pause, Command::Flatten, Command::Kill][rng.below(3)];
    let first = WARM_UP + 2 + rng.below(ROWS - WARM_UP - 10);
    let after = |row: usize| -> Timestamp { panel.rows[row].time.saturating_add_nanos(1) };
    vec![(after(first), command), (after(first + 1 + rng.below(5)), Command::Resume)]
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
