//! From the SDK's errors to what a caller can do about them.

use std::error::Error;

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};

use crate::base::FileError;
use crate::ports::RemoteError;

/// The venue in error texts.
pub(super) const VENUE: &str = "the object store";

/// Why one try failed.
#[derive(Debug)]
pub(super) enum Trouble {
    /// Trying again may help, after `wait_s` if the store asks for a pause.
    Passing { reason: String, wait_s: Option<u64> },
    /// The answer is none of a store; an intermediary may have sent it.
    Nonsense { found: String },
    /// There is no such object.
    Absent,
    /// The condition of a conditional put does not hold.
    Lost,
    /// Trying again does not help.
    Refused { status: u16, reason: String },
    /// A file of this machine cannot be written.
    File(FileError),
}

/// Why a request failed, all tries included.
#[derive(Debug)]
pub(super) enum Failed {
    /// There is no such object.
    Absent,
    /// The condition of a conditional put does not hold.
    Lost,
    /// The store did not deliver.
    Remote(RemoteError),
    /// A file of this machine cannot be written.
    File(FileError),
}

impl Trouble {
    pub(super) fn passing(reason: impl Into<String>) -> Self {
        Self::Passing { reason: reason.into(), wait_s: None }
    }
}

impl<E> From<SdkError<E, HttpResponse>> for Trouble
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    fn from(error: SdkError<E, HttpResponse>) -> Self {
        match error {
            SdkError::ServiceError(failure) => {
                let code = failure.err().code().unwrap_or_default().to_owned();
                let text = failure.err().message().unwrap_or_default().to_owned();
                let status = failure.raw().status();
                if status.is_success() {
                    let found = format!("{} {}", status.as_u16(), chain(failure.err()));
                    return Self::Nonsense { found };
                }
                judge(failure.raw(), &code, &text)
            }
            SdkError::ConstructionFailure(_) => Self::Refused { status: 0, reason: chain(&error) },
            other => Self::passing(chain(&other)),
        }
    }
}

/// What an answer with an error status means.
fn judge(response: &HttpResponse, code: &str, text: &str) -> Trouble {
    let status = response.status().as_u16();
    let reason = [code, text].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>();
    let reason = reason.join(": ");
    let is_busy =
        ["SlowDown", "RequestTimeout", "Throttling", "TooManyRequests", "OperationAborted"]
            .contains(&code);
    match status {
        412 => Trouble::Lost,
        409 if code == "ConditionalRequestConflict" => Trouble::Lost,
        404 if code != "NoSuchBucket" => Trouble::Absent,
        status if status >= 500 && status != 501 || status == 429 || status == 408 || is_busy => {
            let header = response.headers().get("retry-after");
            let wait_s = header.and_then(|text| text.trim().parse().ok());
            Trouble::Passing { reason: format!("{status} {reason}").trim_end().to_owned(), wait_s }
        }
        _ => Trouble::Refused { status, reason },
    }
}

/// An error and its causes, each text once.
pub(super) fn chain(error: &dyn Error) -> String {
    let mut texts: Vec<String> = vec![error.to_string()];
    let mut source = error.source();
    while let Some(cause) = source {
        let text = cause.to_string();
        if texts.last().is_none_or(|last| !last.contains(&text)) {
            texts.push(text);
        }
        source = cause.source();
    }
    texts.join(": ")
}
