//! What sees and remembers: from observations to features.

mod cnn_lstm;
mod gated_residual;
mod gru;
mod gru_layers;
mod mlp;

pub use cnn_lstm::CnnLstmShape;
pub(super) use cnn_lstm::CnnLstmTrunk;
pub use gated_residual::GatedResidualShape;
pub(super) use gated_residual::GatedResidualTrunk;
pub use gru::GruShape;
pub(super) use gru::{GruTrunk, gru_specs};
pub use mlp::MlpShape;
pub(super) use mlp::{MlpTrunk, mlp_specs};
