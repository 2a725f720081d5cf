//! What happened, as far as it opens or closes the gate.

use super::RiskGate;
use crate::base::Timestamp;
use crate::config::RiskLimits;
use crate::domain::{Fill, Symbol};
use crate::risk::market::seconds_between;
use crate::risk::state::Day;
use crate::risk::{Alarm, Halt, HaltCause, RiskState, TradingState};

impl RiskGate {
    /// Goes on from what an earlier process kept: the later of the two states counts, and limits that are wider than
    /// those under which the account last traded halt it.
    pub fn carry(&mut self, carried: RiskState) -> Vec<Alarm> {
        if carried.as_of > self.state.as_of || self.state.as_of.is_none() {
            self.state = carried;
        }
        let is_wider = |binding: &RiskLimits| self.limits.is_wider_than(binding);
        if self.state.limits.as_ref().is_some_and(is_wider) {
            let since = self.state.as_of.unwrap_or_default();
            return self.begin(HaltCause::LimitsChanged, None, since);
        }
        self.state.limits = Some(self.limits.clone());
        Vec::new()
    }

    /// Notes the value of the account, currency units. A value that is no positive number is left out; the book of the
    /// next order says so itself.
    pub fn value(&mut self, now: Timestamp, equity: f64) -> Vec<Alarm> {
        let mut alarms = Vec::new();
        if !equity.is_finite() {
            return alarms;
        }
        let date = self.market.calendar.session_day(now);
        let is_later = |day: Day| day.date < date && self.market.has_session(date);
        if self.state.day.is_none_or(is_later) {
            let open_equity = self.state.last_equity.unwrap_or(equity);
            self.state.day = Some(Day { date, open_equity });
            self.state.halts.retain(|halt| halt.cause != HaltCause::DailyLoss);
        }
        self.state.touch(now);
        self.state.last_equity = Some(equity);
        let peak = self.state.peak_equity.map_or(equity, |peak| peak.max(equity));
        self.state.peak_equity = Some(peak);
        if is_reached(self.day_loss_frac(), self.limits.daily_loss_frac_max) {
            alarms.extend(self.begin(HaltCause::DailyLoss, None, now));
        }
        if is_reached(self.drawdown_frac(), self.limits.drawdown_frac_max) {
            alarms.extend(self.begin(HaltCause::Drawdown, None, now));
        }
        alarms
    }

    /// Notes the last prices of the market's symbols, NaN where there is none.
    pub fn closes(&mut self, now: Timestamp, closes: &[f64]) {
        self.tails.observe(self.market.calendar.session_day(now), closes);
    }

    /// Notes the time by the venue's clock at our time `now`.
    pub fn clock(&mut self, now: Timestamp, venue_time: Timestamp) {
        self.skew_s = Some(seconds_between(now, venue_time));
    }

    /// Notes a fill; too many round trips halt the symbol.
    pub fn filled(&mut self, fill: &Fill) -> Vec<Alarm> {
        self.state.touch(fill.time);
        let trips = self.state.count_trips(fill);
        match self.limits.round_trips_per_hour_max {
            Some(limit) if trips > limit as usize => {
                self.begin(HaltCause::RoundTrips, Some(&fill.symbol), fill.time)
            }
            _ => Vec::new(),
        }
    }

    /// More of a symbol was filled than was ordered.
    pub fn over_filled(&mut self, symbol: &Symbol, now: Timestamp) -> Vec<Alarm> {
        self.halt(HaltCause::OverFill, Some(symbol), now)
    }

    /// The venue rejected an order; too many in a minute halt trading.
    pub fn rejected(&mut self, now: Timestamp) -> Vec<Alarm> {
        self.state.touch(now);
        let rejects = self.state.count_reject(now);
        match self.limits.rejects_per_minute_max {
            Some(limit) if rejects >= limit as usize => {
                self.begin(HaltCause::RejectStorm, None, now)
            }
            _ => Vec::new(),
        }
    }

    /// The venue's positions were compared with ours. A symbol whose position differs is not traded until both agree, and is
    /// halted if they do not for too long.
    pub fn compared(&mut self, now: Timestamp, differing: &[Symbol]) -> Vec<Alarm> {
        self.state.touch(now);
        self.state.differs.retain(|symbol, _| differing.contains(symbol));
        for symbol in differing {
            self.state.differs.entry(symbol.clone()).or_insert(now);
        }
        self.state.differs_since = self.state.differs.values().min().copied();
        let Some(limit) = self.limits.reconcile_gap_s_max else { return Vec::new() };
        let overdue =
            self.state.differs.iter().filter(|(_, since)| seconds_between(**since, now) > limit);
        let overdue: Vec<Symbol> = overdue.map(|(symbol, _)| symbol.clone()).collect();
        let halt = |symbol| self.begin(HaltCause::ReconcileGap, Some(symbol), now);
        overdue.iter().flat_map(halt).collect()
    }

