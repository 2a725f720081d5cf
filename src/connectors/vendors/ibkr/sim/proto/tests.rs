use super::super::codec::Codec;
use super::super::message::{Reply, Request};
use super::ProtoCodec;

#[test]
fn recorded_frames_of_a_gateway_are_written_the_same() {
    // Version 225: managed accounts, next valid id, and a notice, without their lengths.
    let accounts = Reply::ManagedAccounts { accounts: vec!["DU9000001".to_owned()] };
    let frames = ProtoCodec.write(&accounts);
    assert_eq!(frames, [[&[0, 0, 0, 215, 10, 9][..], b"DU9000001"].concat()]);
    let next = ProtoCodec.write(&Reply::NextValidId { order_id: 1 });
    assert_eq!(next, [vec![0, 0, 0, 209, 8, 1]]);
    let notice = Reply::Error {
        id: -1,
        time: 1,
        code: 2104,
        text: "ok".to_owned(),
        advanced_reject: String::new(),
    };
    let bytes = ProtoCodec.write(&notice).concat();
    assert!(bytes.starts_with(&[0, 0, 0, 204, 8, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1]));
}

#[test]
fn requests_are_read() {
    assert_eq!(ProtoCodec.read(&[0, 0, 0, 249]).unwrap(), Request::CurrentTime);
    assert_eq!(ProtoCodec.read(&[0, 0, 0, 204, 8, 7]).unwrap(), Request::CancelOrder { id: 7 });
    assert_eq!(ProtoCodec.read(&[0, 0, 1, 12]).unwrap(), Request::Other { number: 68 });
    let text = ProtoCodec.read(&[0, 0, 0, 71]).unwrap_err();
    assert_eq!(text.number, 71);
    assert!(ProtoCodec.read(&[0]).is_err());
    assert!(ProtoCodec.read(&[0, 0, 0, 203, 255]).is_err());
}
