//! Every trunk against the same checks: steps and sequences, gradients, weights and answers of
//! PyTorch.

use std::path::{Path, PathBuf};

use burn::tensor::{Device, Tensor, TensorData};

use super::tests::{check_gradient, check_sequence_equals_steps, random_net, values};
use super::*;
use crate::config;

const HEADS: Heads = Heads::ActorCritic { num_actions: 3 };

fn with_heads(trunk: Trunk) -> Architecture {
    Architecture { trunk, heads: HEADS }
}

fn gru(layers: usize) -> Architecture {
    with_heads(Trunk::Gru(GruShape { num_observations: 3, encoder: 5, hidden: 4, layers }))
}

fn cnn_lstm(window: usize, channels: &[usize], layers: usize) -> Architecture {
    let channels = channels.to_vec();
    let shape =
        CnnLstmShape { num_observations: 3, window, channels, kernel: 3, hidden: 4, layers };
    with_heads(Trunk::CnnLstm(shape))
}

fn gated_residual(groups: &[usize], blocks: usize, layers: usize) -> Architecture {
    let groups = groups.to_vec();
    let shape =
        GatedResidualShape { num_observations: 3, groups, width: 5, blocks, hidden: 4, layers };
    with_heads(Trunk::GatedResidual(shape))
}

fn tiny() -> Vec<Architecture> {
    vec![
        gru(2),
        gru(3),
        cnn_lstm(5, &[4, 6], 2),
        cnn_lstm(9, &[4, 2], 1),
        gated_residual(&[1, 2], 1, 2),
        gated_residual(&[2, 1], 2, 0),
        gated_residual(&[3], 0, 1),
    ]
}

#[test]
fn sequences_equal_their_steps_bit_for_bit() {
    for architecture in tiny() {
        for (steps, envs) in [(12, 3), (5, 1), (1, 4)] {
            check_sequence_equals_steps(architecture.clone(), steps, envs);
        }
    }
}

#[test]
fn sequences_equal_their_steps_at_full_width() {
    let groups = vec![12, 12, 30];
    let models = [
        config::Model::Gru(config::Gru { layers: 2, ..config::Gru::default() }),
        config::Model::CnnLstm(config::CnnLstm::default()),
        config::Model::CnnLstm(config::CnnLstm { window: 10, ..config::CnnLstm::default() }),
        config::Model::GatedResidual(config::GatedResidual::default()),
        config::Model::GatedResidual(config::GatedResidual { groups, ..Default::default() }),
    ];
    for model in models {
        let architecture = Architecture::actor_critic(&model, 64, 16);
        check_sequence_equals_steps(architecture.clone(), 8, 7);
        check_sequence_equals_steps(architecture, 2, 130);
    }
}

#[test]
fn gradients_of_every_trunk_equal_finite_differences() {
    for architecture in tiny() {
        check_gradient(architecture);
    }
}

#[test]
fn sizes_of_the_default_networks() {
    let count =
        |model: config::Model| Architecture::actor_critic(&model, 64, 16).layout().num_parameters();
    let convolutions = 64 * 3 * 64 + 64 + 64 * 3 * 128 + 128 + 128 * 3 * 256 + 256;
    let lstm = 4 * 128 * (256 + 128 + 2) + 4 * 128 * (128 + 128 + 2);
    let heads = 128 * 17 + 17;
    let found = count(config::Model::CnnLstm(config::CnnLstm::default()));
    assert_eq!(found, convolutions + lstm + heads);
    let groups = vec![20, 20];
    let model = config::GatedResidual { groups, ..config::GatedResidual::default() };
    let Trunk::GatedResidual(shape) = Trunk::new(&config::Model::GatedResidual(model), 64) else {
        panic!("another trunk");
    };
    assert_eq!(shape.groups, [20, 20, 24]);
}

#[test]
fn weights_of_every_trunk_survive_a_file() {
    for architecture in tiny() {
        let net = random_net(architecture.clone());
        let bytes = net.to_safetensors().unwrap();
        let read = Model::from_safetensors(architecture, &bytes, &Device::flex()).unwrap();
        assert_eq!(values(read.parameters().clone()), values(net.parameters().clone()));
    }
    let names = cnn_lstm(5, &[4, 6], 2).layout().names();
    assert!(names.contains(&("convolutions.1.weight".to_owned(), vec![6, 4, 3])), "{names:?}");
    assert!(names.contains(&("lstm.weight_hh_l1".to_owned(), vec![16, 4])), "{names:?}");
}

/// A case that `tests/oracles/make_models.py` made.
struct Case {
    path: PathBuf,
    answers: serde_json::Value,
}

impl Case {
    fn read(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/models");
        let text = crate::base::read_text(&folder.join(format!("{name}.json"))).unwrap();
        let answers = serde_json::from_str(&text).unwrap();
        Self { path: folder.join(format!("{name}.safetensors")), answers }
    }

    fn net(&self) -> Model {
        let architecture = serde_json::from_value(self.answers["architecture"].clone()).unwrap();
        let weights = crate::base::read_bytes(&self.path).unwrap();
        Model::from_safetensors(architecture, &weights, &Device::flex()).unwrap()
    }

    fn values(&self, name: &str) -> Vec<f32> {
        let found = self.answers[name]["values"].as_array().unwrap().iter();
        found.map(|value| value.as_f64().unwrap() as f32).collect()
    }

    fn tensor<const D: usize>(&self, name: &str) -> Tensor<D> {
        let shape = self.answers[name]["shape"].as_array().unwrap().iter();
        let shape: Vec<_> = shape.map(|size| size.as_u64().unwrap() as usize).collect();
        let shape: [usize; D] = shape.try_into().unwrap();
        Tensor::from_data(TensorData::new(self.values(name), shape), &Device::flex())
    }

    fn features(&self) -> (Network, Tensor<2>) {
        let (net, obs) = (self.net(), self.tensor::<3>("obs"));
        let state = net.initial_state(obs.dims()[1]);
        let network = net.inference();
        let features = network.trunk_sequence(obs, self.tensor("starts"), state);
        (network, features)
    }

    fn assert_close<const D: usize>(&self, name: &str, found: Tensor<D>) {
        let (found, expected) = (values(found), self.values(name));
        assert_eq!(found.len(), expected.len(), "{name}");
        let worst = found.iter().zip(&expected).map(|(f, e)| (f - e).abs()).fold(0.0, f32::max);
        assert!(worst <= 1e-5, "{} of {}: {worst}", name, self.path.display());
    }
}

#[test]
fn trunks_with_weights_of_pytorch_give_its_answers() {
    let cases =
        ["gru_2", "mlp", "cnn_lstm", "cnn_lstm_wide", "gated_residual", "gated_residual_plain"];
    for case in cases.map(Case::read) {
        let (network, features) = case.features();
        let (logits, state_values) = network.actor_critic(features);
        case.assert_close("logits", logits);
        case.assert_close("value", state_values);
    }
}

#[test]
fn heads_with_weights_of_pytorch_give_its_values() {
    for case in ["q_dueling", "q_plain", "q_rainbow"].map(Case::read) {
        let (network, features) = case.features();
        let found = network.q_values(features, None);
        let Heads::QValues(shape) = case.net().architecture().heads else {
            panic!("other heads");
        };
        if shape.atoms.is_some() {
            case.assert_close("atoms", found.clone());
        }
        case.assert_close("q", shape.means(found));
    }
}
