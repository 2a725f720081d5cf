//! Elementary functions on vectors of whatever width the processor has.
//!
//! Polynomials rather than calls, so that a build for any processor runs them at full width where
//! the width is found at run time.

use pulp::Simd;

/// Beyond these an exponential in f32 is 0 or infinite.
const EXP_MIN: f32 = -87.0;
const EXP_MAX: f32 = 88.0;
/// Adding 1.5·2²³ rounds to an integer and leaves it in the low bits.
const ROUNDER: f32 = 12_582_912.0;
/// ln 2 in two parts: the first has few bits, so that its multiples are exact.
const LN2_HIGH: f32 = 0.693_359_4;
const LN2_LOW: f32 = -2.121_944_4e-4;
/// eʳ on |r| ≤ ½ ln 2, highest power first.
///
/// # Source
/// Moshier, Cephes library, `expf`.
const EXP_POLYNOMIAL: [f32; 6] =
    [1.987_569_1e-4, 1.398_2e-3, 8.333_452e-3, 4.166_579_6e-2, 0.166_666_66, 0.5];
const EXPONENT_BIAS: u32 = 127;
const MANTISSA_BITS: u32 = 23;

/// eˣ to about two units in the last place.
#[inline(always)]
pub(in crate::models::ops) fn exp<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    let x = simd.min_f32s(x, simd.splat_f32s(EXP_MAX));
    let x = simd.max_f32s(x, simd.splat_f32s(EXP_MIN));
    let rounder = simd.splat_f32s(ROUNDER);
    let log2_e = simd.splat_f32s(std::f32::consts::LOG2_E);
    let shifted = simd.mul_add_f32s(x, log2_e, rounder);
    let whole = simd.sub_f32s(shifted, rounder);
    let rest = simd.negate_mul_add_f32s(whole, simd.splat_f32s(LN2_HIGH), x);
    let rest = simd.negate_mul_add_f32s(whole, simd.splat_f32s(LN2_LOW), rest);
    let mut polynomial = simd.splat_f32s(EXP_POLYNOMIAL[0]);
    polynomial = simd.mul_add_f32s(polynomial, rest, simd.splat_f32s(EXP_POLYNOMIAL[1]));
    polynomial = simd.mul_add_f32s(polynomial, rest, simd.splat_f32s(EXP_POLYNOMIAL[2]));
    polynomial = simd.mul_add_f32s(polynomial, rest, simd.splat_f32s(EXP_POLYNOMIAL[3]));
    polynomial = simd.mul_add_f32s(polynomial, rest, simd.splat_f32s(EXP_POLYNOMIAL[4]));
    polynomial = simd.mul_add_f32s(polynomial, rest, simd.splat_f32s(EXP_POLYNOMIAL[5]));
    let square = simd.mul_f32s(rest, rest);
    let one = simd.splat_f32s(1.0);
    let mantissa = simd.add_f32s(simd.mul_add_f32s(polynomial, square, rest), one);
    let exponent = simd.transmute_u32s_f32s(shifted);
    let exponent = simd.add_u32s(exponent, simd.splat_u32s(EXPONENT_BIAS));
    let scale = simd.wrapping_dyn_shl_u32s(exponent, simd.splat_u32s(MANTISSA_BITS));
    simd.mul_f32s(mantissa, simd.transmute_f32s_u32s(scale))
}

/// 1 / (1 + e⁻ˣ)
#[inline(always)]
pub(in crate::models::ops) fn sigmoid<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    let one = simd.splat_f32s(1.0);
    simd.div_f32s(one, simd.add_f32s(one, exp(simd, simd.sub_f32s(simd.splat_f32s(0.0), x))))
}

/// The hyperbolic tangent as 2σ(2x) − 1, exact to one part in 10⁷ of its range.
#[inline(always)]
pub(in crate::models::ops) fn tanh<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    let two = simd.splat_f32s(2.0);
    let half_way = sigmoid(simd, simd.add_f32s(x, x));
    simd.sub_f32s(simd.mul_f32s(two, half_way), simd.splat_f32s(1.0))
}

/// `yes` where the mask holds, else `no`. Whole words are chosen: the library's function on f32 is a
/// call and not an instruction in a build that optimises little.
#[inline(always)]
pub(in crate::models::ops) fn select<S: Simd>(
    simd: S,
    mask: S::m32s,
    yes: S::f32s,
    no: S::f32s,
) -> S::f32s {
    let (yes, no) = (simd.transmute_u32s_f32s(yes), simd.transmute_u32s_f32s(no));
    simd.transmute_f32s_u32s(simd.select_u32s(mask, yes, no))
}

/// The lanes from `start` on; lanes past the end of the slice are 0.
#[inline(always)]
pub(in crate::models::ops) fn load<S: Simd>(simd: S, values: &[f32], start: usize) -> S::f32s {
    if start + S::F32_LANES <= values.len() {
        S::as_simd_f32s(&values[start..start + S::F32_LANES]).0[0]
    } else {
        simd.partial_load_f32s(&values[start..])
    }
}

/// Writes the lanes from `start` on; lanes past the end of the slice are dropped.
#[inline(always)]
pub(in crate::models::ops) fn store<S: Simd>(
    simd: S,
    values: &mut [f32],
    start: usize,
    lanes: S::f32s,
) {
    if start + S::F32_LANES <= values.len() {
        S::as_mut_simd_f32s(&mut values[start..start + S::F32_LANES]).0[0] = lanes;
    } else {
        simd.partial_store_f32s(&mut values[start..], lanes);
    }
}

#[cfg(test)]
mod tests {
    use pulp::{Arch, WithSimd};

    use super::*;

    struct Apply<'a> {
        values: &'a mut [f32],
        which: Which,
    }

    #[derive(Clone, Copy)]
    enum Which {
        Exp,
        Sigmoid,
        Tanh,
    }

    impl WithSimd for Apply<'_> {
        type Output = ();

        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            for start in (0..self.values.len()).step_by(S::F32_LANES) {
                let lanes = load(simd, self.values, start);
                let result = match self.which {
                    Which::Exp => exp(simd, lanes),
                    Which::Sigmoid => sigmoid(simd, lanes),
                    Which::Tanh => tanh(simd, lanes),
                };
                store(simd, self.values, start, result);
            }
        }
    }

    fn check(which: Which, exact: fn(f64) -> f64, is_close: fn(f64, f64) -> bool) {
        let inputs: Vec<f32> = (-3000..3001).map(|step| step as f32 * 0.0137).collect();
        let mut found = inputs.clone();
        Arch::new().dispatch(Apply { values: &mut found, which });
        for (input, found) in inputs.iter().zip(found) {
            let expected = exact(f64::from(*input));
            assert!(is_close(f64::from(found), expected), "{input}: {found} is not {expected}");
        }
    }

    #[test]
    fn functions_equal_those_of_the_library() {
        check(Which::Exp, f64::exp, |found, expected| (found / expected - 1.0).abs() < 3e-7);
        let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
        check(Which::Sigmoid, sigmoid, |found, expected| (found - expected).abs() < 2e-7);
        check(Which::Tanh, f64::tanh, |found, expected| (found - expected).abs() < 3e-7);
    }

    #[test]
    fn exponentials_stay_finite() {
        let mut values = [-1e9, 1e9, -200.0, 200.0];
        Arch::new().dispatch(Apply { values: &mut values, which: Which::Exp });
        assert!(values.iter().all(|value| value.is_finite()), "{values:?}");
        assert!(values[0] < 1e-37 && values[1] > 1e38);
    }
}
