//! Combinatorial purged cross-validation as row numbers.
//!
//! # Source
//! López de Prado, "Advances in Financial Machine Learning", 2018: purging and embargo in chapter 7,
//! splits and paths in chapter 12. Deviation: one group of each split serves validation, because a
//! policy is chosen among checkpoints; it is kept apart from training as tested groups are.

use std::ops::Range;

use crate::config::Purged;

/// Segments of fewer rows hold no decision that can be filled.
const MIN_SEGMENT: usize = 2;

/// One choice of tested groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PurgedSplit {
    /// Counted from 0.
    pub number: usize,
    /// The tested groups, ascending.
    pub test_groups: Vec<usize>,
    /// The group that chooses among checkpoints.
    pub validation_group: usize,
    /// Segments to learn from, ascending and apart.
    pub train: Vec<Range<usize>>,
    /// Rows to choose among checkpoints.
    pub validation: Range<usize>,
    /// The rows of each tested group.
    pub tests: Vec<Range<usize>>,
}

/// How many choices there are: C(N, k).
#[must_use]
pub fn num_splits(groups: usize, test_groups: usize) -> usize {
    (0..test_groups).fold(1, |count, taken| count * (groups - taken) / (taken + 1))
}

/// How many paths they make: φ = C(N, k) · k / N.
#[must_use]
pub fn num_paths(groups: usize, test_groups: usize) -> usize {
    num_splits(groups, test_groups) * test_groups / groups
}

/// Cuts rows `0..num_rows` into groups whose sizes differ by at most 1.
#[must_use]
pub fn group_rows(num_rows: usize, groups: usize) -> Vec<Range<usize>> {
    let border = |group: usize| num_rows * group / groups;
    (0..groups).map(|group| border(group)..border(group + 1)).collect()
}

/// Every choice of `test_groups` among the groups, in lexicographic order.
///
/// Training leaves out `purge_bars` before each tested group and the validation group, and
/// `embargo_bars` after; validation leaves the same out around tested groups. Each split takes
/// another of its remaining groups for validation, in turn.
#[must_use]
pub fn purged_splits(groups: &[Range<usize>], settings: &Purged) -> Vec<PurgedSplit> {
    let choices = combinations(groups.len(), settings.test_groups);
    let choices = choices.into_iter().enumerate();
    choices.map(|(number, chosen)| split(groups, settings, number, chosen)).collect()
}

fn split(
    groups: &[Range<usize>],
    settings: &Purged,
    number: usize,
    test_groups: Vec<usize>,
) -> PurgedSplit {
    let others: Vec<usize> = (0..groups.len()).filter(|g| !test_groups.contains(g)).collect();
    let validation_group = others[number % others.len()];
    let tests: Vec<Range<usize>> = test_groups.iter().map(|&g| groups[g].clone()).collect();
    let mut away = tests.clone();
    let whole = groups[validation_group].clone();
    let validation = apart(whole.clone(), &away, settings).into_iter().next().unwrap_or(whole);
    away.push(groups[validation_group].clone());
    let learned = others.iter().filter(|&&g| g != validation_group);
    let pieces = learned.flat_map(|&g| apart(groups[g].clone(), &away, settings));
    let train = joined(pieces);
    PurgedSplit { number, test_groups, validation_group, train, validation, tests }
}

/// What is left of `rows` at a distance from other ranges: nothing, or one piece.
fn apart(rows: Range<usize>, others: &[Range<usize>], settings: &Purged) -> Option<Range<usize>> {
    let mut left = rows.clone();
    for other in others {
        if other.end <= rows.start {
            left.start = left.start.max(other.end + settings.embargo_bars);
        } else {
            left.end = left.end.min(other.start.saturating_sub(settings.purge_bars));
        }
    }
    (left.start < left.end).then_some(left)
}

/// Puts pieces that touch together and leaves out what is too short.
fn joined(pieces: impl Iterator<Item = Range<usize>>) -> Vec<Range<usize>> {
    let mut segments: Vec<Range<usize>> = Vec::new();
    for piece in pieces {
        match segments.last_mut() {
            Some(last) if last.end == piece.start => last.end = piece.end,
            _ => segments.push(piece),
        }
    }
    segments.retain(|segment| segment.len() >= MIN_SEGMENT);
    segments
}

/// The split that tests each group on each path: path j takes the j-th split that tests the group.
///
/// # Shapes
/// → `[paths][groups]`
#[must_use]
pub fn purged_paths(splits: &[PurgedSplit], groups: usize) -> Vec<Vec<usize>> {
    let tested = |group: usize| -> Vec<usize> {
        let testing = splits.iter().filter(|split| split.test_groups.contains(&group));
        testing.map(|split| split.number).collect()
    };
    let by_group: Vec<Vec<usize>> = (0..groups).map(tested).collect();
    let count = by_group.iter().map(Vec::len).min().unwrap_or(0);
    (0..count).map(|path| by_group.iter().map(|splits| splits[path]).collect()).collect()
}

/// Ascending choices of `taken` among `0..count`, in lexicographic order.
fn combinations(count: usize, taken: usize) -> Vec<Vec<usize>> {
    let mut found = vec![Vec::new()];
    for _ in 0..taken {
        let longer = found.iter().flat_map(|chosen: &Vec<usize>| {
            let first = chosen.last().map_or(0, |last| last + 1);
            (first..count).map(|next| {
                let mut chosen = chosen.clone();
                chosen.push(next);
                chosen
            })
        });
        found = longer.collect();
    }
    found
}
