//! Opening the account, and looking at it before that.

use std::sync::{Arc, Mutex};

use super::desk::{Line, Mt5Broker, check_lots, time};
use super::names::Names;
use super::stream::Mt5Stream;
use super::wire::Account;
use crate::base::{Interrupt, Stopwatch, Timestamp};
use crate::config::Mt5Connector;
use crate::connectors::vendors::http::{VendorClient, Venue};
use crate::domain::Timeframe;
use crate::ports::{Finding, FindingOutcome, OpenVenue, VenueRefusal, VenueWish};

const USER_AGENT: &str = concat!("releat/", env!("CARGO_PKG_VERSION"));

/// Opens an account behind the bridge for trading; nothing is changed.
///
/// # Errors
/// [`VenueRefusal`] with every reason that was found.
pub fn connect(
    connector: &Mt5Connector,
    wish: &VenueWish,
    interrupt: &Interrupt,
) -> Result<OpenVenue, VenueRefusal> {
    let refusal =
        |reasons: Vec<String>, is_unreachable: bool| VenueRefusal { reasons, is_unreachable };
    let line = line(connector, interrupt).map_err(|reason| refusal(vec![reason], true))?;
    let account = line.account().map_err(|reason| refusal(vec![reason], true))?;
    let mut reasons = judge(&account, wish);
    let mut now = Timestamp::MIN;
    for symbol in &wish.symbols {
        match line.quote(symbol) {
            Ok(quote) => now = now.max(time(quote.time_msc)),
            Err(reason) => reasons.push(format!("no price of `{symbol}`: {reason}")),
        }
    }
    let lots = line.positions().and_then(|held| check_lots(&held, &wish.symbols));
    reasons.extend(lots.err());
    if !reasons.is_empty() {
        return Err(refusal(reasons, false));
    }
    let line = Arc::new(line);
    let names = Names::of(&wish.session);
    let broker = Mt5Broker::new(Arc::clone(&line), names, wish.symbols.clone(), now);
    Ok(OpenVenue {
        broker: Box::new(broker),
        stream: Box::new(Mt5Stream::new(line, wish, now)),
        account: account.login.to_string(),
    })
}

fn line(connector: &Mt5Connector, interrupt: &Interrupt) -> Result<Line, String> {
    let venue = Venue {
        name: "mt5",
        user_agent: USER_AGENT,
        limits: connector.limits,
        key_variables: Vec::new(),
    };
    let client = VendorClient::try_new(venue).map_err(|error| error.to_string())?;
    let base_url = connector.base_url.trim_end_matches('/').to_owned();
    let client = client.stopped_by(interrupt.clone());
    Ok(Line { base_url, client, watch: Stopwatch::start(), notes: Mutex::default() })
}

/// What an account must be.
fn judge(account: &Account, wish: &VenueWish) -> Vec<String> {
    let login = account.login.to_string();
    let is_demo = account.server.to_ascii_lowercase().contains("demo");
    let (found, wanted) = if is_demo { ("demo", "live") } else { ("live", "paper") };
    let checks = [
        (
            is_demo == wish.is_live,
            format!("`{}` is a {found} server, a {wanted} session was asked for", account.server),
        ),
        (
            wish.account.as_ref().is_some_and(|wanted| *wanted != login),
            format!("the terminal is logged in to account {login}, not the one of the session"),
        ),
        (
            account.currency != wish.currency,
            format!("account {login} is in {}, not {}", account.currency, wish.currency),
        ),
        (
            wish.timeframe.seconds().is_some_and(|s| s % 60 != 0)
                || wish.timeframe == Timeframe::Month,
            format!("the terminal has bars of whole minutes, was asked for {}", wish.timeframe),
        ),
    ];
    checks.into_iter().filter(|(is_wrong, _)| *is_wrong).map(|(_, text)| text).collect()
}

/// Looks at everything that trading needs; never stops at the first failure, and places nothing.
#[must_use]
pub fn examine(connector: &Mt5Connector, wish: &VenueWish) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut add = |check: &'static str, outcome: FindingOutcome, detail: String, remedy: &str| {
        findings.push(Finding { check, outcome, detail, remedy: remedy.to_owned() });
    };
    let found = line(connector, &Interrupt::never()).and_then(|line| Ok((line.account()?, line)));
    let (account, line) = match found {
        Ok(found) => found,
        Err(reason) => {
            add("connect", FindingOutcome::Failed, reason, "start the terminal and the bridge");
            for check in ["account", "data_type", "market_rules", "open_orders"] {
                let detail = "an earlier check failed".to_owned();
                add(check, FindingOutcome::Skipped, detail, "");
            }
            return findings;
        }
    };
    add("connect", FindingOutcome::Passed, connector.base_url.clone(), "");
    let reasons = judge(&account, wish);
    let (login, equity) = (account.login, account.equity);
    match reasons.is_empty() {
        true => add("account", FindingOutcome::Passed, format!("{login}, equity {equity:.2}"), ""),
        false => {
            add("account", FindingOutcome::Failed, reasons.join("; "), "log in to another account");
        }
    }
    let prices: Result<Vec<_>, _> = wish.symbols.iter().map(|symbol| line.quote(symbol)).collect();
    match prices {
        Ok(_) => {
            add("data_type", FindingOutcome::Passed, "as the terminal shows it".to_owned(), "");
        }
        Err(reason) => {
            add("data_type", FindingOutcome::Failed, reason, "show the symbol in the terminal");
        }
    }
    match line.positions().and_then(|held| check_lots(&held, &wish.symbols)) {
        Ok(()) => add(
            "market_rules",
            FindingOutcome::Warned,
            "the bridge tells no contract sizes".to_owned(),
            "trade only what has one unit in a lot",
        ),
        Err(reason) => add("market_rules", FindingOutcome::Failed, reason, "trade other symbols"),
    }
    let detail = "the bridge has no clock, and lists no resting orders".to_owned();
    add("open_orders", FindingOutcome::Warned, detail, "keep no resting orders on the account");
    findings
}
