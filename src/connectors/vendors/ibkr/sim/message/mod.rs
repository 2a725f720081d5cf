//! What clients and the gateway say to each other, whatever the codec.

mod contract;
mod execution;
mod order;
mod reply;
mod reply_name;
mod request;
mod request_name;

pub(crate) use contract::{ContractDetails, ContractKey, PriceIncrement};
pub(crate) use execution::{Execution, ExecutionFilter};
pub(crate) use order::{OrderState, WireOrder};
pub(crate) use reply::{HistoryBar, LiveTick, PastTicks, Reply};
pub(crate) use request::Request;
