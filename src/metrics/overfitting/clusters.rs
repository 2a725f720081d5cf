//! How many different things were tried.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::linkage::best_cut;
use crate::metrics::{mean, standard_deviation};

/// Trials that the tree is built from; of more, so many at equal steps, and the rest join the nearest cluster.
const TREE_TRIALS_MAX: usize = 500;

/// Trials grouped by the likeness of their returns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Clusters {
    /// Number of independent trials that are worth as much as these; 0 if there is none to count.
    pub effective: f64,
    /// Number of clusters.
    pub count: usize,
    /// The cluster of each series; `None` for one that was left out.
    pub members: Vec<Option<usize>>,
    /// Mean correlation inside each cluster; 1 for a single trial.
    pub correlations: Vec<f64>,
    /// Mean silhouette of the best cut into two clusters or more; `None` below three trials. Up to 0.25 there
    /// are no clusters to speak of, and all trials form one.
    pub silhouette: Option<f64>,
}

/// The effective number of trials: clusters of correlated return series, each worth its implied number of
/// independent trials.
///
/// 1. The distance of two series is `√((1 − ρ)/2)`, `ρ` the correlation of their returns.
/// 2. Average linkage joins the closest ones; the cut with the best mean silhouette gives the clusters. A
///    silhouette up to 0.25 means that there are none: all trials form one. Of more than 500 trials 500 at equal
///    steps form the clusters, and each other one joins the cluster whose mean it correlates with most.
/// 3. Cluster `k` of `m_k` trials with mean correlation `ρ_k` (not below 0) counts `ρ_k + (1 − ρ_k)·m_k`.
///
/// So `n` equal series count 1, `n` unrelated ones count about `n`, whatever the clustering made of them. Series
/// that are flat, not finite, or not as long as the first usable one are left out: they are no rivals.
///
/// # Source
/// López de Prado and Lewis, "Detection of False Investment Strategies Using Unsupervised Learning Methods",
/// Quantitative Finance 19, 2019 (clusters, distance, silhouettes; they use k-means and count a cluster as one
/// trial); Bailey and López de Prado, "The Deflated Sharpe Ratio", 2014, appendix A.3 (implied independent trials).
#[must_use]
pub fn effective_trials<S: AsRef<[f64]>>(series: &[S]) -> Clusters {
    let units = unit_series(series);
    let usable: Vec<usize> = (0..units.len()).filter(|&index| units[index].is_some()).collect();
    let rows: Vec<&[f64]> = units.iter().flatten().map(Vec::as_slice).collect();
    let (groups, count, silhouette) = group(&rows);
    let mut members = vec![None; series.len()];
    for (&index, &cluster) in usable.iter().zip(&groups) {
        members[index] = Some(cluster);
    }
    let sized: Vec<(usize, f64)> =
        (0..count).map(|cluster| mean_correlation(&rows, &groups, cluster)).collect();
    let worth = |&(size, shared): &(usize, f64)| {
        let shared = shared.clamp(0.0, 1.0);
        shared + (1.0 - shared) * size as f64
    };
    Clusters {
        effective: sized.iter().map(worth).sum(),
        count,
        members,
        correlations: sized.iter().map(|(_, shared)| *shared).collect(),
        silhouette,
    }
}

/// Each series around its mean, with length 1: the product of two is their correlation.
fn unit_series<S: AsRef<[f64]>>(series: &[S]) -> Vec<Option<Vec<f64>>> {
    let mut bars = None;
    let unit = |series: &S| {
        let values = series.as_ref();
        let deviation = standard_deviation(values).filter(|&deviation| deviation > 0.0)?;
        if *bars.get_or_insert(values.len()) != values.len() {
            return None;
        }
        let center = mean(values)?;
        let length = deviation * ((values.len() - 1) as f64).sqrt();
        Some(values.iter().map(|value| (value - center) / length).collect())
    };
    series.iter().map(unit).collect()
}

fn group(rows: &[&[f64]]) -> (Vec<usize>, usize, Option<f64>) {
    let sample: Vec<usize> = strided(rows.len(), TREE_TRIALS_MAX).collect();
    let distance = |one: usize, other: usize| {
        if one == other { 0.0 } else { (0.5 * (1.0 - dot(rows[one], rows[other])).max(0.0)).sqrt() }
    };
    let distances: Vec<Vec<f64>> = sample
        .par_iter()
        .map(|&one| sample.iter().map(|&other| distance(one, other)).collect())
        .collect();
    let cut = best_cut(&distances);
    if sample.len() == rows.len() {
        return (cut.groups, cut.count, cut.silhouette);
    }
    if cut.count < 2 {
        return (vec![0; rows.len()], cut.count, cut.silhouette);
    }
    let mut means = vec![vec![0.0; rows[0].len()]; cut.count];
    for (&index, &cluster) in sample.iter().zip(&cut.groups) {
        add(&mut means[cluster], rows[index]);
    }
    for mean in &mut means {
        let length = dot(mean, mean).sqrt();
        mean.iter_mut().for_each(|value| *value /= length);
    }
    let mut groups: Vec<usize> = rows.par_iter().map(|row| nearest(&means, row)).collect();
    for (&index, &cluster) in sample.iter().zip(&cut.groups) {
        groups[index] = cluster;
    }
    (groups, cut.count, cut.silhouette)
}

/// At most `limit` numbers below `count` at equal steps.
pub(super) fn strided(count: usize, limit: usize) -> impl Iterator<Item = usize> {
    let kept = count.min(limit);
    (0..kept).map(move |index| index * count / kept)
}

