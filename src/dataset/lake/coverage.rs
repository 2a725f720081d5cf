//! Which days a series covers, and which sessions it lacks.

use jiff::ToSpan;

use super::Gap;
use crate::base::{Date, DateRange};
use crate::domain::{Calendar, CalendarError, Timeframe};

/// The parts of `requested` that hold a session and lie outside `covered`.
///
/// # Errors
/// [`CalendarError`] if the range leaves the days that the calendar knows.
pub fn missing_ranges(
    covered: &[DateRange],
    requested: DateRange,
    calendar: &Calendar,
) -> Result<Vec<DateRange>, CalendarError> {
    let mut missing = Vec::new();
    let mut start = requested.start();
    for range in covered.iter().filter(|range| range.overlaps(requested)) {
        missing.extend(DateRange::try_new(start, day_before(range.start())));
        start = start.max(day_after(range.end()));
    }
    missing.extend(DateRange::try_new(start, requested.end()));
    let mut with_sessions = Vec::new();
    for range in missing {
        if has_session(range, calendar)? {
            with_sessions.push(range);
        }
    }
    Ok(with_sessions)
}

/// Whether a range holds a session; asks the calendar for as few days as it can.
fn has_session(range: DateRange, calendar: &Calendar) -> Result<bool, CalendarError> {
    // The last day of the range must be known, even if the first one settles the question.
    if calendar.session(range.end())?.is_some() || calendar.session(range.start())?.is_some() {
        return Ok(true);
    }
    Ok(calendar.next_session(range.start())?.date <= range.end())
}

/// Adds a range to sorted, disjoint ones; touching ranges become one.
pub fn add_range(covered: &mut Vec<DateRange>, added: DateRange) {
    covered.push(added);
    covered.sort_by_key(|range| range.start());
    let mut joined: Vec<DateRange> = Vec::with_capacity(covered.len());
    for &range in covered.iter() {
        match joined.last_mut() {
            Some(last) if range.start() <= day_after(last.end()) => {
                let end = last.end().max(range.end());
                *last = DateRange::try_new(last.start(), end).unwrap_or(*last);
            }
            _ => joined.push(range),
        }
    }
    *covered = joined;
}

/// The sessions of `covered` that are not among `dates` (sorted), joined into runs.
///
/// Weeks and months are left out: which sessions they need is not a matter of days.
pub(super) fn find_gaps(
    covered: &[DateRange],
    dates: &[Date],
    timeframe: Timeframe,
    calendar: &Calendar,
) -> Result<Vec<Gap>, CalendarError> {
    let mut gaps = Vec::new();
    if matches!(timeframe, Timeframe::Week | Timeframe::Month) {
        return Ok(gaps);
    }
    for &range in covered {
        let mut open: Option<Gap> = None;
        for session in calendar.sessions(range)? {
            let date = session.date;
            open = if dates.binary_search(&date).is_ok() {
                gaps.extend(open);
                None
            } else {
                let gap = open.unwrap_or(Gap { first: date, last: date, sessions: 0 });
                Some(Gap { last: date, sessions: gap.sessions + 1, ..gap })
            };
        }
        gaps.extend(open);
    }
    Ok(gaps)
}

fn day_after(date: Date) -> Date {
    date.saturating_add(1.day())
}

fn day_before(date: Date) -> Date {
    date.saturating_sub(1.day())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::parse_date;
    use crate::domain::CalendarName;

    fn ranges(texts: &[&str]) -> Vec<DateRange> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    fn check_missing(covered: &[&str], requested: &str, expected: &[&str]) {
        let calendar = Calendar::new(CalendarName::Xnys);
        let found = missing_ranges(&ranges(covered), requested.parse().unwrap(), &calendar);
        assert_eq!(found.unwrap(), ranges(expected), "{covered:?} {requested}");
    }

    #[test]
    fn only_ranges_with_a_session_are_missing() {
        let year = "2019-01-01..2019-12-31";
        check_missing(&[], year, &[year]);
        check_missing(&[year], year, &[]);
        check_missing(&["2019-01-01..2019-12-29"], year, &["2019-12-30..2019-12-31"]);
        check_missing(&["2019-03-01..2019-03-29"], "2019-03-01..2019-03-31", &[]);
        let holes = ["2019-01-01..2019-02-01", "2019-02-11..2019-12-31"];
        check_missing(&holes, year, &["2019-02-02..2019-02-10"]);
        check_missing(&["2018-01-01..2018-12-31"], year, &[year]);
    }

    #[test]
    fn touching_ranges_join() {
        let mut covered = ranges(&["2019-01-01..2019-01-31", "2019-03-01..2019-03-31"]);
        add_range(&mut covered, "2019-02-01..2019-02-28".parse().unwrap());
        assert_eq!(covered, ranges(&["2019-01-01..2019-03-31"]));
    }

    #[test]
    fn neighbor_sessions_without_a_bar_are_one_gap() {
        let calendar = Calendar::new(CalendarName::Xnys);
        let day = |text| parse_date(text).unwrap();
        let covered = ranges(&["2019-01-01..2019-01-11"]);
        let dates = ["2019-01-02", "2019-01-03", "2019-01-08", "2019-01-09", "2019-01-10"];
        let dates: Vec<_> = dates.into_iter().map(day).collect();
        let gaps = find_gaps(&covered, &dates, Timeframe::Day, &calendar).unwrap();
        let gap = |first, last, sessions| Gap { first: day(first), last: day(last), sessions };
        let expected = [gap("2019-01-04", "2019-01-07", 2), gap("2019-01-11", "2019-01-11", 1)];
        assert_eq!(gaps, expected);
    }
}
