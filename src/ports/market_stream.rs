//! Bars and quotes as they happen, and what is asked of a venue when it is opened.

use std::path::PathBuf;

use crate::base::Timestamp;
use crate::domain::{Bar, BookTop, CalendarName, Symbol, Timeframe};
use crate::ports::{Broker, BrokerError};

/// Market data of a venue while it is open.
///
/// Synchronous like [`crate::ports::Broker`]: what has come is fetched with [`MarketStream::poll`]. A stream that has lost its
/// connection comes back by itself, and then sends the bars that were missed.
pub trait MarketStream: Send {
    /// What has come since the last call, in the order in which it came. The first calls bring the bars since
    /// [`VenueWish::history_since`].
    ///
    /// # Errors
    /// [`BrokerError`] if the stream has ended for good.
    fn poll(&mut self) -> Result<Vec<StreamEvent>, BrokerError>;

    /// What time it is at the venue.
    ///
    /// # Errors
    /// [`BrokerError`] if the venue cannot be asked.
    fn venue_time(&mut self) -> Result<Timestamp, BrokerError>;
}

/// News of the market.
#[derive(Debug, Clone, PartialEq)]
pub enum StreamEvent {
    /// A bar of the wanted timeframe, or a part of it; one with the same symbol and `open_time` takes the place of an earlier one.
    Bar {
        /// Whose bar.
        symbol: Symbol,
        /// Unadjusted. `available_at` is the end of what it covers: for a bar that is still growing, where it stands.
        bar: Bar,
        /// How long the bar is when it is whole; shorter than the wanted timeframe where the venue sends pieces.
        span: Timeframe,
    },
    /// New best prices.
    Quote {
        /// Of which symbol.
        symbol: Symbol,
        /// The prices.
        top: BookTop,
    },
    /// What comes from here on, or no longer comes, must not be traded on.
    Stale {
        /// Which symbol; all of them if absent.
        symbol: Option<Symbol>,
        /// The venue's reason, with its code.
        reason: String,
        /// When it was noticed.
        time: Timestamp,
    },
    /// Data is good again.
    Fresh {
        /// Which symbol; all of them if absent.
        symbol: Option<Symbol>,
        /// When.
        time: Timestamp,
    },
    /// Something that a human should find in the log; nothing follows from it.
    Note {
        /// What happened.
        text: String,
        /// When it was noticed.
        time: Timestamp,
    },
}

/// An account that was opened for trading.
pub struct OpenVenue {
    /// Where its orders go.
    pub broker: Box<dyn Broker>,
    /// What happens at the market meanwhile.
    pub stream: Box<dyn MarketStream>,
    /// The account's name at the venue, also where the wish named none.
    pub account: String,
}

/// What a session asks of a venue.
#[derive(Debug, Clone, PartialEq)]
pub struct VenueWish {
    /// Name of the session; part of the order references, so that orders of other sessions are told apart.
    pub session: String,
    /// The account; the only one there is if absent.
    pub account: Option<String>,
    /// Whether real money is meant. An account of the other kind is refused.
    pub is_live: bool,
    /// What is traded.
    pub symbols: Vec<Symbol>,
    /// Bars of this length.
    pub timeframe: Timeframe,
    /// The hours.
    pub calendar: CalendarName,
    /// The currency of cash and prices, such as `USD`.
    pub currency: String,
    /// Bars are wanted from here on, the past ones first.
    pub history_since: Timestamp,
    /// Whether best prices are wanted too.
    pub quotes: bool,
    /// Whether data that the venue sends late may be used.
    pub delayed_data: bool,
    /// A folder that outlives the session: what must never be used twice on this account is kept there.
    pub memory_dir: PathBuf,
}

/// Why a venue was not opened: every reason that was found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", reasons.join("; "))]
pub struct VenueRefusal {
    /// What was expected, what was found and how to mend it, one entry per reason.
    pub reasons: Vec<String>,
    /// Whether the venue could not be reached, as opposed to being the wrong one.
    pub is_unreachable: bool,
}

/// One thing that was looked at before trading.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Finding {
    /// Stable name, such as `connect` or `clock_skew`.
    pub check: &'static str,
    /// How it came out.
    pub outcome: FindingOutcome,
    /// What was found.
    pub detail: String,
    /// What to do about it; empty if nothing.
    pub remedy: String,
}

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingOutcome {
    /// As it should be.
    Passed,
    /// Trading is possible, with a reservation.
    Warned,
    /// Trading is not possible like this.
    Failed,
    /// Could not be looked at because an earlier check failed.
    Skipped,
}

/// Whether an account is one for rehearsals, by its name: `DU` and `DF` at Interactive Brokers, `PA` at Alpaca.
#[must_use]
pub fn is_paper_account(account: &str) -> bool {
    ["DU", "DF", "PA"].iter().any(|prefix| account.starts_with(prefix))
}
