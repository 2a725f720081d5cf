//! A session on recorded rows.

use std::ops::Range;

use super::{Shell, Wake};
use crate::base::{StopSignal, Timestamp};
use crate::domain::{MarketRow, Panel};
use crate::risk::RiskState;
use crate::trader::engine::COMPARE_NANOS;
use crate::trader::{Event, TraderError};

/// Recorded rows and the part of them that is traded; the rows before it warm the features up.
#[derive(Debug, Clone)]
pub struct Recording<'a> {
    /// All rows.
    pub panel: &'a Panel,
    /// Positions of the rows to trade on; the last one only ends the session.
    pub traded: Range<usize>,
}

/// How far a session has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// To the end of the range.
    Complete,
    /// It was asked to stop and can go on later.
    Stopped(StopSignal),
}

/// Plays a recording to an engine and a venue.
///
/// `rows_seen` is how many rows the engine has had already, from the ledger of the session that goes on; 0 at the
/// first start.
///
/// # Errors
/// [`TraderError`] if the recording is too short, or engine or ledger cannot go on.
pub fn play(
    shell: &mut Shell<'_>,
    recording: &Recording<'_>,
    rows_seen: usize,
    (started, risk): (Timestamp, RiskState),
) -> Result<Progress, TraderError> {
    let traded = &recording.traded;
    let rows = &recording.panel.rows[..traded.end.min(recording.panel.rows.len())];
    let num_traded = rows.len().saturating_sub(traded.start);
    if num_traded < 2 {
        return Err(TraderError::TooFewRows { found: num_traded });
    }
    shell.step(Event::Started { time: started, risk })?;
    shell.hear()?;
    for (index, row) in rows.iter().enumerate().skip(rows_seen) {
        if index < traded.start {
            pass(shell, row)?;
            shell.step(Event::History(row.clone()))?;
            continue;
        }
        if let Some(signal) = wait(shell, row.time)? {
            flush(shell)?;
            return Ok(Progress::Stopped(signal));
        }
        pass(shell, row)?;
        shell.hear()?;
        shell.step(Event::Timer { time: row.time })?;
        shell.hear()?;
        let is_last = index + 1 == rows.len();
        let row = row.clone();
        let time = row.time;
        shell.step(if is_last { Event::LastBar(row) } else { Event::Bar(row) })?;
        shell.hear()?;
        if is_last {
            // The session ends with what the venue says.
            shell.step(Event::Timer { time: time.saturating_add_nanos(COMPARE_NANOS) })?;
            shell.hear()?;
        }
    }
    flush(shell)?;
    Ok(Progress::Complete)
}

/// Lets the market and the venue move to a row, once; the account lives from the first decision on.
fn pass(shell: &mut Shell<'_>, row: &MarketRow) -> Result<(), TraderError> {
    if shell.venue.clock() >= row.time {
        return Ok(());
    }
    let has_begun = shell.engine.has_begun();
    let passed = if has_begun { shell.venue.advance(row) } else { shell.venue.watch(row) };
    passed.map_err(|source| TraderError::Broker { source })
}

/// Commands and timers on the way to a row; the signal if the process is to stop.
fn wait(shell: &mut Shell<'_>, due: Timestamp) -> Result<Option<StopSignal>, TraderError> {
    loop {
        match shell.pace.wake(due) {
            Wake::Due => return Ok(None),
            Wake::Stop(signal) => return Ok(Some(signal)),
            Wake::Timer(time) => shell.step(Event::Timer { time })?,
            Wake::Command { command, by, time } => {
                shell.step(Event::Command { command, by, time })?;
            }
        }
        shell.hear()?;
    }
}

fn flush(shell: &mut Shell<'_>) -> Result<(), TraderError> {
    shell.journal.flush().map(drop).map_err(|source| TraderError::Ledger { source })
}
