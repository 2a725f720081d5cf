//! Traits of the outside market: where bars come from, where orders go.

mod bar_source;
mod broker;
mod remote;

pub use bar_source::{BarSource, FetchRequest, Page, SourceError};
pub use broker::{
    Broker, BrokerAccount, BrokerError, BrokerEvent, CashReason, Protection, RejectReason,
};
pub use remote::RemoteError;
