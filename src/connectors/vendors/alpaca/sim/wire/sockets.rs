//! The two conversations on websockets.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::sleep;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, accept_async};

use crate::connectors::vendors::alpaca::sim::server::{Out, Shared};
use crate::domain::Symbol;

const LOOK: Duration = Duration::from_millis(10);

/// What a client has asked for so far.
#[derive(Debug, Default)]
struct Client {
    is_known: bool,
    is_listening: bool,
    bars: Vec<Symbol>,
    quotes: Vec<Symbol>,
}

/// Speaks with a client on `/stream` or `/v2/FEED` until it goes or is thrown out.
pub(in super::super) async fn converse(stream: TcpStream, path: &str, shared: Arc<Shared>) {
    let Ok(mut socket) = accept_async(stream).await else { return };
    let is_data = path != "/stream";
    let mut out = shared.listen();
    let mut client = Client::default();
    if is_data && !say(&mut socket, is_data, &json!([{"T": "success", "msg": "connected"}])).await {
        return;
    }
    loop {
        while shared.is_silent() {
            sleep(LOOK).await;
        }
        tokio::select! {
            frame = socket.next() => {
                let Some(Ok(frame)) = frame else { return };
                let reply = match frame {
                    Message::Text(text) => client.hear(text.as_bytes(), is_data, &shared),
                    Message::Binary(bytes) => client.hear(&bytes, is_data, &shared),
                    Message::Close(_) => return,
                    _ => None,
                };
                if let Some(reply) = reply
                    && !say(&mut socket, is_data, &reply).await
                {
                    return;
                }
            }
            news = next(&mut out) => {
                let Some(news) = news else { return };
                // A silence that began meanwhile holds the news back.
                while shared.is_silent() {
                    sleep(LOOK).await;
                }
                if !client.tell(&mut socket, news, is_data).await {
                    return;
                }
            }
        }
    }
}

async fn next(out: &mut Receiver<Out>) -> Option<Out> {
    match out.recv().await {
        Ok(news) => Some(news),
        Err(RecvError::Lagged(_) | RecvError::Closed) => None,
    }
}

/// The stream of updates sends binary frames, the data service text.
async fn say(socket: &mut WebSocketStream<TcpStream>, is_data: bool, value: &Value) -> bool {
    let text = value.to_string();
    let message =
        if is_data { Message::text(text) } else { Message::Binary(text.into_bytes().into()) };
    socket.send(message).await.is_ok()
}

impl Client {
    fn hear(&mut self, frame: &[u8], is_data: bool, shared: &Shared) -> Option<Value> {
        let frame: Value = serde_json::from_slice(frame).ok()?;
        let word = |name: &str| frame.get(name).and_then(Value::as_str);
        match word("action")? {
            "auth" => {
                let keys = (word("key").unwrap_or_default(), word("secret").unwrap_or_default());
                self.is_known = shared.knows(keys.0, keys.1);
                Some(self.greeting(is_data))
            }
            "listen" if self.is_known => {
                self.is_listening = true;
                Some(json!({"stream": "listening", "data": {"streams": ["trade_updates"]}}))
            }
            "subscribe" if self.is_known => {
                let symbols = |name: &str| -> Vec<Symbol> {
                    let names = frame.get(name).and_then(Value::as_array).into_iter().flatten();
                    names.filter_map(|name| name.as_str()?.parse().ok()).collect()
                };
                self.bars = symbols("bars");
                self.quotes = symbols("quotes");
                shared.want(&self.bars);
                shared.want(&self.quotes);
                Some(json!([{"T": "subscription", "trades": [], "bars": self.bars,
                    "updatedBars": self.bars, "statuses": self.bars, "quotes": self.quotes}]))
            }
            _ => None,
        }
    }

    fn greeting(&self, is_data: bool) -> Value {
        match (is_data, self.is_known) {
            (true, true) => json!([{"T": "success", "msg": "authenticated"}]),
            (true, false) => json!([{"T": "error", "code": 402, "msg": "auth failed"}]),
            (false, is_known) => {
                let status = if is_known { "authorized" } else { "unauthorized" };
                json!({"stream": "authorization", "data": {"action": "authenticate", "status": status}})
            }
        }
    }

    async fn tell(
        &self,
        socket: &mut WebSocketStream<TcpStream>,
        news: Out,
        is_data: bool,
    ) -> bool {
        let of = |entries: &[Value], symbols: &[Symbol]| -> Vec<Value> {
            let wanted = |entry: &&Value| symbols.iter().any(|s| entry["S"] == s.as_str());
            entries.iter().filter(wanted).cloned().collect()
        };
        let entries = match news {
            Out::Close => return false,
            Out::Update(text) if !is_data && self.is_listening => {
                return socket.send(Message::Binary(text.into_bytes().into())).await.is_ok();
            }
            Out::Bars(entries) if is_data => of(&entries, &self.bars),
            Out::Quotes(entries) if is_data => of(&entries, &self.quotes),
            _ => return true,
        };
        entries.is_empty() || say(socket, is_data, &entries.into()).await
    }
}
