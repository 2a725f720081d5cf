//! The connection to TWS or IB Gateway: made, watched, and made again.

mod ask;
mod back_off;
mod beat;
mod clock;
mod keeper;
mod lane;
mod nightly;
mod open;
mod shared;
mod standing;

pub(super) use ask::Asker;
pub(super) use back_off::BackOff;
pub(super) use beat::{Beat, Heartbeat, LIMIT_S};
pub(super) use clock::VenueClock;
pub(super) use keeper::keep;
pub(super) use lane::{Haste, Lane};
pub(super) use nightly::{Night, Nightly};
pub(super) use open::{Opened, open, venue_now};
pub(super) use shared::{CallError, Owner, Place, Shared};
pub(super) use standing::{Change, Reaction, Standing};
