//! Tensors of the CPU device as slices, and back.

use burn::backend::TensorMetadata;
use burn::tensor::{Bytes, DType, Shape};
use burn_flex::{FlexTensor, Layout};

/// The values of a tensor, one after another; copied only if they do not lie so.
pub(in crate::models::ops) struct Values {
    tensor: FlexTensor,
}

impl Values {
    pub(in crate::models::ops) fn new(tensor: FlexTensor) -> Self {
        let tensor = if tensor.is_contiguous() { tensor } else { tensor.to_contiguous() };
        Self { tensor }
    }

    #[expect(clippy::expect_used, reason = "the constructor made the values contiguous")]
    pub(in crate::models::ops) fn slice(&self) -> &[f32] {
        self.tensor.as_slice::<f32>().expect("invariant: contiguous f32 values")
    }

    /// The values to write, where they lie if nobody else holds them.
    #[expect(clippy::expect_used, reason = "the constructor made the values contiguous")]
    pub(in crate::models::ops) fn slice_mut(&mut self) -> &mut [f32] {
        let offsets = self.tensor.layout().contiguous_offsets();
        let (start, end) = offsets.expect("invariant: contiguous f32 values");
        &mut self.tensor.storage_mut()[start..end]
    }

    pub(in crate::models::ops) fn into_tensor(self) -> FlexTensor {
        self.tensor
    }

    /// `[rows, columns]`
    pub(in crate::models::ops) fn dims(&self) -> [usize; 2] {
        let shape = self.tensor.shape();
        [shape[0], shape[1]]
    }
}

/// A tensor of these values.
pub(in crate::models::ops) fn tensor<const D: usize>(
    values: Vec<f32>,
    shape: [usize; D],
) -> FlexTensor {
    let layout = Layout::contiguous(Shape::new(shape));
    FlexTensor::new(Bytes::from_elems(values), layout, DType::F32)
}
