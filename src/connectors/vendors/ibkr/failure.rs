//! From what the gateway says to what is to be done.

use ibapi::{Error, Notice};

use crate::ports::RemoteError;

/// Who is asked, for error texts.
pub(super) const VENUE: &str = "IBKR";

/// Why a question has no answer, after all tries.
#[derive(Debug)]
pub(super) enum Failure {
    /// The broker has the contract and nothing in the span.
    Empty,
    /// The broker has no such contract; in its own words.
    Unknown(String),
    /// It did not answer, or not so that anybody could use it.
    Remote(RemoteError),
}

/// What one try has shown.
#[derive(Debug, PartialEq)]
pub(super) enum Verdict {
    /// The broker has the contract and nothing in the span.
    Empty,
    /// The broker has no such contract.
    Unknown(String),
    /// Too many requests; another try after the window.
    Pacing(String),
    /// Another try may help.
    Again(String),
    /// The connection is gone; another try needs a new one.
    Lost(String),
    /// No try will help.
    Final(RemoteError),
}

/// Judges the answer to `request`.
pub(super) fn judge(error: &Error, request: &str) -> Verdict {
    match error {
        Error::Notice(notice) => judge_notice(notice, request),
        Error::Timeout => Verdict::Again("no answer in time".to_owned()),
        Error::ConnectionFailed | Error::Shutdown | Error::Cancelled | Error::Io(_) => {
            Verdict::Lost(format!("the connection was lost ({error})"))
        }
        Error::UnexpectedEndOfStream | Error::EndOfStream => {
            Verdict::Lost("the answer ended early".to_owned())
        }
        error if error.is_connection_lost() => {
            Verdict::Lost("the gateway closed the connection".to_owned())
        }
        other => Verdict::Final(malformed(request, "an answer of its protocol", other)),
    }
}

/// Judges an error frame of the broker that belongs to `request`.
///
/// # Source
/// TWS API, "Message Codes", and texts seen by users: 162 covers everything that the history
/// service says, so its text decides.
fn judge_notice(notice: &Notice, request: &str) -> Verdict {
    let said = notice.message.to_lowercase();
    let is_about = |words: &[&str]| words.iter().any(|word| said.contains(word));
    let text = format!("{} {}", notice.code, notice.message);
    match notice.code {
        200 | 203 => Verdict::Unknown(text),
        100 | 420 => Verdict::Pacing(text),
        _ if is_about(&["pacing violation", "max rate of messages"]) => Verdict::Pacing(text),
        162 | 10_187 if is_about(&["no data"]) => Verdict::Empty,
        162 | 10_187 if is_about(&["permission", "subscri"]) => refused(notice, request, SUBSCRIBE),
        162 if is_about(&["different ip address"]) => {
            Verdict::Final(unavailable(request, 1, &format!("{text}; end the other session")))
        }
        162 if is_about(&["cancelled", "timed out", "time out", "not connected"]) => {
            Verdict::Again(text)
        }
        354 | 10_089 | 10_090 | 10_091 | 10_168 | 10_186 => refused(notice, request, SUBSCRIBE),
        165 | 322 | 366 | 504 | 1100 | 1300 | 2105 | 2110 | 10_197 | ..0 => Verdict::Again(text),
        _ => refused(notice, request, ""),
    }
}

const SUBSCRIBE: &str = "; the account needs a subscription to this market data";

fn refused(notice: &Notice, request: &str, hint: &str) -> Verdict {
    Verdict::Final(RemoteError::Refused {
        venue: VENUE,
        request: request.to_owned(),
        status: u16::try_from(notice.code).unwrap_or(0),
        reason: format!("{}{hint}", notice.message),
    })
}

/// No connection was made.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Refusal {
    /// For the user.
    pub(super) error: RemoteError,
    /// Whether a gateway that has just been there may yet come back.
    pub(super) may_pass: bool,
}

/// Judges why no connection was made to `address`.
pub(super) fn judge_connect(error: &Error, address: &str, client_id: i32) -> Refusal {
    let request = format!("a connection to {address}");
    let absent =
        |reason: String| Refusal { error: unavailable(&request, 1, &reason), may_pass: true };
    match error {
        Error::ServerVersion(needed, found, _) => Refusal {
            error: RemoteError::Malformed {
                venue: VENUE,
                request,
                expected: format!("server version {needed} or later (update TWS or IB Gateway)"),
                found: format!("version {found}"),
            },
            may_pass: false,
        },
        Error::ClientIdInUse { .. } => Refusal {
            error: RemoteError::Refused {
                venue: VENUE,
                request,
                status: 326,
                reason: format!(
                    "client id {client_id} is in use; end the other program or set \
                     connectors.ibkr.client_id to a free number"
                ),
            },
            may_pass: true,
        },
        Error::ConnectionRejected(_) => absent(
            "it closed the connection at once; its API settings must trust this host, and it \
             must be logged in"
                .to_owned(),
        ),
        Error::Io(error) => absent(format!(
            "{error}; start TWS or IB Gateway, log in, enable its socket API, and compare \
             connectors.ibkr.host and port with its API settings"
        )),
        error if error.is_connection_lost() => {
            absent("it closed the connection before it was ready".to_owned())
        }
        other => {
            Refusal { error: malformed(&request, "the handshake of TWS", other), may_pass: false }
        }
    }
}

/// An error for a venue that did not answer.
pub(super) fn unavailable(request: &str, tries: u32, reason: &str) -> RemoteError {
    RemoteError::Unavailable {
        venue: VENUE,
        request: request.to_owned(),
        tries,
        reason: reason.to_owned(),
    }
}

fn malformed(request: &str, expected: &str, found: &Error) -> RemoteError {
    RemoteError::Malformed {
        venue: VENUE,
        request: request.to_owned(),
        expected: expected.to_owned(),
        found: found.to_string(),
    }
}
