//! The acceptance card: what a person tries on a paper account before trusting the program with money.

/// Part, step, and what must be seen.
pub(super) type Step = (&'static str, &'static str, &'static str);

const SET_UP: &str = "set-up";
const START: &str = "start";
const ORDERS: &str = "orders";
const FILLS: &str = "fills";
const CONTROL: &str = "control";
const FAULTS: &str = "faults";
const AFTERWARDS: &str = "afterwards";

/// All steps in order. S stands for the session's name.
pub(super) const STEPS: [Step; 46] = [
    (
        SET_UP,
        "releat doctor --broker BROKER",
        "every check is ok or a warning that you understand; exit 0",
    ),
    (
        SET_UP,
        "stop the gateway (or take the network away), releat doctor again",
        "connect FAILED within 15 s, with host and port; exit 4",
    ),
    (
        SET_UP,
        "set the gateway to read-only (TWS: API settings), releat doctor",
        "permissions FAILED, and the setting to change is named",
    ),
    (
        SET_UP,
        "set the clock of this machine 10 s wrong, releat doctor",
        "clock_skew FAILED with the difference; set it right again",
    ),
    (
        SET_UP,
        "releat doctor with --account of somebody else",
        "account FAILED, the accounts of the login are listed",
    ),
    (
        START,
        "releat paper --venue BROKER while the exchange is closed",
        "history is read, status shows `starting`, no order leaves",
    ),
    (
        START,
        "releat live without --confirm",
        "refused with every reason at once; exit 5; no connection in the gateway's log",
    ),
    (START, "releat paper with the port of a live account", "refused; exit 5"),
    (START, "releat live with a paper account", "refused; exit 5"),
    (
        START,
        "start a second releat on the same account",
        "refused, the first process is named; exit 4",
    ),
    (
        START,
        "connect another program with the same client id first (IBKR)",
        "refused with the id (326), no endless retry",
    ),
    (
        START,
        "hold a position of a symbol of the universe, then start",
        "releat status shows it with the broker's quantity before the first decision",
    ),
    (
        START,
        "place an order by hand in the broker's program, then start",
        "it is shown as foreign, is never canceled, and counts as exposure",
    ),
    (
        START,
        "start without market-data subscriptions",
        "refused: delayed data; with connectors.ibkr.delayed_data=true it starts and warns",
    ),
    (
        ORDERS,
        "let one decision pass with --view",
        "order, acknowledgement and fill appear; the broker shows the same number and reference releat-S-N",
    ),
    (
        ORDERS,
        "trade.execution passive: a limit order rests",
        "it is in the broker's list at the limit price, rounded to the tick",
    ),
    (
        ORDERS,
        "wait until it crosses",
        "one order at a time; the rest is canceled before the next is sent",
    ),
    (
        ORDERS,
        "trade.execution twap over 10 minutes",
        "slices leave at even times, their sum is the intent",
    ),
    (
        ORDERS,
        "trade.bracket with stop and target",
        "both protections are at the broker while the position is open",
    ),
    (
        ORDERS,
        "let the target fill",
        "the stop is canceled by the broker, the position is flat, the ledger agrees",
    ),
    (
        ORDERS,
        "an order larger than risk.order_notional_max",
        "denied with the limit's name; nothing reaches the broker",
    ),
    (
        ORDERS,
        "an order beyond buying power",
        "rejected by the broker with its code, shown in status and log; no retry",
    ),
    (
        ORDERS,
        "a symbol that may not be shorted",
        "rejected with its code, the next decision goes on",
    ),
    (
        ORDERS,
        "a market order outside of the hours",
        "denied (outside_hours), or held by the broker and counted as open exposure",
    ),
    (
        FILLS,
        "an order of several hundred shares of a thin symbol",
        "several partial fills; releat's average price equals the broker's to the cent",
    ),
    (
        FILLS,
        "compare commissions at the end of the day",
        "releat ledger export S equals the broker's statement to the cent",
    ),
    (
        FILLS,
        "cancel by hand in the broker's program",
        "the order ends as canceled in releat; no new one for the same intent",
    ),
    (
        FILLS,
        "close a position by hand",
        "a mismatch is alerted within a minute, and orders stop while it lasts",
    ),
    (CONTROL, "releat pause S, wait for a bar", "no new order; `paused` in status"),
    (CONTROL, "releat resume S", "the next bar is decided on"),
    (CONTROL, "releat flatten S", "all orders canceled, all positions closed, then paused"),
    (
        CONTROL,
        "releat kill S with resting orders",
        "all of them gone at the broker within a second; exit 5 at the next start until releat resume S",
    ),
    (CONTROL, "kill -USR1 of the process", "as releat kill"),
    (CONTROL, "write 1 into the file `kill` of the session's folder", "as releat kill"),
    (
        CONTROL,
        "kill -STOP of the process for longer than risk.heartbeat_s_max, then -CONT",
        "it cancels everything and halts (dead man); protections at the broker stayed in between",
    ),
    (
        FAULTS,
        "kill -9 of the process between a decision and its fill, start again",
        "no second order; the fill is in the ledger once",
    ),
    (
        FAULTS,
        "restart the gateway with an order open",
        "link lost and restored in the log, the order known again, no second one",
    ),
    (
        FAULTS,
        "let the nightly restart of the gateway pass",
        "no order during it; trading goes on after the reconciliation",
    ),
    (
        FAULTS,
        "take the network of the gateway away (1100) and give it back (1102)",
        "no new order within a second; a reconciliation afterwards",
    ),
    (
        FAULTS,
        "drop the packets of the connection without closing it (iptables DROP)",
        "the dead link is noticed within 13 s",
    ),
    (
        FAULTS,
        "log in with the same user elsewhere (10197)",
        "data is stale, nothing is decided, one warning",
    ),
    (
        FAULTS,
        "stop the data of one symbol (halted at the exchange)",
        "no order of that symbol while its quotes are old",
    ),
    (AFTERWARDS, "releat audit verify S", "the chain is whole; exit 0"),
    (AFTERWARDS, "releat replay S", "identical; exit 0"),
    (
        AFTERWARDS,
        "change one byte of the ledger in a copy of the database, releat audit verify S",
        "the row is named; exit 1",
    ),
    (
        AFTERWARDS,
        "open report.html of the session",
        "equity, orders and denials agree with the broker's day",
    ),
];

/// The card for people, to be printed and ticked off.
pub(super) fn card_text(broker: &str) -> String {
    let mut text = format!(
        "Acceptance card, {broker}: on a PAPER account, in this order. Every step shows what is expected; stop at the first that differs.\n"
    );
    let mut last = "";
    for (index, (part, step, expected)) in STEPS.iter().enumerate() {
        if *part != last {
            text += &format!("\n{part}\n");
            last = part;
        }
        text += &format!("[ ] {:2}. {step}\n        -> {expected}\n", index + 1);
    }
    text
}
