//! How fast a vendor may be asked, and how long to wait for it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How fast a vendor may be asked, and how long to wait for it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Requests a second, repeated ones included. Range above 0 to 1000, default 5.
    pub requests_per_s: f64,
    /// Requests that may follow each other at once after a pause. Range 1..=1000, default 1.
    pub burst: u32,
    /// Symbols that are fetched at the same time. Range 1..=64, default 4.
    pub parallel: usize,
    /// How often a request is tried before the fetch gives up. Range 1..=100, default 6.
    pub tries: u32,
    /// Seconds of silence on the line after which a request counts as failed. Default 15.
    pub silence_s: f64,
    /// Seconds that one request may take in all. Default 60.
    pub request_s: f64,
    /// The first pause before a repetition, in seconds; it doubles each time. Default 1.
    pub pause_s: f64,
    /// The longest pause before a repetition, in seconds. A vendor that asks for a longer one is
    /// not asked again. Default 120.
    pub pause_max_s: f64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            requests_per_s: 5.0,
            burst: 1,
            parallel: 4,
            tries: 6,
            silence_s: 15.0,
            request_s: 60.0,
            pause_s: 1.0,
            pause_max_s: 120.0,
        }
    }
}
