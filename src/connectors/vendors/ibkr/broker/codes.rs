//! Every code that the broker is known to send, and what is done about it: one table, which the
//! decisions read and the documentation prints.

use std::fmt::Write as _;

/// What a code is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    /// Of interest to nobody.
    Nothing,
    /// Said of an order that lives on.
    OrderHint,
    /// The order never will be executed.
    OrderRejected,
    /// What is left of the order was canceled.
    OrderCanceled,
    /// The order was not canceled.
    CancelRefused,
    /// Whether the order is at the venue must be looked up.
    LookUp,
    /// The gateway has lost the broker.
    LinkLost,
    /// It is back, and subscriptions are gone.
    DataLost,
    /// It is back, and subscriptions go on.
    LinkRestored,
    /// The connection cannot be trusted any longer.
    SessionOver,
    /// A farm of market data is gone.
    FarmBroken,
    /// It is there, or on demand.
    FarmWell,
    /// Somebody else has the market data.
    Competing,
    /// The account may not see this market data live.
    NotLive,
    /// Messages come too fast.
    TooFast,
    /// The request failed; what asked for it tells the rest.
    RequestFailed,
}

/// One code.
#[derive(Debug, Clone, Copy)]
pub(super) struct Code {
    /// As it is sent; below 0 where the library of the connection made it.
    pub(super) code: i32,
    /// What it stands for.
    pub(super) meaning: &'static str,
    /// What is done about it.
    pub(super) action: &'static str,
    pub(super) effect: Effect,
}

/// What is to be done about a code; nothing is known of codes outside the table.
pub(super) fn effect(code: i32) -> Option<Effect> {
    CODES.iter().find(|row| row.code == code).map(|row| row.effect)
}

/// The table for the documentation, in Markdown.
#[must_use]
pub fn ibkr_codes_table() -> String {
    let mut text = String::from("| code | meaning | what releat does |\n|---:|---|---|\n");
    for Code { code, meaning, action, .. } in CODES {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "| {code} | {meaning} | {action} |");
    }
    text.push_str(
        "| any other | | of an order that was not accepted yet: rejected, with the broker's words; of one that was: \
         noted; of market data: the symbol is stale, and asked for again |\n",
    );
    text
}

const fn row(code: i32, effect: Effect, meaning: &'static str, action: &'static str) -> Code {
    Code { code, meaning, action, effect }
}

const REJECTED: &str = "the order is rejected and counted; it is not sent again";
const RECONNECT: &str = "trading halts, the connection is made anew, everything is reconciled";
const LOOK_UP: &str = "the order is looked up at the venue by its reference; it is not sent again";
const NOT_LIVE: &str = "refused before trading, stale while trading, unless delayed data is allowed";
const FARM_BROKEN: &str = "no order fails by it; after 30 s without data the symbol is stale";
const CANCEL: &str = "not a failure: the order is looked up and its real state applied";
const TRY_AGAIN: &str = "asked for again after a pause; until then the symbol is stale";

