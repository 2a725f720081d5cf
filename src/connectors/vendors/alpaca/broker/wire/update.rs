//! Frames of the stream of trade updates; text or binary, JSON in both.

use serde::Deserialize;
use serde_json::Value;

use super::order::WireOrder;
use super::quantity::{Number, Quantity};
use crate::base::Timestamp;

/// A frame.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) enum TradingMessage {
    /// The answer to the keys.
    Authorization {
        is_authorized: bool,
    },
    /// What is listened to.
    Listening(Vec<String>),
    Update(Box<Update>),
    /// A stream that is not known here.
    Other(String),
}

/// Something happened to an order.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(in super::super) struct Update {
    pub(in super::super) event: String,
    #[serde(default)]
    pub(in super::super) timestamp: Option<Timestamp>,
    #[serde(default)]
    pub(in super::super) at: Option<Timestamp>,
    #[serde(default)]
    pub(in super::super) execution_id: Option<String>,
    #[serde(default)]
    pub(in super::super) previous_execution_id: Option<String>,
    #[serde(default)]
    pub(in super::super) price: Option<Number>,
    #[serde(default)]
    pub(in super::super) qty: Option<Quantity>,
    pub(in super::super) order: WireOrder,
}

#[derive(Deserialize)]
struct Frame {
    stream: String,
    data: Value,
}

impl TradingMessage {
    /// Reads a frame; an error says what is wrong with it.
    pub(in super::super) fn read(bytes: &[u8]) -> Result<Self, String> {
        let frame: Frame = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        let word = |name: &str| frame.data.get(name).and_then(Value::as_str);
        Ok(match frame.stream.as_str() {
            "authorization" => {
                Self::Authorization { is_authorized: word("status") == Some("authorized") }
            }
            "listening" => {
                let streams = frame.data.get("streams").and_then(Value::as_array);
                let names = streams.into_iter().flatten().filter_map(Value::as_str);
                Self::Listening(names.map(ToOwned::to_owned).collect())
            }
            "trade_updates" => {
                let update = serde_path_to_error::deserialize(frame.data);
                Self::Update(Box::new(update.map_err(|error| error.to_string())?))
            }
            other => Self::Other(other.to_owned()),
        })
    }
}
