//! The head of a network that values actions: plain or dueling, a mean or a distribution, with or
//! without noise on its weights.

use burn::tensor::activation::softmax;
use burn::tensor::{Device, Tensor, TensorData};
use serde::{Deserialize, Serialize};

use crate::base::Rng;
use crate::models::parameters::{Init, ParameterSpec};

/// Values near zero at the start, so that rewards of any scale set them.
const HEAD_GAIN: f64 = 0.01;
/// σ₀: the first deviation of a noisy weight is σ₀ / √inputs.
///
/// # Source
/// Fortunato et al., "Noisy Networks for Exploration", 2018, section 3.2, factorised noise.
const FIRST_DEVIATION: f32 = 0.5;

/// What a head that values actions looks like.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QShape {
    /// Actions to choose from.
    pub num_actions: usize,
    /// A value and an advantage of each action instead of one number.
    pub dueling: bool,
    /// A distribution over these returns instead of a mean.
    pub atoms: Option<Atoms>,
    /// Learned noise on the weights.
    pub noisy: bool,
}

/// Evenly spaced returns.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Atoms {
    /// How many.
    pub count: usize,
    /// The smallest.
    pub min: f64,
    /// The largest.
    pub max: f64,
}

impl Atoms {
    /// The distance between neighbours.
    #[must_use]
    pub fn spacing(&self) -> f64 {
        (self.max - self.min) / (self.count - 1) as f64
    }

    /// All of them, `[Z]`.
    #[must_use]
    pub fn support(&self, device: &Device) -> Tensor<1> {
        let values = (0..self.count).map(|at| (self.min + at as f64 * self.spacing()) as f32);
        let values: Vec<f32> = values.collect();
        Tensor::from_data(TensorData::new(values, [self.count]), device)
    }
}

impl QShape {
    /// Z: outputs for each action.
    #[must_use]
    pub fn outputs(&self) -> usize {
        self.atoms.map_or(1, |atoms| atoms.count)
    }

    /// The mean of each action's return.
    ///
    /// # Shapes
    /// - `outputs: [M, K, Z] f32` of [`Network::q_values`](crate::models::Network::q_values)
    /// - returns `[M, K]`
    #[must_use]
    pub fn means(&self, outputs: Tensor<3>) -> Tensor<2> {
        let [rows, num_actions, count] = outputs.dims();
        let Some(atoms) = self.atoms else {
            return outputs.reshape([rows, num_actions]);
        };
        let support = atoms.support(&outputs.device()).reshape([1, 1, count]);
        (softmax(outputs, 2) * support).sum_dim(2).reshape([rows, num_actions])
    }

    /// Names, shapes and first values of the head's parameters on features of this width.
    pub(in crate::models) fn specs(&self, features: usize) -> Vec<ParameterSpec> {
        let actions = self.num_actions * self.outputs();
        let layers = if self.dueling {
            vec![("value", self.outputs()), ("advantage", actions)]
        } else {
            vec![("q", actions)]
        };
        layers
            .into_iter()
            .flat_map(|(name, width)| self.layer_specs(name, features, width))
            .collect()
    }

    fn layer_specs(&self, name: &str, features: usize, width: usize) -> Vec<ParameterSpec> {
        let zeros = Init::Constant(0.0);
        if !self.noisy {
            return vec![
                ParameterSpec::matrix(&format!("{name}.weight"), [width, features], 1, HEAD_GAIN),
                ParameterSpec::vector(&format!("{name}.bias"), width, 1, zeros),
            ];
        }
        let deviation = Init::Constant(FIRST_DEVIATION / (features as f32).sqrt());
        let block = [width, features];
        let mut weight_sigma =
            ParameterSpec::matrix(&format!("{name}.weight_sigma"), block, 1, HEAD_GAIN);
        weight_sigma.init = deviation;
        vec![
            ParameterSpec::matrix(&format!("{name}.weight_mu"), block, 1, HEAD_GAIN),
            weight_sigma,
            ParameterSpec::vector(&format!("{name}.bias_mu"), width, 1, zeros),
            ParameterSpec::vector(&format!("{name}.bias_sigma"), width, 1, deviation),
        ]
    }
}

