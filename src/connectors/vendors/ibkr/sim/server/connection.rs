//! One connection: the greeting, then frame after frame.

use std::io::{self, Read};
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::super::codec::Codec;
use super::super::desk::Line;
use super::super::fault_port::{Act, Moment};
use super::super::proto::ProtoCodec;
use super::super::text::TextCodec;
use super::frames::{frame, parse_versions, read_frame};
use super::gateway::{Connection, Gateway};
use super::outbox::{Outbox, Piece};
use super::recorder::{Direction, Recorder};

/// The newest version whose messages are all text.
const TEXT_MAX: i32 = 200;
/// The oldest version whose messages are all protobuf.
const PROTOBUF_MIN: i32 = 213;

pub(super) fn lock(gateway: &Mutex<Gateway>) -> MutexGuard<'_, Gateway> {
    gateway.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Serves a connection until it ends.
pub(super) fn serve(mut stream: TcpStream, version_max: i32, gateway: &Arc<Mutex<Gateway>>) {
    let mut line = None;
    // Whatever ends a connection, the other side only sees it close.
    let _ = converse(&mut stream, version_max, gateway, &mut line);
    if let Some(line) = line {
        lock(gateway).forget(line);
    }
    let _ = stream.shutdown(Shutdown::Both);
}

fn converse(
    stream: &mut TcpStream,
    version_max: i32,
    gateway: &Arc<Mutex<Gateway>>,
    line: &mut Option<Line>,
) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut hello = [0; 4];
    stream.read_exact(&mut hello)?;
    let versions = read_frame(stream)?;
    let Some((_, high)) = parse_versions(&versions).filter(|_| &hello == b"API\0") else {
        return Ok(());
    };
    let version = agreed(high.min(version_max));
    let number = {
        let mut gateway = lock(gateway);
        gateway.num_connections += 1;
        gateway.num_connections
    };
    let acts = {
        let mut gateway = lock(gateway);
        let now = gateway.now();
        gateway.faults.strike(now, Moment::Connected { connection: number })
    };
    if acts.contains(&Act::Drop) || acts.iter().any(|act| matches!(act, Act::Stall(0))) {
        // Accepted, and never answered.
        while read_frame(stream).is_ok() {}
        return Ok(());
    }
    if acts.iter().any(|act| matches!(act, Act::Close { .. })) {
        return Ok(());
    }
    // A client for which this version is too old hears it, and goes.
    open(stream, version, gateway, number, &versions)?;
    *line = Some(number);
    begin(gateway, number, version, acts);
    loop {
        let body = read_frame(stream)?;
        if !lock(gateway).receive(number, &body) {
            // What was said last must still leave: the outbox closes the connection.
            while read_frame(stream).is_ok() {}
            return Ok(());
        }
    }
}

/// The version that is spoken: between the two codecs there is none of its own.
const fn agreed(version: i32) -> i32 {
    if version > TEXT_MAX && version < PROTOBUF_MIN { TEXT_MAX } else { version }
}

fn open(
    stream: &TcpStream,
    version: i32,
    gateway: &Arc<Mutex<Gateway>>,
    line: Line,
    versions: &[u8],
) -> io::Result<()> {
    let codec: Box<dyn Codec> = if version >= PROTOBUF_MIN {
        Box::new(ProtoCodec)
    } else {
        Box::new(TextCodec::new(version).ok_or(io::ErrorKind::Unsupported)?)
    };
    let outbox = Outbox::start(stream)?;
    let mut gateway = lock(gateway);
    let now = gateway.now();
    let mut recorder =
        gateway.record.as_deref().map(|folder| Recorder::create(folder, line)).transpose()?;
    if let Some(recorder) = &mut recorder {
        let greeting = [b"API\0", &frame(versions)[..]].concat();
        recorder.write(now, Direction::Client, &greeting);
    }
    let connection = Connection { outbox, codec, recorder, is_started: false, is_refused: false };
    gateway.connections.insert(line, connection);
    Ok(())
}

/// Answers the greeting.
fn begin(gateway: &Arc<Mutex<Gateway>>, line: Line, version: i32, acts: Vec<Act>) {
    let mut gateway = lock(gateway);
    for act in acts {
        match act {
            Act::Delay(millis) | Act::Stall(millis) => {
                if let Some(connection) = gateway.connections.get(&line) {
                    connection.outbox.push(Piece::Pause(millis));
                }
            }
            Act::ClientIdInUse => {
                if let Some(connection) = gateway.connections.get_mut(&line) {
                    connection.is_refused = true;
                }
            }
            act => gateway.act_on_line(line, act),
        }
    }
    gateway.greet(line, version);
    gateway.pump();
}
