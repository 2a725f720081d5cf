//! A vector of environments: as many numbers as the processor's registers hold.
//!
//! The crate's own code is built with few optimizations in development, without automatic
//! vectorization, so that the vectors are written out. Every operation is the one that the tensor
//! operation of the same name does on each number, with the same result for zeros and NaN.

use std::ops::{Add, BitAnd, BitOr, Div, Mul, Neg, Sub};

use pulp::Simd;
use pulp::bytemuck::cast;

/// Environments of a block.
pub(in crate::gym::fused) const LANES: usize = 64;

/// The bit of a number's sign.
const SIGN: u32 = 1 << 31;

/// One number for each environment of a block.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
pub(in crate::gym::fused) struct Row(pub(in crate::gym::fused) [f32; LANES]);

impl Row {
    /// Zeros.
    pub(in crate::gym::fused) const ZERO: Self = Self([0.0; LANES]);
}

/// Vectors in a row.
#[inline(always)]
pub(super) const fn num_vectors<S: Simd>() -> usize {
    LANES / S::F32_LANES
}

/// Numbers of some environments.
#[derive(Clone, Copy)]
pub(super) struct Vector<S: Simd>(S, S::f32s);

/// Truth values of some environments.
#[derive(Clone, Copy)]
pub(super) struct Mask<S: Simd>(S, S::m32s);

impl<S: Simd> Vector<S> {
    #[inline(always)]
    pub(super) fn splat(simd: S, value: f32) -> Self {
        Self(simd, simd.splat_f32s(value))
    }

    /// Vector `at` of a row.
    #[inline(always)]
    pub(super) fn load(simd: S, row: &Row, at: usize) -> Self {
        Self(simd, S::as_simd_f32s(&row.0).0[at])
    }

    #[inline(always)]
    pub(super) fn store(self, row: &mut Row, at: usize) {
        S::as_mut_simd_f32s(&mut row.0).0[at] = self.1;
    }

    // The library's own selections and signs on floats are not always inlined with few optimizations;
    // those on bits are.
    #[inline(always)]
    fn bits(self) -> S::u32s {
        cast(self.1)
    }

    #[inline(always)]
    fn from_bits(simd: S, bits: S::u32s) -> Self {
        Self(simd, cast(bits))
    }

    /// The same number everywhere.
    #[inline(always)]
    pub(super) fn all(self, value: f32) -> Self {
        Self::splat(self.0, value)
    }

    #[inline(always)]
    pub(super) fn abs(self) -> Self {
        Self::from_bits(self.0, self.0.and_u32s(self.bits(), self.0.splat_u32s(!SIGN)))
    }

    #[inline(always)]
    pub(super) fn sqrt(self) -> Self {
        Self(self.0, self.0.sqrt_f32s(self.1))
    }

    #[inline(always)]
    pub(super) fn clamp_min(self, bound: f32) -> Self {
        let bound = self.all(bound);
        self.lower_equal(bound).select(bound, self)
    }

    #[inline(always)]
    pub(super) fn clamp_max(self, bound: f32) -> Self {
        let bound = self.all(bound);
        bound.lower_equal(self).select(bound, self)
    }

    /// Within ± `bound`.
    #[inline(always)]
    pub(super) fn clamp(self, bound: f32) -> Self {
        let (least, most) = (self.all(-bound), self.all(bound));
        let raised = self.lower(least).select(least, self);
        most.lower(raised).select(most, raised)
    }

    #[inline(always)]
    pub(super) fn max_pair(self, other: Self) -> Self {
        self.lower(other).select(other, self)
    }

    #[inline(always)]
    pub(super) fn min_pair(self, other: Self) -> Self {
        other.lower(self).select(other, self)
    }

    #[inline(always)]
    pub(super) fn lower(self, other: Self) -> Mask<S> {
        Mask(self.0, self.0.less_than_f32s(self.1, other.1))
    }

    #[inline(always)]
    pub(super) fn lower_equal(self, other: Self) -> Mask<S> {
        Mask(self.0, self.0.less_than_or_equal_f32s(self.1, other.1))
    }

    #[inline(always)]
    pub(super) fn is_zero(self) -> Mask<S> {
        Mask(self.0, self.0.equal_f32s(self.1, self.all(0.0).1))
    }

    #[inline(always)]
    pub(super) fn is_positive(self) -> Mask<S> {
        self.all(0.0).lower(self)
    }
}

impl<S: Simd> Mask<S> {
    #[inline(always)]
    pub(super) fn select(self, yes: Vector<S>, no: Vector<S>) -> Vector<S> {
        Vector::from_bits(self.0, self.0.select_u32s(self.1, yes.bits(), no.bits()))
    }

    /// Puts 0 where it holds.
    #[inline(always)]
    pub(super) fn zero(self, value: Vector<S>) -> Vector<S> {
        self.select(value.all(0.0), value)
    }

    /// 1 where it holds, else 0.
    #[inline(always)]
    pub(super) fn float(self) -> Vector<S> {
        self.select(Vector::splat(self.0, 1.0), Vector::splat(self.0, 0.0))
    }

    #[inline(always)]
    pub(super) fn not(self) -> Self {
        Self(self.0, self.0.not_m32s(self.1))
    }
}

impl<S: Simd> Add for Vector<S> {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(self.0, self.0.add_f32s(self.1, other.1))
    }
}

impl<S: Simd> Sub for Vector<S> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self(self.0, self.0.sub_f32s(self.1, other.1))
    }
}

impl<S: Simd> Mul for Vector<S> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        Self(self.0, self.0.mul_f32s(self.1, other.1))
    }
}

impl<S: Simd> Div for Vector<S> {
    type Output = Self;
    #[inline(always)]
    fn div(self, other: Self) -> Self {
        Self(self.0, self.0.div_f32s(self.1, other.1))
    }
}

impl<S: Simd> Neg for Vector<S> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        Self::from_bits(self.0, self.0.xor_u32s(self.bits(), self.0.splat_u32s(SIGN)))
    }
}

impl<S: Simd> Mul<f32> for Vector<S> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, factor: f32) -> Self {
        self * self.all(factor)
    }
}

impl<S: Simd> BitAnd for Mask<S> {
    type Output = Self;
    #[inline(always)]
    fn bitand(self, other: Self) -> Self {
        Self(self.0, self.0.and_m32s(self.1, other.1))
    }
}

impl<S: Simd> BitOr for Mask<S> {
    type Output = Self;
    #[inline(always)]
    fn bitor(self, other: Self) -> Self {
        Self(self.0, self.0.or_m32s(self.1, other.1))
    }
}
