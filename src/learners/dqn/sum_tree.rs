//! Weights that can be drawn in proportion.

/// A complete binary tree whose nodes are the sums of their children.
///
/// # Source
/// Schaul et al., "Prioritized Experience Replay", 2016, appendix B.2.1.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct SumTree {
    /// Node 1 is the root, node i has the children 2i and 2i + 1; the leaves are the last half.
    nodes: Vec<f64>,
    count: usize,
}

impl SumTree {
    /// A tree of `count` weights, all 0.
    pub(super) fn new(count: usize) -> Self {
        Self { nodes: vec![0.0; 2 * count.next_power_of_two()], count }
    }

    fn first_leaf(&self) -> usize {
        self.nodes.len() / 2
    }

    /// The sum of all weights.
    pub(super) fn total(&self) -> f64 {
        self.nodes[1]
    }

    /// All weights in order.
    pub(super) fn weights(&self) -> &[f64] {
        let first = self.first_leaf();
        &self.nodes[first..first + self.count]
    }

    /// Sets the weights from `first` on.
    pub(super) fn set(&mut self, first: usize, weights: impl Iterator<Item = f64>) {
        let leaf = self.first_leaf() + first;
        let mut end = leaf;
        for weight in weights {
            self.nodes[end] = weight;
            end += 1;
        }
        assert!(end <= self.first_leaf() + self.count, "invariant: no weight past the last");
        let (mut low, mut high) = (leaf, end);
        while low > 1 && low < high {
            (low, high) = (low / 2, (high - 1) / 2 + 1);
            for node in low..high {
                self.nodes[node] = self.nodes[2 * node] + self.nodes[2 * node + 1];
            }
        }
    }

    /// The index whose weights up to it first exceed `level`, which lies in `0..total`.
    pub(super) fn find(&self, level: f64) -> usize {
        let mut rest = level;
        let mut node = 1;
        while node < self.first_leaf() {
            let left = self.nodes[2 * node];
            // Rounding may lead past the last weight; an empty right side is never entered.
            if rest < left || self.nodes[2 * node + 1] <= 0.0 {
                node *= 2;
            } else {
                rest -= left;
                node = 2 * node + 1;
            }
        }
        node - self.first_leaf()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_find(weights: &[f64], level: f64, expected: usize) {
        let mut tree = SumTree::new(weights.len());
        tree.set(0, weights.iter().copied());
        assert_eq!(tree.find(level), expected, "{weights:?} at {level}");
    }

    #[test]
    fn levels_find_their_weight() {
        let weights = [1.0, 0.0, 2.0, 0.5, 3.0];
        check_find(&weights, 0.0, 0);
        check_find(&weights, 0.999, 0);
        check_find(&weights, 1.0, 2);
        check_find(&weights, 2.999, 2);
        check_find(&weights, 3.2, 3);
        check_find(&weights, 3.5, 4);
        check_find(&weights, 6.499, 4);
        // A level that rounding has pushed to the total still meets a weight above 0.
        check_find(&weights, 6.5, 4);
        check_find(&[1.0, 0.0], 1.0, 0);
        check_find(&[5.0], 4.0, 0);
    }

    #[test]
    fn sums_follow_every_change() {
        let mut tree = SumTree::new(7);
        tree.set(0, [1.0; 7].into_iter());
        tree.set(5, [3.0, 4.0].into_iter());
        tree.set(2, [0.0; 3].into_iter());
        tree.set(3, std::iter::empty());
        assert_eq!(tree.total(), 9.0);
        assert_eq!(tree.weights(), [1.0, 1.0, 0.0, 0.0, 0.0, 3.0, 4.0]);
        let mut again = SumTree::new(7);
        again.set(0, tree.weights().to_vec().into_iter());
        assert_eq!(again, tree);
    }
}
