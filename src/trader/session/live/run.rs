//! The loop of a session on a market that is open.

use super::feed::Doubt;
use super::{LiveFeed, LiveNotice};
use crate::base::{StopSignal, Stopwatch, Timestamp};
use crate::domain::MarketRow;
use crate::risk::RiskState;
use crate::trader::engine::COMPARE_NANOS;
use crate::trader::session::{Progress, Shell, Wake};
use crate::trader::{Event, TraderError};

/// How long the start waits for the past of every symbol, seconds.
const PAST_S: f64 = 30.0;
/// A row that comes so much later than its end is only history, nanoseconds of the venue's time at speed 1.
const LATE_NANOS: i64 = 60_000_000_000;

/// What a session starts from.
#[derive(Debug, Clone)]
pub struct LivePlan {
    /// When it started, the first time or again.
    pub started: Timestamp,
    /// Limits and halts of the account.
    pub risk: RiskState,
    /// Rows that are known from elsewhere, oldest first; the stream goes on after them.
    pub history: Vec<MarketRow>,
    /// The end of the last row that the ledger has.
    pub last_row: Option<Timestamp>,
    /// The row that ends here, or the first one after it, ends the session.
    pub until: Option<Timestamp>,
}

/// Trades until the plan's end or until it is asked to stop. `tell` hears what a human should know of the data.
///
/// # Errors
/// [`TraderError`] if engine, ledger or stream cannot go on.
pub fn trade_live(
    shell: &mut Shell<'_>,
    feed: &mut LiveFeed<'_>,
    plan: LivePlan,
    tell: &mut dyn FnMut(LiveNotice),
) -> Result<Progress, TraderError> {
    let (until, is_silent, is_over) = (plan.until, false, false);
    let mut session = Live { shell, feed, tell, until, is_silent, is_over };
    let LivePlan { started, risk, history, last_row, .. } = plan;
    session.shell.step(Event::Started { time: started, risk })?;
    session.shell.hear()?;
    if let Some(signal) = session.learn_the_past(history, last_row)? {
        return session.stop(signal);
    }
    // What the account holds is asked for again, now that there are prices to value it.
    let now = session.feed.now();
    session.shell.step(Event::Timer { time: now })?;
    session.shell.hear()?;
    loop {
        if let Some(signal) = session.wait()? {
            return session.stop(signal);
        }
        session.step()?;
        if session.is_over {
            return session.finish();
        }
    }
}

struct Live<'a, 'b, 'c> {
    shell: &'a mut Shell<'b>,
    feed: &'a mut LiveFeed<'c>,
    tell: &'a mut dyn FnMut(LiveNotice),
    until: Option<Timestamp>,
    /// A row that was due did not come, and a human was told.
    is_silent: bool,
    is_over: bool,
}

