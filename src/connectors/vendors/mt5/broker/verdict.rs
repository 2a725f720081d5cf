//! What an answer of the bridge says about an order.

use std::fmt::Write as _;

/// What became of an order that the bridge did not take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The server said no.
    Refused(String),
    /// It may be there.
    Unknown(String),
}

/// What a code of the trade server means for an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// It has traded or is on its way.
    Taken,
    /// Nothing was done.
    Refused,
    /// Nobody knows.
    Unknown,
}

/// Code, meaning, what it says of a market order.
///
/// # Source
/// MQL5 Reference, "Return Codes of the Trade Server".
#[rustfmt::skip]
const CODES: &[(u32, &str, Outcome)] = &[
    (10004, "requote", Outcome::Refused),
    (10006, "the request was rejected", Outcome::Refused),
    (10007, "the request was canceled by the trader", Outcome::Refused),
    (10008, "the order was placed", Outcome::Taken),
    (10009, "the request was completed", Outcome::Taken),
    (10010, "only a part of the request was completed", Outcome::Unknown),
    (10011, "the request could not be processed", Outcome::Unknown),
    (10012, "the request timed out", Outcome::Unknown),
    (10013, "the request is not valid", Outcome::Refused),
    (10014, "the volume is not valid", Outcome::Refused),
    (10015, "the price is not valid", Outcome::Refused),
    (10016, "the stops are not valid", Outcome::Refused),
    (10017, "trading is disabled", Outcome::Refused),
    (10018, "the market is closed", Outcome::Refused),
    (10019, "there is not enough money", Outcome::Refused),
    (10020, "prices have changed", Outcome::Refused),
    (10021, "there are no quotes", Outcome::Refused),
    (10022, "the expiration date is not valid", Outcome::Refused),
    (10023, "the order's state has changed", Outcome::Unknown),
    (10024, "too many requests", Outcome::Refused),
    (10025, "the request changes nothing", Outcome::Unknown),
    (10026, "the server has disabled trading by programs", Outcome::Refused),
    (10027, "the terminal has disabled trading by programs", Outcome::Refused),
    (10028, "the request is locked for processing", Outcome::Unknown),
    (10029, "order or position is frozen", Outcome::Unknown),
    (10030, "the filling type is not supported", Outcome::Refused),
    (10031, "the terminal has no connection to the server", Outcome::Unknown),
    (10032, "only for accounts with real money", Outcome::Refused),
    (10033, "too many pending orders", Outcome::Refused),
    (10034, "too much volume of orders and positions of the symbol", Outcome::Refused),
    (10035, "the order type is wrong or prohibited", Outcome::Refused),
    (10036, "the position is closed already", Outcome::Unknown),
    (10038, "more is closed than the position has", Outcome::Refused),
    (10039, "an order to close the position is there already", Outcome::Unknown),
    (10040, "too many positions are open", Outcome::Refused),
    (10041, "the pending order is rejected and canceled", Outcome::Unknown),
    (10042, "only long positions are allowed", Outcome::Refused),
    (10043, "only short positions are allowed", Outcome::Refused),
    (10044, "positions may only be closed", Outcome::Refused),
    (10045, "positions must be closed oldest first", Outcome::Refused),
    (10046, "opposite positions of a symbol are prohibited", Outcome::Refused),
];

impl Outcome {
    /// What releat does, in words for the documentation.
    const fn action(self) -> &'static str {
        match self {
            Self::Taken => "the order is accepted; quantities come from the deals",
            Self::Refused => {
                "the order is rejected with the server's words and counted; it is not sent again"
            }
            Self::Unknown => {
                "the order may be there: it is looked up in the deals by magic number and comment, and never sent again"
            }
        }
    }
}

/// The table for the documentation, in Markdown.
#[must_use]
pub fn mt5_codes_table() -> String {
    let mut text = String::from("| code | meaning | what releat does |\n|---:|---|---|\n");
    for (code, meaning, outcome) in CODES {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "| {code} | {meaning} | {} |", outcome.action());
    }
    let _ = writeln!(
        text,
        "| 400, 404, 422 | the bridge does not understand the request | {} |",
        Outcome::Refused.action()
    );
    let _ = writeln!(
        text,
        "| another status, no answer | the bridge or the terminal failed | {} |",
        Outcome::Unknown.action()
    );
    text
}

/// Reads the answer to an order that was not 200.
pub(super) fn verdict(status: u16, text: &str) -> Verdict {
    let words = text.split(|c: char| !c.is_ascii_digit());
    let code = words.filter_map(|word| word.parse::<u32>().ok()).find(|code| code / 1000 == 10);
    let known = CODES.iter().find(|(known, ..)| Some(*known) == code);
    let is_refusal = matches!(known, Some((.., Outcome::Refused)));
    if is_refusal || matches!(status, 400 | 404 | 422) {
        return Verdict::Refused(format!("{status}: {text}"));
    }
    Verdict::Unknown(format!("{status}: {text}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Only what certainly did nothing is a refusal, and the sentence of the server is kept.
    #[test]
    fn a_code_says_whether_an_order_may_be_there() {
        for (code, _, outcome) in CODES {
            let text = format!("{{\"detail\":\"Order failed: {code} (words)\"}}");
            let found = verdict(500, &text);
            match outcome {
                Outcome::Refused => assert_eq!(found, Verdict::Refused(format!("500: {text}"))),
                _ => assert_eq!(found, Verdict::Unknown(format!("500: {text}")), "{code}"),
            }
        }
        assert_eq!(verdict(500, "no code"), Verdict::Unknown("500: no code".to_owned()));
        assert_eq!(verdict(422, "no field"), Verdict::Refused("422: no field".to_owned()));
        assert_eq!(verdict(500, "10999"), Verdict::Unknown("500: 10999".to_owned()));
    }

    #[test]
    fn codes_are_in_order_and_there_once() {
        assert!(CODES.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert_eq!(mt5_codes_table().lines().count(), CODES.len() + 4);
    }
}
