//! What goes wrong, and when.

use std::ops::Range;
use std::sync::Mutex;
use std::time::Duration;

use super::{Delivery, Reply, Request};

/// Something that goes wrong with an answer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Fault {
    /// Another status, with a short text.
    Status(u16),
    /// 429, with this `Retry-After` if any.
    TooMany(Option<String>),
    /// The connection is reset in the middle of the body.
    Reset,
    /// The connection is closed in the middle of the body.
    Cut,
    /// The body is gzip that ends too early, though its length is announced so.
    TruncatedGzip,
    /// A few bytes at a time, with a pause of so many milliseconds after each.
    Drip(u64),
    /// Half of the body, then nothing.
    Silence,
    /// No answer at all.
    Hang,
    /// JSON of another shape.
    WrongJson,
    /// JSON that ends in the middle, though its length is announced so.
    HalfJson,
    /// A page for people, with status 200.
    Html,
    /// The right body under another content type.
    WrongType,
    /// Elsewhere, with the same path.
    Redirect(String),
}

impl Fault {
    /// 429 with a `Retry-After`.
    pub(crate) fn too_many(retry_after: &str) -> Self {
        Self::TooMany(Some(retry_after.to_owned()))
    }

    fn spoil(&self, request: &Request, good: &dyn Fn() -> Reply) -> Reply {
        let text = |status, text: &str| Reply::new(status, "text/plain", text);
        let half = |reply: &Reply| reply.body.len() / 2;
        match self {
            Self::Status(status) => text(*status, "the double says no"),
            Self::TooMany(None) => text(429, "Too Many Requests"),
            Self::TooMany(Some(wait)) => text(429, "Too Many Requests").header("Retry-After", wait),
            Self::Reset => with(good(), |reply| Delivery::Reset(half(reply))),
            Self::Cut => with(good(), |reply| Delivery::Cut(half(reply))),
            Self::TruncatedGzip => {
                let mut reply = good().gzip();
                reply.body.truncate(reply.body.len() / 2);
                reply
            }
            Self::Drip(pause_ms) => {
                let pause = Duration::from_millis(*pause_ms);
                with(good(), |_| Delivery::Drip(8, pause))
            }
            Self::Silence => with(good(), |reply| Delivery::Silence(half(reply))),
            Self::Hang => good().delivered(Delivery::Hang),
            Self::WrongJson => {
                Reply::json(r#"{"results":[{"t":"noon"}],"bars":7,"chart":{"result":3}}"#)
            }
            Self::HalfJson => {
                let mut reply = good();
                reply.body.truncate(reply.body.len() / 2);
                reply
            }
            Self::Html => Reply::new(200, "text/html", "<!DOCTYPE html><title>Hello</title>"),
            Self::WrongType => Reply::new(200, "text/html", good().body),
            Self::Redirect(origin) => {
                let target = format!("{origin}{}", request.path);
                text(302, "elsewhere").header("Location", &target)
            }
        }
    }
}

fn with(reply: Reply, delivery: impl Fn(&Reply) -> Delivery) -> Reply {
    let delivery = delivery(&reply);
    reply.delivered(delivery)
}

/// Faults by number of the request or by its target.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    by_number: Vec<(Range<usize>, Fault)>,
    by_target: Mutex<Vec<(String, usize, Fault)>>,
}

impl Faults {
    pub(crate) fn none() -> Self {
        Self::default()
    }

    /// For the request with this number, counted from 0.
    pub(crate) fn at(self, number: usize, fault: Fault) -> Self {
        self.during(number..number + 1, fault)
    }

    /// For all requests with these numbers.
    pub(crate) fn during(mut self, numbers: Range<usize>, fault: Fault) -> Self {
        self.by_number.push((numbers, fault));
        self
    }

    /// For the first `times` requests whose path and query hold `text`.
    pub(crate) fn on_path(self, text: &str, times: usize, fault: Fault) -> Self {
        self.by_target.lock().unwrap().push((text.to_owned(), times, fault));
        self
    }

    /// For all requests.
    pub(crate) fn always(self, fault: Fault) -> Self {
        self.during(0..usize::MAX, fault)
    }

    /// A script that spoils the answers of another one.
    pub(crate) fn around(
        self,
        script: impl Fn(&Request) -> Reply + Send + Sync + 'static,
    ) -> impl Fn(&Request) -> Reply + Send + Sync + 'static {
        move |request| match self.fault(request) {
            Some(fault) => fault.spoil(request, &|| script(request)),
            None => script(request),
        }
    }

    fn fault(&self, request: &Request) -> Option<Fault> {
        let numbered = self.by_number.iter().find(|(numbers, _)| numbers.contains(&request.number));
        if let Some((_, fault)) = numbered {
            return Some(fault.clone());
        }
        let target = request.target();
        let mut by_target = self.by_target.lock().unwrap();
        let fits =
            by_target.iter_mut().find(|(text, times, _)| *times > 0 && target.contains(text));
        fits.map(|(_, times, fault)| {
            *times -= 1;
            fault.clone()
        })
    }
}
