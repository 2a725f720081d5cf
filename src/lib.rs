//! From raw market data to live orders in one tool.
//!
//! The modules are rooms of a house with floors; a module imports only from lower floors:
//!
//! | floor | modules |
//! |---|---|
//! | top | `cli` |
//! | 7 | [`commands`] |
//! | 6 | [`evaluate`] |
//! | 5 | [`trader`] |
//! | 4 | [`signals`], [`connectors`] |
//! | 3 | [`learners`], [`ports`] |
//! | 2 | [`gym`], [`models`], [`tuner`], [`risk`], [`store`], [`plot`] |
//! | 1 | [`dataset`], [`features`], [`metrics`] |
//! | 0 | [`base`] < [`domain`] < [`config`] |
//!
//! docs/ARCHITECTURE.md tells what each room holds and what it promises.

pub mod base;
pub mod cli;
pub mod commands;
pub mod config;
pub mod connectors;
pub mod dataset;
pub mod domain;
pub mod evaluate;
pub mod features;
pub mod gym;
pub mod learners;
pub mod metrics;
pub mod models;
pub mod plot;
pub mod ports;
pub mod risk;
pub mod signals;
pub mod store;
pub mod trader;
pub mod tuner;
