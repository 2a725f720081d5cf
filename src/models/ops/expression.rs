//! Arithmetic on a backend's tensors, so that a plain body reads like its formula.

use std::ops::{Add, Div, Mul, Neg, Sub};

use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, TensorMetadata};
use burn::tensor::Slice;

/// A tensor of backend `B` in an expression.
pub(super) struct Expression<B: Backend>(pub(super) FloatTensor<B>);

impl<B: Backend> Clone for Expression<B> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<B: Backend> Expression<B> {
    pub(super) fn new(tensor: &FloatTensor<B>) -> Self {
        Self(tensor.clone())
    }

    /// `[rows, columns]`
    pub(super) fn dims(&self) -> [usize; 2] {
        let shape = self.0.shape();
        [shape[0], shape[1]]
    }

    pub(super) fn matmul(&self, right: &Self) -> Self {
        Self(B::float_matmul(self.0.clone(), right.0.clone()))
    }

    pub(super) fn transposed(&self) -> Self {
        Self(B::float_transpose(self.0.clone()))
    }

    /// `count` rows from `first` on.
    pub(super) fn rows(&self, first: usize, count: usize) -> Self {
        let [_, columns] = self.dims();
        let slices = [Slice::from(first..first + count), Slice::from(0..columns)];
        Self(B::float_slice(self.0.clone(), &slices))
    }

    /// `count` columns from `first` on.
    pub(super) fn columns(&self, first: usize, count: usize) -> Self {
        let [rows, _] = self.dims();
        let slices = [Slice::from(0..rows), Slice::from(first..first + count)];
        Self(B::float_slice(self.0.clone(), &slices))
    }

    pub(super) fn stacked(parts: Vec<Self>, dimension: usize) -> Self {
        Self(B::float_cat(parts.into_iter().map(|part| part.0).collect(), dimension))
    }

    /// The sum over a dimension, which stays with size 1.
    pub(super) fn sum(&self, dimension: usize) -> Self {
        Self(B::float_sum_dim(self.0.clone(), dimension))
    }

    pub(super) fn mean(&self, dimension: usize) -> Self {
        self.sum(dimension).scaled(1.0 / self.dims()[dimension] as f64)
    }

    pub(super) fn scaled(&self, factor: f64) -> Self {
        Self(B::float_mul_scalar(self.0.clone(), factor.into()))
    }

    pub(super) fn plus(&self, number: f64) -> Self {
        Self(B::float_add_scalar(self.0.clone(), number.into()))
    }

    pub(super) fn sigmoid(&self) -> Self {
        Self(B::sigmoid(self.0.clone()))
    }

    pub(super) fn tanh(&self) -> Self {
        Self(B::float_tanh(self.0.clone()))
    }

    pub(super) fn relu(&self) -> Self {
        Self(B::relu(self.0.clone()))
    }

    pub(super) fn sqrt(&self) -> Self {
        Self(B::float_sqrt(self.0.clone()))
    }

    pub(super) fn inverse(&self) -> Self {
        Self(B::float_recip(self.0.clone()))
    }

    pub(super) fn exp(&self) -> Self {
        Self(B::float_exp(self.0.clone()))
    }

    pub(super) fn sign(&self) -> Self {
        Self(B::float_sign(self.0.clone()))
    }
}

impl<B: Backend> Add for &Expression<B> {
    type Output = Expression<B>;

    fn add(self, other: Self) -> Expression<B> {
        Expression(B::float_add(self.0.clone(), other.0.clone()))
    }
}

impl<B: Backend> Sub for &Expression<B> {
    type Output = Expression<B>;

    fn sub(self, other: Self) -> Expression<B> {
        Expression(B::float_sub(self.0.clone(), other.0.clone()))
    }
}

impl<B: Backend> Mul for &Expression<B> {
    type Output = Expression<B>;

    fn mul(self, other: Self) -> Expression<B> {
        Expression(B::float_mul(self.0.clone(), other.0.clone()))
    }
}

impl<B: Backend> Div for &Expression<B> {
    type Output = Expression<B>;

    fn div(self, other: Self) -> Expression<B> {
        Expression(B::float_div(self.0.clone(), other.0.clone()))
    }
}

impl<B: Backend> Neg for &Expression<B> {
    type Output = Expression<B>;

    fn neg(self) -> Expression<B> {
        Expression(B::float_neg(self.0.clone()))
    }
}
