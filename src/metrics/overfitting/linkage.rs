//! A tree of likeness, cut where its parts are best kept apart.

/// Below this mean silhouette there are no groups, only one crowd.
///
/// Kaufman and Rousseeuw, "Finding Groups in Data", 1990, table 4: up to 0.25 "no substantial structure has
/// been found".
const SILHOUETTE_MIN: f64 = 0.25;

/// The best cut of a tree.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Cut {
    /// The group of each point; groups are numbered by their first point.
    pub(super) groups: Vec<usize>,
    /// Number of groups.
    pub(super) count: usize,
    /// Mean silhouette of the best cut into two groups or more; `None` below three points.
    pub(super) silhouette: Option<f64>,
}

/// Joins the closest groups by average linkage, one pair after another, and keeps the number of groups with
/// the largest mean silhouette.
///
/// `distances` is symmetric, by rows. Of equally close pairs the first is joined, of equally good cuts the
/// one with fewer groups is kept; nothing is random.
///
/// # Source
/// Sokal and Michener 1958 (average linkage); Rousseeuw, "Silhouettes", 1987. López de Prado and Lewis choose
/// the number of clusters by silhouettes too, with k-means.
pub(super) fn best_cut(distances: &[Vec<f64>]) -> Cut {
    let points = distances.len();
    let mut tree = Tree::new(distances);
    let mut best =
        Cut { groups: vec![0; points], count: usize::from(points > 0), silhouette: None };
    let mut kept = None;
    while tree.alive.len() > 2 {
        tree.join_closest();
        let silhouette = tree.silhouette();
        if kept.is_none_or(|kept| silhouette >= kept) {
            kept = Some(silhouette);
            if silhouette >= SILHOUETTE_MIN {
                best.groups.clone_from(&tree.group);
                best.count = tree.alive.len();
            }
        }
    }
    best.silhouette = kept;
    number_groups(&mut best.groups);
    best
}

struct Tree {
    /// The group of each point, named by its lowest point.
    group: Vec<usize>,
    /// Names of the groups in ascending order.
    alive: Vec<usize>,
    sizes: Vec<usize>,
    /// Sum of the distances of a point to the points of a group, by group, then by point.
    sums: Vec<Vec<f64>>,
    /// Sum of the distances between the points of two groups.
    between: Vec<Vec<f64>>,
}

impl Tree {
    fn new(distances: &[Vec<f64>]) -> Self {
        let points = distances.len();
        Self {
            group: (0..points).collect(),
            alive: (0..points).collect(),
            sizes: vec![1; points],
            sums: distances.to_vec(),
            between: distances.to_vec(),
        }
    }

    fn join_closest(&mut self) {
        let mut closest = (f64::INFINITY, 0, 0);
        for (index, &one) in self.alive.iter().enumerate() {
            for &other in &self.alive[index + 1..] {
                let pairs = (self.sizes[one] * self.sizes[other]) as f64;
                let distance = self.between[one][other] / pairs;
                if distance < closest.0 {
                    closest = (distance, one, other);
                }
            }
        }
        self.join(closest.1, closest.2);
    }

    fn join(&mut self, kept: usize, gone: usize) {
        self.alive.retain(|&name| name != gone);
        self.sizes[kept] += self.sizes[gone];
        for name in self.group.iter_mut().filter(|name| **name == gone) {
            *name = kept;
        }
        for point in 0..self.group.len() {
            self.sums[kept][point] += self.sums[gone][point];
        }
        for &other in &self.alive {
            let sum = self.between[kept][other] + self.between[gone][other];
            self.between[kept][other] = sum;
            self.between[other][kept] = sum;
        }
    }

    /// Mean over the points of `(b − a) / max(a, b)`: `a` the mean distance to the own group, `b` to the
    /// nearest other one; 0 for a point alone in its group.
    fn silhouette(&self) -> f64 {
        let points = 0..self.group.len();
        points.map(|point| self.point_silhouette(point)).sum::<f64>() / self.group.len() as f64
    }

    fn point_silhouette(&self, point: usize) -> f64 {
        let own = self.group[point];
        if self.sizes[own] < 2 {
            return 0.0;
        }
        let inside = self.sums[own][point] / (self.sizes[own] - 1) as f64;
        let others = self.alive.iter().filter(|&&name| name != own);
        let outside = others
            .map(|&name| self.sums[name][point] / self.sizes[name] as f64)
            .fold(f64::INFINITY, f64::min);
        let larger = inside.max(outside);
        if larger > 0.0 { (outside - inside) / larger } else { 0.0 }
    }
}

fn number_groups(groups: &mut [usize]) {
    let mut names: Vec<usize> = Vec::new();
    for group in groups {
        let number = names.iter().position(|name| name == group).unwrap_or_else(|| {
            names.push(*group);
            names.len() - 1
        });
        *group = number;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(points: &[f64]) -> Vec<Vec<f64>> {
        points.iter().map(|a| points.iter().map(|b| (a - b).abs()).collect()).collect()
    }

    #[test]
    fn groups_on_a_line() {
        let cut = best_cut(&line(&[5.0, 0.0, 0.1, 5.1, 0.2, 9.0, 9.05]));
        assert_eq!(cut.groups, [0, 1, 1, 0, 1, 2, 2]);
        assert_eq!(cut.count, 3);
        assert!(cut.silhouette.unwrap() > 0.9);
    }

    #[test]
    fn silhouettes_by_hand() {
        // Groups {0, 1} and {4}: (4 − 1)/4, (3 − 1)/3 and 0.
        let cut = best_cut(&line(&[0.0, 1.0, 4.0]));
        assert!((cut.silhouette.unwrap() - (0.75 + 2.0 / 3.0) / 3.0).abs() < 1e-15);
        assert_eq!(cut.groups, [0, 0, 1]);
    }

    #[test]
    fn a_crowd_is_one_group() {
        let alike = vec![vec![0.5; 6]; 6];
        let cut = best_cut(&alike);
        assert_eq!((cut.groups, cut.count), (vec![0; 6], 1));
        let same = best_cut(&vec![vec![0.0; 4]; 4]);
        assert_eq!((same.count, same.silhouette), (1, Some(0.0)));
        assert_eq!(best_cut(&line(&[0.0, 9.0])).count, 1);
        assert_eq!(best_cut(&line(&[1.0])).count, 1);
        assert_eq!(best_cut(&[]).count, 0);
    }
}
