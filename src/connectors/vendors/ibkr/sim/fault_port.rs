//! What the server asks of a fault script. The script implements [`Faults`]; the server carries out what it answers.

use super::sentinel::Sentinel;
use crate::base::Timestamp;

/// Something that is about to happen at the gateway.
#[derive(Debug, Clone, Copy)]
pub enum Moment {
    /// A client's greeting has come and nothing was sent yet. [`Act::Drop`] and [`Act::Stall`] answer nothing.
    Connected {
        /// The 1st, 2nd … connection since the gateway began.
        connection: u64,
    },
    /// A client's message has come and was not carried out yet. [`Act::Drop`]: it never arrived; [`Act::Duplicate`]: it
    /// arrived twice.
    Received {
        /// Connection.
        connection: u64,
        /// As `Request::name`.
        name: &'static str,
        /// How many messages have come on all connections, this one included.
        frame: u64,
    },
    /// A message is about to leave.
    Sending {
        /// Connection.
        connection: u64,
        /// As `Reply::name`.
        name: &'static str,
        /// How many frames have left on all connections, this one included.
        frame: u64,
    },
    /// Some time has passed; asked about twenty times a second.
    Tick,
}

/// What goes wrong.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// This message is lost.
    Drop,
    /// This message, and all that would follow it on this connection, come so many milliseconds later (wall clock).
    Delay(u64),
    /// The bytes up to `at` leave, the rest so many milliseconds later.
    Split {
        /// Bytes of the frame, its length included.
        at: usize,
        /// Milliseconds, wall clock.
        pause: u64,
    },
    /// This message comes twice.
    Duplicate,
    /// This message comes after so many of the following ones of this connection.
    Reorder(usize),
    /// Nothing more leaves on this connection, which stays open, for so many milliseconds; for ever if 0.
    Stall(u64),
    /// The connection closes, after these bytes of the message.
    Close {
        /// Bytes of the frame that still leave.
        after: usize,
    },
    /// All connections close, new ones are refused for so many milliseconds, then the next valid id is this much lower.
    Restart {
        /// Milliseconds, wall clock.
        down: u64,
        /// How far numbers go back.
        id_rollback: i32,
    },
    /// A notice to all clients.
    Notice {
        /// Such as 1100.
        code: i32,
        /// The text.
        text: String,
    },
    /// The link between gateway and broker breaks (`true`: notice 1100, orders do not reach the broker) or is back.
    Link {
        /// Whether it is down from now on.
        is_down: bool,
        /// Whether market data went on when it is back (1102) or has to be asked for again (1101).
        keeps_data: bool,
    },
    /// Another session takes the market data: 10197 for every data request, no ticks and bars until [`Act::DataBack`].
    Competing,
    /// Market data flows again.
    DataBack,
    /// The client id of this connection is taken: 326 and close. Only at [`Moment::Connected`] and for `start_api`.
    ClientIdInUse,
    /// Numbers of this message are unset: the largest double.
    Sentinels,
    /// Numbers of this message are replaced by what is none; protobuf alone.
    Unset {
        /// Names of a field, such as `execution.price`; all prices, quantities and amounts if absent.
        field: Option<String>,
        /// What is written instead.
        value: Sentinel,
    },
    /// The order that this message is about trades so many shares too many.
    OverFill(f64),
    /// Somebody else, client id 0, sends an order of so many shares (a sale if negative).
    ForeignOrder {
        /// Such as `SPY`.
        symbol: String,
        /// Shares.
        quantity: f64,
    },
    /// The order of this message is refused with a code; only for `place_order`.
    Reject {
        /// Such as 201.
        code: i32,
        /// The text.
        text: String,
    },
    /// A message of an unknown kind comes first.
    UnknownMessage(i32),
    /// So many notices come first.
    Burst(usize),
    /// An execution of this message is corrected afterwards: the same stem, the next revision, another price.
    Correct {
        /// Currency units to add to the price.
        price_change: f64,
    },
}

/// A fault script. Deterministic: the same moments give the same acts.
pub trait Faults: Send {
    /// What goes wrong at this moment; `now` is the venue's time.
    fn strike(&mut self, now: Timestamp, moment: Moment) -> Vec<Act>;
}

/// Nothing goes wrong.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoFaults;

impl Faults for NoFaults {
    fn strike(&mut self, _now: Timestamp, _moment: Moment) -> Vec<Act> {
        Vec::new()
    }
}
