//! Fused kernels against plain bodies.

use burn::backend::Flex;
use burn_flex::FlexTensor;

use super::affine::{AffineKernel, AffineOps, AffineRecord, InputGradient};
use super::categorical::{CategoricalKernel, CategoricalOps};
use super::relu_norm::ReluNormKernel;
use super::slices::{Values, tensor};
use super::{adam, affine, categorical, relu_norm};
use crate::base::SeedStream;

/// Normal draws with deviation ½.
pub(super) fn normals(shape: [usize; 2], seed: u64) -> FlexTensor {
    let mut rng = SeedStream::new(seed).rng();
    let values = (0..shape[0] * shape[1]).map(|_| (0.5 * rng.normal()) as f32).collect();
    tensor(values, shape)
}

/// Equal to 10⁻⁵ of the largest value.
pub(super) fn assert_close(name: &str, found: &[f32], expected: &[f32]) {
    assert_eq!(found.len(), expected.len(), "{name}");
    let scale = expected.iter().fold(1.0_f32, |scale, value| scale.max(value.abs()));
    for (at, (found, expected)) in found.iter().zip(expected).enumerate() {
        let difference = (found - expected).abs() / scale;
        assert!(difference < 1e-5, "{name} at {at}: {found} is not {expected}");
    }
}

fn values(tensor: FlexTensor) -> Vec<f32> {
    Values::new(tensor).slice().to_vec()
}

fn check_affine(rows: usize, inputs: usize, outputs: usize) {
    let (input, weight) = (normals([rows, inputs], 1), normals([inputs, outputs], 2));
    let bias = normals([1, outputs], 3);
    let plain = affine::body::forward::<Flex>(input.clone(), weight.clone(), bias.clone());
    let fused = Flex::affine(input.clone(), weight.clone(), bias);
    assert_close("affine", &values(fused), &values(plain));
    let record = AffineRecord { input, weight };
    let gradient = normals([rows, outputs], 4);
    let wanted = InputGradient::Wanted;
    let plain = affine::body::backward::<Flex>(record.clone(), gradient.clone(), wanted);
    let fused = Flex::affine_backward(record.clone(), gradient.clone(), wanted);
    assert_close("weight", &values(fused.weight), &values(plain.weight));
    assert_close("bias", &values(fused.bias), &values(plain.bias));
    assert_close("input", &values(fused.input.unwrap()), &values(plain.input.unwrap()));
    assert!(Flex::affine_backward(record, gradient, InputGradient::Unused).input.is_none());
}

#[test]
fn the_fused_affine_map_equals_the_plain_body() {
    check_affine(1, 3, 2);
    check_affine(7, 5, 1);
    check_affine(65, 64, 17);
}

fn check_relu_norm(rows: usize, width: usize) {
    let (input, scale) = (normals([rows, width], 1), normals([1, width], 2));
    let shift = normals([1, width], 3);
    let gradient = normals([rows, width], 4);
    let (plain, plain_record) =
        relu_norm::body::forward::<Flex>(input.clone(), scale.clone(), shift.clone());
    let (fused, fused_record) = Flex::relu_norm_forward(input, scale, shift);
    assert_close("relu_norm", &values(fused), &values(plain));
    let plain = relu_norm::body::backward::<Flex>(plain_record, gradient.clone());
    let fused = Flex::relu_norm_backward(fused_record, gradient);
    assert_close("input", &values(fused.input), &values(plain.input));
    assert_close("scale", &values(fused.scale), &values(plain.scale));
    assert_close("shift", &values(fused.shift), &values(plain.shift));
}

#[test]
fn the_fused_norm_equals_the_plain_body() {
    check_relu_norm(1, 5);
    check_relu_norm(9, 16);
    check_relu_norm(33, 100);
}

