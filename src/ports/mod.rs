//! Traits of the outside: where bars come from, where orders go, where processes run.

mod bar_source;
mod broker;
mod executor;
mod market_stream;
mod remote;

pub use bar_source::{BarSource, FetchRequest, Page, SourceError};
pub use broker::{
    Broker, BrokerAccount, BrokerError, BrokerEvent, BrokerSnapshot, CancelAll, CashReason,
    OrderEnd, Protection, RejectReason, VenueOrder,
};
pub use executor::{
    Executor, ExecutorError, Fault, Launch, LaunchFailure, LaunchId, LaunchState, shell_words,
};
pub use market_stream::{
    Finding, FindingOutcome, MarketStream, OpenVenue, StreamEvent, VenueRefusal, VenueWish,
    is_paper_account,
};
pub use remote::RemoteError;
