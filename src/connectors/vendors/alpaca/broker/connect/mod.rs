//! Opening the account, and looking at it before that.

mod examine;
mod findings;
mod judge;
mod open;
mod place;


pub use examine::examine;
pub use open::connect;
#[cfg(test)]
pub(super) use open::{Settings, open};
