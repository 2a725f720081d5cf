//! From ticks or short bars in order of time to the bars of a request.

use jiff::ToSpan;

use crate::base::{Date, DateRange};
use crate::config::QuotePrice;
use crate::dataset::Incoming;
use crate::dataset::ticks::{
    BarJoiner, BarRule, TickBars, TickReport, TickTable, clean_ticks, days_of_bar,
};
use crate::domain::{Bar, Calendar, CalendarName, Timeframe};
use crate::ports::{FetchRequest, SourceError};

/// Builds the bars of one request and gathers what there is to tell.
pub(in crate::connectors) struct BarMaker<'a> {
    request: &'a FetchRequest,
    calendar: &'a Calendar,
    machine: Machine,
    incoming: Incoming,
    days: Option<(Date, Date)>,
    latest: Option<Date>,
}

enum Machine {
    Ticks(Box<TickBars>, TickReport),
    Bars(Box<BarJoiner>),
}

impl<'a> BarMaker<'a> {
    /// Bars from ticks.
    pub(in crate::connectors) fn of_ticks(
        request: &'a FetchRequest,
        price: QuotePrice,
        calendar: &'a Calendar,
    ) -> Self {
        let rule = BarRule::Time(request.timeframe);
        #[expect(clippy::expect_used, reason = "a rule of time has no threshold")]
        let bars = TickBars::try_new(rule, price, calendar.clone()).expect("a rule of time");
        Self::new(request, calendar, Machine::Ticks(Box::new(bars), TickReport::default()))
    }

    /// Bars from bars that are as long or shorter.
    pub(in crate::connectors) fn of_bars(
        request: &'a FetchRequest,
        calendar: &'a Calendar,
    ) -> Self {
        let joiner = BarJoiner::new(request.timeframe, calendar.clone());
        Self::new(request, calendar, Machine::Bars(Box::new(joiner)))
    }

    fn new(request: &'a FetchRequest, calendar: &'a Calendar, machine: Machine) -> Self {
        let incoming = Incoming::default();
        Self { request, calendar, machine, incoming, days: None, latest: None }
    }

    /// Takes ticks, which are checked and sorted first.
    pub(in crate::connectors) fn ticks(&mut self, mut ticks: TickTable) -> Result<(), SourceError> {
        let Machine::Ticks(machine, report) = &mut self.machine else { return Ok(()) };
        report.add(&clean_ticks(&mut ticks));
        let mut ended = Vec::new();
        for tick in ticks.iter() {
            ended.extend(machine.push(&tick)?);
        }
        if let Some(tick) = ticks.len().checked_sub(1).map(|last| ticks.get(last)) {
            self.latest = self.latest.max(Some(tick.time.date_in(self.calendar.zone())));
        }
        for bar in ended {
            self.keep(bar);
        }
        Ok(())
    }

    /// Takes a bar.
    pub(in crate::connectors) fn bar(&mut self, bar: &Bar) -> Result<(), SourceError> {
        let Machine::Bars(joiner) = &mut self.machine else { return Ok(()) };
        if let Some(ended) = joiner.push(bar)? {
            self.keep(ended);
        }
        if matches!(self.request.timeframe, Timeframe::Week | Timeframe::Month) {
            let date = bar.open_time.date_in(self.calendar.zone());
            self.latest = self.latest.max(Some(date));
        }
        Ok(())
    }

    /// Takes a bar that is right as it is.
    pub(in crate::connectors) fn whole(&mut self, bar: Bar) {
        self.keep(bar);
    }

    /// Adds a sentence for the user.
    pub(in crate::connectors) fn note(&mut self, note: impl Into<Option<String>>) {
        self.incoming.notes.extend(note.into());
    }

    /// What goes along with the bars.
    pub(in crate::connectors) fn incoming(&mut self) -> &mut Incoming {
        &mut self.incoming
    }

    /// The bars, or the error that tells which days there are.
    pub(in crate::connectors) fn finish(mut self, place: &str) -> Result<Incoming, SourceError> {
        let last = match &mut self.machine {
            Machine::Ticks(machine, _) => machine.finish(),
            Machine::Bars(joiner) => joiner.finish(),
        };
        if let Some(bar) = last {
            if self.is_over(&bar)? {
                self.keep(bar);
            } else {
                let text =
                    format!("the last {} of {place} is not over: left out", self.request.timeframe);
                self.note(text);
            }
        }
        self.tell(place);
        if !self.incoming.bars.is_empty() {
            return Ok(self.incoming);
        }
        let days = self.days.and_then(|(first, last)| DateRange::try_new(first, last).ok());
        Err(SourceError::NoRows {
            symbol: self.request.symbol.clone(),
            range: self.request.range,
            place: place.to_owned(),
            has: days.map_or_else(|| "no bars".to_owned(), |days| days.to_string()),
        })
    }

    /// Whether the rows reach the last session of a week or a month; on a calendar without weekends, of
    /// a market that may have some, all but two days.
    fn is_over(&self, bar: &Bar) -> Result<bool, SourceError> {
        let date = bar.open_time.date_in(self.calendar.zone());
        let sessions = match self.request.timeframe {
            Timeframe::Seconds(_) | Timeframe::Day => return Ok(true),
            long => self.calendar.sessions(days_of_bar(date, long))?,
        };
        let weekend = match self.calendar.name() {
            CalendarName::Xnys => 0,
            CalendarName::AlwaysOpen => 2,
        };
        let is_reached = |last: Date| self.latest >= Some(last.saturating_sub(weekend.days()));
        Ok(sessions.last().is_none_or(|last| is_reached(last.date)))
    }

    fn keep(&mut self, bar: Bar) {
        let date = bar.open_time.date_in(self.calendar.zone());
        let (first, last) = self.days.unwrap_or((date, date));
        self.days = Some((first.min(date), last.max(date)));
        if self.request.range.contains(date) {
            self.incoming.bars.push(bar);
        }
    }

    /// Tells what went into no bar.
    fn tell(&mut self, place: &str) {
        let calendar = self.calendar.name();
        let outside = format!("lie outside the sessions of {calendar}");
        let late = "are older than one before".to_owned();
        let told = match &self.machine {
            Machine::Ticks(machine, report) => {
                self.incoming.notes.extend(report.note(place));
                let counts = machine.passed_over();
                vec![
                    (counts.outside_session, "ticks", outside),
                    (counts.late, "ticks", late),
                    (counts.without_price, "bars", "have no trade at the market".to_owned()),
                ]
            }
            Machine::Bars(joiner) => {
                let asked = self.request.timeframe;
                vec![
                    (joiner.outside_session(), "bars", outside),
                    (joiner.late(), "bars", late),
                    (joiner.straddling(), "bars", format!("reach beyond one of {asked}")),
                ]
            }
        };
        for (count, what, why) in told.into_iter().filter(|(count, ..)| *count > 0) {
            self.note(format!("{count} {what} from {place} {why}: left out"));
        }
    }
}

/// What happens to the weekends of a market that closes then.
pub(super) fn weekends() -> String {
    let text =
        "calendar 24x7 has a session on every day: weekends without quotes are listed as gaps";
    text.to_owned()
}

/// The days that must be read for the bars of a request: whole weeks and months, and a day more at
/// either end, because the clocks of files and calendars differ.
pub(super) fn days_to_read(request: &FetchRequest) -> DateRange {
    let first = days_of_bar(request.range.start(), request.timeframe).start();
    let last = days_of_bar(request.range.end(), request.timeframe).end();
    let (first, last) = (first.saturating_sub(1.day()), last.saturating_add(1.day()));
    DateRange::try_new(first, last).unwrap_or(request.range)
}
