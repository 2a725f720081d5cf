//! Both directions.

use prost::Message;

use super::super::codec::{Codec, Unreadable};
use super::super::message::{Reply, Request};
use super::super::sentinel::{Wish, unset};
use super::read::read;
use super::table::fields;
use super::write::write;

/// Added to the number of a message whose body is protobuf.
const PROTOBUF: i32 = 200;

/// The codec from server version 213 on.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ProtoCodec;

impl Codec for ProtoCodec {
    fn read(&self, body: &[u8]) -> Result<Request, Unreadable> {
        let too_short =
            || Unreadable { number: 0, detail: "the body has no message number".to_owned() };
        let (number, rest) = body.split_first_chunk::<4>().ok_or_else(too_short)?;
        let number = i32::from_be_bytes(*number);
        if number <= PROTOBUF {
            let detail = "a protobuf body was expected, was text".to_owned();
            return Err(Unreadable { number, detail });
        }
        let number = number - PROTOBUF;
        read(number, rest).map_err(|error| Unreadable { number, detail: error.to_string() })
    }

    fn write(&self, reply: &Reply) -> Vec<Vec<u8>> {
        write(reply)
    }

    fn unset(&self, body: Vec<u8>, wish: Wish<'_>) -> Vec<u8> {
        let Some((head, rest)) = body.split_first_chunk::<4>() else { return body };
        let fields = fields(i32::from_be_bytes(*head) - PROTOBUF);
        [&head[..], &unset(rest, fields, wish)].concat()
    }
}

/// A body with its number.
pub(super) fn body(number: i32, message: &impl Message) -> Vec<u8> {
    let mut body = (PROTOBUF + number).to_be_bytes().to_vec();
    body.extend(message.encode_to_vec());
    body
}
