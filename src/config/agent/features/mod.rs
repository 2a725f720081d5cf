//! Sections `features` and `transform`: the columns and what is done to them.

mod spec;
mod transforms;

pub use spec::{
    Bollinger, Empty, FeatureSpec, Gradient, Group, Inflection, InputWindow, Macd, PeakGradient,
    PriceInput, Stochastic, WindowOnly, WithOther,
};
pub use transforms::{ClipPercentile, Transform};
