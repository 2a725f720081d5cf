//! Checked settings: what an agent is, where the place keeps things, and how both are read.
//!
//! [`load`] lays files, variables and options over the defaults, reports every problem at once with
//! its place, and remembers where each value came from. It reads no environment and opens no file
//! but those that the request names.

mod agent;
mod decode;
mod describe;
mod desk;
mod layers;
mod place;
mod problem;
mod validate;
mod yaml;

pub use agent::{
    A2c, ActionRow, Actions, Adjust, Agent, AlpacaFeed, AlpacaSource, AlphaReward, AshaScheduler,
    BadYears, BandSizing, Baseline, Benchmark, Bollinger, Bootstrap, Bracket, ClipPercentile,
    CloseOnlyReward, CnnLstm, ColumnMap, Condition, ConsensusEnsemble, ContinuousActions, Costs,
    CsvSource, Curriculum, Data, DifferentialSharpeReward, Distributional, DiversityAwareEnsemble,
    Dqn, DrawdownMeasure, DrawdownPenalty, Empty, EnsembleMethod, Env, Episode, Eval, Execution,
    FeatureSpec, FileContent, FileLayout, FillRule, FixedFractionalSizing, Gaps, Gate,
    GatedResidual, Gradient, Group, Gru, Halts, HardStarts, HistdataSource, HyperbandScheduler,
    IbkrContract, IbkrHours, IbkrPrice, IbkrSource, Inflection, InputWindow, Instrument, Keep,
    KellySizing, LeanSource, Learner, LimitSlack, LogReturnReward, Macd, Market,
    MedianStopScheduler, Mlp, Model, Mt5Source, OutsideHours, ParquetSource, PassiveExecution,
    PbtScheduler, PeakGradient, Planted, PnlReward, PolygonSource, PortfolioMarket, PositionRules,
    PovExecution, Ppo, PriceInput, Prioritized, Purged, Quorum, QuoteFill, QuotePrice, Randomize,
    RangeError, RangeKind, Reward, RiskAdjustedEnsemble, RiskAdjustedReward, RiskLimits, Sampler,
    Scale, Schedule, Scheduler, SearchRange, SearchSpace, ServerZone, SharpeBlendReward,
    SingleMarket, Sizing, SlippageCost, SlotsMarket, Source, Span, Squash, Stochastic, Stress,
    SyntheticSource, TpeSampler, Trade, Train, Transform, Tune, TuneMetric, TwapExecution,
    Universe, VarMethod, VolatilityTargetSizing, VwapExecution, WalkForward, WalkMode,
    WeightedVotingEnsemble, WideSpreads, Window, WindowOnly, WindowSizing, WithOther, YahooSource,
};
pub use describe::{Template, desk_schema, explain, place_schema, schema, templates};
pub use desk::{Desk, DeskSession, DeskVenue, load_desk};
pub use layers::{
    AgentFile, LoadRequest, Loaded, OriginRow, Origins, effective_yaml, from_bundle_yaml, load,
    load_place,
};
pub use place::{
    AlpacaCalendar, AlpacaConnector, Connectors, DailyTime, DailyTimeError, Executors,
    IbkrConnector, KillCancels, Limits, Mt5Connector, Place, PolygonConnector, RayExecutor,
    S3Addressing, S3Connector, SlurmExecutor, Store, YahooConnector,
};
pub use problem::{ConfigErrors, Location, Problem};

#[cfg(test)]
mod tests;
