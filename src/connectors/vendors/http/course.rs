//! What to do with the outcome of a try.

use reqwest::Url;

use super::answer::{Answer, status_text};
use super::read::Flaw;

/// Redirects inside the vendor's address that are followed.
const REDIRECTS_MAX: u32 = 3;
/// How often an answer of the wrong shape is asked for again.
const REPETITIONS_OF_FLAWED: u32 = 1;

/// How far a request has come.
#[derive(Debug, Clone)]
pub(super) struct Course {
    /// Where to ask.
    pub(super) url: Url,
    /// Requests that have failed.
    pub(super) tries: u32,
    redirects: u32,
    flaws: u32,
}

/// What to do next.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Step {
    /// The answer is good, or a denial that the vendor's connector understands.
    Take,
    /// Ask at [`Course::url`], which has changed.
    Follow,
    /// Ask again after a pause.
    Again { reason: String, pause: Pause },
    /// The vendor refuses the key.
    KeyRefused,
    /// The vendor refuses the request.
    Refused(String),
    /// The answer is of another shape, twice.
    Malformed(String),
}

/// Who pauses, and for how long.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Pause {
    /// This request, with jitter.
    Own,
    /// Everybody who asks this vendor, as long as it says or with jitter.
    Vendor(Option<String>),
}

impl Course {
    pub(super) const fn new(url: Url) -> Self {
        Self { url, tries: 0, redirects: 0, flaws: 0 }
    }

    /// Judges an answer by its status; `read` looks into a good one.
    pub(super) fn judge(
        &mut self,
        answer: &Answer,
        read: &mut dyn FnMut(&Answer) -> Result<(), Flaw>,
    ) -> Step {
        match answer.status {
            200..=299 => match read(answer) {
                Ok(()) => Step::Take,
                Err(Flaw::CutOff) => again("the answer ends in the middle", Pause::Own),
                Err(Flaw::Shape(found)) => self.flawed(found),
            },
            300..=399 => self.follow(answer),
            401 | 403 => Step::KeyRefused,
            429 => again(&answer.status_text(), Pause::Vendor(answer.retry_after.clone())),
            408 | 425 | 500..=599 => {
                let asks_for_time = answer.retry_after.is_some();
                let pause = if asks_for_time {
                    Pause::Vendor(answer.retry_after.clone())
                } else {
                    Pause::Own
                };
                again(&answer.status_text(), pause)
            }
            400..=499 => Step::Take,
            other => Step::Refused(format!("an answer with status {}", status_text(other))),
        }
    }

    fn flawed(&mut self, found: String) -> Step {
        self.flaws += 1;
        if self.flaws > REPETITIONS_OF_FLAWED {
            return Step::Malformed(found);
        }
        again(&found, Pause::Own)
    }

    /// A key must never reach another host, so only the vendor's own address is followed.
    fn follow(&mut self, answer: &Answer) -> Step {
        let target = answer.location.as_deref().and_then(|place| self.url.join(place).ok());
        let Some(target) = target else {
            return Step::Refused("a redirect without an address".to_owned());
        };
        if target.origin() != self.url.origin() {
            let origin = target.origin().ascii_serialization();
            return Step::Refused(format!("a redirect to {origin} is not followed"));
        }
        self.redirects += 1;
        if self.redirects > REDIRECTS_MAX {
            return Step::Refused(format!("more than {REDIRECTS_MAX} redirects"));
        }
        self.url = target;
        Step::Follow
    }
}

fn again(reason: &str, pause: Pause) -> Step {
    Step::Again { reason: reason.to_owned(), pause }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn course() -> Course {
        Course::new(Url::parse("https://vendor.test/a/b?c=1").unwrap())
    }

    fn check(status: u16, expected: &str) {
        let answer = Answer { status, ..Answer::default() };
        let step = course().judge(&answer, &mut |_| Ok(()));
        assert!(format!("{step:?}").starts_with(expected), "{status}: {step:?}");
    }

    #[test]
    fn each_status_has_its_step() {
        for (status, expected) in [
            (200, "Take"),
            (204, "Take"),
            (301, "Refused(\"a redirect without"),
            (400, "Take"),
            (401, "KeyRefused"),
            (403, "KeyRefused"),
            (404, "Take"),
            (408, "Again"),
            (422, "Take"),
            (429, "Again { reason: \"429 Too Many Requests\", pause: Vendor(None)"),
            (500, "Again { reason: \"500 Internal Server Error\", pause: Own"),
            (503, "Again"),
            (600, "Refused"),
        ] {
            check(status, expected);
        }
    }

    #[test]
    fn redirects_stay_at_the_vendor() {
        let go = |place: &str| {
            let location = Some(place.to_owned());
            let answer = Answer { status: 302, location, ..Answer::default() };
            let mut course = course();
            let step = course.judge(&answer, &mut |_| Ok(()));
            (step, course.url.to_string())
        };
        assert_eq!(go("/d"), (Step::Follow, "https://vendor.test/d".to_owned()));
        for other in ["https://elsewhere.test/d", "http://vendor.test/d", "https://vendor.test:8/d"]
        {
            assert!(matches!(go(other).0, Step::Refused(text) if text.contains("is not followed")));
        }
        let answer = Answer { status: 302, location: Some("/a".to_owned()), ..Answer::default() };
        let mut circle = course();
        let steps: Vec<Step> = (0..4).map(|_| circle.judge(&answer, &mut |_| Ok(()))).collect();
        assert_eq!(steps[2], Step::Follow);
        assert_eq!(steps[3], Step::Refused("more than 3 redirects".to_owned()));
    }

    #[test]
    fn a_wrong_shape_is_asked_for_once_more_and_a_cut_one_as_often_as_any_failure() {
        let answer = Answer { status: 200, ..Answer::default() };
        let mut wrong = |_: &Answer| Err(Flaw::Shape("a pear".to_owned()));
        let mut flawed = course();
        assert!(matches!(flawed.judge(&answer, &mut wrong), Step::Again { .. }));
        assert_eq!(flawed.judge(&answer, &mut wrong), Step::Malformed("a pear".to_owned()));
        let mut cut = course();
        for _ in 0..5 {
            let step = cut.judge(&answer, &mut |_| Err(Flaw::CutOff));
            assert!(matches!(step, Step::Again { pause: Pause::Own, .. }));
        }
    }
}
