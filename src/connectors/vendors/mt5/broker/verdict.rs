//! What a failure of the bridge says about an order.

/// What became of an order that the bridge did not take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The server said no.
    Refused(String),
    /// It may be there.
    Unknown(String),
}

/// Codes of the server that mean that nothing was done.
///
/// # Source
/// MQL5 Reference, "Return Codes of the Trade Server". Not among them: 10008 placed, 10010 done in part
/// (which the bridge reports as a failure), 10011 error, 10012 timeout, 10028 locked, 10031 no connection.
const REFUSALS: [u32; 22] = [
    10004, 10006, 10013, 10014, 10015, 10016, 10017, 10018, 10019, 10020, 10021, 10022, 10024,
    10026, 10027, 10030, 10032, 10033, 10034, 10040, 10042, 10043,
];

/// Reads the answer to an order that was not 200.
pub(super) fn verdict(status: u16, text: &str) -> Verdict {
    let words = text.split(|c: char| !c.is_ascii_digit());
    let code = words.filter_map(|word| word.parse::<u32>().ok()).find(|code| code / 1000 == 10);
    let is_refusal = code.is_some_and(|code| REFUSALS.contains(&code));
    if is_refusal || matches!(status, 400 | 404 | 422) {
        return Verdict::Refused(format!("{status}: {text}"));
    }
    Verdict::Unknown(format!("{status}: {text}"))
}
