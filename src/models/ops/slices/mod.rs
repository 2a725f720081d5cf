//! What fused kernels are made of: slices of tensors, products, elementary functions, buffers.

mod flex;
mod product;
mod scratch;
mod sums;
mod vector;

pub(super) use flex::{Values, tensor};
pub(super) use product::{Before, Matrix, multiply, multiply_strided, product};
pub(super) use scratch::Scratch;
pub(super) use sums::{add_to_rows, multiply_by_column, sum_columns};
pub(super) use vector::{exp, load, select, sigmoid, store, tanh};
