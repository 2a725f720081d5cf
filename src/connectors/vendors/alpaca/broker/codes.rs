//! Every answer of the venue that a user can meet, and what is done about it: the table that the
//! documentation prints.

use std::fmt::Write as _;

/// The table for the documentation, in Markdown.
#[must_use]
pub fn alpaca_codes_table() -> String {
    let mut text =
        String::from("| where | code | meaning | what releat does |\n|---|---|---|---|\n");
    for [place, code, meaning, action] in CODES {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "| {place} | {code} | {meaning} | {action} |");
    }
    text
}

const ORDER: &str = "order";
const ANY: &str = "any request";
const DATA: &str = "market data stream";
const UPDATES: &str = "trade updates";
const REJECTED: &str =
    "the order is rejected with the venue's words and counted; it is not sent again";
const LOOKED_UP: &str =
    "the order may be there: it is looked up by its client_order_id, and never sent again";
const COMES_BACK: &str =
    "data is stale, the connection is made anew after a growing pause, missed bars are fetched";

/// # Source
/// Alpaca Trading API, "Orders at Alpaca" and the error list of its SDK; Market Data API, "WebSocket
/// Stream", errors.
#[rustfmt::skip]
const CODES: &[[&str; 4]] = &[
    [ANY, "401, 403 (40110000)", "the key is refused", "the session is not opened; keys of paper and live accounts differ"],
    [ANY, "429", "more requests than the plan allows (200 a minute)", "nothing leaves until the window ends; an order was certainly not sent, look-ups come again"],
    [ANY, "X-RateLimit-Remaining", "few requests are left in this minute", "look-ups wait at 10 % left, orders at 3 %; cancels use the last one"],
    [ORDER, "403 (40310000)", "not allowed: buying power, shares held for other orders, day trades, shorts", REJECTED],
    [ORDER, "404 (40410000)", "the instrument or order is not known", REJECTED],
    [ORDER, "422 (42210000)", "a field is invalid: quantity, tick, duration", REJECTED],
    [ORDER, "422 (40010001)", "client_order_id must be unique", LOOKED_UP],
    [ORDER, "408, 5xx, no whole answer", "it is not known whether the order arrived", LOOKED_UP],
    [ORDER, "no connection", "the request did not leave", "the order was not sent, for sure"],
    ["cancel", "422, 404", "the order is over already, or not known", "the order is looked up and its real state applied"],
    [UPDATES, "unauthorized", "the key is refused", "the session is not opened"],
    [UPDATES, "unknown event or status", "a word that releat does not know", "it is kept, the order counts as open, and is looked up"],
    [UPDATES, "trade_bust, trade_correct", "a trade was taken back or changed", "the account is corrected; of an unknown trade, everything is compared"],
    [UPDATES, "9 s without a frame, pings included", "the line is open but dead", "trading halts, the connection is made anew, everything is compared"],
    [UPDATES, "a gap in filled quantities", "an update was lost", "the trades of the order are fetched within seconds"],
    [DATA, "402", "the key is refused", COMES_BACK],
    [DATA, "405", "more symbols than the subscription allows", COMES_BACK],
    [DATA, "406", "another connection uses this account's stream", COMES_BACK],
    [DATA, "407", "the client reads too slowly", COMES_BACK],
    [DATA, "409", "the subscription lacks the feed", "before trading the free feed is used instead (iex)"],
    [DATA, "180 s without data in a session", "open but silent", COMES_BACK],
    [DATA, "status H, P, F, 2, 5", "trading of a symbol is halted", "the symbol is stale until status T or 3"],
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_a_row_for_each_code() {
        let table = alpaca_codes_table();
        assert_eq!(table.lines().count(), CODES.len() + 2);
        assert!(table.lines().all(|line| line.matches('|').count() == 5), "{table}");
    }
}
