//! Adapters to the outside: files, vendors, made-up markets, venues, trackers.
//!
//! Each one turns a foreign format into the words of `domain` and holds no rule of trading.

mod executors;
mod fetch;
pub mod local;
mod object_store;
mod open;
mod platforms;
pub mod simulated;
pub mod synthetic;
pub mod tensorboard;
mod vendors;

pub use executors::{ByHand, RayJobs, SlurmJobs};
pub use fetch::{
    FetchError, FetchJob, FetchMode, FetchOutcome, FetchStop, SymbolFetch, SymbolOutcome,
    SymbolPlan, fetch, plan,
};
pub use object_store::{
    Address, AddressError, Direction, LatestBy, MirrorError, MirrorJob, MirrorOutcome, MirrorStep,
    Object, ObjectEntry, ObjectError, ObjectFacts, ObjectStore, Put, PutIf, SeriesOutcome,
    Standing, mirror,
};
pub use open::open_source;
pub use platforms::{HistdataFiles, LeanFiles, Mt5Files, TickPart, read_ticks};
pub(crate) use vendors::BarSpan;
pub use vendors::{IbkrHistory, IbkrTickKind, IbkrTickPage, IbkrTickRequest};

// The adapters follow.
mod pending {
    use crate::base::Interrupt;
    use crate::config::{AlpacaConnector, IbkrConnector};
    use crate::ports::{Broker, Finding, MarketStream, VenueRefusal, VenueWish};

    type Opened = Result<(Box<dyn Broker>, Box<dyn MarketStream>), VenueRefusal>;

    fn none() -> Opened {
        let reasons = vec!["this version has no adapter for the broker".to_owned()];
        Err(VenueRefusal { reasons, is_unreachable: true })
    }
    pub(crate) fn connect_ibkr(_: &IbkrConnector, _: &VenueWish, _: &Interrupt) -> Opened {
        none()
    }
    pub(crate) fn connect_alpaca(_: &AlpacaConnector, _: &VenueWish, _: &Interrupt) -> Opened {
        none()
    }
    pub(crate) fn examine_ibkr(_: &IbkrConnector, _: &VenueWish) -> Vec<Finding> {
        Vec::new()
    }
    pub(crate) fn examine_alpaca(_: &AlpacaConnector, _: &VenueWish) -> Vec<Finding> {
        Vec::new()
    }
}
pub(crate) use pending::{connect_alpaca, connect_ibkr, examine_alpaca, examine_ibkr};
