//! Section `env`: the trading environment.

mod costs;
mod market;
mod reward;
mod section;
mod training;

pub use costs::{Costs, SlippageCost};
pub use market::{
    ActionRow, Actions, ContinuousActions, Market, PortfolioMarket, SingleMarket, SlotsMarket,
    Squash,
};
pub use reward::{
    AlphaReward, Benchmark, CloseOnlyReward, DifferentialSharpeReward, DrawdownMeasure,
    DrawdownPenalty, LogReturnReward, PnlReward, Reward, RiskAdjustedReward, SharpeBlendReward,
};
pub use section::{Env, Episode, FillRule, PositionRules, QuoteFill};
pub use training::{Curriculum, HardStarts, Randomize, Span};
