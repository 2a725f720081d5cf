//! The broker's hours against ours.

use jiff::tz::TimeZone;

use super::super::values;
use crate::base::Date;
use crate::domain::Calendar;

/// In words, on which days the regular hours of a contract are not those of the calendar.
///
/// # Source
/// TWS API, "Contract Details": `20260105:0930-20260105:1600` and `20260103:CLOSED`, separated by
/// semicolons, in the zone of the contract.
pub(super) fn differences(hours: &[String], zone: &str, calendar: &Calendar) -> Vec<String> {
    let zone = TimeZone::get(zone).unwrap_or_else(|_| calendar.zone().clone());
    let days = hours.iter().flat_map(|text| text.split(';')).filter(|text| !text.is_empty());
    days.filter_map(|day| difference(day, &zone, calendar)).collect()
}

fn difference(day: &str, zone: &TimeZone, calendar: &Calendar) -> Option<String> {
    let date = Date::strptime("%Y%m%d", day.get(..8)?).ok()?;
    let ours = calendar.session(date).ok()?.map(|session| (session.open, session.close));
    let theirs = match day.split_once('-') {
        Some((open, close)) => Some((instant(open, zone)?, instant(close, zone)?)),
        None if day.ends_with("CLOSED") => None,
        None => return None,
    };
    let text = |span: Option<(crate::base::Timestamp, crate::base::Timestamp)>| {
        span.map_or_else(|| "closed".to_owned(), |(open, close)| format!("{open}..{close}"))
    };
    (ours != theirs).then(|| format!("{date}: the broker {}, the calendar {}", text(theirs), text(ours)))
}

fn instant(text: &str, zone: &TimeZone) -> Option<crate::base::Timestamp> {
    let (date, clock) = text.split_once(':')?;
    let (hour, minute) = clock.split_at_checked(2)?;
    values::instant(&format!("{date} {hour}:{minute}:00"), zone)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::CalendarName;

    fn check(hours: &str, expected: usize) {
        let calendar = Calendar::new(CalendarName::Xnys);
        let found = differences(&[hours.to_owned()], "US/Eastern", &calendar);
        assert_eq!(found.len(), expected, "{hours}: {found:?}");
    }

    #[test]
    fn days_that_differ_are_named() {
        check("20260105:0930-20260105:1600", 0);
        check("20260103:CLOSED", 0);
        check("20260105:0930-20260105:1300", 1);
        check("20260105:CLOSED", 1);
        check("20251128:0930-20251128:1300;20251129:CLOSED", 0);
        check("20260103:0930-20260103:1600", 1);
        check("nonsense", 0);
    }
}
