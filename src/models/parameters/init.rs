//! First values of the parameters, from our own random stream.

use super::layout::{Init, ParameterLayout, ParameterSpec};
use crate::base::Rng;

/// Flat first values of all parameters.
pub(in crate::models) fn initial_values(layout: &ParameterLayout, rng: &mut Rng) -> Vec<f32> {
    let parameters: Vec<_> = layout.specs().iter().map(|spec| parameter(spec, rng)).collect();
    layout.flat_from_file(&parameters)
}

fn parameter(spec: &ParameterSpec, rng: &mut Rng) -> Vec<f32> {
    match spec.init {
        Init::Constant(value) => vec![value; spec.num_values()],
        Init::Orthogonal(gain) => (0..spec.blocks)
            .flat_map(|_| orthogonal(spec.outputs, spec.inputs.unwrap_or(1), gain, rng))
            .collect(),
    }
}

/// A `rows × columns` matrix with orthonormal rows or columns, whichever are fewer, times `gain`.
///
/// Normal draws are made orthonormal by the modified Gram–Schmidt process; the result is the Q of a
/// QR decomposition whose R has a positive diagonal, and so uniform over orthogonal matrices.
///
/// # Source
/// Saxe et al., "Exact solutions to the nonlinear dynamics of learning in deep linear neural
/// networks", 2014; the sign rule as in `torch.nn.init.orthogonal_`.
fn orthogonal(rows: usize, columns: usize, gain: f64, rng: &mut Rng) -> Vec<f32> {
    let (count, length) = (rows.min(columns), rows.max(columns));
    let mut vectors: Vec<Vec<f64>> = Vec::with_capacity(count);
    for _ in 0..count {
        let mut vector: Vec<f64> = (0..length).map(|_| rng.normal()).collect();
        for earlier in &vectors {
            let overlap = dot(earlier, &vector);
            for (value, along) in vector.iter_mut().zip(earlier) {
                *value -= overlap * along;
            }
        }
        let norm = dot(&vector, &vector).sqrt();
        vector.iter_mut().for_each(|value| *value /= norm);
        vectors.push(vector);
    }
    let entry = |row: usize, column: usize| {
        if rows <= columns { vectors[row][column] } else { vectors[column][row] }
    };
    (0..rows * columns).map(|at| (gain * entry(at / columns, at % columns)) as f32).collect()
}

fn dot(left: &[f64], right: &[f64]) -> f64 {
    left.iter().zip(right).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::SeedStream;

    fn check_orthogonal(rows: usize, columns: usize, gain: f64) {
        let mut rng = SeedStream::new(1).child("init").rng();
        let matrix = orthogonal(rows, columns, gain, &mut rng);
        let at = |row: usize, column: usize| f64::from(matrix[row * columns + column]);
        let count = rows.min(columns);
        for i in 0..count {
            for j in 0..count {
                let product: f64 = if rows <= columns {
                    (0..columns).map(|k| at(i, k) * at(j, k)).sum()
                } else {
                    (0..rows).map(|k| at(k, i) * at(k, j)).sum()
                };
                let expected = if i == j { gain * gain } else { 0.0 };
                assert!((product - expected).abs() < 1e-6, "{rows}x{columns} {i},{j}: {product}");
            }
        }
    }

    #[test]
    fn rows_or_columns_are_orthogonal() {
        check_orthogonal(8, 8, 1.0);
        check_orthogonal(4, 9, std::f64::consts::SQRT_2);
        check_orthogonal(16, 3, 0.01);
        check_orthogonal(1, 5, 1.0);
    }
}