/// Factors of the noise on each layer of a head: one of its inputs `[1, D]`, one of its outputs.
///
/// ```text
/// ε_w = f(ε_in) ⊗ f(ε_out), ε_b = f(ε_out), f(x) = sgn(x) √|x|
/// ```
#[derive(Debug, Clone)]
pub struct Noise {
    layers: Vec<[Tensor<2>; 2]>,
}

impl Noise {
    /// Draws noise for a head on features of this width.
    #[must_use]
    pub fn draw(shape: &QShape, features: usize, rng: &mut Rng, device: &Device) -> Self {
        let actions = shape.num_actions * shape.outputs();
        let widths = if shape.dueling { vec![shape.outputs(), actions] } else { vec![actions] };
        let mut factor = |width: usize| {
            let values: Vec<f32> = (0..width).map(|_| scaled(rng.normal())).collect();
            Tensor::from_data(TensorData::new(values, [1, width]), device)
        };
        let layers = widths.into_iter().map(|width| [factor(features), factor(width)]).collect();
        Self { layers }
    }
}

fn scaled(draw: f64) -> f32 {
    (draw.signum() * draw.abs().sqrt()) as f32
}

/// The head as matrices of one forward pass.
#[derive(Debug, Clone)]
pub(in crate::models) struct QHead {
    shape: QShape,
    layers: Vec<Layer>,
}

#[derive(Debug, Clone)]
struct Layer {
    /// `[D, W]` and `[1, W]`
    mean: [Tensor<2>; 2],
    /// The same, absent without noise.
    deviation: Option<[Tensor<2>; 2]>,
}

impl Layer {
    /// `[M, D]` to `[M, W]`.
    fn forward(&self, features: Tensor<2>, noise: Option<&[Tensor<2>; 2]>) -> Tensor<2> {
        let [weight, bias] = self.mean.clone();
        let mean = features.clone().matmul(weight) + bias;
        match (noise, &self.deviation) {
            (Some([inputs, outputs]), Some([weight, bias])) => {
                let moved = (features * inputs.clone()).matmul(weight.clone()) + bias.clone();
                mean + moved * outputs.clone()
            }
            _ => mean,
        }
    }
}

impl QHead {
    /// Takes the blocks of [`QShape::specs`] in order.
    pub(in crate::models) fn new(shape: QShape, leaves: &[Tensor<2>]) -> Self {
        let blocks = if shape.noisy { 4 } else { 2 };
        let layers = leaves.chunks_exact(blocks).map(|blocks| match blocks {
            [weight, weight_sigma, bias, bias_sigma] => Layer {
                mean: [weight.clone(), bias.clone()],
                deviation: Some([weight_sigma.clone(), bias_sigma.clone()]),
            },
            blocks => Layer { mean: [blocks[0].clone(), blocks[1].clone()], deviation: None },
        });
        Self { shape, layers: layers.collect() }
    }