/// A row's result must not depend on how many rows come with it.
#[test]
fn a_row_has_the_same_bits_among_any_number_of_rows() {
    for (inputs, outputs) in [(3, 5), (65, 128), (128, 17), (5, 1)] {
        let (weight, bias) = (normals([inputs, outputs], 2), normals([1, outputs], 3));
        let input = values(normals([300, inputs], 1));
        let answer = |rows: usize| {
            let input = tensor(input[..rows * inputs].to_vec(), [rows, inputs]);
            values(Flex::affine(input, weight.clone(), bias.clone()))
        };
        let all = answer(300);
        for rows in [1, 2, 3, 7, 16, 64, 257] {
            assert_eq!(answer(rows), all[..rows * outputs], "{rows} rows of {inputs} to {outputs}");
        }
    }
}

fn check_categorical(rows: usize, width: usize) {
    let logits = normals([rows, width], 1);
    let at = |index: usize| (index / width, index % width);
    // Every third action is barred; the first never is.
    let legal = (0..rows * width).map(|index| f32::from(at(index).1 % 3 != 1)).collect();
    let legal = tensor(legal, [rows, width]);
    let actions = (0..rows).map(|row| (row * 3 % width / 3 * 3) as f32).collect();
    let actions = tensor(actions, [rows, 1]);
    let gradient = normals([rows, 2], 2);
    let body = categorical::body::forward::<Flex>;
    let (plain, plain_record) = body(logits.clone(), legal.clone(), actions.clone());
    let (fused, fused_record) = Flex::categorical_forward(logits.clone(), legal.clone(), actions);
    assert_close("categorical", &values(fused), &values(plain));
    let plain = categorical::body::backward::<Flex>(plain_record, gradient.clone());
    let fused = Flex::categorical_backward(fused_record, gradient);
    assert_close("logits", &values(fused), &values(plain));

    let uniforms: Vec<f32> = (0..rows).map(|row| row as f32 / rows as f32).collect();
    let uniforms = tensor(uniforms, [rows, 1]);
    let plain = categorical::body::sample::<Flex>(logits.clone(), legal.clone(), uniforms.clone());
    let fused = values(Flex::sample(logits.clone(), legal.clone(), uniforms));
    assert_close("samples", &fused, &values(plain));
    let actions = fused.chunks(2).map(|pair| pair[0]).collect();
    let again = values(Flex::categorical(logits, legal, tensor(actions, [rows, 1])));
    for (sampled, evaluated) in fused.chunks(2).zip(again.chunks(2)) {
        assert_eq!(sampled[1].to_bits(), evaluated[0].to_bits(), "the same log-probability");
        assert!(sampled[0] as usize % 3 != 1, "a barred action was sampled");
    }
}

#[test]
fn the_fused_distribution_equals_the_plain_body() {
    check_categorical(5, 4);
    check_categorical(64, 16);
    check_categorical(33, 21);
}

#[test]
fn the_fused_adam_equals_the_plain_body() {
    use super::adam::{AdamOps, AdamRates, AdamTensors};
    let row = |seed: u64| tensor_of(values(normals([1, 3001], seed)));
    let positive =
        |tensor: FlexTensor| tensor_of(values_of(&tensor).into_iter().map(f32::abs).collect());
    for max_norm in [0.5, 1e9] {
        let tensors = AdamTensors::<Flex> {
            parameters: row(1),
            mean: row(2),
            square: positive(row(3)),
            gradient: row(4),
        };
        let rates = AdamRates::example(max_norm);
        let plain = adam::body::step(tensors.clone(), rates);
        let fused = Flex::adam_step(tensors, rates);
        assert_close("parameters", &values_of(&fused.parameters), &values_of(&plain.parameters));
        assert_close("mean", &values_of(&fused.mean), &values_of(&plain.mean));
        assert_close("square", &values_of(&fused.square), &values_of(&plain.square));
        assert_close("norm", &values_of(&fused.gradient), &values_of(&plain.gradient));
    }
}

fn values_of(row: &FlexTensor) -> Vec<f32> {
    row.as_slice::<f32>().unwrap().to_vec()
}

fn tensor_of(values: Vec<f32>) -> FlexTensor {
    let count = values.len();
    tensor(values, [count])
}
