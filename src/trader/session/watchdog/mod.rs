//! Orders from outside to the loop of a session, and the thread that cancels all orders where the loop does not.
//!
//! The loop asks its [`Inbox`] between two steps; everybody else sends through a [`Commander`]. The [`Watchdog`] looks
//! every 20 ms at the kill file, at the kill signal and at the loop's heart. It knows neither engine nor ledger, so
//! neither a locked database nor a full disk stands in its way.

mod guard;
mod in_hand;
mod post;
#[cfg(test)]
mod tests;
mod watch;

pub use guard::{WatchNotice, Watchdog, WatchdogOptions};
pub use in_hand::InHand;
pub use post::{Commander, Inbox, Receipt, Taken, post};
