//! Widths, state and parameters.

use serde::{Deserialize, Serialize};

use crate::config::CnnLstm;
use crate::models::parameters::{HIDDEN_GAIN, Init, ParameterSpec, UNIT_GAIN};

/// Input, forget, cell, output; PyTorch's order.
pub(super) const GATES: usize = 4;

/// Widths of convolutions over a window of observations and the LSTM after them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CnnLstmShape {
    /// Values in an observation.
    pub num_observations: usize,
    /// Observations in the window, the present one included; at least 2.
    pub window: usize,
    /// Width of each convolution.
    pub channels: Vec<usize>,
    /// Observations or positions that a convolution looks at.
    pub kernel: usize,
    /// Width of the hidden state of each LSTM layer.
    pub hidden: usize,
    /// LSTM layers.
    pub layers: usize,
}

impl CnnLstmShape {
    /// The widths that the configuration asks for.
    pub(in crate::models) fn new(model: &CnnLstm, num_observations: usize) -> Self {
        let CnnLstm { window, ref channels, kernel, hidden, layers } = *model;
        Self { num_observations, window, channels: channels.clone(), kernel, hidden, layers }
    }

    /// Observations that the convolutions together need at least.
    #[must_use]
    pub const fn least_window(&self) -> usize {
        let reach = self.channels.len().saturating_mul(self.kernel.saturating_sub(1));
        reach.saturating_add(1)
    }

    /// Positions of the window that are left after the convolutions.
    pub(super) const fn positions(&self) -> usize {
        self.window + 1 - self.least_window()
    }

    /// The part of the state that keeps past observations.
    pub(super) const fn window_width(&self) -> usize {
        (self.window - 1) * self.num_observations
    }

    /// Past observations, oldest first, then `h` and `c` of each layer.
    pub(in crate::models) const fn state_width(&self) -> usize {
        self.window_width() + 2 * self.layers * self.hidden
    }

    /// Names, shapes and first values of all parameters; each convolution's weight is
    /// `[channels, inputs, kernel]` in a file.
    pub(in crate::models) fn specs(&self) -> Vec<ParameterSpec> {
        let zeros = Init::Constant(0.0);
        let mut specs = Vec::new();
        let mut inputs = self.num_observations;
        for (layer, &outputs) in self.channels.iter().enumerate() {
            let name = format!("convolutions.{layer}");
            let shape = [outputs, inputs, self.kernel];
            let weight = format!("{name}.weight");
            specs.push(ParameterSpec::convolution(&weight, shape, HIDDEN_GAIN));
            specs.push(ParameterSpec::vector(&format!("{name}.bias"), outputs, 1, zeros));
            inputs = outputs;
        }
        for layer in 0..self.layers {
            let name = |kind: &str| format!("lstm.{kind}_l{layer}");
            let hidden = self.hidden;
            specs.extend([
                ParameterSpec::matrix(&name("weight_ih"), [hidden, inputs], GATES, UNIT_GAIN),
                ParameterSpec::matrix(&name("weight_hh"), [hidden, hidden], GATES, UNIT_GAIN),
                ParameterSpec::vector(&name("bias_ih"), hidden, GATES, zeros),
                ParameterSpec::vector(&name("bias_hh"), hidden, GATES, zeros),
            ]);
            inputs = hidden;
        }
        specs
    }
}
