//! What leaves on one connection, in order, with the pauses that faults put between.

use std::io::Write;
use std::net::{Shutdown, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

/// One thing to do.
#[derive(Debug)]
pub(super) enum Piece {
    Bytes(Vec<u8>),
    /// Milliseconds of the wall clock.
    Pause(u64),
    /// Nothing more ever leaves; the connection stays.
    Stall,
    Close,
}

/// The sending half of a connection. Never waits for the client.
#[derive(Debug)]
pub(super) struct Outbox {
    pieces: Sender<Piece>,
    stream: TcpStream,
    /// Frames that wait for so many others.
    held: Vec<(usize, Vec<u8>)>,
}

impl Outbox {
    /// Begins to send on a stream, in a thread of its own.
    ///
    /// # Errors
    /// If the stream cannot be shared.
    pub(super) fn start(stream: &TcpStream) -> std::io::Result<Self> {
        let (pieces, inbox) = channel();
        let mut writer = stream.try_clone()?;
        std::thread::spawn(move || send_all(&mut writer, &inbox));
        Ok(Self { pieces, stream: stream.try_clone()?, held: Vec::new() })
    }

    pub(super) fn push(&self, piece: Piece) {
        // A connection that is gone takes nothing more, and its reader says so.
        let _ = self.pieces.send(piece);
    }

    /// Keeps a frame back until so many others have left.
    pub(super) fn hold(&mut self, frames: usize, bytes: Vec<u8>) {
        self.held.push((frames, bytes));
    }

    /// A frame has left: those whose time has come follow. Returns them.
    pub(super) fn release(&mut self) -> Vec<Vec<u8>> {
        for (left, _) in &mut self.held {
            *left = left.saturating_sub(1);
        }
        let (ready, held) =
            std::mem::take(&mut self.held).into_iter().partition(|(left, _)| *left == 0);
        self.held = held;
        let ready: Vec<(usize, Vec<u8>)> = ready;
        ready.into_iter().map(|(_, bytes)| bytes).collect()
    }

    /// Cuts the connection at once.
    pub(super) fn cut(&self) {
        let _ = self.stream.shutdown(Shutdown::Both);
    }
}

fn send_all(stream: &mut TcpStream, inbox: &Receiver<Piece>) {
    while let Ok(piece) = inbox.recv() {
        let is_over = match piece {
            Piece::Bytes(bytes) => stream.write_all(&bytes).is_err(),
            Piece::Pause(millis) => {
                std::thread::sleep(Duration::from_millis(millis));
                false
            }
            Piece::Stall => {
                // Until the gateway lets go of the connection.
                while inbox.recv().is_ok() {}
                return;
            }
            Piece::Close => true,
        };
        if is_over {
            let _ = stream.shutdown(Shutdown::Both);
            return;
        }
    }
}
