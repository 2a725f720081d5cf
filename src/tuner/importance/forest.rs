//! A small forest of regression trees.

use crate::base::Rng;

/// Cases that a leaf holds at least.
const LEAST_LEAF: usize = 2;
/// Cases that a tree is grown on at most.
const MOST_CASES: usize = 1000;

/// Cases: a row of columns each, and the number to be explained.
#[derive(Debug)]
pub(super) struct Cases {
    /// `rows[case][column]`.
    pub(super) rows: Vec<Vec<f64>>,
    /// One number a case.
    pub(super) targets: Vec<f64>,
}

/// How much each column lowers the variance within the leaves, summed over a forest of `trees` trees,
/// each grown on a bootstrap sample with all columns tried at each split.
///
/// # Source
/// Breiman et al., "Classification and Regression Trees", 1984, §5.3; Breiman, "Random Forests", 2001;
/// Louppe et al., "Understanding variable importances in forests of randomized trees", NIPS 2013,
/// equation 1 (mean decrease of impurity).
pub(super) fn decreases(cases: &Cases, trees: usize, rng: &mut Rng) -> Vec<f64> {
    let columns = cases.rows.first().map_or(0, Vec::len);
    let count = cases.rows.len();
    let mut decreases = vec![0.0; columns];
    for _ in 0..trees {
        let sample = (0..count.min(MOST_CASES)).map(|_| rng.below(count)).collect();
        let mut nodes: Vec<Vec<usize>> = vec![sample];
        while let Some(node) = nodes.pop() {
            let Some(split) = best_split(cases, &node) else { continue };
            decreases[split.column] += split.decrease;
            let is_left = |case: &usize| cases.rows[*case][split.column] <= split.threshold;
            let (left, right) = node.into_iter().partition(is_left);
            nodes.push(left);
            nodes.push(right);
        }
    }
    decreases
}

struct Split {
    column: usize,
    threshold: f64,
    decrease: f64,
}

/// The split that lowers the sum of squares most; the first column of equals.
fn best_split(cases: &Cases, node: &[usize]) -> Option<Split> {
    let mut best: Option<Split> = None;
    for column in 0..cases.rows.first().map_or(0, Vec::len) {
        let found = best_of_column(cases, node, column);
        let is_better = |split: &Split| best.as_ref().is_none_or(|b| split.decrease > b.decrease);
        if let Some(split) = found.filter(is_better) {
            best = Some(split);
        }
    }
    best
}

fn best_of_column(cases: &Cases, node: &[usize], column: usize) -> Option<Split> {
    let mut pairs: Vec<(f64, f64)> =
        node.iter().map(|case| (cases.rows[*case][column], cases.targets[*case])).collect();
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let count = pairs.len() as f64;
    let mean = pairs.iter().map(|pair| pair.1).sum::<f64>() / count;
    let mut left = 0.0;
    let mut best: Option<Split> = None;
    for at in 1..pairs.len() {
        left += pairs[at - 1].1 - mean;
        let sides = (at, pairs.len() - at);
        let is_border = pairs[at - 1].0 < pairs[at].0;
        if !is_border || sides.0 < LEAST_LEAF || sides.1 < LEAST_LEAF {
            continue;
        }
        // Sum of squares between the sides: n_l·d_l² + n_r·d_r² with d the deviations of their means.
        let decrease = left * left * (1.0 / sides.0 as f64 + 1.0 / sides.1 as f64);
        if decrease > best.as_ref().map_or(1e-12, |best| best.decrease) {
            let threshold = 0.5 * (pairs[at - 1].0 + pairs[at].0);
            // Halfway between two neighbors may round to the upper one.
            let threshold = if threshold < pairs[at].0 { threshold } else { pairs[at - 1].0 };
            best = Some(Split { column, threshold, decrease });
        }
    }
    best
}
