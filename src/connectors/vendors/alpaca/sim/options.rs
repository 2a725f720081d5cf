//! What a double is like.

use std::path::PathBuf;

use super::faults::Fault;
use crate::base::Timestamp;
use crate::domain::CalendarName;

/// What a double is like.
#[derive(Debug, Clone, PartialEq)]
pub struct SimOptions {
    /// Where it listens on the loopback; 0 for any free port.
    pub port: u16,
    /// The market and everything random follows from it.
    pub seed: u64,
    /// What goes wrong, and when.
    pub faults: Vec<Fault>,
    /// Where the ground truth is written at the end.
    pub ground_truth: Option<PathBuf>,
    /// The venue's time at the start; the wall clock if absent.
    pub clock: Option<Timestamp>,
    /// Seconds of the venue in one second.
    pub speed: f64,
    /// The number of the account; paper accounts begin with `PA`.
    pub account: String,
    /// Sessions of the market.
    pub calendar: CalendarName,
    /// Currency units at the start.
    pub cash: f64,
    /// Requests in a minute, as the venue counts them.
    pub requests_per_min: u32,
    /// Identity and secret that are wanted; any if absent.
    pub keys: Option<(String, String)>,
    /// Whether the account has the data of all exchanges.
    pub has_sip: bool,
}

impl Default for SimOptions {
    fn default() -> Self {
        Self {
            port: 0,
            seed: 0,
            faults: Vec::new(),
            ground_truth: None,
            clock: None,
            speed: 1.0,
            account: "PA3SIMULATED".to_owned(),
            calendar: CalendarName::Xnys,
            cash: 100_000.0,
            requests_per_min: 200,
            keys: None,
            has_sip: true,
        }
    }
}
