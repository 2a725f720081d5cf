//! Section `trade`: how a frozen agent trades, from several signals to orders and limits.

mod ensemble;
mod execution;
mod instrument;
mod limits;
mod section;
mod sizing;

pub use ensemble::{
    ConsensusEnsemble, DiversityAwareEnsemble, EnsembleMethod, Quorum, RiskAdjustedEnsemble,
    WeightedVotingEnsemble,
};
pub use execution::{
    Bracket, Execution, PassiveExecution, PovExecution, TwapExecution, VwapExecution,
};
pub use instrument::Instrument;
pub use limits::{LimitSlack, OutsideHours, RiskLimits, VarMethod};
pub use section::Trade;
pub use sizing::{
    BandSizing, FixedFractionalSizing, KellySizing, Sizing, VolatilityTargetSizing, WindowSizing,
};
