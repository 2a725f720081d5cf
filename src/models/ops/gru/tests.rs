//! The fused layer against the plain body.

use burn::backend::Flex;
use burn_flex::FlexTensor;

use super::body;
use super::*;
use crate::models::ops::slices::Values;
use crate::models::ops::tests::{assert_close, normals};

fn layer(steps: usize, batch: usize, inputs: usize, width: usize) -> GruInput<Flex> {
    let keep = (0..steps * batch).map(|row| if row % 5 == 3 { 0.0 } else { 1.0 }).collect();
    GruInput {
        input: normals([steps * batch, inputs], 1),
        keep: crate::models::ops::slices::tensor(keep, [steps * batch, 1]),
        hidden: normals([batch, width], 2),
        input_weight: normals([inputs, 3 * width], 3),
        hidden_weight: normals([width, 3 * width], 4),
        input_bias: normals([1, 3 * width], 5),
        hidden_bias: normals([1, 3 * width], 6),
    }
}

fn values(tensor: FlexTensor) -> Vec<f32> {
    Values::new(tensor).slice().to_vec()
}

fn parts(gradient: GruGradient<Flex>) -> [(&'static str, Vec<f32>); 6] {
    [
        ("input", values(gradient.input)),
        ("hidden", values(gradient.hidden)),
        ("input_weight", values(gradient.input_weight)),
        ("hidden_weight", values(gradient.hidden_weight)),
        ("input_bias", values(gradient.input_bias)),
        ("hidden_bias", values(gradient.hidden_bias)),
    ]
}

fn check(steps: usize, batch: usize, inputs: usize, width: usize) {
    let layer = layer(steps, batch, inputs, width);
    let (plain, plain_record) = body::forward(layer.clone());
    let (fused, fused_record) = Flex::gru_forward(layer.clone());
    let plain = values(plain);
    assert_close("states", &values(fused.clone()), &plain);
    assert_eq!(values(Flex::gru_sequence(layer)), values(fused), "the record changes no bit");
    let gradient = normals([steps * batch, width], 7);
    let plain = parts(body::backward(plain_record, gradient.clone()));
    let fused = parts(Flex::gru_backward(fused_record, gradient));
    for ((name, plain), (_, fused)) in plain.into_iter().zip(fused) {
        assert_close(name, &fused, &plain);
    }
}

#[test]
fn the_fused_layer_equals_the_plain_body() {
    check(1, 1, 3, 4);
    check(5, 3, 7, 16);
    check(4, 6, 20, 33);
    check(16, 8, 128, 128);
}
