//! Judges a frozen agent: the same account, the same costs, beside the baselines.
//!
//! It never learns and never changes a bundle.

pub mod attribution;
mod baselines;
mod document;
mod judge;
mod market;
pub mod report;
mod report_input;
pub mod stress;
mod trajectory;
pub mod walk;

pub use document::{EvaluationDocument, NamedMetrics};
pub use judge::{
    Evaluation, GateCheck, GateOutcome, Judgement, NamedRun, evaluate, validation_returns,
    validation_score,
};
pub(crate) use market::panel_request;
pub use market::{MarketError, PreparedMarket, bars_per_year, stream_start};
pub use report_input::{ReportFacts, report_input};
pub use trajectory::{
    AgentStrategy, Choice, Figures, Strategy, Trajectory, TrajectoryStep, View, audit_csv,
    closed_trades, simulate, trades_csv,
};
