//! The sessions of New York, by rule.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday, date};
use jiff::tz::{TimeZone, TimeZoneDatabase};

/// A session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Day {
    pub(crate) date: Date,
    /// Midnight in New York, Unix seconds.
    pub(crate) midnight_s: i64,
    /// 09:30 in New York, Unix seconds.
    pub(crate) open_s: i64,
}

/// All sessions from 2003 to 2030 in a range of days like `2015-01-02`, both included.
pub(crate) fn sessions(first: &str, last: &str) -> Vec<Day> {
    let zone = TimeZoneDatabase::bundled().get("America/New_York").unwrap();
    let (first, last): (Date, Date) = (first.parse().unwrap(), last.parse().unwrap());
    let days = first.series(1.day()).take_while(|day| *day <= last);
    days.filter(|day| is_session(*day)).map(|day| at(day, &zone)).collect()
}

fn at(date: Date, zone: &TimeZone) -> Day {
    let midnight = date.to_zoned(zone.clone()).unwrap();
    let open = date.at(9, 30, 0, 0).to_zoned(zone.clone()).unwrap();
    let second = |zoned: &jiff::Zoned| zoned.timestamp().as_second();
    Day { date, midnight_s: second(&midnight), open_s: second(&open) }
}

fn is_session(day: Date) -> bool {
    let is_weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
    !is_weekend && !holidays(day.year()).contains(&day)
}

fn holidays(year: i16) -> Vec<Date> {
    let nth =
        |month, nth, weekday| date(year, month, 1).nth_weekday_of_month(nth, weekday).unwrap();
    let mut days = vec![
        nth(1, 3, Weekday::Monday),
        nth(2, 3, Weekday::Monday),
        easter(year).saturating_sub(2.days()),
        nth(5, -1, Weekday::Monday),
        observed(date(year, 7, 4)),
        nth(9, 1, Weekday::Monday),
        nth(11, 4, Weekday::Thursday),
        observed(date(year, 12, 25)),
        date(2004, 6, 11),
        date(2007, 1, 2),
        date(2012, 10, 29),
        date(2012, 10, 30),
        date(2018, 12, 5),
        date(2025, 1, 9),
    ];
    let new_year = date(year, 1, 1);
    // A New Year on a Saturday is not made up for.
    days.push(if new_year.weekday() == Weekday::Sunday { date(year, 1, 2) } else { new_year });
    if year >= 2022 {
        days.push(observed(date(year, 6, 19)));
    }
    days
}

fn observed(day: Date) -> Date {
    match day.weekday() {
        Weekday::Saturday => day.saturating_sub(1.day()),
        Weekday::Sunday => day.saturating_add(1.day()),
        _ => day,
    }
}

/// Gauss's rule in the form of Meeus, Jones and Butcher.
fn easter(year: i16) -> Date {
    let y = i32::from(year);
    let (a, b, c) = (y % 19, y / 100, y % 100);
    let (d, e) = (b / 4, b % 4);
    let g = (b - (b + 8) / 25 + 1) / 3;
    let h = (19 * a + b - d - g + 15) % 30;
    let l = (32 + 2 * e + 2 * (c / 4) - h - c % 4) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let n = h + l - 7 * m + 114;
    date(year, i8::try_from(n / 31).unwrap(), i8::try_from(n % 31 + 1).unwrap())
}
