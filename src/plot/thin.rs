//! Fewer points where more than a pixel column can show.

use super::canvas::Point;

/// Keeps the first, lowest, highest and last point of each pixel column; the line looks the same.
///
/// A point that is not finite ends one run and begins the next.
pub(super) fn runs(points: impl IntoIterator<Item = Point>) -> Vec<Vec<Point>> {
    let mut runs: Vec<Vec<Point>> = vec![Vec::new()];
    for point in points {
        match runs.last_mut() {
            Some(run) if point.1.is_finite() => run.push(point),
            Some(run) if !run.is_empty() => runs.push(Vec::new()),
            _ => {}
        }
    }
    runs.retain(|run| !run.is_empty());
    runs.iter().map(|run| thin(run)).collect()
}

fn thin(points: &[Point]) -> Vec<Point> {
    points.chunk_by(|a, b| a.0.floor() == b.0.floor()).flat_map(extremes).collect()
}

fn extremes(column: &[Point]) -> Vec<Point> {
    if column.len() <= 4 {
        return column.to_vec();
    }
    let by_height = |a: &(usize, f64), b: &(usize, f64)| a.1.total_cmp(&b.1);
    let heights = || column.iter().map(|point| point.1).enumerate();
    let lowest = heights().min_by(by_height).map_or(0, |(index, _)| index);
    let highest = heights().max_by(by_height).map_or(0, |(index, _)| index);
    let mut kept = vec![0, lowest, highest, column.len() - 1];
    kept.sort_unstable();
    kept.dedup();
    kept.into_iter().map(|index| column[index]).collect()
}

/// One point for each cell of `cell` pixels, in their order; finite ones only.
pub(super) fn cells(points: &[Point], cell: f64) -> Vec<Point> {
    let mut seen = std::collections::BTreeSet::new();
    let place = |point: &Point| ((point.0 / cell) as i64, (point.1 / cell) as i64);
    let is_new = |point: &&Point| point.0.is_finite() && point.1.is_finite();
    points.iter().filter(is_new).filter(|point| seen.insert(place(point))).copied().collect()
}

/// Row ranges of at most `most` bins of nearly equal size, for data that is averaged or summed.
pub(super) fn bins(count: usize, most: usize) -> Vec<std::ops::Range<usize>> {
    let num_bins = count.min(most.max(1));
    (0..num_bins).map(|bin| bin * count / num_bins..(bin + 1) * count / num_bins).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crowded_column_keeps_its_extremes() {
        let points: Vec<Point> =
            (0..100).map(|i| (f64::from(i) / 100.0, f64::from(i % 10))).collect();
        let thinned = runs(points);
        assert_eq!(thinned.len(), 1);
        assert!(thinned[0].len() <= 4);
        assert!(thinned[0].iter().any(|p| p.1 == 9.0) && thinned[0].iter().any(|p| p.1 == 0.0));
    }

    #[test]
    fn a_hole_splits_the_line() {
        let found = runs([(0.0, 1.0), (1.0, f64::NAN), (2.0, 1.0), (3.0, 2.0)]);
        assert_eq!(found, [vec![(0.0, 1.0)], vec![(2.0, 1.0), (3.0, 2.0)]]);
        assert!(runs([(0.0, f64::NAN)]).is_empty());
    }

    #[test]
    fn dots_on_one_pixel_are_drawn_once() {
        let points = [(0.2, 0.2), (0.9, 0.1), (f64::NAN, 1.0), (2.5, 0.0)];
        assert_eq!(cells(&points, 2.0), [(0.2, 0.2), (2.5, 0.0)]);
    }

    #[test]
    fn bins_cover_all_rows_once() {
        assert_eq!(bins(5, 2), [0..2, 2..5]);
        assert_eq!(bins(2, 9), [0..1, 1..2]);
        assert!(bins(0, 9).is_empty());
    }
}
