//! The tensors that a step hands out, taken again when nobody reads them any more.

use burn::tensor::{BoolStore, DType, Shape, Tensor, TensorData};
use burn_flex::{Flex, FlexTensor};

/// Tensors of one kind that are kept: a loop that drops what it got has one of them free again a step
/// later. What a learner keeps for itself is not counted.
const KEPT: usize = 2;

/// The tensors of the last steps.
#[derive(Debug, Default)]
pub(super) struct Outputs {
    pub(super) obs: Kept,
    pub(super) mask: Kept,
    pub(super) reward: Kept,
    pub(super) equity: Kept,
    pub(super) turnover: Kept,
    pub(super) terminated: Kept,
    pub(super) truncated: Kept,
}

/// A copy of a state has tensors of its own.
impl Clone for Outputs {
    fn clone(&self) -> Self {
        Self::default()
    }
}

/// Tensors of one kind.
#[derive(Debug, Default)]
pub(super) struct Kept(Vec<FlexTensor>);

impl Kept {
    /// A tensor of floats that nobody else reads; what is in it is not told.
    pub(super) fn floats<const D: usize>(&mut self, shape: [usize; D]) -> FlexTensor {
        let count = shape.iter().product();
        self.free(count)
            .unwrap_or_else(|| FlexTensor::from_data(TensorData::new(vec![0.0_f32; count], shape)))
    }

    /// A tensor of truth values that nobody else reads.
    pub(super) fn flags(&mut self, count: usize) -> FlexTensor {
        self.free(count).unwrap_or_else(|| {
            FlexTensor::zeros(Shape::from([count]), DType::Bool(BoolStore::Native))
        })
    }

    fn free(&mut self, count: usize) -> Option<FlexTensor> {
        let is_free = |kept: &FlexTensor| kept.is_unique() && kept.layout().num_elements() == count;
        let at = self.0.iter().position(is_free)?;
        Some(self.0.remove(at))
    }

    /// Keeps a written tensor and hands it out.
    pub(super) fn hand_out(&mut self, written: FlexTensor) -> FlexTensor {
        if self.0.len() == KEPT {
            self.0.remove(0);
        }
        self.0.push(written.clone());
        written
    }
}

/// A written tensor of floats as the environment gives it.
pub(super) fn float<const D: usize>(tensor: FlexTensor) -> Tensor<D> {
    Tensor::from_primitive::<Flex>(tensor)
}
