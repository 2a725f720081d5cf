//! Judges a frozen agent: the same account, the same costs, beside the baselines.
//!
//! It never learns and never changes a bundle.

mod audit;
mod baselines;
mod document;
mod gate;
mod judge;
mod market;
pub mod report;
mod report_input;
mod simulate;
mod trades;

pub use audit::audit_csv;
pub use document::{EvaluationDocument, NamedMetrics};
pub use gate::{GateCheck, GateOutcome};
pub use judge::{Evaluation, Judgement, NamedRun, evaluate, validation_score};
pub use market::{MarketError, PreparedMarket, stream_start};
pub use report_input::{ReportFacts, report_input};
pub use simulate::{AgentStrategy, Choice, Strategy, Trajectory, TrajectoryStep, View, simulate};
pub use trades::{closed_trades, trades_csv};
