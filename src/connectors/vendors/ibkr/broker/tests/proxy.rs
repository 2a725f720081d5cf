//! A wire between program and gateway that can be cut at any byte, or go silent.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

/// The wire. Bytes are counted from the program to the gateway.
pub(super) struct Wire {
    pub(super) port: u16,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    /// So many bytes may still pass; all of them below 0.
    left: AtomicI64,
    is_silent: AtomicBool,
}

impl Wire {
    pub(super) fn to(port: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let here = listener.local_addr().unwrap().port();
        let state = Arc::new(State::default());
        state.left.store(-1, Ordering::SeqCst);
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for near in listener.incoming() {
                let (Ok(near), Ok(far)) = (near, TcpStream::connect(("127.0.0.1", port))) else {
                    continue;
                };
                let (near_back, far_back) = (near.try_clone().unwrap(), far.try_clone().unwrap());
                let (out, back) = (Arc::clone(&shared), Arc::clone(&shared));
                std::thread::spawn(move || forward(near, far, &out, true));
                std::thread::spawn(move || forward(far_back, near_back, &back, false));
            }
        });
        Self { port: here, state }
    }

    /// Lets so many bytes of the program pass, then cuts the wire once.
    pub(super) fn cut_after(&self, bytes: i64) {
        self.state.left.store(bytes, Ordering::SeqCst);
    }

    /// Swallows everything in both directions and keeps the connection open.
    pub(super) fn silence(&self, is_silent: bool) {
        self.state.is_silent.store(is_silent, Ordering::SeqCst);
    }
}

fn forward(mut from: TcpStream, mut to: TcpStream, state: &State, is_out: bool) {
    let mut buffer = [0_u8; 4096];
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        if state.is_silent.load(Ordering::SeqCst) {
            continue;
        }
        let left = state.left.load(Ordering::SeqCst);
        let passes = match is_out && left >= 0 {
            true => count.min(usize::try_from(left).unwrap()),
            false => count,
        };
        if to.write_all(&buffer[..passes]).is_err() {
            break;
        }
        if is_out && left >= 0 {
            state.left.store(left - passes as i64, Ordering::SeqCst);
            if passes < count || left == passes as i64 && left == 0 {
                state.left.store(-1, Ordering::SeqCst);
                break;
            }
        }
    }
    let _ = from.shutdown(Shutdown::Both);
    let _ = to.shutdown(Shutdown::Both);
}
