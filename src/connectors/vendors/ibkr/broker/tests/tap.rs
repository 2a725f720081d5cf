//! A wire on which every message of the gateway can be changed, and every byte comes by itself.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What becomes of the body of a message: any number of bodies.
type Change = Box<dyn FnMut(Vec<u8>) -> Vec<Vec<u8>> + Send>;

/// The message numbers of the protocol whose bodies are changed, as they come at the newest versions.
pub(super) const ORDER_STATUS: i32 = 203;

/// The number of a message.
pub(super) fn number(body: &[u8]) -> Option<i32> {
    Some(i32::from_be_bytes(body.get(..4)?.try_into().ok()?))
}

/// Listens, and forwards to the port: in pieces of so many bytes, messages of the gateway as `change` has them. Returns
/// where it listens.
pub(super) fn tap(
    port: u16,
    piece: usize,
    change: impl FnMut(Vec<u8>) -> Vec<Vec<u8>> + Send + 'static,
) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let here = listener.local_addr().unwrap().port();
    let change: Arc<Mutex<Change>> = Arc::new(Mutex::new(Box::new(change)));
    std::thread::spawn(move || {
        for near in listener.incoming() {
            let (Ok(near), Ok(far)) = (near, TcpStream::connect(("127.0.0.1", port))) else {
                continue;
            };
            near.set_nodelay(true).unwrap();
            far.set_nodelay(true).unwrap();
            let (near_back, far_back) = (near.try_clone().unwrap(), far.try_clone().unwrap());
            let change = Arc::clone(&change);
            std::thread::spawn(move || forward(near, far, piece));
            std::thread::spawn(move || change_frames(far_back, near_back, piece, &change));
        }
    });
    here
}

fn forward(mut from: TcpStream, mut to: TcpStream, piece: usize) {
    let mut buffer = [0_u8; 4096];
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        if !in_pieces(&mut to, &buffer[..count], piece) {
            break;
        }
    }
    let _ = from.shutdown(Shutdown::Both);
    let _ = to.shutdown(Shutdown::Both);
}

fn change_frames(mut from: TcpStream, mut to: TcpStream, piece: usize, change: &Mutex<Change>) {
    let mut length = [0_u8; 4];
    while from.read_exact(&mut length).is_ok() {
        let mut body = vec![0; u32::from_be_bytes(length) as usize];
        if from.read_exact(&mut body).is_err() {
            break;
        }
        let bodies = (change.lock().unwrap())(body);
        let mut bytes = Vec::new();
        for body in bodies {
            bytes.extend((body.len() as u32).to_be_bytes());
            bytes.extend(body);
        }
        if !in_pieces(&mut to, &bytes, piece) {
            break;
        }
    }
    let _ = from.shutdown(Shutdown::Both);
    let _ = to.shutdown(Shutdown::Both);
}

fn in_pieces(to: &mut TcpStream, bytes: &[u8], piece: usize) -> bool {
    bytes.chunks(piece).all(|part| to.write_all(part).is_ok())
}
