//! The settings of the place: what `configs/*.yaml` hold.

mod connectors;
mod daily_time;
mod executors;
mod limits;
mod root;
mod store;

pub use connectors::{
    AlpacaCalendar, AlpacaConnector, Connectors, IbkrConnector, KillCancels, Mt5Connector,
    PolygonConnector, S3Addressing, S3Connector, YahooConnector,
};
pub use daily_time::{DailyTime, DailyTimeError};
pub use executors::{Executors, RayExecutor, SlurmExecutor};
pub use limits::Limits;
pub use root::Place;
pub use store::Store;
