//! Readable dates along an axis.

use jiff::civil;

use crate::base::{Date, Timestamp};

const SECONDS_PER_DAY: f64 = 86_400.0;
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A mark on the axis of time.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct DateTick {
    /// Seconds since the Unix epoch.
    pub(super) seconds: f64,
    /// What it is called.
    pub(super) label: String,
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Months(i32),
    Days(i32),
    Seconds(i64),
}

/// From fine to coarse.
const STEPS: [Step; 21] = [
    Step::Seconds(60),
    Step::Seconds(300),
    Step::Seconds(900),
    Step::Seconds(1_800),
    Step::Seconds(3_600),
    Step::Seconds(3 * 3_600),
    Step::Seconds(6 * 3_600),
    Step::Seconds(12 * 3_600),
    Step::Days(1),
    Step::Days(2),
    Step::Days(7),
    Step::Months(1),
    Step::Months(2),
    Step::Months(3),
    Step::Months(6),
    Step::Months(12),
    Step::Months(24),
    Step::Months(60),
    Step::Months(120),
    Step::Months(240),
    Step::Months(600),
];

/// At most `most` round dates (UTC) inside `from..=to`, both in seconds since the Unix epoch.
pub(super) fn date_ticks(from: f64, to: f64, most: usize) -> Vec<DateTick> {
    if !(from.is_finite() && to.is_finite() && from <= to) {
        return Vec::new();
    }
    let most = most.max(2);
    let fitting = STEPS.iter().find(|step| (to - from) / step.seconds() <= most as f64 - 0.5);
    let step = *fitting.unwrap_or(&Step::Months(600));
    let ticks = match step {
        Step::Seconds(length) => clock_ticks(from, to, length),
        Step::Days(days) => day_ticks(from, to, days),
        Step::Months(months) => month_ticks(from, to, months),
    };
    if ticks.is_empty() { vec![ends_tick(from)] } else { ticks }
}

impl Step {
    fn seconds(self) -> f64 {
        match self {
            Self::Seconds(length) => length as f64,
            Self::Days(days) => f64::from(days) * SECONDS_PER_DAY,
            Self::Months(months) => f64::from(months) * 30.44 * SECONDS_PER_DAY,
        }
    }
}

fn clock_ticks(from: f64, to: f64, length: i64) -> Vec<DateTick> {
    let first = (from / length as f64).ceil() as i64;
    let last = (to / length as f64).floor() as i64;
    let label = |seconds: i64| {
        let date = date_at(seconds as f64);
        let minutes = seconds.rem_euclid(86_400) / 60;
        format!("{} {} {:02}:{:02}", date.day(), month_name(date), minutes / 60, minutes % 60)
    };
    (first..=last)
        .map(|index| index * length)
        .map(|seconds| DateTick { seconds: seconds as f64, label: label(seconds) })
        .collect()
}

fn day_ticks(from: f64, to: f64, days: i32) -> Vec<DateTick> {
    let length = f64::from(days) * SECONDS_PER_DAY;
    // Weeks begin on Monday: 1970-01-05 was one.
    let shift = if days == 7 { 4.0 * SECONDS_PER_DAY } else { 0.0 };
    let first = ((from - shift) / length).ceil() as i64;
    let last = ((to - shift) / length).floor() as i64;
    let mut year = None;
    (first..=last)
        .map(|index| {
            let seconds = index as f64 * length + shift;
            let date = date_at(seconds);
            let known = year.replace(date.year()) == Some(date.year());
            let tail = if known { String::new() } else { format!(" {}", date.year()) };
            DateTick { seconds, label: format!("{} {}{tail}", date.day(), month_name(date)) }
        })
        .collect()
}

fn month_ticks(from: f64, to: f64, months: i32) -> Vec<DateTick> {
    let start = date_at(from);
    let since_zero = i32::from(start.year()) * 12 + i32::from(start.month()) - 1;
    let first = since_zero.div_euclid(months) * months;
    let mut ticks: Vec<DateTick> = Vec::new();
    for index in 0.. {
        let month = first + index * months;
        let Some(date) = month_start(month) else { break };
        let seconds = Timestamp::midnight_utc(date).nanos() as f64 * 1e-9;
        if seconds > to {
            break;
        }
        if seconds >= from {
            let short = months < 12 && date.month() != 1 && !ticks.is_empty();
            ticks.push(DateTick { seconds, label: month_label(date, months, short) });
        }
    }
    ticks
}

fn month_label(date: Date, months: i32, is_short: bool) -> String {
    match (months >= 12, is_short) {
        (true, _) => date.year().to_string(),
        (false, true) => month_name(date).to_owned(),
        (false, false) => format!("{} {}", month_name(date), date.year()),
    }
}

fn ends_tick(seconds: f64) -> DateTick {
    let date = date_at(seconds);
    DateTick { seconds, label: format!("{} {} {}", date.day(), month_name(date), date.year()) }
}

fn month_start(since_zero: i32) -> Option<Date> {
    let year = i16::try_from(since_zero.div_euclid(12)).ok()?;
    let month = i8::try_from(since_zero.rem_euclid(12) + 1).ok()?;
    civil::Date::new(year, month, 1).ok()
}

fn date_at(seconds: f64) -> Date {
    Timestamp::from_nanos((seconds * 1e9) as i64).date_utc()
}

/// The short English name of a month.
pub(super) fn month_name(date: Date) -> &'static str {
    month_title(date.month())
}

/// The short English name of month 1 to 12.
pub(super) fn month_title(month: i8) -> &'static str {
    MONTHS[usize::try_from(month - 1).unwrap_or(0).min(11)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::parse_date;

    fn check(from: &str, to: &str, most: usize, expected: &[&str]) {
        let seconds =
            |text| Timestamp::midnight_utc(parse_date(text).unwrap()).nanos() as f64 * 1e-9;
        let ticks = date_ticks(seconds(from), seconds(to), most);
        let labels: Vec<&str> = ticks.iter().map(|tick| tick.label.as_str()).collect();
        assert_eq!(labels, expected);
    }

    #[test]
    fn dates_are_round() {
        check("2016-03-05", "2020-06-01", 6, &["2017", "2018", "2019", "2020"]);
        check("2019-01-02", "2019-12-31", 6, &["Apr 2019", "Jul", "Oct"]);
        check("2018-11-15", "2019-03-02", 6, &["Dec 2018", "Jan 2019", "Feb", "Mar"]);
        check("2019-01-02", "2019-01-04", 3, &["2 Jan 2019", "3 Jan", "4 Jan"]);
        check("2019-01-02", "2019-01-03", 3, &["2 Jan 00:00", "2 Jan 12:00", "3 Jan 00:00"]);
        check("2019-01-02", "2019-01-02", 3, &["2 Jan 00:00"]);
    }
}
