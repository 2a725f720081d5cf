//! A wire between program and gateway that can be cut at any byte, or go silent.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};

/// The wire.
pub(super) struct Wire {
    pub(super) port: u16,
    state: Arc<Mutex<State>>,
}

/// Which way bytes go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// From the program to the gateway.
    Out,
    /// From the gateway to the program.
    Back,
}

#[derive(Default)]
struct State {
    /// So many bytes may still pass, then the wire is cut once.
    cut: Option<(Way, usize)>,
    is_silent: bool,
    /// What the program has sent since it was last forgotten, by connection; what was cut off
    /// included.
    sent: BTreeMap<usize, Vec<u8>>,
    /// How many bytes came back.
    came: usize,
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap()
}

impl Wire {
    pub(super) fn to(port: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let here = listener.local_addr().unwrap().port();
        let state = Arc::<Mutex<State>>::default();
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for (number, near) in listener.incoming().enumerate() {
                let (Ok(near), Ok(far)) = (near, TcpStream::connect(("127.0.0.1", port))) else {
                    continue;
                };
                let (near_back, far_back) = (near.try_clone().unwrap(), far.try_clone().unwrap());
                let (out, back) = (Arc::clone(&shared), Arc::clone(&shared));
                std::thread::spawn(move || forward(near, far, &out, Way::Out, number));
                std::thread::spawn(move || forward(far_back, near_back, &back, Way::Back, number));
            }
        });
        Self { port: here, state }
    }

    /// Lets so many bytes of a direction pass, then cuts the wire once; at once after the last of
    /// them, or with the first byte where none may pass. What was sent before is forgotten.
    pub(super) fn cut_after(&self, way: Way, bytes: usize) {
        let mut state = lock(&self.state);
        state.cut = Some((way, bytes));
        state.forget();
    }

    /// Cuts nothing. Whether something was to be cut and was not.
    pub(super) fn mend(&self) -> bool {
        lock(&self.state).cut.take().is_some()
    }

    /// Forgets what was sent.
    pub(super) fn forget(&self) {
        lock(&self.state).forget();
    }

    /// The messages that the program has begun to send since, in the order of its connections:
    /// their numbers, and how many bytes each has with its length.
    pub(super) fn messages(&self) -> Vec<(i32, usize)> {
        lock(&self.state).sent.values().flat_map(|bytes| messages(bytes)).collect()
    }

    /// How many bytes have come back since.
    pub(super) fn came(&self) -> usize {
        lock(&self.state).came
    }

    /// Swallows everything in both directions and keeps the connection open.
    pub(super) fn silence(&self, is_silent: bool) {
        lock(&self.state).is_silent = is_silent;
    }
}

impl State {
    fn forget(&mut self) {
        self.sent.clear();
        self.came = 0;
    }

    /// How many of these bytes pass, and whether the wire is cut behind them.
    fn admit(&mut self, way: Way, bytes: &[u8], number: usize) -> (usize, bool) {
        match way {
            Way::Out => self.sent.entry(number).or_default().extend(bytes),
            Way::Back => self.came += bytes.len(),
        }
        let Some((_, left)) = self.cut.filter(|(of, _)| *of == way) else {
            return (bytes.len(), false);
        };
        if left > bytes.len() {
            self.cut = Some((way, left - bytes.len()));
            return (bytes.len(), false);
        }
        self.cut = None;
        (left, true)
    }
}

/// Messages of a stream that begins with one, or with a greeting.
fn messages(bytes: &[u8]) -> Vec<(i32, usize)> {
    let mut rest = bytes.strip_prefix(b"API\0").unwrap_or(bytes);
    let number = |bytes: &[u8]| bytes.first_chunk().map(|four| i32::from_be_bytes(*four));
    let mut found = Vec::new();
    while let Some(length) = number(rest) {
        let length = 4 + usize::try_from(length).unwrap();
        found.push((number(&rest[4..]).unwrap_or(-1), length));
        rest = rest.get(length..).unwrap_or_default();
    }
    found
}

fn forward(mut from: TcpStream, mut to: TcpStream, state: &Mutex<State>, way: Way, number: usize) {
    let mut buffer = [0_u8; 4096];
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        let (passes, is_cut) = {
            let mut state = lock(state);
            if state.is_silent {
                continue;
            }
            state.admit(way, &buffer[..count], number)
        };
        if to.write_all(&buffer[..passes]).is_err() || is_cut {
            break;
        }
    }
    let _ = from.shutdown(Shutdown::Both);
    let _ = to.shutdown(Shutdown::Both);
}
