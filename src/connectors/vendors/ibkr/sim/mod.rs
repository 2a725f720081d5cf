//! A gateway of the broker inside this program: the socket protocol, a made-up market and account behind it, and faults by
//! script.

mod clock;
mod codec;
mod desk;
mod fault_port;
mod faults;
mod message;
mod proto;
mod sentinel;
mod server;
mod text;

#[cfg(test)]
mod tests;

pub use fault_port::{Act, Faults, Moment, NoFaults};
pub use faults::{
    BurstFault, CloseFault, CompetingFault, CorrectFault, DataAfterLink, DelayFault, FaultMoment,
    ForeignFault, GatewayFault, GatewayFaultError, GatewayFaultFamily, GatewayFaultKind,
    GatewayFaultPlan, GatewayFaults, LinkFault, NoticeFault, OverFillFault, RejectFault,
    ReorderFault, RestartFault, SplitFault, StallFault, UnknownFault, UnsetFault,
};
pub use sentinel::Sentinel;
pub use server::{GatewaySim, MarketDataRights, SimOptions};

#[cfg(test)]
pub(super) use proto::numeric_fields;
