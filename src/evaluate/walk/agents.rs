//! From rows to the settings of an agent that learns, validates and is judged there.

use std::ops::Range;

use super::{DayRows, Fold, PurgedSplit, WalkError};
use crate::base::{Date, DateRange};
use crate::config::Agent;
use crate::gym::Tape;

/// The agent of one fold, and which days it is judged on.
#[derive(Debug, Clone, PartialEq)]
pub struct FoldAgent {
    /// Counted from 0.
    pub number: usize,
    /// The settings: `data.train`, `data.train_except`, `data.validation` and `data.test` are the
    /// fold's own, and `data.embargo_bars` is 0 because the days lie apart already.
    pub agent: Agent,
    /// Bars to learn from.
    pub train_bars: usize,
    /// The days to judge on, each with its group where there are groups.
    pub tests: Vec<(Option<usize>, DateRange)>,
}

/// The days on which an agent may be folded.
#[derive(Debug)]
pub struct Sheet<'a> {
    /// The settings that every fold shares.
    pub agent: &'a Agent,
    /// The rows that are folded.
    pub days: &'a DayRows,
}

impl Sheet<'_> {
    /// The agent of a walk-forward fold.
    ///
    /// Features begin to stream so much earlier that all rows of training are ready.
    ///
    /// # Errors
    /// [`WalkError::NoDays`] if a part has no whole day.
    pub fn walk_forward(&self, fold: &Fold) -> Result<FoldAgent, WalkError> {
        let (train_rows, train) = self.part(fold.number, "training", &fold.train)?;
        let (_, validation) = self.part(fold.number, "validation", &fold.validation)?;
        let (_, test) = self.part(fold.number, "test", &fold.test)?;
        let start = self.days.stream_day(train_rows.start);
        let mut agent = self.agent.clone();
        agent.data.train = DateRange::try_new(start, train.end())?;
        agent.data.train_except = Vec::new();
        agent.data.validation = validation;
        agent.data.test = test;
        agent.data.embargo_bars = 0;
        let tests = vec![(None, test)];
        Ok(FoldAgent { number: fold.number, agent, train_bars: train_rows.len(), tests })
    }

    /// The agent of a purged split: `data.train` spans all segments, `data.train_except` is between
    /// them, and `data.test` is the first tested group.
    ///
    /// # Errors
    /// [`WalkError::NoDays`] if a part has no whole day.
    pub fn purged(&self, split: &PurgedSplit) -> Result<FoldAgent, WalkError> {
        let number = split.number;
        let (_, validation) = self.part(number, "validation", &split.validation)?;
        let mut tests = Vec::with_capacity(split.tests.len());
        for (&group, rows) in split.test_groups.iter().zip(&split.tests) {
            tests.push((Some(group), self.part(number, "test", rows)?.1));
        }
        let segments: Vec<(Range<usize>, DateRange)> = split
            .train
            .iter()
            .filter_map(|rows| self.part(number, "training", rows).ok())
            .collect();
        let no_training = WalkError::NoDays { fold: number, part: "training" };
        let Some((_, last)) = segments.last() else { return Err(no_training) };
        let mut agent = self.agent.clone();
        agent.data.train = DateRange::try_new(self.days.stream_day(0), last.end())?;
        agent.data.train_except = self.gaps(agent.data.train.start(), &segments)?;
        agent.data.validation = validation;
        agent.data.test = tests.first().map_or(validation, |(_, range)| *range);
        agent.data.embargo_bars = 0;
        let train_bars = segments.iter().map(|(rows, _)| rows.len()).sum();
        Ok(FoldAgent { number, agent, train_bars, tests })
    }

    fn part(
        &self,
        fold: usize,
        part: &'static str,
        rows: &Range<usize>,
    ) -> Result<(Range<usize>, DateRange), WalkError> {
        let rows = self.days.whole_days(rows);
        if rows.len() < Tape::MIN_ROWS {
            return Err(WalkError::NoDays { fold, part });
        }
        let range = self.days.range(&rows)?;
        Ok((rows, range))
    }

    /// The days before and between the segments, whole calendar days.
    fn gaps(
        &self,
        start: Date,
        segments: &[(Range<usize>, DateRange)],
    ) -> Result<Vec<DateRange>, WalkError> {
        let mut gaps = Vec::new();
        // The days before the first segment only warm features up, unless rows lie there.
        let mut from = start;
        for (index, (rows, range)) in segments.iter().enumerate() {
            let until = range.start().saturating_sub(jiff::Span::new().days(1));
            let is_gap = index > 0 || rows.start > 0;
            if is_gap && from <= until {
                gaps.push(DateRange::try_new(from, until)?);
            }
            from = range.end().saturating_add(jiff::Span::new().days(1));
        }
        Ok(gaps)
    }
}
