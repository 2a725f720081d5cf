//! Tests of the networks.
#![expect(clippy::needless_pass_by_value, reason = "a case is given away whole")]

use burn::tensor::{Device, Tensor, TensorData};

use super::*;
use crate::base::{Rng, SeedStream};

const HEADS: Heads = Heads::ActorCritic { num_actions: 3 };
const TINY: Architecture = gru(1);
const DEEP: Architecture = gru(2);
const TINY_MLP: Architecture = Architecture {
    trunk: Trunk::Mlp(MlpShape { num_observations: 3, hidden: 5, layers: 2 }),
    heads: HEADS,
};

const fn gru(layers: usize) -> Architecture {
    let shape = GruShape { num_observations: 3, encoder: 5, hidden: 4, layers };
    Architecture { trunk: Trunk::Gru(shape), heads: HEADS }
}

fn rng(purpose: &str) -> Rng {
    SeedStream::new(11).child(purpose).rng()
}

fn normals<const D: usize>(shape: [usize; D], scale: f64, rng: &mut Rng) -> Tensor<D> {
    let values: Vec<f32> =
        (0..shape.iter().product()).map(|_| (scale * rng.normal()) as f32).collect();
    Tensor::from_data(TensorData::new(values, shape), &Device::flex())
}

pub(super) fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.inner().try_into_vec_as().unwrap()
}

/// A network whose parameters, biases too, are all different from zero.
pub(super) fn random_net(architecture: Architecture) -> Model {
    let net = Model::init(architecture, &mut rng("init"), &Device::flex());
    let count = net.layout().num_parameters();
    net.with_parameters(net.parameters().clone() + normals([count], 0.3, &mut rng("noise")))
}

#[test]
fn the_portfolio_network_has_109841_parameters() {
    let model = crate::config::Model::default();
    assert_eq!(Architecture::actor_critic(&model, 64, 16).layout().num_parameters(), 109_841);
    assert_eq!(TINY_MLP.layout().num_parameters(), 3 * 5 + 5 + 5 * 5 + 5 + 5 * 3 + 3 + 5 + 1);
}

#[test]
fn same_seed_gives_the_same_first_weights() {
    let one = Model::init(TINY, &mut rng("init"), &Device::flex());
    let two = Model::init(TINY, &mut rng("init"), &Device::flex());
    assert_eq!(values(one.parameters().clone()), values(two.parameters().clone()));
}

/// The formulas of the module page in f64, one value at a time, on weights in PyTorch's layout.
struct Reference {
    weights: Vec<(String, Vec<usize>, Vec<f64>)>,
}

impl Reference {
    fn new(net: &Model) -> Self {
        let bytes = net.to_safetensors().unwrap();
        let file = safetensors::SafeTensors::deserialize(&bytes).unwrap();
        let weights = file.iter().map(|(name, view)| {
            let (words, _) = view.data().as_chunks::<4>();
            let values = words.iter().map(|word| f64::from(f32::from_le_bytes(*word))).collect();
            (name.to_owned(), view.shape().to_vec(), values)
        });
        Self { weights: weights.collect() }
    }

    fn get(&self, name: &str) -> &(String, Vec<usize>, Vec<f64>) {
        self.weights.iter().find(|(found, ..)| found == name).unwrap()
    }

    fn affine(&self, weight: &str, bias: &str, input: &[f64]) -> Vec<f64> {
        let (_, shape, matrix) = self.get(weight);
        let (_, _, bias) = self.get(bias);
        (0..shape[0])
            .map(|row| {
                let products =
                    (0..shape[1]).map(|column| matrix[row * shape[1] + column] * input[column]);
                bias[row] + products.sum::<f64>()
            })
            .collect()
    }

    fn gru(&self, obs: &[f64], hidden: &[f64]) -> (Vec<f64>, f64, Vec<f64>) {
        let active: Vec<f64> = self
            .affine("encoder.weight", "encoder.bias", obs)
            .into_iter()
            .map(|value| value.max(0.0))
            .collect();
        let count = active.len() as f64;
        let mean = active.iter().sum::<f64>() / count;
        let variance = active.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / count;
        let scale = &self.get("norm.weight").2;
        let shift = &self.get("norm.bias").2;
        let x: Vec<f64> = (0..active.len())
            .map(|i| (active[i] - mean) / (variance + 1e-5).sqrt() * scale[i] + shift[i])
            .collect();
        let gi = self.affine("gru.weight_ih_l0", "gru.bias_ih_l0", &x);
        let gh = self.affine("gru.weight_hh_l0", "gru.bias_hh_l0", hidden);
        let width = hidden.len();
        let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
        let next: Vec<f64> = (0..width)
            .map(|i| {
                let r = sigmoid(gi[i] + gh[i]);
                let z = sigmoid(gi[width + i] + gh[width + i]);
                let n = (gi[2 * width + i] + r * gh[2 * width + i]).tanh();
                (1.0 - z) * n + z * hidden[i]
            })
            .collect();
        let logits = self.affine("policy.weight", "policy.bias", &next);
        let value = self.affine("value.weight", "value.bias", &next)[0];
        (logits, value, next)
    }
}

