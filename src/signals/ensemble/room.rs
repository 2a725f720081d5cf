//! What agents must have in common to trade one account.

use crate::config::Adjust;
use crate::domain::Symbol;
use crate::gym::SlotCounts;
use crate::signals::SignalError;
use crate::signals::bundle::Room;

/// Refuses members that differ from the first in their market or in what they see of the account.
pub(super) fn check_rooms(members: &[(&str, &Room)]) -> Result<(), SignalError> {
    let Some(((first, expected), others)) = members.split_first() else { return Ok(()) };
    for (other, found) in others {
        let differs = |what, expected, found| {
            let (first, other) = ((*first).to_owned(), (*other).to_owned());
            Err(SignalError::Members { what, first, expected, other, found })
        };
        if expected.symbols != found.symbols {
            return differs("universe", symbols(expected), symbols(found));
        }
        if expected.timeframe != found.timeframe {
            let (expected, found) = (expected.timeframe.to_string(), found.timeframe.to_string());
            return differs("timeframe", expected, found);
        }
        if expected.calendar != found.calendar {
            let (expected, found) = (expected.calendar.to_string(), found.calendar.to_string());
            return differs("calendar", expected, found);
        }
        if expected.adjust != found.adjust {
            return differs("adjustment", adjust(expected.adjust), adjust(found.adjust));
        }
        if expected.slots != found.slots {
            return differs("position block", slots(expected.slots), slots(found.slots));
        }
    }
    Ok(())
}

/// Refuses an ensemble of nobody, and names that do not tell members apart.
pub(super) fn check_names(names: &[&str]) -> Result<(), SignalError> {
    let is_twice = |index: usize| names[..index].contains(&names[index]);
    if names.is_empty() || (0..names.len()).any(is_twice) {
        let names = names.iter().map(|&name| name.to_owned()).collect();
        return Err(SignalError::Names { names });
    }
    Ok(())
}

fn symbols(room: &Room) -> String {
    room.symbols.iter().map(Symbol::as_str).collect::<Vec<_>>().join(", ")
}

fn adjust(adjust: Adjust) -> String {
    format!("{adjust:?}").to_lowercase()
}

fn slots(slots: Option<SlotCounts>) -> String {
    slots.map_or_else(
        || "no slots".to_owned(),
        |counts| format!("{} long and {} short slots", counts.max_long, counts.max_short),
    )
}
