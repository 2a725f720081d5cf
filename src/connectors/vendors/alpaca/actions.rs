//! From the vendor's corporate actions and sessions to ours.

use jiff::civil::Time;

use super::wire::{Actions, CalendarDay};
use crate::base::{Date, DateRange, Timestamp};
use crate::dataset::Incoming;
use crate::domain::{Calendar, CalendarError, CorporateAction, CorporateActionKind};
use crate::ports::FetchRequest;

/// The actions of the symbol in the range, and notes on what cannot be told in numbers.
pub(super) fn read_actions(page: &Actions, request: &FetchRequest) -> Incoming {
    let is_own = |symbol: &str| symbol == request.symbol.as_str();
    let mut incoming = Incoming::default();
    let mut add = |ex_date: Date, kind| {
        if request.range.contains(ex_date) {
            incoming.actions.push(CorporateAction { ex_date, kind });
        }
    };
    for split in page.forward_splits.iter().chain(&page.reverse_splits) {
        if is_own(&split.symbol) {
            let ratio = split.new_rate / split.old_rate;
            add(split.ex_date, CorporateActionKind::Split { ratio });
        }
    }
    for payment in page.stock_dividends.iter().filter(|payment| is_own(&payment.symbol)) {
        if let Some(ex_date) = payment.ex_date {
            add(ex_date, CorporateActionKind::Split { ratio: 1.0 + payment.rate });
        }
    }
    for payment in page.cash_dividends.iter().filter(|payment| is_own(&payment.symbol)) {
        if let Some(ex_date) = payment.ex_date {
            add(ex_date, CorporateActionKind::Dividend { amount: payment.rate });
        }
    }
    incoming.actions.sort_by_key(|action| action.ex_date);
    incoming.notes = notes(page, request);
    incoming
}

fn notes(page: &Actions, request: &FetchRequest) -> Vec<String> {
    let own = request.symbol.as_str();
    let payments = page.stock_dividends.iter().chain(&page.cash_dividends);
    let undated = payments
        .filter(|payment| payment.symbol == own && payment.ex_date.is_none())
        .map(|payment| format!("a dividend of {} has no ex-date: left out", payment.rate));
    let spun = page.spin_offs.iter().filter(|spin| spin.source_symbol == own);
    let spun = spun.filter(|spin| request.range.contains(spin.ex_date)).map(|spin| {
        let (date, other) = (spin.ex_date, &spin.new_symbol);
        let (new, old) = (spin.new_rate, spin.source_rate);
        format!("{date}: {new} {other} for {old} {own} were spun off, worth unknown: left out")
    });
    undated.chain(spun).collect()
}

/// Where the vendor's sessions and ours disagree, one sentence each.
pub(super) fn compare_sessions(
    days: &[CalendarDay],
    range: DateRange,
    calendar: &Calendar,
) -> Result<Vec<String>, CalendarError> {
    let mut notes = Vec::new();
    let own = calendar.sessions(range)?;
    for session in &own {
        if !days.iter().any(|day| day.date == session.date) {
            notes.push(format!("alpaca has no session on {}", session.date));
        }
    }
    for day in days.iter().filter(|day| range.contains(day.date)) {
        let Some(session) = own.iter().find(|session| session.date == day.date) else {
            notes.push(format!("alpaca has a session on {} that we lack", day.date));
            continue;
        };
        let at = |text: &str| {
            let time: Time = text.parse().ok()?;
            let seconds = i32::from(time.hour()) * 3600 + i32::from(time.minute()) * 60;
            Some(Timestamp::from_civil(day.date, seconds, calendar.zone()))
        };
        if at(&day.open) != Some(session.open) || at(&day.close) != Some(session.close) {
            let (date, open, close) = (day.date, &day.open, &day.close);
            notes.push(format!(
                "alpaca trades from {open} to {close} on {date}, we think otherwise"
            ));
        }
    }
    Ok(notes)
}
