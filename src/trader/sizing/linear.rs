//! Systems of linear equations with a positive definite matrix.

/// The `x` of `matrix · x = right` by Cholesky's method; absent if the matrix is not positive definite.
pub(super) fn solve(matrix: &[Vec<f64>], right: &[f64]) -> Option<Vec<f64>> {
    let lower = factor(matrix)?;
    let size = right.len();
    let mut x = right.to_vec();
    for i in 0..size {
        let known: f64 = (0..i).map(|j| lower[i][j] * x[j]).sum();
        x[i] = (x[i] - known) / lower[i][i];
    }
    for i in (0..size).rev() {
        let known: f64 = (i + 1..size).map(|j| lower[j][i] * x[j]).sum();
        x[i] = (x[i] - known) / lower[i][i];
    }
    Some(x)
}

/// The lower triangle whose product with its own transpose is the matrix.
fn factor(matrix: &[Vec<f64>]) -> Option<Vec<Vec<f64>>> {
    let size = matrix.len();
    let mut lower = vec![vec![0.0; size]; size];
    for i in 0..size {
        for j in 0..=i {
            let known: f64 = (0..j).map(|k| lower[i][k] * lower[j][k]).sum();
            let rest = matrix[i][j] - known;
            if i != j {
                lower[i][j] = rest / lower[j][j];
            } else if rest > 0.0 && rest.is_finite() {
                lower[i][i] = rest.sqrt();
            } else {
                return None;
            }
        }
    }
    Some(lower)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn solves_by_hand_and_refuses_what_has_no_root() {
        let x = solve(&[vec![4.0, 2.0], vec![2.0, 3.0]], &[8.0, 7.0]).unwrap();
        assert!((x[0] - 1.25).abs() < 1e-15 && (x[1] - 1.5).abs() < 1e-15);
        assert_eq!(solve(&[vec![1.0, 1.0], vec![1.0, 1.0]], &[1.0, 1.0]), None);
        assert_eq!(solve(&[vec![f64::NAN]], &[1.0]), None);
    }
}
