//! What happened before a session starts, as far as it is known here.

use crate::base::{DateRange, Timestamp};
use crate::commands::SessionOptions;
use crate::commands::trade::paper::Member;
use crate::dataset::{Lake, build_panel};
use crate::domain::{Calendar, MarketRow, Timeframe};
use crate::evaluate::{panel_request, stream_start};

/// How old the last row of the lake may be for the stream to go on after it, in sessions.
const GAP_SESSIONS: usize = 10;
const DAY_NANOS: i64 = 86_400_000_000_000;

/// From when on the venue is asked for the past where the lake has none: a year of days, two weeks of shorter bars. Features
/// that remember for ever differ from those of training by what an average of that length forgets.
pub(super) const fn history_since(timeframe: Timeframe, now: Timestamp) -> Timestamp {
    let days = match timeframe {
        Timeframe::Seconds(_) => 14,
        Timeframe::Day => 365,
        Timeframe::Week | Timeframe::Month => 5 * 365,
    };
    now.saturating_add_nanos(-days * DAY_NANOS)
}

/// Rows of the lake up to `now`, from the day on which the first agent's features began in training, if the lake reaches near
/// enough; otherwise none, and the venue tells the past alone.
///
/// Bars of the lake are adjusted as of its last day, which is what the venue's prices follow.
pub(super) fn lake_rows(
    options: &SessionOptions,
    members: &[Member],
    calendar: &Calendar,
    now: Timestamp,
) -> Vec<MarketRow> {
    let today = now.date_in(calendar.zone());
    let agents = members.iter().map(|member| &member.agent);
    let Some(start) = agents.map(|agent| stream_start(agent, today)).min() else {
        return Vec::new();
    };
    let (Ok(place), Ok(range)) = (options.place(), DateRange::try_new(start, today)) else {
        return Vec::new();
    };
    let lake = Lake::new(place.store.lake_dir);
    let Ok(panel) = build_panel(&lake, &panel_request(&members[0].agent, range), calendar) else {
        return Vec::new();
    };
    let rows: Vec<MarketRow> = panel.rows.into_iter().filter(|row| row.time <= now).collect();
    let is_near = rows.last().is_some_and(|row| {
        let gap = DateRange::try_new(calendar.session_day(row.time), today);
        let sessions = gap.ok().and_then(|gap| calendar.sessions(gap).ok());
        sessions.is_some_and(|sessions| sessions.len() <= GAP_SESSIONS)
    });
    if is_near { rows } else { Vec::new() }
}
