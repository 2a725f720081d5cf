//! Rules of `data`: the three ranges and the border between them.

use super::super::check::Check;
use super::source;
use crate::base::DateRange;
use crate::config::Agent;
use crate::domain::Calendar;

/// The largest border, in bars.
const LONGEST_EMBARGO: usize = 1000;

/// Checks source, ranges and embargo.
pub(in crate::config::validate) fn check(check: &mut Check, agent: &Agent) {
    source::check(check, agent);
    let data = &agent.data;
    check.within("data.embargo_bars", data.embargo_bars, 0..=LONGEST_EMBARGO);
    let order = [
        (("data.validation", data.validation), ("data.train", data.train)),
        (("data.test", data.test), ("data.validation", data.validation)),
        (("data.test", data.test), ("data.train", data.train)),
    ];
    exceptions(check, agent);
    for ((later_key, later), (earlier_key, earlier)) in order {
        let is_left_out = data.is_left_out(later);
        let is_adjacent = (later_key, earlier_key) != ("data.test", "data.train");
        // With days left out of training there is no order any more, only distance.
        let is_ordered = is_adjacent && data.train_except.is_empty();
        let wrong = if is_left_out && earlier_key == "data.train" {
            false
        } else if is_ordered {
            later.start() <= earlier.end()
        } else {
            later.overlaps(earlier)
        };
        if wrong {
            let text = format!(
                "`{later_key}` must begin after `{earlier_key}` ends, {later} begins by {}",
                earlier.end()
            );
            check.deny(&[later_key, earlier_key], text);
        }
    }
    // A border that is no border is told once, not for every range.
    let border = if data.embargo_bars > LONGEST_EMBARGO { 0 } else { data.embargo_bars };
    let named = [
        ("data.train", data.train, 0),
        ("data.validation", data.validation, border),
        ("data.test", data.test, border),
    ];
    for (key, range, border) in named {
        bars(check, agent, (key, range), border);
    }
}

/// Days that are left out of training lie inside it, in order and apart.
fn exceptions(check: &mut Check, agent: &Agent) {
    let data = &agent.data;
    let key = "data.train_except";
    for (index, range) in data.train_except.iter().enumerate() {
        if !(data.train.contains(range.start()) && data.train.contains(range.end())) {
            let text = format!("`{key}` must lie inside data.train {}, found {range}", data.train);
            check.deny(&[key, "data.train"], text);
        }
        let before = index.checked_sub(1).map(|before| data.train_except[before]);
        if before.is_some_and(|before| range.start() <= before.end()) {
            let text =
                format!("`{key}` must be ascending ranges apart from each other, found {range}");
            check.deny(&[key], text);
        }
    }
    if data.train_except.first() == Some(&data.train) {
        check.deny(&[key, "data.train"], format!("`{key}` must leave days to learn from"));
    }
    if !data.train_except.is_empty() && agent.env.curriculum.is_some() {
        let text = format!(
            "`{key}` and `env.curriculum` exclude each other: a part that grows has no gaps"
        );
        check.deny(&[key, "env.curriculum"], text);
    }
}

/// A range must lie in the calendar and hold more bars than are left out at its border.
fn bars(check: &mut Check, agent: &Agent, (key, range): (&str, DateRange), border: usize) {
    let calendar = Calendar::new(agent.universe.calendar);
    let keys = [key, "universe.calendar", "data.embargo_bars", "universe.timeframe"];
    // Both ends tell whether the calendar knows the range, before a walk over all its days.
    let sessions = calendar
        .session(range.start())
        .and_then(|_| calendar.session(range.end()))
        .and_then(|_| calendar.sessions(range));
    let sessions = match sessions {
        Ok(sessions) => sessions.len() as f64,
        Err(error) => {
            return check.deny(&keys[..2], format!("`{key}` must lie in the calendar: {error}"));
        }
    };
    let (days, seconds) = (calendar.sessions_per_year(), calendar.session_seconds());
    let bars = sessions * agent.universe.timeframe.bars_per_year(days, seconds) / days;
    if bars < border as f64 + 2.0 {
        let text = format!(
            "`{key}` must hold at least {} bars of {} ({border} are left out at its border), {range} holds about {bars:.0}",
            border + 2,
            agent.universe.timeframe,
        );
        check.deny(&keys, text);
    }
}
