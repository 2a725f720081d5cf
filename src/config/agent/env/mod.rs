//! Section `env`: the trading environment.

mod costs;
mod market;
mod reward;
mod section;

pub use costs::{Costs, SlippageCost};
pub use market::{ActionRow, Actions, Market, PortfolioMarket, SingleMarket};
pub use reward::{
    AlphaReward, Benchmark, DifferentialSharpeReward, LogReturnReward, PnlReward, Reward,
    SharpeBlendReward,
};
pub use section::{Env, Episode, FillRule, PositionRules};