impl Live<'_, '_, '_> {
    /// Rows from before the start: those that are given, then those that the stream sends first.
    fn learn_the_past(
        &mut self,
        history: Vec<MarketRow>,
        last_row: Option<Timestamp>,
    ) -> Result<Option<StopSignal>, TraderError> {
        let mut known = last_row;
        for row in history {
            if known.is_none_or(|known| row.time > known) {
                known = Some(row.time);
                self.shell.step(Event::History(row))?;
            }
        }
        if let Some(known) = known {
            self.feed.pass(known);
        }
        let begin = self.feed.now();
        let patience = Stopwatch::start();
        while !self.feed.has_all_until(begin) && patience.seconds() < PAST_S {
            if let Some(signal) = self.wait()? {
                return Ok(Some(signal));
            }
            self.listen()?;
        }
        while !self.is_over
            && let Some(row) = self.feed.row()
        {
            if row.time > begin {
                self.bar(row)?;
            } else {
                self.shell.step(Event::History(row))?;
            }
        }
        Ok(None)
    }

    /// Commands and timers; the signal if the process is to stop.
    fn wait(&mut self) -> Result<Option<StopSignal>, TraderError> {
        loop {
            match self.shell.pace.wake(self.feed.now()) {
                Wake::Due => return Ok(None),
                Wake::Stop(signal) => return Ok(Some(signal)),
                Wake::Timer(time) => {
                    self.shell.step(Event::Timer { time })?;
                    self.shell.hear()?;
                    return Ok(None);
                }
                Wake::Command { command, by, time } => {
                    self.shell.step(Event::Command { command, by, time })?;
                }
            }
            self.shell.hear()?;
        }
    }

    /// Everything that has come since the last time.
    fn step(&mut self) -> Result<(), TraderError> {
        self.listen()?;
        self.shell.hear()?;
        for (symbol, top) in self.feed.quotes() {
            self.shell.step(Event::Quote { symbol, top })?;
        }
        while !self.is_over
            && let Some(row) = self.feed.row()
        {
            self.bar(row)?;
            self.shell.hear()?;
        }
        self.mind_silence();
        // A session whose last row never comes ends all the same.
        let late = self.late_nanos();
        self.is_over |=
            self.until.is_some_and(|until| until.saturating_add_nanos(late) < self.feed.now());
        Ok(())
    }

    /// A row: the last one, one to decide on, or one that came too late or of which every symbol is in doubt.
    fn bar(&mut self, row: MarketRow) -> Result<(), TraderError> {
        let time = row.time;
        if self.until.is_some_and(|until| time >= until) {
            self.is_over = true;
            return self.shell.step(Event::LastBar(row));
        }
        let is_late = time.saturating_add_nanos(self.late_nanos()) < self.feed.now();
        if is_late {
            self.feed.notice(LiveNotice::Late { time });
        }
        if std::mem::take(&mut self.is_silent) {
            self.feed.notice(LiveNotice::Heard { time });
        }
        let event = match is_late || self.feed.is_stale() {
            true => Event::History(row),
            false => Event::Bar(self.feed.without_doubt(row)),
        };
        self.shell.step(event)
    }

    /// Tells once that a row does not come: after two of its lengths, and at the latest when it would only count as history.
    fn mind_silence(&mut self) {
        let speed = self.feed.speed().max(1.0);
        let two_rows = self.feed.row_nanos().map(|nanos| (2.0 * nanos as f64 * speed) as i64);
        let patience = two_rows.map_or(self.late_nanos(), |nanos| nanos.min(self.late_nanos()));
        if let Some(since) = self.feed.missing_since(patience).filter(|_| !self.is_silent) {
            self.is_silent = true;
            self.feed.notice(LiveNotice::Silent { since });
        }
    }

    fn late_nanos(&self) -> i64 {
        (LATE_NANOS as f64 * self.feed.speed().max(1.0)) as i64
    }

    fn listen(&mut self) -> Result<(), TraderError> {
        let heard = self.feed.listen();
        for notice in self.feed.notices() {
            (self.tell)(notice);
        }
        for Doubt { symbol, reason, time } in self.feed.changes() {
            self.shell.step(match reason {
                Some(reason) => Event::Stale { symbol, reason, time },
                None => Event::Fresh { symbol, time },
            })?;
        }
        heard.map_err(|source| TraderError::Feed { source })
    }

    fn stop(&mut self, signal: StopSignal) -> Result<Progress, TraderError> {
        self.flush()?;
        Ok(Progress::Stopped(signal))
    }

    /// The session ends with what the venue says.
    fn finish(&mut self) -> Result<Progress, TraderError> {
        let time = self.shell.engine.now().saturating_add_nanos(COMPARE_NANOS);
        self.shell.step(Event::Timer { time })?;
        self.shell.hear()?;
        self.flush()?;
        Ok(Progress::Complete)
    }

    fn flush(&mut self) -> Result<(), TraderError> {
        let flushed = self.shell.journal.flush();
        flushed.map(drop).map_err(|source| TraderError::Ledger { source })
    }
}