    /// A fill has explained why the position of a symbol differed.
    pub fn agreed(&mut self, symbol: &Symbol) {
        self.state.differs.remove(symbol);
        self.state.differs_since = self.state.differs.values().min().copied();
    }

    /// The data of these symbols, and of no others, is in doubt: no position of them may get larger.
    pub fn doubt(&mut self, symbols: impl IntoIterator<Item = Symbol>) {
        self.state.doubtful = symbols.into_iter().collect();
    }

    /// The signal that was noted last came too late to be used: it counts as one that could not be. `bad_before` is how
    /// many there had been in a row before it.
    pub fn signal_was_late(&mut self, now: Timestamp, bad_before: u32) -> Vec<Alarm> {
        self.state.bad_signals = bad_before;
        self.signal_was(now, false)
    }

    /// How many signals in a row could not be used.
    #[must_use]
    pub const fn bad_signals(&self) -> u32 {
        self.state.bad_signals
    }

    /// A signal was used, or could not be; too many bad ones in a row halt trading.
    pub fn signal_was(&mut self, now: Timestamp, is_good: bool) -> Vec<Alarm> {
        self.state.touch(now);
        self.state.bad_signals = if is_good { 0 } else { self.state.bad_signals.saturating_add(1) };
        match self.limits.bad_signals_max {
            Some(limit) if self.state.bad_signals >= limit => {
                self.begin(HaltCause::BadSignals, None, now)
            }
            _ => Vec::new(),
        }
    }

    /// Halts trading, of one symbol or in all. Nothing is returned if this halt is in force already.
    pub fn halt(
        &mut self,
        cause: HaltCause,
        symbol: Option<&Symbol>,
        now: Timestamp,
    ) -> Vec<Alarm> {
        self.state.touch(now);
        self.begin(cause, symbol, now)
    }

    /// A human lifts every halt. A loss that halted counts from here on, others go on counting; rejects, round trips and
    /// bad signals begin anew.
    pub fn resume(&mut self, now: Timestamp) {
        self.state.touch(now);
        let last_equity = self.state.last_equity;
        if self.state.has(HaltCause::DailyLoss, None) {
            let date = self.market.calendar.session_day(now);
            self.state.day = last_equity.map(|open_equity| Day { date, open_equity });
        }
        if self.state.has(HaltCause::Drawdown, None) {
            self.state.peak_equity = last_equity;
        }
        self.state.limits = Some(self.limits.clone());
        self.state.start_over(now);
    }

    /// Whether no new position of `symbol` may be opened.
    #[must_use]
    pub fn is_halted(&self, symbol: &Symbol) -> bool {
        let own = |halt: &Halt| halt.symbol.as_ref().is_none_or(|halted| halted == symbol);
        self.state.halts.iter().any(own)
    }

    /// What the account may do.
    #[must_use]
    pub fn trading_state(&self) -> TradingState {
        self.state.trading_state()
    }

    /// The loss since the day's open, a fraction; negative for a gain.
    pub(super) fn day_loss_frac(&self) -> Option<f64> {
        loss_frac(self.state.day_open_equity()?, self.state.last_equity?)
    }

    /// The loss since the highest equity, a fraction.
    pub(super) fn drawdown_frac(&self) -> Option<f64> {
        loss_frac(self.state.peak_equity?, self.state.last_equity?)
    }

    fn begin(&mut self, cause: HaltCause, symbol: Option<&Symbol>, now: Timestamp) -> Vec<Alarm> {
        if self.state.has(cause, symbol) {
            return Vec::new();
        }
        self.state.halts.push(Halt { cause, symbol: symbol.cloned(), since: now });
        vec![Alarm { cause, symbol: symbol.cloned(), cancel_all: cause.cancels() }]
    }
}

fn loss_frac(before: f64, now: f64) -> Option<f64> {
    (before > 0.0).then(|| (before - now) / before)
}

fn is_reached(loss_frac: Option<f64>, limit: Option<f64>) -> bool {
    loss_frac.zip(limit).is_some_and(|(loss, limit)| loss >= limit)
}
