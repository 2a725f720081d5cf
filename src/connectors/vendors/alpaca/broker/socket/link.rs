//! The task that keeps a websocket.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio::sync::{Notify, mpsc};
use tokio::time::{Instant, interval, sleep, timeout};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::pauses::Pauses;
use super::talk::{Step, Talk};
use crate::connectors::vendors::alpaca::broker::rest::Line;

/// News that nobody has fetched; a full queue holds the socket back, and the venue closes it.
const QUEUE_MAX: usize = 16_384;

/// How patient a link is, seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in super::super) struct Timing {
    /// For the connection and the greeting.
    pub(in super::super) connect_s: f64,
    /// Between pings.
    pub(in super::super) ping_s: f64,
    /// Without any frame while pings go out: the line is dead.
    pub(in super::super) silence_s: f64,
    /// The first pause before a new connection; it doubles.
    pub(in super::super) pause_s: f64,
}

impl Default for Timing {
    fn default() -> Self {
        Self { connect_s: 10.0, ping_s: 3.0, silence_s: 9.0, pause_s: 1.0 }
    }
}

/// What a link tells.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) enum News<T> {
    /// The greeting is over.
    Up,
    Item(T),
    /// Words that are not known here.
    Note(String),
    /// The connection is gone or could not be made; the link tries again.
    Down(String),
}

/// A websocket that comes back by itself.
#[derive(Debug)]
pub(in super::super) struct Link<T> {
    news: mpsc::Receiver<News<T>>,
    kick: Arc<Notify>,
}

impl<T: Send + 'static> Link<T> {
    /// Starts to connect.
    pub(in super::super) fn start(
        line: &Line,
        url: String,
        talk: impl Talk<Item = T>,
        timing: Timing,
    ) -> Self {
        let (sender, news) = mpsc::channel(QUEUE_MAX);
        let kick = Arc::new(Notify::new());
        let seed = crate::base::now().nanos().unsigned_abs();
        let keeper = Keeper {
            url,
            talk,
            timing,
            sender,
            kick: Arc::clone(&kick),
            pauses: Pauses::new(timing.pause_s, seed),
        };
        line.spawn(keeper.keep());
        Self { news, kick }
    }

    /// The next news, if there is any.
    pub(in super::super) fn next(&mut self) -> Option<News<T>> {
        self.news.try_recv().ok()
    }

    /// The next news, waited for; `None` if none comes in time.
    pub(in super::super) fn wait(&mut self, line: &Line, seconds: f64) -> Option<News<T>> {
        let most = Duration::from_secs_f64(seconds);
        line.wait(async { timeout(most, self.news.recv()).await.ok().flatten() })
    }

    /// Gives the connection up for a new one.
    pub(in super::super) fn renew(&self) {
        self.kick.notify_one();
    }
}

struct Keeper<K: Talk> {
    url: String,
    talk: K,
    timing: Timing,
    sender: mpsc::Sender<News<K::Item>>,
    kick: Arc<Notify>,
    pauses: Pauses,
}

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

impl<K: Talk> Keeper<K> {
    /// Ends when nobody listens any more.
    async fn keep(mut self) {
        while !self.sender.is_closed() {
            let reason = self.session().await;
            if self.sender.send(News::Down(reason)).await.is_err() {
                return;
            }
            let pause = Duration::from_secs_f64(self.pauses.next_s());
            tokio::select! {
                () = sleep(pause) => {}
                () = self.sender.closed() => return,
            }
        }
    }

    /// From a connection to its end; returns why it ended.
    async fn session(&mut self) -> String {
        let most = Duration::from_secs_f64(self.timing.connect_s);
        let mut socket = match timeout(most, connect_async(self.url.as_str())).await {
            Ok(Ok((socket, _))) => socket,
            Ok(Err(error)) => return format!("no connection: {error}"),
            Err(_) => return format!("no connection within {} s", self.timing.connect_s),
        };
        let steps = self.talk.open();
        match self.take(&mut socket, steps).await {
            Ok(_) => self.converse(&mut socket).await,
            Err(reason) => reason,
        }
    }

    async fn converse(&mut self, socket: &mut Socket) -> String {
        let mut pings = interval(Duration::from_secs_f64(self.timing.ping_s));
        pings.tick().await;
        let (mut is_ready, opened) = (false, Instant::now());
        let mut heard = Instant::now();
        loop {
            let greeting_s = opened.elapsed().as_secs_f64();
            if !is_ready && greeting_s > self.timing.connect_s {
                return format!("no greeting within {} s", self.timing.connect_s);
            }
            tokio::select! {
                frame = socket.next() => {
                    heard = Instant::now();
                    match self.frame(socket, frame).await {
                        Ok(was_ready) => is_ready |= was_ready,
                        Err(reason) => return reason,
                    }
                }
                _ = pings.tick() => {
                    if heard.elapsed().as_secs_f64() > self.timing.silence_s {
                        return format!("open but silent for {} s", self.timing.silence_s);
                    }
                    if let Err(error) = socket.send(Message::Ping(Vec::new().into())).await {
                        return format!("the line broke: {error}");
                    }
                }
                () = self.kick.notified() => return "given up for a new connection".to_owned(),
                () = self.sender.closed() => return "nobody listens".to_owned(),
            }
        }
    }

    async fn frame(
        &mut self,
        socket: &mut Socket,
        frame: Option<Result<Message, tokio_tungstenite::tungstenite::Error>>,
    ) -> Result<bool, String> {
        let steps = match frame {
            None | Some(Ok(Message::Close(None))) => return Err("the venue closed the line".to_owned()),
            Some(Ok(Message::Close(Some(close)))) => {
                return Err(format!("the venue closed the line: {} {}", close.code, close.reason));
            }
            Some(Err(error)) => return Err(format!("the line broke: {error}")),
            Some(Ok(Message::Text(text))) => self.talk.hear(text.as_bytes()),
            Some(Ok(Message::Binary(bytes))) => self.talk.hear(&bytes),
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => Vec::new(),
        };
        self.take(socket, steps).await
    }

    /// Carries steps out; tells whether the greeting ended.
    async fn take(
        &mut self,
        socket: &mut Socket,
        steps: Vec<Step<K::Item>>,
    ) -> Result<bool, String> {
        let mut is_ready = false;
        for step in steps {
            let news = match step {
                Step::Say(text) => {
                    let sent = socket.send(Message::text(text)).await;
                    sent.map_err(|error| format!("the line broke: {error}"))?;
                    continue;
                }
                Step::Ready => {
                    is_ready = true;
                    self.pauses.succeeded();
                    News::Up
                }
                Step::Item(item) => News::Item(item),
                Step::Note(note) => News::Note(note),
                Step::Quit(reason) => return Err(reason),
            };
            self.sender.send(news).await.map_err(|_| "nobody listens".to_owned())?;
        }
        Ok(is_ready)
    }
}
