//! Faults of a gateway by script: what it sends wrongly, late, twice or not at all.
//!
//! A [`GatewayFaults`] is a YAML file or comes from a seed; a [`GatewayFaultPlan`] is such a script at work. It only says
//! what goes wrong and when; the server carries it out.
//!
//! ```yaml
//! seed: 7
//! faults:
//! - {at: {request: place_order, nth: 2}, do: {close: {after_byte: 0}}}
//! - {at: {reply: commission_report}, do: sentinels, times: 3}
//! - {at: {reply: execution_data}, do: {unset: {value: not_a_number, field: execution.price}}}
//! - {at: {time_s: 60}, do: {link_lost: {time_s: 30, data: lost}}}
//! - {at: {frame: 120}, do: {split: {at_byte: 3, pause_s: 0.2}}, chance: 0.5}
//! ```

mod checks;
mod kinds;
mod names;
mod plan;
mod random;
mod script;

#[cfg(test)]
mod gateway_tests;
#[cfg(test)]
mod tests;

pub use kinds::{
    BurstFault, CloseFault, CompetingFault, CorrectFault, DataAfterLink, DelayFault, ForeignFault,
    GatewayFaultKind, LinkFault, NoticeFault, OverFillFault, RejectFault, ReorderFault,
    RestartFault, SplitFault, StallFault, UnknownFault, UnsetFault,
};
pub use plan::GatewayFaultPlan;
pub use random::GatewayFaultFamily;
pub use script::{FaultMoment, GatewayFault, GatewayFaultError, GatewayFaults};
