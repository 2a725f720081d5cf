//! Asks the venue for everything, each question with a limit of time.

use std::time::Duration;

use ibapi::accounts::types::AccountGroup;
use ibapi::accounts::{AccountSummaryResult, PositionUpdate};
use ibapi::orders::{ExecutionFilter, Orders};
use ibapi::{Client, Error};
use tokio::time::sleep;

use super::super::link::{CallError, Haste, Shared, venue_now};
use super::super::orders::Doubt;
use super::{Answers, Learned, fold};
use crate::base::Timestamp;
use crate::domain::Calendar;

/// The longest wait for each answer.
const LIMIT: Duration = Duration::from_secs(10);
/// The reading of an answer ends this much earlier, so that the reason is known.
const READ: Duration = Duration::from_millis(9_500);
/// The account may change while it is looked at: so many looks are taken.
const LOOKS: u32 = 4;
/// News of the account are taken in within this.
const SETTLE: Duration = Duration::from_millis(5);
/// An order that was sent is listed within this.
const LISTED: Duration = Duration::from_secs(1);
/// Executions are kept by the broker for so many days.
const DAYS_MAX: i64 = 7;

/// What was found, or why not.
pub(in super::super) type Gathered = Result<Learned, CallError>;

/// The venue's truth. Asked for again while trades happen in between, and while an order that this
/// process sent is in no list: what was sent a moment ago may not be listed yet.
pub(in super::super) async fn gather(shared: &Shared, since: Timestamp) -> Gathered {
    let mut trouble = CallError::Unknown("the account did not hold still".to_owned());
    let mut unlisted = None;
    for _ in 0..LOOKS {
        let before = count(shared);
        let answers = ask(shared, since).await?;
        // News that came before the last answer are taken in by now.
        sleep(SETTLE).await;
        match look(shared, answers, before) {
            Look::Whole(learned) => return Ok(learned),
            Look::Moved => {}
            Look::Unlisted(learned) => {
                unlisted = Some(learned);
                sleep(LISTED).await;
            }
            Look::Doubt(doubt) => trouble = CallError::Unknown(doubt.0),
        }
    }
    unlisted.ok_or(trouble)
}

/// How a look at the account came out.
enum Look {
    Whole(Learned),
    /// Something traded meanwhile.
    Moved,
    /// An order is in no list.
    Unlisted(Learned),
    Doubt(Doubt),
}

fn look(shared: &Shared, answers: Answers, before: usize) -> Look {
    let (core, _) = shared.core();
    let tracker = &core.tracker;
    let learned = match fold(tracker, answers, &shared.wish.currency) {
        Ok(learned) => learned,
        Err(doubt) => return Look::Doubt(doubt),
    };
    if tracker.executions().len() != before {
        return Look::Moved;
    }
    match tracker.expected().all(|id| learned.lists(id)) {
        true => Look::Whole(learned),
        false => Look::Unlisted(learned),
    }
}

/// Every open order of the account, by whomever it was sent. None is bound to this client.
pub(in super::super) async fn open_rows(
    shared: &Shared,
    haste: Haste,
) -> Result<Vec<Orders>, CallError> {
    let ask =
        async |client: &Client| client.all_open_orders().await?.collect_to_end_within(READ).await;
    shared.call(haste, LIMIT, ask).await
}

async fn ask(shared: &Shared, since: Timestamp) -> Result<Answers, CallError> {
    let time = shared.call(Haste::InTurn, LIMIT, async |client| venue_now(client).await).await?;
    {
        let (mut core, at) = shared.core();
        core.clock.set(at, time);
    }
    let open = open_rows(shared, Haste::InTurn).await?;
    let completed = shared
        .call(Haste::InTurn, LIMIT, async |client| {
            client.completed_orders(false).await?.collect_to_end_within(READ).await
        })
        .await?;
    let filter = || ExecutionFilter {
        account_code: shared.account.clone(),
        last_n_days: days(since, time, &Calendar::new(shared.wish.calendar)),
        ..ExecutionFilter::default()
    };
    let executions = shared
        .call(Haste::InTurn, LIMIT, async |client| {
            client.executions(filter()).await?.collect_to_end_within(READ).await
        })
        .await?;
    let positions = shared.call(Haste::InTurn, LIMIT, positions).await?;
    let summary = shared
        .call(Haste::InTurn, LIMIT, async |client| summary(client, &shared.wish.currency).await)
        .await?;
    // Each of the last two is ended by a message of its own.
    shared.lane.admit(Haste::InTurn).await;
    shared.lane.admit(Haste::InTurn).await;
    Ok(Answers { time, open, completed, executions, positions, summary })
}

async fn positions(client: &Client) -> Result<Vec<ibapi::accounts::Position>, Error> {
    let mut answer = client.positions().await?;
    let is_end = |rows: &[PositionUpdate]| matches!(rows.last(), Some(PositionUpdate::PositionEnd));
    let mut rows = answer.collect_until(READ, is_end).await;
    if !matches!(rows.pop(), Some(PositionUpdate::PositionEnd)) {
        return Err(Error::Timeout);
    }
    let position = |row| match row {
        PositionUpdate::Position(position) => Some(position),
        PositionUpdate::PositionEnd => None,
    };
    Ok(rows.into_iter().filter_map(position).collect())
}

/// Cash of the ledger of one currency, and in total.
pub(super) async fn summary(
    client: &Client,
    currency: &str,
) -> Result<Vec<ibapi::accounts::AccountSummary>, Error> {
    let ledger = format!("$LEDGER:{currency}");
    let tags = ["TotalCashValue", ledger.as_str()];
    let mut answer = client.account_summary(&AccountGroup("All".to_owned()), &tags).await?;
    let is_end =
        |rows: &[AccountSummaryResult]| matches!(rows.last(), Some(AccountSummaryResult::End));
    let mut rows = answer.collect_until(READ, is_end).await;
    if !matches!(rows.pop(), Some(AccountSummaryResult::End)) {
        return Err(Error::Timeout);
    }
    let row = |row| match row {
        AccountSummaryResult::Summary(row) => Some(row),
        AccountSummaryResult::End => None,
    };
    Ok(rows.into_iter().filter_map(row).collect())
}

fn count(shared: &Shared) -> usize {
    shared.core().0.tracker.executions().len()
}

/// How many days of executions to ask for; 0 stands for today alone.
fn days(since: Timestamp, now: Timestamp, calendar: &Calendar) -> i32 {
    let (first, today) = (since.date_in(calendar.zone()), now.date_in(calendar.zone()));
    if since == Timestamp::MIN {
        return i32::try_from(DAYS_MAX).unwrap_or(7);
    }
    let days = i64::from((today - first).get_days());
    if days <= 0 { 0 } else { i32::try_from((days + 1).min(DAYS_MAX)).unwrap_or(7) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::CalendarName;

    // fault: reconnect, restart_next_day
    #[test]
    fn guard_a_gap_over_midnight_asks_for_more_than_today() {
        let calendar = Calendar::new(CalendarName::Xnys);
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let check = |since: &str, expected| {
            assert_eq!(days(at(since), at("2026-01-06T15:00:00Z"), &calendar), expected, "{since}");
        };
        check("2026-01-06T05:00:00Z", 0);
        check("2026-01-06T04:59:59Z", 2);
        check("2026-01-02T15:00:00Z", 5);
        check("2025-01-02T15:00:00Z", 7);
        check("2026-01-07T15:00:00Z", 0);
        assert_eq!(days(Timestamp::MIN, at("2026-01-06T15:00:00Z"), &calendar), 7);
    }
}
