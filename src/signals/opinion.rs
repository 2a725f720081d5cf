//! What one agent or several have to say at a decision time.

use serde::{Deserialize, Serialize};

use super::{Signal, Target, Views};

/// What there is to say at a decision time.
#[derive(Debug, Clone, PartialEq)]
pub enum Opinion {
    /// A wish.
    Signal(Box<Joint>),
    /// It is too early: the features have not seen enough rows.
    WarmingUp,
    /// Too few members have an opinion; the holdings stay.
    NoQuorum {
        /// Members that failed, with the reason.
        failed: Vec<(String, String)>,
    },
    /// The members disagree beyond what is allowed; the holdings stay.
    Disagreement {
        /// Members that failed, with the reason.
        failed: Vec<(String, String)>,
    },
}

/// A wish, and how it came about.
#[derive(Debug, Clone, PartialEq)]
pub struct Joint {
    /// The wish. Of several members: action and observation are those of the first that spoke.
    pub signal: Signal,
    /// Which actions were legal for the member whose action the signal names.
    pub legal: Vec<bool>,
    /// What each member said; empty for a single agent.
    pub members: Vec<MemberView>,
    /// How far the members agree; absent for a single agent.
    pub diagnostics: Option<Diagnostics>,
    /// Members that failed and were left out, with the reason.
    pub failed: Vec<(String, String)>,
}

impl Joint {
    /// The wish of a single agent, unchanged.
    #[must_use]
    pub fn lone(signal: Signal, legal: Vec<bool>) -> Self {
        Self { signal, legal, members: Vec::new(), diagnostics: None, failed: Vec::new() }
    }
}

/// What one member of an ensemble said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MemberView {
    /// Which member.
    pub name: String,
    /// The row of its action table.
    pub action: usize,
    /// What it asks for.
    pub target: Target,
    /// Probability that its policy gives to the action.
    pub confidence: f64,
    /// What its critic expects.
    pub value: f64,
    /// How well it did lately, from the floor to 1.
    pub score: f64,
    /// Its share of the decision; the shares of all members sum to 1.
    pub vote: f64,
    /// What it would do in another position; absent unless asked for.
    pub views: Option<Views>,
    /// Whether it asks for the opposite of what it would do flat, and so counts half.
    pub is_contradictory: bool,
}

/// How far the members of an ensemble agree.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Diagnostics {
    /// Largest standard deviation of a weight among the members that spoke.
    pub deviation: f64,
    /// Mean distance between two members, 0 where all say the same to 1 where no two share anything.
    pub diversity: f64,
    /// Share of the latest decisions on which the members agreed, this one included.
    pub consensus_rate: f64,
    /// 1 less the mean share of the votes that moved from one decision to the next.
    pub weight_stability: f64,
}
