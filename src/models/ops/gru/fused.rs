//! The layer on the CPU: products of whole blocks, gates in one pass, buffers used again.

use std::sync::Arc;

use burn::backend::Flex;
use burn_flex::FlexTensor;
use pulp::Arch;

use super::gates::{Backward, Forward};
use super::{GruGradient, GruInput, GruKernel, GruOps};
use crate::models::ops::slices::{
    Before, Matrix, Scratch, Values, multiply, multiply_strided, product, tensor,
};

/// What the way back needs; it works in place and so wants these buffers for itself.
#[derive(Debug, Clone)]
pub(in crate::models::ops) struct Record {
    layer: GruInput<Flex>,
    memory: Arc<Memory>,
}

/// What the way forward leaves behind.
#[derive(Debug, Clone)]
struct Memory {
    /// `[L·B, 3H]` gates r, z, n.
    gates: Scratch,
    /// `[L·B, H]` Wₕₙ p + bₕₙ.
    candidate: Scratch,
    /// `[L·B, H]` kept states p.
    kept: Scratch,
}

/// The layer's tensors as slices.
struct Layer {
    steps: usize,
    batch: usize,
    inputs: usize,
    width: usize,
    input: Values,
    keep: Values,
    hidden: Values,
    input_weight: Values,
    hidden_weight: Values,
    input_bias: Values,
    hidden_bias: Values,
}

impl Layer {
    fn new(layer: GruInput<Flex>) -> Self {
        let input = Values::new(layer.input);
        let hidden = Values::new(layer.hidden);
        let ([rows, inputs], [batch, width]) = (input.dims(), hidden.dims());
        assert!(batch > 0 && rows % batch == 0, "invariant: whole steps of a GRU");
        Self {
            steps: rows / batch,
            batch,
            inputs,
            width,
            input,
            keep: Values::new(layer.keep),
            hidden,
            input_weight: Values::new(layer.input_weight),
            hidden_weight: Values::new(layer.hidden_weight),
            input_bias: Values::new(layer.input_bias),
            hidden_bias: Values::new(layer.hidden_bias),
        }
    }

    fn rows(&self) -> usize {
        self.steps * self.batch
    }

    fn input_weight(&self) -> Matrix<'_> {
        Matrix::new(self.input_weight.slice(), self.inputs, 3 * self.width)
    }

    fn hidden_weight(&self) -> Matrix<'_> {
        Matrix::new(self.hidden_weight.slice(), self.width, 3 * self.width)
    }

    /// The hidden states of all steps, and what the way back needs.
    fn forward(&self) -> (Vec<f32>, Memory) {
        let (batch, width) = (self.batch, self.width);
        let mut states = vec![0.0; self.rows() * width];
        let mut gates = Scratch::new(self.rows() * 3 * width);
        let mut candidate = Scratch::new(self.rows() * width);
        let mut kept = Scratch::new(self.rows() * width);
        let mut from_state = Scratch::new(batch * 3 * width);
        let input = Matrix::new(self.input.slice(), self.rows(), self.inputs);
        multiply(&mut gates, Before::Overwrite, input, self.input_weight());
        for step in 0..self.steps {
            let (first, last) = (step * batch, (step + 1) * batch);
            let (earlier, later) = states.split_at_mut(first * width);
            let before = match step {
                0 => self.hidden.slice(),
                _ => &earlier[(first - batch) * width..],
            };
            let previous = &mut kept[first * width..last * width];
            keep(previous, before, &self.keep.slice()[first..last], width);
            let factor = Matrix::new(previous, batch, width);
            multiply(&mut from_state, Before::Overwrite, factor, self.hidden_weight());
            Arch::new().dispatch(Forward {
                width,
                gates: &mut gates[first * 3 * width..last * 3 * width],
                from_state: &from_state,
                input_bias: self.input_bias.slice(),
                hidden_bias: self.hidden_bias.slice(),
                previous,
                candidate: &mut candidate[first * width..last * width],
                state: &mut later[..batch * width],
            });
        }
        (states, Memory { gates, candidate, kept })
    }
}

/// `p = k ⊙ h`, row by row.
fn keep(previous: &mut [f32], state: &[f32], keep: &[f32], width: usize) {
    let rows = previous.chunks_exact_mut(width).zip(state.chunks_exact(width));
    for ((previous, state), keep) in rows.zip(keep) {
        if *keep == 1.0 {
            previous.copy_from_slice(state);
        } else {
            previous.iter_mut().zip(state).for_each(|(p, h)| *p = keep * h);
        }
    }
}

impl GruKernel for Flex {
    type Record = Record;