fn assert_close(found: &[f32], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    for (index, (found, expected)) in found.iter().zip(expected).enumerate() {
        let difference = (f64::from(*found) - expected).abs();
        assert!(difference < tolerance, "at {index}: {found} is not {expected}");
    }
}

#[test]
fn the_gru_equals_the_scalar_reference() {
    let net = random_net(TINY);
    let reference = Reference::new(&net);
    let obs = normals([6, 3], 1.0, &mut rng("obs"));
    let mut hidden = vec![0.0; 4];
    let mut state = net.initial_state(1);
    for step in 0..6_usize {
        let row = obs.clone().slice(step..step + 1);
        let input: Vec<f64> = values(row.clone()).into_iter().map(f64::from).collect();
        let (logits, value, next) = reference.gru(&input, &hidden);
        let found = net.inference().forward_step(row, state);
        assert_close(&values(found.logits), &logits, 1e-5);
        assert_close(&values(found.value), &[value], 1e-5);
        assert_close(&values(found.state.clone()), &next, 1e-5);
        hidden = next;
        state = found.state;
    }
}

/// A sequence and the same steps one by one give the same bits, with and without gradients.
pub(super) fn check_sequence_equals_steps(architecture: Architecture, steps: usize, envs: usize) {
    let net = random_net(architecture.clone());
    let width = architecture.num_observations();
    let mut draws = rng("obs");
    let obs = normals([steps, envs, width], 1.0, &mut draws);
    let starts: Vec<f32> = (0..steps * envs).map(|_| f32::from(draws.uniform() < 0.2)).collect();
    let starts = Tensor::<2>::from_data(TensorData::new(starts, [steps, envs]), &Device::flex());
    let first = normals([envs, architecture.state_width()], 0.5, &mut draws);

    let mut hidden = first.clone();
    let mut logits = Vec::new();
    let mut state_values = Vec::new();
    for step in 0..steps {
        let start = starts.clone().slice(step..step + 1).reshape([envs, 1]);
        hidden = hidden * start.neg().add_scalar(1.0);
        let row = obs.clone().slice(step..step + 1).reshape([envs, width]);
        let found = net.inference().forward_step(row, hidden);
        logits.extend(values(found.logits));
        state_values.extend(values(found.value));
        hidden = found.state;
    }
    for network in [net.inference(), net.training()] {
        let pass = network.forward_sequence(obs.clone(), starts.clone(), first.clone());
        assert_eq!(values(pass.0), logits, "{steps} steps of {envs}");
        assert_eq!(values(pass.1), state_values, "{steps} steps of {envs}");
    }
}

#[test]
fn a_sequence_equals_its_steps_bit_for_bit() {
    check_sequence_equals_steps(TINY, 7, 2);
    check_sequence_equals_steps(TINY, 7, 1);
    check_sequence_equals_steps(DEEP, 6, 3);
    check_sequence_equals_steps(TINY_MLP, 5, 9);
    let portfolio = Architecture::actor_critic(&crate::config::Model::default(), 64, 16);
    check_sequence_equals_steps(portfolio.clone(), 4, 33);
    check_sequence_equals_steps(portfolio.clone(), 16, 8);
    check_sequence_equals_steps(portfolio, 3, 200);
}

/// A loss that touches every output.
fn loss((logits, state_values): (Tensor<2>, Tensor<1>)) -> Tensor<1> {
    (logits.clone() * logits).mean() + (state_values.sin() * 0.5).mean()
}

pub(super) fn check_gradient(architecture: Architecture) {
    let net = random_net(architecture.clone());
    let mut draws = rng("obs");
    let obs = normals([5, 4, 3], 1.0, &mut draws);
    let starts: Vec<f32> = (0..20).map(|_| f32::from(draws.uniform() < 0.2)).collect();
    let starts = Tensor::<2>::from_data(TensorData::new(starts, [5, 4]), &Device::flex());
    let hidden = normals([4, architecture.state_width()], 0.5, &mut draws);
    let network = net.training();
    let value = loss(network.forward_sequence(obs.clone(), starts.clone(), hidden.clone()));
    let gradient = values(network.gradient(&value));
    let at = |parameters: Tensor<1>| {
        let network = net.with_parameters(parameters).inference();
        let pass = network.forward_sequence(obs.clone(), starts.clone(), hidden.clone());
        f64::from(values(loss(pass))[0])
    };
    let count = net.layout().num_parameters();
    for trial in 0..8 {
        let direction = normals([count], 1.0, &mut draws);
        let along: f64 = values(direction.clone())
            .iter()
            .zip(&gradient)
            .map(|(d, g)| f64::from(*d) * f64::from(*g))
            .sum();
        let step = 1e-3;
        let ahead = at(net.parameters().clone() + direction.clone() * step);
        let behind = at(net.parameters().clone() - direction * step);
        let numeric = (ahead - behind) / (2.0 * f64::from(step as f32));
        let scale = along.abs().max(numeric.abs()).max(0.1);
        assert!((along - numeric).abs() / scale < 1e-2, "trial {trial}: {along} is not {numeric}");
    }
}

