//! All parameters of a network in one flat tensor, and as a file.

mod init;
mod layout;
mod leaves;
mod weights;

pub(super) use init::initial_values;
pub use layout::ParameterLayout;
pub(super) use layout::{HIDDEN_GAIN, Init, POLICY_GAIN, ParameterSpec, UNIT_GAIN, linear};
pub(super) use leaves::Leaves;
pub use weights::WeightsError;
