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
mod train;
mod transforms;

pub use data::{
    Adjust, ColumnMap, CsvSource, Data, FileLayout, ParquetSource, Planted, Source,
    SyntheticSource, Universe, YahooSource,
};
pub use env::{
    ActionRow, Actions, AlphaReward, Benchmark, Costs, DifferentialSharpeReward, Env, Episode,
    FillRule, LogReturnReward, Market, PnlReward, PortfolioMarket, PositionRules, Reward,
    SharpeBlendReward, SingleMarket, SlippageCost,
};
pub use eval::{Baseline, Bootstrap, Eval, Gate, Trade};
pub use features::{
    Bollinger, Empty, FeatureSpec, Gradient, Group, Inflection, InputWindow, Macd, PeakGradient,
    PriceInput, Stochastic, WindowOnly, WithOther,
};
pub use learner::{Learner, Ppo, Schedule};
pub use model::{Gru, Mlp, Model};
pub use root::Agent;
pub use train::{Keep, Train};
pub use transforms::{ClipPercentile, Transform};
