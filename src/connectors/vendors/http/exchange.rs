//! One request and its answer, or why there is none.

use std::error::Error;
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, LOCATION, RETRY_AFTER};
use reqwest::{Client, Request, Response};
use tokio::time::{sleep, timeout};

use super::answer::Answer;
use crate::base::Interrupt;
use crate::config::Limits;

/// No vendor's page is that large.
const BODY_BYTES_MAX: usize = 256 * 1024 * 1024;
const LOOK: Duration = Duration::from_millis(50);

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Loss {
    /// The line failed; it may work the next time.
    Line(String),
    /// The process was asked to stop.
    Stopped,
}

/// Sends a request and reads the whole answer.
///
/// `on_head` is called when the head of an answer has come.
pub(super) async fn exchange(
    client: &Client,
    request: Request,
    limits: &Limits,
    interrupt: &Interrupt,
    on_head: impl FnOnce(),
) -> Result<Answer, Loss> {
    let in_all = Duration::from_secs_f64(limits.request_s);
    let work = timeout(in_all, converse(client, request, limits.silence_s, on_head));
    tokio::select! {
        done = work => match done {
            Ok(outcome) => outcome.map_err(Loss::Line),
            Err(_) => Err(Loss::Line(format!("the answer took more than {} s", limits.request_s))),
        },
        () = stop(interrupt) => Err(Loss::Stopped),
    }
}

async fn stop(interrupt: &Interrupt) {
    while interrupt.stop_requested().is_none() {
        sleep(LOOK).await;
    }
}

async fn converse(
    client: &Client,
    request: Request,
    silence_s: f64,
    on_head: impl FnOnce(),
) -> Result<Answer, String> {
    let silence = Duration::from_secs_f64(silence_s);
    let silent = |_| format!("no byte for {silence_s} s");
    let head = timeout(silence, client.execute(request)).await.map_err(silent)?;
    let mut response = head.map_err(|error| reason(&error))?;
    on_head();
    let mut answer = describe(&response);
    loop {
        let piece = timeout(silence, response.chunk()).await.map_err(silent)?;
        let Some(piece) = piece.map_err(|error| reason(&error))? else { return Ok(answer) };
        answer.body.extend_from_slice(&piece);
        if answer.body.len() > BODY_BYTES_MAX {
            return Err(format!("the answer has more than {BODY_BYTES_MAX} bytes"));
        }
    }
}

fn describe(response: &Response) -> Answer {
    let text = |name| {
        let value = response.headers().get(name)?.to_str().ok()?;
        Some(value.to_owned())
    };
    Answer {
        status: response.status().as_u16(),
        content_type: text(CONTENT_TYPE).unwrap_or_default(),
        retry_after: text(RETRY_AFTER),
        location: text(LOCATION),
        body: Vec::new(),
    }
}

/// What went wrong, without the address, which may tell too much.
fn reason(error: &reqwest::Error) -> String {
    let stage = if error.is_connect() {
        "no connection"
    } else if error.is_body() || error.is_decode() {
        "the answer broke off"
    } else {
        "no answer"
    };
    let mut cause: Option<&(dyn Error + 'static)> = error.source();
    let mut root = None;
    while let Some(inner) = cause {
        root = Some(inner.to_string());
        cause = inner.source();
    }
    root.map_or_else(|| stage.to_owned(), |root| format!("{stage}: {root}"))
}
