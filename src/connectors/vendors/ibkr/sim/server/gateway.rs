//! The gateway: one desk, one fault script, and all connections.

use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;

use super::super::clock::VenueClock;
use super::super::codec::Codec;
use super::super::desk::{Desk, Line};
use super::super::fault_port::{Act, Faults, Moment};
use super::super::message::{Reply, Request};
use super::super::sentinel::Wish;
use super::frames::frame;
use super::outbox::{Outbox, Piece};
use super::recorder::{Direction, Recorder};
use crate::base::Timestamp;

/// One connection.
pub(super) struct Connection {
    pub(super) outbox: Outbox,
    pub(super) codec: Box<dyn Codec>,
    pub(super) recorder: Option<Recorder>,
    pub(super) is_started: bool,
    /// Whether its client id counts as taken.
    pub(super) is_refused: bool,
}

impl Connection {
    /// Sends bytes and writes them down.
    pub(super) fn put(&mut self, now: Timestamp, bytes: Vec<u8>) {
        if let Some(recorder) = &mut self.recorder {
            recorder.write(now, Direction::Server, &bytes);
        }
        self.outbox.push(Piece::Bytes(bytes));
    }
}

/// Everything behind the sockets.
pub(super) struct Gateway {
    pub(super) clock: VenueClock,
    pub(super) desk: Desk,
    pub(super) faults: Box<dyn Faults>,
    pub(super) connections: BTreeMap<Line, Connection>,
    pub(super) record: Option<PathBuf>,
    /// What waits to be sent.
    pub(super) queue: VecDeque<(Line, Reply)>,
    /// Connections since the start.
    pub(super) num_connections: u64,
    pub(super) num_received: u64,
    pub(super) num_sent: u64,
    /// When the gateway takes connections again after a restart, by its stopwatch in seconds.
    pub(super) down_until: f64,
    pub(super) watch: crate::base::Stopwatch,
    pub(super) is_over: bool,
}

impl Gateway {
    /// The venue's time; never before what the desk has seen.
    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Whether connections are refused.
    pub(super) fn is_down(&self) -> bool {
        self.watch.seconds() < self.down_until
    }

    /// A body has come. Returns whether the connection goes on.
    pub(super) fn receive(&mut self, line: Line, body: &[u8]) -> bool {
        let now = self.now();
        let Some(connection) = self.connections.get_mut(&line) else { return false };
        if let Some(recorder) = &mut connection.recorder {
            recorder.write(now, Direction::Client, &frame(body));
        }
        self.num_received += 1;
        let read = connection.codec.read(body);
        let is_started = connection.is_started;
        let request = match read {
            Ok(request) => request,
            Err(error) => {
                self.strike_received(line, "unreadable", &mut None);
                self.desk.notice(line, 320, &format!("Error reading request. {error}"));
                self.pump();
                return true;
            }
        };
        let name = request.name().0;
        let mut request = Some(request);
        let times = self.strike_received(line, name, &mut request);
        for _ in 0..times {
            let Some(request) = request.clone() else { break };
            if !self.carry_out(line, is_started, request) {
                self.pump();
                return false;
            }
        }
        self.pump();
        self.connections.contains_key(&line)
    }

    /// Returns whether the connection goes on.
    fn carry_out(&mut self, line: Line, is_started: bool, request: Request) -> bool {
        let now = self.now();
        match request {
            Request::StartApi { client_id, .. } if !is_started => {
                self.desk.advance(now);
                let is_refused = self.connections.get(&line).is_some_and(|c| c.is_refused);
                if is_refused || !self.desk.open(line, client_id) {
                    self.refuse_client_id(line);
                    return true;
                }
                if let Some(connection) = self.connections.get_mut(&line) {
                    connection.is_started = true;
                }
            }
            request if is_started => self.desk.handle(now, line, request),
            _ => {}
        }
        true
    }

    /// Answers the greeting: the version, and when the connection was made.
    pub(super) fn greet(&mut self, line: Line, version: i32) {
        let time = self.desk.stamp(self.now());
        let body = format!("{version}\0{time}\0").into_bytes();
        self.num_sent += 1;
        let moment = Moment::Sending { connection: line, name: "handshake", frame: self.num_sent };
        let acts = self.faults.strike(self.now(), moment);
        self.send_frames(line, &Reply::OpenOrderEnd, vec![frame(&body)], acts);
    }

    /// 326, and the connection closes.
    pub(super) fn refuse_client_id(&mut self, line: Line) {
        let text =
            "Unable to connect as the client id is already in use. Retry with a unique client id.";
        self.desk.notice(line, 326, text);
        self.pump();
        self.close_after_all(line);
    }

    /// Closes a connection once everything before has left.
    fn close_after_all(&mut self, line: Line) {
        if let Some(connection) = self.connections.get(&line) {
            connection.outbox.push(Piece::Close);
        }
    }

    /// Some time has passed.
    pub(super) fn tick(&mut self) {
        let now = self.now();
        self.desk.tick(now);
        let acts = self.faults.strike(now, Moment::Tick);
        self.act_on_all(acts);
        self.pump();
    }

    /// Sends everything that the desk has to say, and what comes of that.
    pub(super) fn pump(&mut self) {
        loop {
            self.queue.extend(self.desk.take());
            let Some((line, reply)) = self.queue.pop_front() else { return };
            self.send(line, reply);
        }
    }

    /// A connection is gone.
    pub(super) fn forget(&mut self, line: Line) {
        self.connections.remove(&line);
        self.desk.close(line);
    }

    /// The faults of a message that has come. Returns how often it is carried out.
    fn strike_received(
        &mut self,
        line: Line,
        name: &'static str,
        request: &mut Option<Request>,
    ) -> usize {
        let moment = Moment::Received { connection: line, name, frame: self.num_received };
        let acts = self.faults.strike(self.now(), moment);
        let mut times = 1;
        for act in acts {
            match act {
                Act::Drop => times = 0,
                Act::Duplicate => times += 1,
                Act::ClientIdInUse => {
                    times = 0;
                    self.refuse_client_id(line);
                }
                Act::Reject { code, text } => {
                    if let Some(Request::PlaceOrder { id, .. }) = request {
                        let id = *id;
                        times = 0;
                        self.desk.reject(line, id, code, &text);
                    }
                }
                Act::OverFill(quantity) => {
                    if let Some(Request::PlaceOrder { id, .. }) = request {
                        let client_id = self.desk.client_of(line);
                        self.desk.over_fill_order(client_id, *id, quantity);
                    }
                }
                act => self.act_on_line(line, act),
            }
        }
        times
    }

    /// Sends one reply, with its faults.
    fn send(&mut self, line: Line, reply: Reply) {
        let name = reply.name().0;
        self.num_sent += 1;
        let moment = Moment::Sending { connection: line, name, frame: self.num_sent };
        let acts = self.faults.strike(self.now(), moment);
        let mut reply = reply;
        if acts.contains(&Act::Sentinels) {
            super::acts::unset(&mut reply);
        }
        let Some(connection) = self.connections.get(&line) else { return };
        let mut bodies = connection.codec.write(&reply);
        for act in &acts {
            let Act::Unset { field, value } = act else { continue };
            let wish = Wish { field: field.as_deref(), value: *value };
            bodies = bodies.into_iter().map(|body| connection.codec.unset(body, wish)).collect();
        }
        let frames = bodies.iter().map(|body| frame(body)).collect();
        self.send_frames(line, &reply, frames, acts);
    }
}
