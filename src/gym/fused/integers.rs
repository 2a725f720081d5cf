//! A tensor of whole numbers as plain numbers.

use burn::tensor::{DType, Int, Tensor, TensorData};
use burn_flex::{Flex, FlexTensor};

/// Whole numbers on the host, without a copy if that is where they are.
#[derive(Debug)]
pub(super) struct Integers(FlexTensor);

/// A slice of whole numbers, in either width.
#[derive(Debug, Clone, Copy)]
pub(super) enum IntegerSlice<'a> {
    Narrow(&'a [i32]),
    Wide(&'a [i64]),
}

impl Integers {
    pub(super) fn new(tensor: Tensor<1, Int>) -> Self {
        if let Ok(values) = tensor.clone().try_into_primitive::<Flex>()
            && matches!(values.dtype(), DType::I32 | DType::I64)
        {
            return Self(values.to_contiguous());
        }
        let values: Vec<i64> = tensor.into_data().iter::<i64>().collect();
        let count = values.len();
        Self(FlexTensor::from_data(TensorData::new(values, [count])))
    }

    pub(super) fn slice(&self) -> IntegerSlice<'_> {
        let none = IntegerSlice::Wide(&[]);
        match self.0.dtype() {
            DType::I32 => self.0.as_slice().map_or(none, IntegerSlice::Narrow),
            _ => self.0.as_slice().map_or(none, IntegerSlice::Wide),
        }
    }
}

impl IntegerSlice<'_> {
    pub(super) fn split_at(self, middle: usize) -> (Self, Self) {
        match self {
            Self::Narrow(values) => {
                let (left, right) = values.split_at(middle);
                (Self::Narrow(left), Self::Narrow(right))
            }
            Self::Wide(values) => {
                let (left, right) = values.split_at(middle);
                (Self::Wide(left), Self::Wide(right))
            }
        }
    }

    /// The numbers as places in a table; a negative one is out of every range.
    pub(super) fn to_places(self) -> Vec<usize> {
        match self {
            Self::Narrow(values) => values.iter().map(|value| *value as usize).collect(),
            Self::Wide(values) => values.iter().map(|value| *value as usize).collect(),
        }
    }

    /// Writes `width` times each number from `first` on: where its row of a table begins.
    #[inline(always)]
    pub(super) fn offsets(self, first: usize, width: usize, out: &mut [usize]) {
        match self {
            Self::Narrow(values) => {
                for (offset, value) in out.iter_mut().zip(&values[first..]) {
                    *offset = (*value as usize).wrapping_mul(width);
                }
            }
            Self::Wide(values) => {
                for (offset, value) in out.iter_mut().zip(&values[first..]) {
                    *offset = (*value as usize).wrapping_mul(width);
                }
            }
        }
    }
}
