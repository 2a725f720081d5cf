//! The market of an agent, ready to learn from or to be judged on.

use std::borrow::Cow;
use std::ops::Range;

use crate::base::{Date, DateRange, Digest, TimeError, Timestamp, digest_bytes};
use crate::config::Agent;
use crate::dataset::{Lake, LakeError, PanelRequest, build_panel, source_folder};
use crate::domain::{Calendar, MarketRow, Panel};
use crate::features::{
    FeatureDocument, FeatureError, FeatureFrame, FeatureGraph, FittedTransforms, batch,
};
use crate::gym::{Tape, TapeError};

/// A market could not be prepared.
#[derive(Debug, thiserror::Error)]
pub enum MarketError {
    /// The lake has not what the agent needs.
    #[error(transparent)]
    Lake(#[from] LakeError),
    /// The features cannot be computed or fitted.
    #[error(transparent)]
    Feature(#[from] FeatureError),
    /// Bars and features make no tape.
    #[error(transparent)]
    Tape(#[from] TapeError),
    /// The days make no range.
    #[error(transparent)]
    Time(#[from] TimeError),
    /// A range has too few bars to decide on.
    #[error("{range} must hold at least {needed} bars after warm-up and embargo, has {found}")]
    TooShort {
        /// The days.
        range: DateRange,
        /// The least number of bars.
        needed: usize,
        /// Bars that are there.
        found: usize,
    },
}

/// Bars, features and prices of one agent from the first day of its stream.
#[derive(Debug)]
pub struct PreparedMarket {
    /// The aligned bars, point-in-time adjusted.
    pub panel: Panel,
    /// The graph and the fitted transforms.
    pub document: FeatureDocument,
    /// What environments, evaluation and trading read.
    pub tape: Tape,
    /// The digest of all its bars.
    pub fingerprint: Digest,
    /// The digest of its bars up to the last day of learning and validation, if it reaches from the first day of
    /// `data.train` to there: what a bundle remembers of the data it was made with.
    pub training_fingerprint: Option<Digest>,
    /// The calendar of the universe.
    pub calendar: Calendar,
}

impl PreparedMarket {
    /// Reads everything up to `until`, or to the last day of `data.train` if that is later, and fits the
    /// transforms on the days that are learned from.
    ///
    /// # Errors
    /// [`MarketError`] with what is missing or does not fit.
    pub fn for_training(lake: &Lake, agent: &Agent, until: Date) -> Result<Self, MarketError> {
        let calendar = Calendar::new(agent.universe.calendar);
        let until = until.max(agent.data.train.end());
        let panel = read_panel(lake, agent, stream_start(agent, until), until, &calendar)?;
        Self::fitted(agent, panel)
    }

    /// Fits the transforms on the days of a panel that are learned from.
    pub(super) fn fitted(agent: &Agent, panel: Panel) -> Result<Self, MarketError> {
        let calendar = Calendar::new(agent.universe.calendar);
        let universe = &agent.universe;
        let graph = FeatureGraph::try_new(
            &agent.features,
            &universe.symbols,
            universe.timeframe,
            &calendar,
        )?;
        let frame = batch(&graph, &panel)?;
        let transforms = FittedTransforms::fit(
            &agent.transform,
            &learned_rows(&frame, agent, &calendar),
            agent.data.train,
            &calendar,
        )?;
        let document = FeatureDocument::try_new(&graph, agent.data.adjust, transforms)?;
        let rows = document.transforms().apply_frame(&frame)?;
        Self::join(agent, panel, document, &rows)
    }

    /// Reads everything that judging or trading on `range` needs, with the transforms of a bundle.
    ///
    /// # Errors
    /// [`MarketError`] with what is missing or does not fit.
    pub fn for_bundle(
        lake: &Lake,
        agent: &Agent,
        document: FeatureDocument,
        range: DateRange,
    ) -> Result<Self, MarketError> {
        let calendar = Calendar::new(agent.universe.calendar);
        let start = stream_start(agent, range.start());
        let panel = read_panel(lake, agent, start, range.end(), &calendar)?;
        let frame = batch(&document.graph()?, &panel)?;
        let rows = document.transforms().apply_frame(&frame)?;
        Self::join(agent, panel, document, &rows)
    }

    /// The same market with other bars, seen through the same transforms.
    ///
    /// # Errors
    /// [`MarketError`] if the bars do not fit.
    pub fn with_panel(&self, agent: &Agent, panel: Panel) -> Result<Self, MarketError> {
        let document = self.document.clone();
        let frame = batch(&document.graph()?, &panel)?;
        let rows = document.transforms().apply_frame(&frame)?;
        Self::join(agent, panel, document, &rows)
    }

    /// The row of the panel that is the first of the tape.
    #[must_use]
    pub fn first_panel_row(&self) -> usize {
        self.panel.rows.len() - self.tape.len()
    }

    /// The tape of `data.train` and the segments of it that are learned from, less
    /// `data.train_except`.
    ///
    /// # Errors
    /// [`MarketError::TooShort`] if no decision could be made and filled there.
    pub fn training_tape(&self, agent: &Agent) -> Result<(Tape, Vec<Range<usize>>), MarketError> {
        let rows = self.rows_in(agent.data.train, 0)?;
        let tape = self.tape.slice(rows);
        let mut segments: Vec<Range<usize>> = Vec::new();
        for (row, &time) in tape.times().iter().enumerate() {
            if !agent.data.is_train_day(self.calendar.session_day(time)) {
                continue;
            }
            match segments.last_mut() {
                Some(last) if last.end == row => last.end += 1,
                _ => segments.push(row..row + 1),
            }
        }
        segments.retain(|segment| segment.len() >= Tape::MIN_ROWS);
        let (range, needed) = (agent.data.train, Tape::MIN_ROWS);
        if segments.is_empty() {
            return Err(MarketError::TooShort { range, needed, found: 0 });
        }
        Ok((tape, segments))
    }

    fn join(
        agent: &Agent,
        panel: Panel,
        document: FeatureDocument,
        rows: &[f32],
    ) -> Result<Self, MarketError> {
        let calendar = Calendar::new(agent.universe.calendar);
        let num_features = document.names().len();
        let tape =
            Tape::try_new(&panel, rows, num_features, &agent.env, bars_per_year(agent, &calendar))?;
        let fingerprint = fingerprint(&panel.rows);
        let training_fingerprint = training_rows(agent, &panel, &calendar).map(self::fingerprint);
        Ok(Self { panel, document, tape, fingerprint, training_fingerprint, calendar })
    }

    /// The rows of the tape whose day lies in `range`, less the first `embargo_bars`.
    ///
    /// # Errors
    /// [`MarketError::TooShort`] if no decision could be made and filled there.
    pub fn rows_in(
        &self,
        range: DateRange,
        embargo_bars: usize,
    ) -> Result<Range<usize>, MarketError> {
        let days: Vec<Date> =
            self.tape.times().iter().map(|&time| self.calendar.session_day(time)).collect();
        let start = days.partition_point(|&day| day < range.start()) + embargo_bars;
        let end = days.partition_point(|&day| day <= range.end());
        let found = end.saturating_sub(start);
        if found < Tape::MIN_ROWS {
            return Err(MarketError::TooShort { range, needed: Tape::MIN_ROWS, found });
        }
        Ok(start..end)
    }

    /// The decision time of a row.
    #[must_use]
    pub fn time(&self, row: usize) -> Timestamp {
        self.tape.times()[row]
    }
}

/// The rows from the first day of training to the last of learning and validation, if the panel reaches that far.
fn training_rows<'a>(
    agent: &Agent,
    panel: &'a Panel,
    calendar: &Calendar,
) -> Option<&'a [MarketRow]> {
    let day = |row: &MarketRow| calendar.session_day(row.time);
    let end = panel.rows.partition_point(|row| day(row) <= agent.data.last_learning_day());
    let is_from_start = day(panel.rows.first()?) >= agent.data.train.start();
    let last_session = calendar.next_session(day(&panel.rows[end.checked_sub(1)?])).ok()?;
    let is_to_end = last_session.date > agent.data.last_learning_day();
    (is_from_start && is_to_end).then(|| &panel.rows[..end])
}

/// The frame without the days that are not learned from, so that no transform is fitted on them.
fn learned_rows<'a>(
    frame: &'a FeatureFrame,
    agent: &Agent,
    calendar: &Calendar,
) -> Cow<'a, FeatureFrame> {
    if agent.data.train_except.is_empty() {
        return Cow::Borrowed(frame);
    }
    let is_kept = |time: &Timestamp| agent.data.is_train_day(calendar.session_day(*time));
    let kept: Vec<usize> =
        (0..frame.num_rows()).filter(|&row| is_kept(&frame.times[row])).collect();
    Cow::Owned(FeatureFrame {
        names: frame.names.clone(),
        times: kept.iter().map(|&row| frame.times[row]).collect(),
        columns: frame
            .columns
            .iter()
            .map(|column| kept.iter().map(|&row| column[row]).collect())
            .collect(),
    })
}

