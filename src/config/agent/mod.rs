//! The types behind an agent file, one file per section.
//!
//! Enums are externally tagged, unknown keys are refused, nothing is flattened: so every problem has
//! a line and a column.

mod data;
mod env;
mod eval;
mod features;
mod learner;
mod model;
mod root;
mod trade;
mod tune;

pub use data::{
    Adjust, AlpacaFeed, AlpacaSource, ColumnMap, CsvSource, Data, FileContent, FileLayout,
    HistdataSource, IbkrContract, IbkrHours, IbkrPrice, IbkrSource, LeanSource, Mt5Source,
    ParquetSource, Planted, PolygonSource, QuotePrice, ServerZone, Source, SyntheticSource,
    Universe, YahooSource,
};
pub use env::{
    ActionRow, Actions, AlphaReward, Benchmark, CloseOnlyReward, ContinuousActions, Costs,
    Curriculum, DifferentialSharpeReward, DrawdownMeasure, DrawdownPenalty, Env, Episode, FillRule,
    HardStarts, LogReturnReward, Market, PnlReward, PortfolioMarket, PositionRules, QuoteFill,
    Randomize, Reward, RiskAdjustedReward, SharpeBlendReward, SingleMarket, SlippageCost,
    SlotsMarket, Span, Squash,
};
pub use eval::{
    BadYears, Baseline, Bootstrap, Eval, Gaps, Gate, Halts, Purged, Stress, WalkForward, WalkMode,
    WideSpreads,
};
pub use features::{
    Bollinger, ClipPercentile, Empty, FeatureSpec, Gradient, Group, Inflection, InputWindow, Macd,
    PeakGradient, PriceInput, Stochastic, Transform, WindowOnly, WithOther,
};
pub use learner::{
    A2c, Distributional, Dqn, Keep, Learner, Ppo, Prioritized, Schedule, Train, Window,
};
pub use model::{CnnLstm, GatedResidual, Gru, Mlp, Model};
pub use root::Agent;
pub use trade::{
    BandSizing, Bracket, ConsensusEnsemble, DiversityAwareEnsemble, EnsembleMethod, Execution,
    FixedFractionalSizing, Instrument, KellySizing, LimitSlack, OutsideHours, PassiveExecution,
    PovExecution, Quorum, RiskAdjustedEnsemble, RiskLimits, Sizing, Trade, TwapExecution,
    VarMethod, VolatilityTargetSizing, VwapExecution, WeightedVotingEnsemble, WindowSizing,
};
pub use tune::{
    AshaScheduler, Condition, HyperbandScheduler, MedianStopScheduler, PbtScheduler, RangeError,
    RangeKind, Sampler, Scale, Scheduler, SearchRange, SearchSpace, TpeSampler, Tune, TuneMetric,
};