    fn gru_forward(layer: GruInput<Self>) -> (FlexTensor, Record) {
        let slices = Layer::new(layer.clone());
        let (states, memory) = slices.forward();
        let shape = [slices.rows(), slices.width];
        (tensor(states, shape), Record { layer, memory: memory.into() })
    }

    fn gru_backward(record: Record, gradient: FlexTensor) -> GruGradient<Self> {
        let layer = Layer::new(record.layer);
        let memory = Arc::unwrap_or_clone(record.memory);
        let width = layer.width;
        let (input_bias, candidate_bias) = (vec![0.0; 3 * width], vec![0.0; width]);
        let mut unrolled = Unrolled { layer: &layer, memory, input_bias, candidate_bias };
        let hidden = unrolled.walk_back(Values::new(gradient).slice());
        unrolled.gradients(hidden)
    }
}

/// A layer with what its way forward left.
struct Unrolled<'a> {
    layer: &'a Layer,
    memory: Memory,
    /// `[3H]`, the gradient.
    input_bias: Vec<f32>,
    /// `[H]`, the gradient of bₕₙ.
    candidate_bias: Vec<f32>,
}

impl Unrolled<'_> {
    /// Turns gates into the gradients before them; the gradient of the first state.
    fn walk_back(&mut self, gradient: &[f32]) -> Vec<f32> {
        let Layer { steps, batch, width, .. } = *self.layer;
        let Memory { gates, candidate, kept } = &mut self.memory;
        let mut back = Scratch::new(3 * width * width);
        self.layer.hidden_weight().transposed().write_rows(&mut back);
        let (back_rz, back_n) = back.split_at(2 * width * width);
        let back_rz = Matrix::new(back_rz, 2 * width, width);
        let back_n = Matrix::new(back_n, width, width);
        let mut later = vec![0.0; batch * width];
        for step in (0..steps).rev() {
            let (first, last) = (step * batch, (step + 1) * batch);
            let gates = &mut gates[first * 3 * width..last * 3 * width];
            let candidate = &mut candidate[first * width..last * width];
            Arch::new().dispatch(Backward {
                width,
                gates,
                candidate,
                previous: &kept[first * width..last * width],
                gradient: &gradient[first * width..last * width],
                later: &mut later,
                of_input_bias: &mut self.input_bias,
                of_candidate_bias: &mut self.candidate_bias,
            });
            let of_rz = Matrix::new(gates, batch, 3 * width).columns(0, 2 * width);
            multiply(&mut later, Before::Add, of_rz, back_rz);
            let of_n = Matrix::new(candidate, batch, width);
            multiply(&mut later, Before::Add, of_n, back_n);
            let keep = &self.layer.keep.slice()[first..last];
            for (row, keep) in later.chunks_exact_mut(width).zip(keep) {
                if *keep != 1.0 {
                    row.iter_mut().for_each(|value| *value *= keep);
                }
            }
        }
        later
    }

    /// The products over all steps at once.
    fn gradients(self, hidden: Vec<f32>) -> GruGradient<Flex> {
        let Layer { batch, inputs, width, .. } = *self.layer;
        let rows = self.layer.rows();
        let Memory { gates: of_input, candidate: of_candidate, kept } = &self.memory;
        let all = Matrix::new(of_input, rows, 3 * width);
        let of_n = Matrix::new(of_candidate, rows, width);
        let input = Matrix::new(self.layer.input.slice(), rows, inputs);
        let kept = Matrix::new(kept, rows, width).transposed();

        let of_x = product(all, self.layer.input_weight().transposed());
        let input_weight = product(input.transposed(), all);
        let mut hidden_weight = vec![0.0; width * 3 * width];
        let of_rz = all.columns(0, 2 * width);
        multiply_strided(&mut hidden_weight, 3 * width, Before::Overwrite, kept, of_rz);
        let part = &mut hidden_weight[2 * width..];
        multiply_strided(part, 3 * width, Before::Overwrite, kept, of_n);

        let hidden_bias = [&self.input_bias[..2 * width], &self.candidate_bias].concat();
        GruGradient {
            input: tensor(of_x, [rows, inputs]),
            hidden: tensor(hidden, [batch, width]),
            input_weight: tensor(input_weight, [inputs, 3 * width]),
            hidden_weight: tensor(hidden_weight, [width, 3 * width]),
            input_bias: tensor(self.input_bias, [1, 3 * width]),
            hidden_bias: tensor(hidden_bias, [1, 3 * width]),
        }
    }
}

impl GruOps for Flex {
    fn gru_sequence(layer: GruInput<Self>) -> FlexTensor {
        let layer = Layer::new(layer);
        tensor(layer.forward().0, [layer.rows(), layer.width])
    }
}
