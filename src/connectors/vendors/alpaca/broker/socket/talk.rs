//! What is said on a socket, as state machines without a socket.

use serde_json::json;

use crate::connectors::vendors::alpaca::broker::rest::Keys;
use crate::connectors::vendors::alpaca::broker::wire::{DataMessage, TradingMessage, Update};
use crate::domain::Symbol;

/// What follows from something that was heard.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) enum Step<T> {
    /// Say this.
    Say(String),
    /// The greeting is over.
    Ready,
    /// Something for the other side of the queue.
    Item(T),
    /// Words that are not known here.
    Note(String),
    /// The connection is of no use.
    Quit(String),
}

/// One side of a conversation.
pub(in super::super) trait Talk: Send + 'static {
    /// What it brings.
    type Item: Send + 'static;

    /// The connection is open.
    fn open(&mut self) -> Vec<Step<Self::Item>>;

    /// A frame has come.
    fn hear(&mut self, frame: &[u8]) -> Vec<Step<Self::Item>>;
}

/// The conversation on `/stream`.
#[derive(Debug, Clone)]
pub(in super::super) struct TradingTalk {
    keys: Keys,
}

impl TradingTalk {
    pub(in super::super) const fn new(keys: Keys) -> Self {
        Self { keys }
    }
}

impl Talk for TradingTalk {
    type Item = Box<Update>;

    fn open(&mut self) -> Vec<Step<Self::Item>> {
        vec![Step::Say(greeting(&self.keys))]
    }

    fn hear(&mut self, frame: &[u8]) -> Vec<Step<Self::Item>> {
        vec![match TradingMessage::read(frame) {
            Ok(TradingMessage::Authorization { is_authorized: true }) => {
                let listen = json!({"action": "listen", "data": {"streams": ["trade_updates"]}});
                Step::Say(listen.to_string())
            }
            Ok(TradingMessage::Authorization { is_authorized: false }) => {
                Step::Quit("the venue refused the key".to_owned())
            }
            Ok(TradingMessage::Listening(streams)) => {
                if streams.iter().any(|stream| stream == "trade_updates") {
                    Step::Ready
                } else {
                    Step::Quit("the venue streams no trade updates".to_owned())
                }
            }
            Ok(TradingMessage::Update(update)) => Step::Item(update),
            Ok(TradingMessage::Other(name)) => Step::Note(format!("unknown stream `{name}`")),
            // Something about our orders was said and not understood: only lists can tell it now.
            Err(reason) => Step::Quit(format!("a frame could not be read: {reason}")),
        }]
    }
}

/// The conversation on `/v2/FEED`.
#[derive(Debug, Clone)]
pub(in super::super) struct DataTalk {
    keys: Keys,
    symbols: Vec<Symbol>,
    with_quotes: bool,
}

impl DataTalk {
    /// Bars of the symbols.
    pub(in super::super) const fn new(keys: Keys, symbols: Vec<Symbol>) -> Self {
        Self { keys, symbols, with_quotes: false }
    }

    /// And their best prices.
    pub(in super::super) fn with_quotes(self) -> Self {
        Self { with_quotes: true, ..self }
    }

    fn subscribe(&self) -> String {
        let symbols = &self.symbols;
        let quotes: &[Symbol] = if self.with_quotes { symbols } else { &[] };
        json!({"action": "subscribe", "bars": symbols, "updatedBars": symbols, "statuses": symbols,
            "quotes": quotes})
        .to_string()
    }

    fn answer(&self, message: DataMessage) -> Option<Step<DataMessage>> {
        Some(match message {
            DataMessage::Success { msg } if msg == "connected" => Step::Say(greeting(&self.keys)),
            DataMessage::Success { msg } if msg == "authenticated" => Step::Say(self.subscribe()),
            DataMessage::Success { .. } => return None,
            DataMessage::Error { code, msg } => {
                let msg = self.keys.blot(&msg);
                Step::Quit(format!("the venue said {code}: {msg}{}", remedy(code)))
            }
            DataMessage::Subscription { bars, quotes } => {
                let lacks = |names: &[String]| {
                    self.symbols.iter().find(|s| !names.iter().any(|n| n == s.as_str())).cloned()
                };
                let lacking = lacks(&bars).or(if self.with_quotes { lacks(&quotes) } else { None });
                lacking.map_or(Step::Ready, |symbol| {
                    Step::Quit(format!("the venue streams nothing of `{symbol}`"))
                })
            }
            DataMessage::Other => Step::Note("unknown message of market data".to_owned()),
            item => Step::Item(item),
        })
    }
}

impl Talk for DataTalk {
    type Item = DataMessage;

    fn open(&mut self) -> Vec<Step<Self::Item>> {
        Vec::new()
    }

    fn hear(&mut self, frame: &[u8]) -> Vec<Step<Self::Item>> {
        match DataMessage::read(frame) {
            Ok(messages) => messages.into_iter().filter_map(|m| self.answer(m)).collect(),
            Err(reason) => vec![Step::Quit(format!("a frame could not be read: {reason}"))],
        }
    }
}

fn greeting(keys: &Keys) -> String {
    json!({"action": "auth", "key": keys.identity(), "secret": keys.secret()}).to_string()
}

/// What to do about an error of the data service.
const fn remedy(code: i64) -> &'static str {
    match code {
        402 => "; check the key and its secret",
        405 => "; the subscription allows fewer symbols",
        406 => "; another program streams with this account, stop it",
        409 => "; the subscription lacks this feed",
        _ => "",
    }
}
