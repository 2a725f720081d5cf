//! What must be true of an account before it is traded on; no I/O.

use super::place::{LIVE_URL, Money, PAPER_URL, Place};
use crate::connectors::vendors::alpaca::broker::stream::is_streamable;
use crate::connectors::vendors::alpaca::broker::wire::{Account, Asset, Day};
use crate::base::Timestamp;
use crate::domain::{Calendar, Symbol};
use crate::ports::VenueWish;

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) text: String,
    pub(super) remedy: String,
}

impl Fault {
    pub(super) fn new(text: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { text: text.into(), remedy: remedy.into() }
    }

    /// One sentence.
    pub(super) fn reason(&self) -> String {
        if self.remedy.is_empty() {
            return self.text.clone();
        }
        format!("{} ({})", self.text, self.remedy)
    }
}

/// What can be said before anything is asked.
pub(super) fn wish(wish: &VenueWish, place: &Place) -> Vec<Fault> {
    let mut faults = Vec::new();
    let name = if wish.is_live { ("live", LIVE_URL) } else { ("paper", PAPER_URL) };
    let is_other = match place.money() {
        Money::Paper => wish.is_live,
        Money::Real => !wish.is_live,
        Money::Untold => false,
    };
    if is_other {
        let (text, url) = (&place.trading_url, name.1);
        faults.push(Fault::new(
            format!("a {} session was asked for, {text} is of the other kind", name.0),
            format!("set connectors.alpaca.trading_url to {url}"),
        ));
    }
    if wish.currency != "USD" {
        let found = &wish.currency;
        faults.push(Fault::new(format!("alpaca trades in USD, the session in {found}"), ""));
    }
    if !is_streamable(wish) {
        faults.push(Fault::new(
            format!("alpaca has bars of whole minutes, was asked for {}", wish.timeframe),
            "choose a timeframe of 1min or longer",
        ));
    }
    faults
}

/// What an account must be.
pub(super) fn account(account: &Account, wish: &VenueWish) -> Vec<Fault> {
    let mut faults = Vec::new();
    let number = &account.account_number;
    if let Some(wanted) = wish.account.as_ref().filter(|wanted| *wanted != number) {
        faults.push(Fault::new(
            format!("the key is of account {number}, the session wants {wanted}"),
            "use the key of that account",
        ));
    }
    if account.is_paper() == wish.is_live {
        let (found, wanted) =
            if wish.is_live { ("paper", "live") } else { ("live", "paper") };
        faults.push(Fault::new(
            format!("account {number} is a {found} account, a {wanted} session was asked for"),
            format!("use a key of a {wanted} account"),
        ));
    }
    if !account.currency.is_empty() && account.currency != wish.currency {
        let (found, wanted) = (&account.currency, &wish.currency);
        faults.push(Fault::new(format!("account {number} is in {found}, not {wanted}"), ""));
    }
    faults.extend(permissions(account));
    faults
}

/// Why orders would be refused.
pub(super) fn permissions(account: &Account) -> Vec<Fault> {
    let flags = [
        (account.status != "ACTIVE", format!("its status is {}", account.status)),
        (account.account_blocked, "it is blocked".to_owned()),
        (account.trading_blocked, "trading is blocked".to_owned()),
        (account.trade_suspended_by_user, "its owner has suspended trading".to_owned()),
    ];
    let number = &account.account_number;
    let wrong = flags.into_iter().filter(|(is_set, _)| *is_set);
    let fault = |(_, what): (bool, String)| {
        Fault::new(format!("account {number} cannot trade: {what}"), "see Alpaca's dashboard")
    };
    wrong.map(fault).collect()
}

/// Why a symbol cannot be traded.
pub(super) fn asset(symbol: &Symbol, asset: &Asset) -> Option<Fault> {
    let is_fine = asset.tradable && asset.status == "active";
    (!is_fine).then(|| {
        let (status, tradable) = (&asset.status, asset.tradable);
        let text = format!("`{symbol}` is {status} and tradable is {tradable}");
        Fault::new(text, "leave it out of the universe")
    })
}

/// Where the venue's sessions and ours differ.
pub(super) fn sessions(days: &[Day], (first, last): (crate::base::Date, crate::base::Date), calendar: &Calendar) -> Vec<String> {
    let mut differences = Vec::new();
    let mut date = first;
    while date <= last {
        let own = calendar.session(date).ok().flatten();
        let theirs = days.iter().find(|day| day.date == date);
        let at = |text: &str| {
            let time: jiff::civil::Time = text.parse().ok()?;
            let seconds = i32::from(time.hour()) * 3600 + i32::from(time.minute()) * 60;
            Some(Timestamp::from_civil(date, seconds, calendar.zone()))
        };
        match (own, theirs) {
            (None, None) => {}
            (Some(_), None) => differences.push(format!("alpaca has no session on {date}")),
            (None, Some(_)) => differences.push(format!("alpaca has a session on {date}, we have none")),
            (Some(own), Some(day)) => {
                if (at(&day.open), at(&day.close)) != (Some(own.open), Some(own.close)) {
                    let (open, close) = (&day.open, &day.close);
                    differences.push(format!("alpaca trades from {open} to {close} on {date}"));
                }
            }
        }
        date = date.saturating_add(jiff::ToSpan::days(1));
    }
    differences
}