/// # Source
/// TWS API, "Message Codes"; texts seen by users of other clients; codes below 0 are those of the
/// library `ibapi`.
#[rustfmt::skip]
pub(super) const CODES: &[Code] = &[
    row(-8, Effect::SessionOver, "the library has made a new connection by itself", RECONNECT),
    row(-7, Effect::SessionOver, "notices were lost because they were read too slowly", RECONNECT),
    row(-6, Effect::SessionOver, "messages were lost because they were read too slowly", RECONNECT),
    row(-5, Effect::SessionOver, "a message of no known kind: the stream may be out of step", RECONNECT),
    row(-4, Effect::Nothing, "a message during the handshake could not be read", "noted; the handshake has its own checks"),
    row(-3, Effect::Nothing, "a message of no known kind during the handshake", "noted; the handshake has its own checks"),
    row(100, Effect::TooFast, "more than 50 messages a second", "nothing is sent for a second; releat itself sends at most 45, cancels first"),
    row(101, Effect::NotLive, "all market data lines are in use (about 100)", "refused before trading; trade fewer symbols or end other programs"),
    row(102, Effect::LookUp, "duplicate ticker id", LOOK_UP),
    row(103, Effect::LookUp, "duplicate order id", LOOK_UP),
    row(104, Effect::LookUp, "cannot change an order that is filled", LOOK_UP),
    row(105, Effect::LookUp, "the order does not match the one that it would change", LOOK_UP),
    row(106, Effect::OrderRejected, "the order cannot be transmitted", REJECTED),
    row(107, Effect::OrderRejected, "the order is incomplete", REJECTED),
    row(109, Effect::OrderRejected, "the price is out of the range of the precautionary settings", REJECTED),
    row(110, Effect::OrderRejected, "the price does not fit the minimum step", "prices are rounded by the market rule before; if it is said all the same, the order is rejected and counted"),
    row(111, Effect::OrderRejected, "the time in force does not fit the order type", REJECTED),
    row(113, Effect::OrderRejected, "the time in force must be day for market on close", REJECTED),
    row(116, Effect::OrderRejected, "the order cannot be sent to a dead exchange", REJECTED),
    row(135, Effect::CancelRefused, "no order with this id", CANCEL),
    row(136, Effect::CancelRefused, "the order cannot be canceled", CANCEL),
    row(161, Effect::CancelRefused, "the order is in no state to be canceled", CANCEL),
    row(162, Effect::RequestFailed, "historical data: pacing, no data, no permission", TRY_AGAIN),
    row(165, Effect::Nothing, "historical data: a message of the service", "noted"),
    row(200, Effect::OrderRejected, "no such contract, or several", "refused before trading; of an order: rejected"),
    row(201, Effect::OrderRejected, "order rejected", REJECTED),
    row(202, Effect::OrderCanceled, "order canceled", "the order is canceled, unless its executions fill it"),
    row(203, Effect::OrderRejected, "the security is not available or allowed for this account", REJECTED),
    row(300, Effect::Nothing, "no such ticker id", "noted"),
    row(309, Effect::RequestFailed, "too many requests for market depth", TRY_AGAIN),
    row(317, Effect::Nothing, "market depth was reset", "noted"),
    row(320, Effect::SessionOver, "the gateway could not read a request", RECONNECT),
    row(321, Effect::OrderRejected, "a request was refused; also: the API is read-only", "read-only: refused before trading; of an order that was accepted: the order lives on; else it is rejected"),
    row(322, Effect::RequestFailed, "a request could not be carried out", TRY_AGAIN),
    row(326, Effect::SessionOver, "the client id is in use", "at the start: refused, with the id; after a lost connection: tried again, for the old socket may linger"),
    row(354, Effect::NotLive, "no subscription to this market data", NOT_LIVE),
    row(366, Effect::RequestFailed, "no historical query with this id", TRY_AGAIN),
    row(382, Effect::OrderRejected, "the quantity breaks the precautionary settings", REJECTED),
    row(383, Effect::OrderRejected, "the size is above the precautionary limit", REJECTED),
    row(387, Effect::OrderRejected, "the exchange does not take this order type", REJECTED),
    row(388, Effect::OrderRejected, "the order is smaller than the minimum", REJECTED),
    row(391, Effect::OrderRejected, "the good-till date is not valid", REJECTED),
    row(399, Effect::OrderHint, "a warning, or: held until the market opens", "the order lives on and counts as open"),
    row(404, Effect::OrderHint, "shares to sell short are being located", "the order lives on and counts as open"),
    row(420, Effect::RequestFailed, "market data: pacing or no permission", TRY_AGAIN),
    row(434, Effect::OrderRejected, "the order size must not be zero", REJECTED),
    row(435, Effect::OrderRejected, "an account must be named", REJECTED),
    row(436, Effect::OrderRejected, "an allocation must be named", REJECTED),
    row(463, Effect::OrderRejected, "a trigger price must be named", REJECTED),
    row(502, Effect::SessionOver, "the gateway cannot be reached", RECONNECT),
    row(504, Effect::SessionOver, "not connected", RECONNECT),
    row(507, Effect::SessionOver, "the gateway sent what cannot be read", RECONNECT),
    row(1100, Effect::LinkLost, "the gateway has lost the broker", "new orders halt within a second; all that still comes is applied"),
    row(1101, Effect::DataLost, "the broker is back, market data is not", "market data is asked for anew; everything is reconciled"),
    row(1102, Effect::LinkRestored, "the broker is back, market data goes on", "everything is reconciled"),
    row(1300, Effect::SessionOver, "the port of the gateway has changed", RECONNECT),
    row(2100, Effect::Nothing, "another client has taken the account updates", "noted"),
    row(2103, Effect::FarmBroken, "a farm of market data is gone", FARM_BROKEN),
    row(2104, Effect::FarmWell, "a farm of market data is there", "noted"),
    row(2105, Effect::Nothing, "a farm of historical data is gone", "no order fails by it; bars come late"),
    row(2106, Effect::Nothing, "a farm of historical data is there", "noted"),
    row(2107, Effect::Nothing, "a farm of historical data sleeps", "noted: that is normal"),
    row(2108, Effect::FarmWell, "a farm of market data sleeps", "noted: that is normal"),
    row(2109, Effect::OrderHint, "outside regular hours does not apply to this order", "noted"),
    row(2110, Effect::LinkLost, "the gateway has lost its server", "new orders halt within a second; all that still comes is applied"),
    row(2119, Effect::Nothing, "a farm of market data is being connected", "noted"),
    row(2137, Effect::OrderHint, "the order crosses one of ours", "noted"),
    row(2157, Effect::Nothing, "the farm of contracts is gone", "no order fails by it"),
    row(2158, Effect::Nothing, "the farm of contracts is there", "noted"),
    row(10089, Effect::NotLive, "part of the market data needs a subscription; delayed data is there", NOT_LIVE),
    row(10090, Effect::NotLive, "part of the market data is not subscribed", NOT_LIVE),
    row(10091, Effect::NotLive, "part of the market data needs a subscription for the API", NOT_LIVE),
    row(10147, Effect::CancelRefused, "the order to cancel is not found", CANCEL),
    row(10148, Effect::CancelRefused, "the order to cancel is over", CANCEL),
    row(10149, Effect::OrderRejected, "the model is not valid", REJECTED),
    row(10167, Effect::NotLive, "delayed market data is shown instead", NOT_LIVE),
    row(10168, Effect::NotLive, "no subscription, and delayed data is off", NOT_LIVE),
    row(10182, Effect::SessionOver, "the live updates were ended by a lost connection", RECONNECT),
    row(10186, Effect::NotLive, "no subscription for the API", NOT_LIVE),
    row(10187, Effect::RequestFailed, "historical ticks failed", TRY_AGAIN),
    row(10189, Effect::RequestFailed, "tick-by-tick data failed", TRY_AGAIN),
    row(10190, Effect::RequestFailed, "too many requests for tick-by-tick data", TRY_AGAIN),
    row(10197, Effect::Competing, "another session of the same user has the market data", "all symbols are stale until data comes again; asked for once a minute; end the other session"),
    row(10243, Effect::OrderRejected, "the API takes no fractions of a share", "fractions are refused before they are sent; if it is said all the same, the order is rejected"),
    row(10268, Effect::OrderRejected, "an attribute of the order is not supported any longer", REJECTED),
    row(10289, Effect::OrderRejected, "fractions need the cash quantity", REJECTED),
    row(10318, Effect::OrderRejected, "the order cannot be placed through this client", REJECTED),
    row(10349, Effect::OrderHint, "the time in force was changed by a preset", "the order lives on and counts as open"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_rise_and_every_one_says_what_is_done() {
        assert!(CODES.windows(2).all(|pair| pair[0].code < pair[1].code));
        assert!(CODES.iter().all(|row| !row.meaning.is_empty() && !row.action.is_empty()));
    }

    #[test]
    fn the_table_prints_every_code_once() {
        let table = ibkr_codes_table();
        assert_eq!(table.lines().count(), CODES.len() + 3);
        for row in CODES {
            assert_eq!(table.matches(&format!("| {} |", row.code)).count(), 1, "{}", row.code);
        }
    }

    #[test]
    fn the_codes_that_must_not_be_missed() {
        for (codes, expected) in [
            (&[201, 203, 110, 321, 10_243][..], Effect::OrderRejected),
            (&[202], Effect::OrderCanceled),
            (&[399], Effect::OrderHint),
            (&[103, 104, 105], Effect::LookUp),
            (&[161, 10_147, 10_148], Effect::CancelRefused),
            (&[1100, 2110], Effect::LinkLost),
            (&[1101], Effect::DataLost),
            (&[1102], Effect::LinkRestored),
            (&[1300, -5, -6, -7, -8], Effect::SessionOver),
            (&[2103], Effect::FarmBroken),
            (&[2104, 2108], Effect::FarmWell),
            (&[2105, 2106, 2107, 2119, 2157, 2158], Effect::Nothing),
            (&[10_197], Effect::Competing),
            (&[354, 10_089, 10_090, 10_091, 10_167, 10_168], Effect::NotLive),
            (&[100], Effect::TooFast),
        ] {
            for &code in codes {
                assert_eq!(effect(code), Some(expected), "{code}");
            }
        }
        assert_eq!(effect(4_711), None);
    }
}
