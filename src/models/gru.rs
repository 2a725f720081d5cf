//! The recurrent network: encoder, one GRU layer, heads.

use burn::tensor::Tensor;
use burn::tensor::activation::sigmoid;

use super::actor_critic::{Cut, SequencePass, Step};
use super::dense::{Dense, Encoder, Heads, tanh};

/// The network as matrices of one forward pass.
///
/// ```text
/// x = LayerNorm(ReLU(Wₑ o + bₑ))
/// r = σ(Wᵢᵣ x + bᵢᵣ + Wₕᵣ h + bₕᵣ)
/// z = σ(Wᵢ𝓏 x + bᵢ𝓏 + Wₕ𝓏 h + bₕ𝓏)
/// n = tanh(Wᵢₙ x + bᵢₙ + r ⊙ (Wₕₙ h + bₕₙ))
/// h′ = n + z ⊙ (h − n)
/// ```
///
/// # Source
/// Cho et al. 2014 in the variant of cuDNN and PyTorch: the reset gate acts after the product.
#[derive(Debug, Clone)]
pub(super) struct GruNetwork {
    encoder: Encoder,
    /// Gates r, z, n of the input. The biases of r and z hold both of their sums.
    input: [Dense; 3],
    /// Weights `[H, H]` of gates r and z of the hidden state.
    recurrent: [Tensor<2>; 2],
    /// Gate n of the hidden state; its bias is inside the product with r.
    candidate: Dense,
    heads: Heads,
}

/// Blocks in the order of `architecture::gru_specs`.
pub(super) const GRU_LEAVES: usize = 20;

impl GruNetwork {
    pub(super) fn new(leaves: [Tensor<2>; GRU_LEAVES]) -> Self {
        #[rustfmt::skip]
        let [
            encoder_weight, encoder_bias, norm_scale, norm_shift,
            input_r, input_z, input_n, hidden_r, hidden_z, hidden_n,
            input_bias_r, input_bias_z, input_bias_n, hidden_bias_r, hidden_bias_z, hidden_bias_n,
            policy_weight, policy_bias, value_weight, value_bias,
        ] = leaves;
        Self {
            encoder: Encoder::new(Dense::new(encoder_weight, encoder_bias), norm_scale, norm_shift),
            input: [
                Dense::new(input_r, input_bias_r + hidden_bias_r),
                Dense::new(input_z, input_bias_z + hidden_bias_z),
                Dense::new(input_n, input_bias_n),
            ],
            recurrent: [hidden_r, hidden_z],
            candidate: Dense::new(hidden_n, hidden_bias_n),
            heads: Heads::new(
                Dense::new(policy_weight, policy_bias),
                Dense::new(value_weight, value_bias),
            ),
        }
    }

    pub(super) fn step(&self, obs: Tensor<2>, hidden: Tensor<2>) -> Step {
        let hidden = self.cell(self.project(obs), hidden);
        let (logits, value) = self.heads.forward(hidden.clone());
        Step { logits, value, hidden }
    }

    /// The inputs of all steps are projected by one product per gate before the loop over time.
    pub(super) fn sequence(
        &self,
        obs: Tensor<3>,
        episode_starts: Tensor<2>,
        hidden: Tensor<2>,
    ) -> SequencePass {
        let [steps, batch, width] = obs.dims();
        let [_, hidden_width] = hidden.dims();
        let gates = self.project(obs.reshape([steps * batch, width])); // [L·B, H] each
        let cuts = gates.map(|gate| Cut::new(gate, steps));
        let keep = episode_starts.neg().add_scalar(1.0).reshape([steps * batch, 1]);
        let mut state = hidden;
        let mut outputs = Vec::with_capacity(steps);
        for step in 0..steps {
            let kept = keep.clone().slice(step * batch..(step + 1) * batch); // [B, 1]
            let inputs = [0, 1, 2].map(|gate: usize| cuts[gate].piece(step));
            state = self.cell(inputs, state * kept);
            outputs.push(state.clone());
        }
        let features = Tensor::cat(outputs, 0).reshape([steps * batch, hidden_width]);
        let (logits, values) = self.heads.forward(features);
        let [_, num_actions] = logits.dims();
        SequencePass {
            logits: logits.reshape([steps, batch, num_actions]),
            values: values.reshape([steps, batch]),
            cuts: cuts.into(),
        }
    }

    /// The part of each gate that depends on the observation: `[B, O]` to three of `[B, H]`.
    fn project(&self, obs: Tensor<2>) -> [Tensor<2>; 3] {
        let encoded = self.encoder.forward(obs);
        self.input.each_ref().map(|gate| gate.forward(encoded.clone()))
    }

    /// One step of the recurrence.
    fn cell(&self, inputs: [Tensor<2>; 3], hidden: Tensor<2>) -> Tensor<2> {
        let [input_r, input_z, input_n] = inputs;
        let [weight_r, weight_z] = self.recurrent.clone();
        let reset = sigmoid(hidden.clone().matmul(weight_r) + input_r);
        let update = sigmoid(hidden.clone().matmul(weight_z) + input_z);
        let candidate = self.candidate.forward(hidden.clone());
        let candidate = tanh(reset * candidate + input_n);
        (hidden - candidate.clone()) * update + candidate
    }
}