    /// Values of all actions, or logits of their atoms.
    ///
    /// ```text
    /// Q(s, a) = V(s) + A(s, a) − mean over a′ of A(s, a′)
    /// ```
    ///
    /// # Shapes
    /// - `features: [M, D] f32`
    /// - returns `[M, K, Z]`
    ///
    /// # Source
    /// Wang et al., "Dueling Network Architectures for Deep Reinforcement Learning", 2016, eq. 9,
    /// with one linear layer a stream on the common trunk; over atoms as in Hessel et al.,
    /// "Rainbow", 2018.
    pub(in crate::models) fn q_values(
        &self,
        features: Tensor<2>,
        noise: Option<&Noise>,
    ) -> Tensor<3> {
        let [rows, _] = features.dims();
        let (num_actions, count) = (self.shape.num_actions, self.shape.outputs());
        let noise = |layer: usize| noise.and_then(|noise| noise.layers.get(layer));
        let [first, rest @ ..] = &self.layers[..] else {
            unreachable!("invariant: a head has a layer");
        };
        let [advantage] = rest else {
            return first.forward(features, noise(0)).reshape([rows, num_actions, count]);
        };
        let value = first.forward(features.clone(), noise(0)).reshape([rows, 1, count]);
        let advantage = advantage.forward(features, noise(1)).reshape([rows, num_actions, count]);
        value + advantage.clone() - advantage.mean_dim(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::SeedStream;

    fn table<const D: usize>(values: &[f32], shape: [usize; D]) -> Tensor<D> {
        Tensor::from_data(TensorData::new(values.to_vec(), shape), &Device::flex())
    }

    fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
        tensor.try_into_vec_as().unwrap()
    }

    const PLAIN: QShape = QShape { num_actions: 2, dueling: false, atoms: None, noisy: false };

    fn leaves(shape: &QShape, features: usize) -> Vec<Tensor<2>> {
        let leaf = |(at, spec): (usize, ParameterSpec)| {
            let (inputs, outputs) = (spec.inputs.unwrap_or(1), spec.outputs);
            let values: Vec<f32> =
                (0..inputs * outputs).map(|i| 0.1 * (i + 1) as f32 - 0.2 * at as f32).collect();
            table(&values, [inputs, outputs])
        };
        shape.specs(features).into_iter().enumerate().map(leaf).collect()
    }

    #[test]
    fn a_plain_head_by_hand() {
        let head = QHead::new(PLAIN, &leaves(&PLAIN, 2));
        // Weights [[0.1, 0.2], [0.3, 0.4]], biases [-0.1, 0].
        let found = values(head.q_values(table(&[1.0, 2.0], [1, 2]), None));
        assert!((found[0] - 0.6).abs() < 1e-6 && (found[1] - 1.0).abs() < 1e-6, "{found:?}");
    }

    #[test]
    fn a_dueling_head_is_the_value_on_average() {
        let shape = QShape { dueling: true, num_actions: 3, ..PLAIN };
        let head = QHead::new(shape, &leaves(&shape, 2));
        let features = table(&[1.0, 2.0, -0.5, 0.3], [2, 2]);
        let q = head.q_values(features.clone(), None);
        let value = head.layers[0].forward(features, None);
        let mean = values(q.mean_dim(1));
        for (mean, value) in mean.iter().zip(values(value)) {
            assert!((mean - value).abs() < 1e-6);
        }
    }

    #[test]
    fn means_of_distributions() {
        let atoms = Atoms { count: 3, min: -1.0, max: 1.0 };
        let shape = QShape { atoms: Some(atoms), ..PLAIN };
        let far = 50.0;
        let logits = table(&[0.0, 0.0, 0.0, -far, -far, far], [1, 2, 3]);
        let found = values(shape.means(logits));
        assert!(found[0].abs() < 1e-6 && (found[1] - 1.0).abs() < 1e-6, "{found:?}");
        assert_eq!(values(atoms.support(&Device::flex())), [-1.0, 0.0, 1.0]);
        assert_eq!(shape.specs(4).iter().map(ParameterSpec::num_values).sum::<usize>(), 4 * 6 + 6);
    }

    #[test]
    fn noise_is_a_product_of_factors_and_can_be_left_out() {
        let shape = QShape { noisy: true, ..PLAIN };
        let leaves = leaves(&shape, 2);
        let head = QHead::new(shape, &leaves);
        let noise =
            Noise { layers: vec![[table(&[2.0, -1.0], [1, 2]), table(&[0.5, 3.0], [1, 2])]] };
        let features = table(&[1.0, 2.0], [1, 2]);
        let quiet = values(head.q_values(features.clone(), None));
        let loud = values(head.q_values(features, Some(&noise)));
        // σ of the weights is [[-0.1, 0], [0.1, 0.2]], of the biases [-0.5, -0.4].
        let moved = [(2.0 * -0.1 - 2.0 * 0.1 - 0.5) * 0.5, (-2.0 * 0.2 - 0.4) * 3.0];
        for at in 0..2 {
            assert!((loud[at] - quiet[at] - moved[at]).abs() < 1e-5, "{loud:?} {quiet:?}");
        }
        let mut rng = SeedStream::new(1).child("noise").rng();
        let drawn = Noise::draw(&shape, 2, &mut rng, &Device::flex());
        assert_eq!(drawn.layers[0].each_ref().map(Tensor::dims), [[1, 2], [1, 2]]);
        assert!((scaled(-4.0) + 2.0).abs() < 1e-6);
    }
}
