//! The agent bundle: a frozen agent as one immutable folder.
//!
//! `manifest.json` names every file with size and SHA-256, and says where the agent came from. The
//! texts of configuration, features and actions are kept as given; only weights are looked into.
//! There is no code in a bundle.

mod manifest;
mod package;

#[cfg(test)]
mod tests;

pub use manifest::{BundleFile, Manifest, Origin};
pub use package::{Bundle, BundleError, Texts};
