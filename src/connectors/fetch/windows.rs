//! The days of one request.

use jiff::ToSpan;

use crate::base::{Date, DateRange};
use crate::domain::Timeframe;

/// So many bars are asked for at most before they are committed: half a gigabyte in memory.
const BARS_MAX: u64 = 8_000_000;
const DAY_SECONDS: u64 = 86_400;

/// Cuts a range into windows of at most `days_max` days.
///
/// The borders are those of the calendar (years, months, weeks or days), so whoever cuts the rest of a
/// range later finds the same windows.
pub(super) fn cut(range: DateRange, days_max: Option<u32>, timeframe: Timeframe) -> Vec<DateRange> {
    let Some(days) = days_max.into_iter().chain(memory_days(timeframe)).min() else {
        return vec![range];
    };
    let grid = Grid::new(days, timeframe);
    let mut windows = Vec::new();
    let mut start = range.start();
    while start <= range.end() {
        let next = grid.next_border(start);
        let last = next.saturating_sub(1.day()).min(range.end());
        windows.extend(DateRange::try_new(start, last));
        if next <= start {
            break;
        }
        start = next;
    }
    windows
}

/// The days whose bars fit into memory; `None` if all do.
fn memory_days(timeframe: Timeframe) -> Option<u32> {
    let seconds = u64::from(timeframe.seconds()?);
    u32::try_from(BARS_MAX * seconds / DAY_SECONDS).ok()
}

/// Where windows begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Grid {
    /// Every so many years, counted from the year 0.
    Years(i16),
    /// Every so many months, counted from January of the year 0.
    Months(i32),
    /// Every so many days, counted from a Monday.
    Days(i32),
}

impl Grid {
    /// The widest grid whose windows have at most `days` days and cut no bar in two.
    fn new(days: u32, timeframe: Timeframe) -> Self {
        let days = i32::try_from(days).unwrap_or(i32::MAX).max(1);
        match (timeframe, days) {
            (Timeframe::Week, ..) => Self::Days((days / 7).max(1).saturating_mul(7)),
            (_, 366..) => Self::Years(i16::try_from(days / 366).unwrap_or(i16::MAX)),
            (_, 31..) | (Timeframe::Month, _) => Self::Months((days / 31).max(1)),
            (_, 7..) => Self::Days(days / 7 * 7),
            (_, _) => Self::Days(days),
        }
    }

    /// The first border after `date`.
    fn next_border(self, date: Date) -> Date {
        match self {
            Self::Years(count) => {
                let year = i32::from(date.year());
                let count = i32::from(count);
                first_of_month((year.div_euclid(count) + 1).saturating_mul(count), 1)
            }
            Self::Months(count) => {
                let month = i32::from(date.year()) * 12 + i32::from(date.month()) - 1;
                let next = (month.div_euclid(count) + 1) * count;
                first_of_month(next.div_euclid(12), next.rem_euclid(12) + 1)
            }
            Self::Days(count) => {
                let number = days_since_monday(date);
                let next = (number.div_euclid(count) + 1).saturating_mul(count);
                date.saturating_add((next - number).days())
            }
        }
    }
}

/// The day, or the last possible one if the year is too late.
fn first_of_month(year: i32, month: i32) -> Date {
    let year = i16::try_from(year).ok();
    let month = i8::try_from(month).ok();
    let date = year.zip(month).and_then(|(year, month)| Date::new(year, month, 1).ok());
    date.unwrap_or(Date::MAX)
}

/// Days since Monday, 1970-01-05.
fn days_since_monday(date: Date) -> i32 {
    let monday = jiff::civil::date(1970, 1, 5);
    date.since(monday).map_or(0, |span| span.get_days())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(range: &str, days_max: u32, timeframe: Timeframe, expected: &[&str]) {
        let windows = cut(range.parse().unwrap(), Some(days_max), timeframe);
        let shown: Vec<String> = windows.iter().map(ToString::to_string).collect();
        assert_eq!(shown, expected, "{range} {days_max} {timeframe}");
    }

    #[test]
    fn borders_are_those_of_the_calendar() {
        let day = Timeframe::Day;
        let years = ["2010-03-05..2010-12-31", "2011-01-01..2011-12-31", "2012-01-01..2012-02-01"];
        check("2010-03-05..2012-02-01", 366, day, &years);
        check("2010-03-05..2012-02-01", 732, day, &["2010-03-05..2011-12-31", years[2]]);
        let months = ["2019-01-30..2019-01-31", "2019-02-01..2019-02-28", "2019-03-01..2019-03-01"];
        check("2019-01-30..2019-03-01", 31, day, &months);
        check("2019-01-30..2019-03-01", 93, day, &["2019-01-30..2019-03-01"]);
        let weeks = ["2019-01-04..2019-01-06", "2019-01-07..2019-01-13", "2019-01-14..2019-01-14"];
        check("2019-01-04..2019-01-14", 8, day, &weeks);
        check(
            "2019-01-04..2019-01-06",
            1,
            day,
            &["2019-01-04..2019-01-04", "2019-01-05..2019-01-05", "2019-01-06..2019-01-06"],
        );
    }

    #[test]
    fn no_bar_is_cut_in_two() {
        check(
            "2019-01-07..2019-01-20",
            3,
            Timeframe::Week,
            &["2019-01-07..2019-01-13", "2019-01-14..2019-01-20"],
        );
        check(
            "2019-01-01..2019-02-28",
            10,
            Timeframe::Month,
            &["2019-01-01..2019-01-31", "2019-02-01..2019-02-28"],
        );
    }

    #[test]
    fn the_rest_of_a_range_has_the_same_windows() {
        let range: DateRange = "2015-05-17..2019-03-03".parse().unwrap();
        for days in [1, 2, 5, 7, 13, 30, 31, 61, 100, 365, 366, 1000] {
            let windows = cut(range, Some(days), Timeframe::Seconds(60));
            assert_eq!(windows[0].start(), range.start());
            assert_eq!(windows[windows.len() - 1].end(), range.end());
            for (index, pair) in windows.windows(2).enumerate() {
                assert_eq!(pair[0].end().saturating_add(1.day()), pair[1].start());
                let rest = DateRange::try_new(pair[1].start(), range.end()).unwrap();
                assert_eq!(cut(rest, Some(days), Timeframe::Seconds(60)), windows[index + 1..]);
            }
            let span = |window: &DateRange| (window.end() - window.start()).get_days() + 1;
            assert!(windows.iter().all(|window| span(window) <= days.cast_signed()), "{days}");
        }
    }

    #[test]
    fn only_short_bars_are_cut_for_memory() {
        let range = "1995-01-01..2024-12-31".parse().unwrap();
        assert_eq!(cut(range, None, Timeframe::Day), [range]);
        assert_eq!(cut(range, None, Timeframe::Seconds(300)), [range]);
        assert_eq!(cut(range, None, Timeframe::Seconds(60)).len(), 2);
        assert_eq!(cut(range, None, Timeframe::Seconds(1)).len(), 180);
    }
}