#[test]
fn gradients_equal_finite_differences() {
    check_gradient(TINY);
    check_gradient(DEEP);
    check_gradient(TINY_MLP);
}

#[test]
fn weights_survive_a_file_and_have_the_names_of_pytorch() {
    for architecture in [TINY, DEEP, TINY_MLP] {
        let net = random_net(architecture.clone());
        let bytes = net.to_safetensors().unwrap();
        let read = Model::from_safetensors(architecture.clone(), &bytes, &Device::flex()).unwrap();
        assert_eq!(values(read.parameters().clone()), values(net.parameters().clone()));
        assert_eq!(read.to_safetensors().unwrap(), bytes);
    }
    let names = TINY.layout().names();
    assert!(names.contains(&("encoder.weight".to_owned(), vec![5, 3])));
    assert!(names.contains(&("gru.weight_ih_l0".to_owned(), vec![12, 5])));
    assert!(names.contains(&("gru.bias_hh_l0".to_owned(), vec![12])));
}

fn check_refused(bytes: &[u8], expected: &str) {
    let error = Model::from_safetensors(TINY, bytes, &Device::flex()).unwrap_err();
    assert!(error.to_string().contains(expected), "{error}");
}

#[test]
fn weights_that_do_not_fit_are_refused_by_name() {
    let wider = GruShape { num_observations: 3, encoder: 6, hidden: 4, layers: 1 };
    check_refused(
        &random_net(Architecture { trunk: Trunk::Gru(wider), heads: HEADS })
            .to_safetensors()
            .unwrap(),
        "tensor `encoder.weight` must have shape [5, 3], was [6, 3]",
    );
    check_refused(
        &random_net(TINY_MLP).to_safetensors().unwrap(),
        "the weights hold a tensor `layers.0.bias` that the network does not have",
    );
    check_refused(b"not a file", "expected weights in safetensors format");
    let good = random_net(TINY).to_safetensors().unwrap();
    check_refused(&good[..good.len() - 4], "expected weights in safetensors format");
    let mut damaged = good.clone();
    let last = damaged.len() - 4;
    damaged[last..].copy_from_slice(&f32::NAN.to_le_bytes());
    check_refused(&damaged, "must be finite, was NaN at index");
    let text = String::from_utf8_lossy(&good).replace("norm.bias", "norm.bies");
    let renamed: Vec<u8> = {
        let at = text.find("norm.bies").unwrap();
        let mut bytes = good.clone();
        bytes[at..at + 9].copy_from_slice(b"norm.bies");
        bytes
    };
    check_refused(&renamed, "`norm.bies` that the network does not have");
}

#[test]
fn weights_that_are_not_finite_are_not_written() {
    let net = random_net(TINY);
    let broken = net.with_parameters(net.parameters().clone() * f32::INFINITY);
    let error = broken.to_safetensors().unwrap_err();
    assert!(error.to_string().starts_with("tensor `encoder.weight` must be finite"), "{error}");
}

/// One tensor of the fixture that `tests/oracles/make_gru.py` makes.
fn answer(answers: &serde_json::Value, name: &str) -> (Vec<usize>, Vec<f32>) {
    let shape = answers[name]["shape"].as_array().unwrap().iter();
    let found = answers[name]["values"].as_array().unwrap().iter();
    (
        shape.map(|size| size.as_u64().unwrap() as usize).collect(),
        found.map(|value| value.as_f64().unwrap() as f32).collect(),
    )
}

#[test]
fn weights_of_pytorch_give_the_answers_of_pytorch() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/gru");
    let weights = crate::base::read_bytes(&folder.join("weights.safetensors")).unwrap();
    let answers = crate::base::read_text(&folder.join("answers.json")).unwrap();
    let answers = serde_json::from_str(&answers).unwrap();
    let (shape, obs) = answer(&answers, "obs");
    let [steps, envs, width] = shape[..] else { panic!("{shape:?}") };
    let (_, hidden) = answer(&answers, "hidden");
    let shape = GruShape { num_observations: width, encoder: 7, hidden: 6, layers: 1 };
    let heads = Heads::ActorCritic { num_actions: 4 };
    let architecture = Architecture { trunk: Trunk::Gru(shape), heads };
    let net = Model::from_safetensors(architecture, &weights, &Device::flex());
    let device = Device::flex();
    let pass = net.unwrap().inference().forward_sequence(
        Tensor::from_data(TensorData::new(obs, [steps, envs, width]), &device),
        Tensor::zeros([steps, envs], &device),
        Tensor::from_data(TensorData::new(hidden, [envs, 6]), &device),
    );
    let wide = |name: &str| answer(&answers, name).1.into_iter().map(f64::from).collect::<Vec<_>>();
    assert_close(&values(pass.0), &wide("logits"), 1e-5);
    assert_close(&values(pass.1), &wide("values"), 1e-5);
}
