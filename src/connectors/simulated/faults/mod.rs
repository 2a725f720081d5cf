//! Faults by script: what networks, venues and power supplies do, at a chosen moment or by chance.
//!
//! A [`FaultScript`] is a YAML file or comes from a seed. A [`FaultPlan`] keeps count of what has struck, also over a
//! crash. A [`FaultyVenue`] stands between a session and its venue and carries the plan out; the points at which the
//! process itself dies are asked for by the session.

mod kinds;
mod plan;
mod random;
mod script;
mod target;
mod venue;

pub use kinds::{
    CrashFault, CrashPoint, DelayFault, EventFault, EventName, Fault, LinkFault, PlainFault,
    PostponedCostFault, RejectFault, RequestFault, RequestName, ShareFault, StallFault, StrayFault,
};
pub use plan::FaultPlan;
pub use script::{FaultError, FaultScript};
pub use target::FaultTarget;
pub use venue::FaultyVenue;
