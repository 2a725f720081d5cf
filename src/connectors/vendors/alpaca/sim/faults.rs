//! What a double does wrong, and when.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::SeedStream;

/// Something that goes wrong once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// What.
    pub kind: FaultKind,
    /// When.
    pub at: Moment,
}

/// When a fault strikes. Everything counts from 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Moment {
    /// With this trade update.
    Update(u64),
    /// With this order that is posted.
    Order(u64),
    /// With this request of any kind.
    Request(u64),
    /// After so many seconds of the venue's time.
    TimeS(f64),
}

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// A trade update is never sent.
    DropUpdate,
    /// It is sent twice.
    DuplicateUpdate,
    /// It is sent after the next one.
    ReorderUpdate,
    /// It is sent so many real milliseconds late.
    DelayUpdate(u64),
    /// It is no JSON.
    MalformedUpdate,
    /// Its event has a word that nobody knows.
    UnknownEvent,
    /// The request is refused with 429, to come again after so many real seconds.
    TooMany(u64),
    /// The request fails with 500 and nothing is done.
    FailBefore,
    /// The request is carried out and fails with 500.
    FailAfter,
    /// The line is cut before the request is carried out.
    ResetBefore,
    /// The request is carried out and the line is cut.
    ResetAfter,
    /// The request is carried out and never answered.
    Hang,
    /// All websockets are closed.
    CloseSockets,
    /// The websockets stay open and say nothing, not even pong, for so many real milliseconds.
    Silence(u64),
    /// The websockets answer pings and say nothing else for so many real milliseconds; updates are lost.
    Mute(u64),
    /// Market data stops for so many real milliseconds; pings are answered.
    StaleData(u64),
    /// Lists name a status that nobody knows, from now on, for open orders.
    UnknownStatus,
    /// Somebody else buys so many shares.
    ForeignOrder {
        /// Of what.
        symbol: String,
        /// How many; a sale is negative.
        quantity: f64,
    },
    /// The last order of ours gets so many shares more than it had asked for.
    OverFill(f64),
}

/// An occasion for faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Occasion {
    Update,
    Order,
    Request,
}

/// The faults that have not struck yet; no I/O, no clock.
#[derive(Debug, Clone, Default)]
pub(super) struct FaultPlan {
    left: Vec<Fault>,
    updates: u64,
    orders: u64,
    requests: u64,
}

impl FaultPlan {
    pub(super) fn new(faults: Vec<Fault>) -> Self {
        Self { left: faults, ..Self::default() }
    }

    /// What strikes at the next occasion of a kind.
    pub(super) fn strike(&mut self, occasion: Occasion) -> Vec<FaultKind> {
        let count = match occasion {
            Occasion::Update => &mut self.updates,
            Occasion::Order => &mut self.orders,
            Occasion::Request => &mut self.requests,
        };
        *count += 1;
        let moment = match occasion {
            Occasion::Update => Moment::Update(*count),
            Occasion::Order => Moment::Order(*count),
            Occasion::Request => Moment::Request(*count),
        };
        self.take(|at| at == moment)
    }

    /// What strikes by now.
    pub(super) fn pass(&mut self, seconds: f64) -> Vec<FaultKind> {
        self.take(|at| matches!(at, Moment::TimeS(due) if due <= seconds))
    }

    fn take(&mut self, is_due: impl Fn(Moment) -> bool) -> Vec<FaultKind> {
        let due = self.left.extract_if(.., |fault| is_due(fault.at));
        due.map(|fault| fault.kind).collect()
    }
}

/// Reads a list of faults, such as `- {kind: drop_update, at: {update: 3}}`.
///
/// # Errors
/// What is wrong with the text, and where.
pub fn read_faults(yaml: &str) -> Result<Vec<Fault>, String> {
    serde_yaml::from_str(yaml).map_err(|error| error.to_string())
}

/// Faults of a seed for a session of about so many orders.
#[must_use]
pub fn random_faults(seed: u64, count: usize, orders: usize) -> Vec<Fault> {
    let mut chance = SeedStream::new(seed).child("alpaca-faults").rng();
    let mut faults = Vec::new();
    for _ in 0..count {
        let nth = |chance: &mut crate::base::Rng, most: usize| 1 + chance.below(most.max(1)) as u64;
        let fault = match chance.below(12) {
            0 => (FaultKind::DropUpdate, Moment::Update(nth(&mut chance, 3 * orders))),
            1 => (FaultKind::DuplicateUpdate, Moment::Update(nth(&mut chance, 3 * orders))),
            2 => (FaultKind::ReorderUpdate, Moment::Update(nth(&mut chance, 3 * orders))),
            3 => (FaultKind::DelayUpdate(150), Moment::Update(nth(&mut chance, 3 * orders))),
            4 => (FaultKind::MalformedUpdate, Moment::Update(nth(&mut chance, 3 * orders))),
            5 => (FaultKind::TooMany(1), Moment::Order(nth(&mut chance, orders))),
            6 => (FaultKind::FailBefore, Moment::Order(nth(&mut chance, orders))),
            7 => (FaultKind::FailAfter, Moment::Order(nth(&mut chance, orders))),
            8 => (FaultKind::ResetBefore, Moment::Order(nth(&mut chance, orders))),
            9 => (FaultKind::ResetAfter, Moment::Order(nth(&mut chance, orders))),
            10 => (FaultKind::CloseSockets, Moment::Order(nth(&mut chance, orders))),
            _ => (FaultKind::Mute(200), Moment::Update(nth(&mut chance, 3 * orders))),
        };
        faults.push(Fault { kind: fault.0, at: fault.1 });
    }
    faults
}
