//! Which trials go on.

mod asha;
mod hyperband;
mod median;
mod pbt;
mod policy;
mod whole;

pub use asha::Asha;
pub use policy::Promotion;
pub(super) use policy::{Policy, Verdict, policy};