/// SHA-256 over the instants and the bits of every number, row by row.
fn fingerprint(rows: &[MarketRow]) -> Digest {
    let mut bytes = Vec::new();
    for bar in rows.iter().flat_map(|row| &row.bars) {
        let Some(bar) = bar else {
            bytes.push(0);
            continue;
        };
        bytes.push(1);
        bytes.extend(bar.open_time.nanos().to_le_bytes());
        for value in [bar.open, bar.high, bar.low, bar.close, bar.volume] {
            bytes.extend(value.to_bits().to_le_bytes());
        }
    }
    digest_bytes(&bytes)
}

/// The series of an agent over some days.
pub(crate) fn panel_request(agent: &Agent, range: DateRange) -> PanelRequest {
    PanelRequest {
        source: source_folder(&agent.data.source, &agent.universe.symbols),
        symbols: agent.universe.symbols.clone(),
        timeframe: agent.universe.timeframe,
        adjust: agent.data.adjust,
        range,
    }
}

/// Bars in a year on the clock of an agent.
#[must_use]
pub fn bars_per_year(agent: &Agent, calendar: &Calendar) -> f64 {
    let timeframe = agent.universe.timeframe;
    timeframe.bars_per_year(calendar.sessions_per_year(), calendar.session_seconds())
}

/// Features begin to stream on the first training day, so that a value does not depend on the range
/// that is judged; for days before that they begin a year earlier than the days.
#[must_use]
pub fn stream_start(agent: &Agent, first_needed: Date) -> Date {
    let start = agent.data.train.start();
    if first_needed >= start {
        return start;
    }
    first_needed.checked_sub(jiff::Span::new().years(1)).unwrap_or(first_needed)
}

fn read_panel(
    lake: &Lake,
    agent: &Agent,
    start: Date,
    end: Date,
    calendar: &Calendar,
) -> Result<Panel, MarketError> {
    let request = panel_request(agent, DateRange::try_new(start, end)?);
    Ok(build_panel(lake, &request, calendar)?)
}
