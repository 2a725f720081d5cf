//! Agents that cannot trade one account.

use super::super::room::{check_names, check_rooms};
use super::*;
use crate::config::Adjust;
use crate::domain::{CalendarName, Timeframe};
use crate::signals::bundle::Room;

fn room() -> Room {
    Room {
        symbols: vec!["SPY".parse().unwrap(), "QQQ".parse().unwrap()],
        timeframe: Timeframe::Day,
        calendar: CalendarName::Xnys,
        adjust: Adjust::Total,
        slots: None,
    }
}

fn check(other: &Room, expected: &str) {
    let error = check_rooms(&[("a", &room()), ("b", &room()), ("c", other)]).unwrap_err();
    assert_eq!(error.to_string(), format!("agents trade together only with the same {expected}"));
}

#[test]
fn what_differs_is_named() {
    assert!(check_rooms(&[("a", &room()), ("b", &room())]).is_ok());
    let swapped = vec!["QQQ".parse().unwrap(), "SPY".parse().unwrap()];
    check(&Room { symbols: swapped, ..room() }, "universe: `a` has SPY, QQQ, `c` has QQQ, SPY");
    let hourly = Room { timeframe: "1h".parse().unwrap(), ..room() };
    check(&hourly, "timeframe: `a` has 1d, `c` has 1h");
    let always = Room { calendar: CalendarName::AlwaysOpen, ..room() };
    check(&always, "calendar: `a` has XNYS, `c` has 24x7");
    let raw = Room { adjust: Adjust::None, ..room() };
    check(&raw, "adjustment: `a` has total, `c` has none");
    let slots = Room { slots: Some(SlotCounts { max_long: 2, max_short: 1 }), ..room() };
    check(&slots, "position block: `a` has no slots, `c` has 2 long and 1 short slots");
}

#[test]
fn every_agent_needs_a_name_of_its_own() {
    assert!(check_names(&["a", "b"]).is_ok());
    let text = "an ensemble needs one agent or more, each with a name of its own, found";
    assert_eq!(check_names(&[]).unwrap_err().to_string(), format!("{text} []"));
    let error = check_names(&["a", "b", "a"]).unwrap_err();
    assert_eq!(error.to_string(), format!("{text} [\"a\", \"b\", \"a\"]"));
}
