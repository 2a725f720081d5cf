//! Requests to the trading and data services, at the pace that they allow.

mod calls;
mod client;
mod clock;
mod keys;
mod pace;

pub(super) use calls::{Page, day_range};
pub(super) use client::{Call, Line, Loss};
pub(super) use keys::Keys;