fn nearest(means: &[Vec<f64>], row: &[f64]) -> usize {
    let mut best = (f64::NEG_INFINITY, 0);
    for (cluster, mean) in means.iter().enumerate() {
        let likeness = dot(mean, row);
        if likeness > best.0 {
            best = (likeness, cluster);
        }
    }
    best.1
}

/// Size and mean correlation of a cluster: the square of a sum of unit series holds all their products.
fn mean_correlation(rows: &[&[f64]], groups: &[usize], cluster: usize) -> (usize, f64) {
    let mut total = vec![0.0; rows.first().map_or(0, |row| row.len())];
    let mut size = 0;
    for (row, _) in rows.iter().zip(groups).filter(|(_, group)| **group == cluster) {
        add(&mut total, row);
        size += 1;
    }
    let members = size as f64;
    if size < 2 {
        return (size, 1.0);
    }
    (size, (dot(&total, &total) - members) / (members * (members - 1.0)))
}

fn dot(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(a, b)| a * b).sum()
}

fn add(total: &mut [f64], part: &[f64]) {
    for (total, part) in total.iter_mut().zip(part) {
        *total += part;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Rng, SeedStream};

    const BARS: usize = 250;

    fn noise(rng: &mut Rng) -> Vec<f64> {
        (0..BARS).map(|_| 0.01 * rng.normal()).collect()
    }

    /// `groups` hidden series, each seen `size` times with correlation `shared`.
    fn grouped(seed: u64, groups: usize, size: usize, shared: f64) -> Vec<Vec<f64>> {
        let mut rng = SeedStream::new(seed).rng();
        let mut series = Vec::new();
        for _ in 0..groups {
            let hidden = noise(&mut rng);
            for _ in 0..size {
                let own = noise(&mut rng);
                let mixed = hidden.iter().zip(own);
                series.push(
                    mixed.map(|(h, o)| shared.sqrt() * h + (1.0 - shared).sqrt() * o).collect(),
                );
            }
        }
        series
    }

    #[test]
    fn equal_series_are_one_trial() {
        let one = grouped(1, 1, 1, 0.0).remove(0);
        let twice: Vec<f64> = one.iter().map(|value| 2.0 * value + 0.001).collect();
        let found = effective_trials(&[one.clone(), twice, one]);
        assert!((found.effective - 1.0).abs() < 1e-9, "{found:?}");
        assert_eq!((found.count, found.members), (1, vec![Some(0); 3]));
    }

    #[test]
    fn opposite_series_are_two_trials() {
        let one = grouped(1, 1, 1, 0.0).remove(0);
        let other = one.iter().map(|value| -value).collect();
        assert!((effective_trials(&[one, other]).effective - 2.0).abs() < 1e-9);
    }

    #[test]
    fn unrelated_series_all_count() {
        let found = effective_trials(&grouped(2, 40, 1, 0.0));
        assert!((38.0..=40.0).contains(&found.effective), "{found:?}");
        assert_eq!(found.count, 1);
    }

    #[test]
    fn hidden_groups_are_found() {
        let found = effective_trials(&grouped(3, 4, 16, 0.95));
        assert_eq!(found.count, 4);
        let expected: Vec<Option<usize>> = (0..64).map(|n| Some(n / 16)).collect();
        assert_eq!(found.members, expected);
        let counted = 4.0 * (0.95 + 0.05 * 16.0);
        assert!((found.effective - counted).abs() < 0.6, "{}", found.effective);
        assert!(found.silhouette.unwrap() > 0.5);
    }

    #[test]
    fn one_crowd_counts_by_its_correlation() {
        let found = effective_trials(&grouped(4, 1, 32, 0.5));
        assert_eq!(found.count, 1);
        assert!((found.effective - 16.5).abs() < 2.0, "{}", found.effective);
    }

    #[test]
    fn many_trials_join_the_clusters_of_some() {
        let found = effective_trials(&grouped(5, 6, 200, 0.9));
        assert_eq!(found.count, 6);
        let expected: Vec<Option<usize>> = (0..1200).map(|n| Some(n / 200)).collect();
        assert_eq!(found.members, expected);
        let counted = 6.0 * (0.9 + 0.1 * 200.0);
        assert!((found.effective / counted - 1.0).abs() < 0.1, "{}", found.effective);
    }

    #[test]
    fn what_cannot_be_compared_is_left_out() {
        let mut series = grouped(6, 3, 1, 0.0);
        series.insert(0, vec![0.0; BARS]);
        series.push(vec![0.01; 7]);
        series.push(vec![f64::NAN; BARS]);
        series.push(noise(&mut SeedStream::new(9).rng())[..100].to_vec());
        let found = effective_trials(&series);
        let left_out: Vec<bool> = found.members.iter().map(Option::is_none).collect();
        assert_eq!(left_out, [true, false, false, false, true, true, true]);
        assert!(found.effective > 2.5 && found.effective <= 3.0);
        for few in [Vec::new(), vec![vec![0.0; 9]]] {
            let none = effective_trials::<Vec<f64>>(&few);
            assert_eq!((none.effective, none.count, none.silhouette), (0.0, 0, None));
        }
        assert_eq!(effective_trials(&grouped(7, 1, 1, 0.0)).effective, 1.0);
    }

    #[test]
    fn steps_are_equal_and_end_in_time() {
        assert_eq!(strided(3, 5).collect::<Vec<_>>(), [0, 1, 2]);
        assert_eq!(strided(10, 4).collect::<Vec<_>>(), [0, 2, 5, 7]);
        assert_eq!(strided(0, 4).count(), 0);
    }
}
