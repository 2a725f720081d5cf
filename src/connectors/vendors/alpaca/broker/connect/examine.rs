//! Looking at the account without trading on it.

use super::findings::Findings;
use super::judge::{self, Fault};
use super::open::{feed, line, linked, loss_fault};
use super::place::Place;
use crate::base::{Interrupt, now};
use crate::config::AlpacaConnector;
use crate::connectors::vendors::alpaca::broker::reference::References;
use crate::connectors::vendors::alpaca::broker::rest::{Line, Loss, day_range};
use crate::connectors::vendors::alpaca::broker::socket::{Timing, TradingTalk};
use crate::connectors::vendors::alpaca::broker::stream::Feed;
use crate::connectors::vendors::alpaca::broker::wire::Account;
use crate::domain::Calendar;
use crate::ports::{Finding, VenueWish};

/// Clocks may differ by so much.
const SKEW_MAX_S: f64 = 2.0;
/// Sessions are compared so many days to both sides.
const DAYS: i64 = 30;
/// Accounts below this must not trade within a day more than three times in five.
const DAY_TRADER_EQUITY: f64 = 25_000.0;

/// Looks at everything that trading needs; never stops at the first failure, and places nothing.
#[must_use]
pub fn examine(connector: &AlpacaConnector, wish: &VenueWish) -> Vec<Finding> {
    let place = Place::of(connector);
    let mut findings = Findings::default();
    let line = match line(connector, &place, &Interrupt::never()) {
        Ok(line) => line,
        Err(faults) => {
            faults.into_iter().for_each(|fault| findings.failed("connect", fault));
            return findings.done();
        }
    };
    let account = match line.account() {
        Ok(account) => account,
        Err(loss) => {
            findings.failed("connect", loss_fault(&loss, &place));
            return findings.done();
        }
    };
    connection(&mut findings, &line, &place);
    findings.passed("server_version", "trading API v2, market data API v2");
    let mut faults = judge::wish(wish, &place);
    faults.extend(judge::account(&account, wish));
    let number = &account.account_number;
    let kind = if account.is_paper() { "paper" } else { "live" };
    let cash = account.cash.0;
    findings.judged("account", faults, format!("{kind} account {number}, cash {cash:.2}"));
    permissions(&mut findings, &account);
    data(&mut findings, &line, wish);
    skew(&mut findings, &line);
    calendar(&mut findings, &line, wish);
    rules(&mut findings, &line, wish);
    orders(&mut findings, &line, wish);
    what_if(&mut findings, &line, wish, &account);
    findings.done()
}

fn connection(findings: &mut Findings, line: &Line, place: &Place) {
    let talk = TradingTalk::new(line.keys().clone());
    match linked(line, place.updates_url(), talk, Timing::default()) {
        Ok(_) => findings.passed("connect", format!("{} and its stream", place.trading_url)),
        Err(refusal) => {
            let remedy = "a proxy or firewall may hold websockets back";
            findings.failed("connect", Fault::new(refusal.to_string(), remedy));
        }
    }
}

fn permissions(findings: &mut Findings, account: &Account) {
    findings.judged("permissions", judge::permissions(account), "orders are allowed".to_owned());
    if !account.shorting_enabled {
        findings.warned("permissions", "shorts are not enabled", "hold long positions alone");
    }
    let equity = account.equity.map_or(f64::INFINITY, |equity| equity.0);
    if account.pattern_day_trader && equity < DAY_TRADER_EQUITY {
        findings.warned(
            "permissions",
            format!("the account is marked as a pattern day trader with equity of {equity:.2}"),
            format!("hold {DAY_TRADER_EQUITY} or positions overnight, else orders are refused"),
        );
    } else if let Some(count) = account.daytrade_count.filter(|c| *c >= 3 && equity < DAY_TRADER_EQUITY) {
        let detail = format!("{count} day trades within five days");
        findings.warned("permissions", detail, "the next one marks a pattern day trader");
    }
}

fn data(findings: &mut Findings, line: &Line, wish: &VenueWish) {
    match feed(line, wish) {
        Ok(Feed::Sip) => findings.passed("data_type", "real time, all exchanges (sip)"),
        Ok(Feed::Iex) => findings.warned(
            "data_type",
            "real time, one exchange (iex): a few percent of the volume",
            "subscribe to Alpaca's data of all exchanges",
        ),
        Err(fault) => findings.failed("data_type", fault),
    }
}

fn skew(findings: &mut Findings, line: &Line) {
    let before = now();
    let read = line.clock();
    let after = now();
    let failed = |text: String, remedy: &str| Fault::new(text, remedy);
    match read {
        Ok(theirs) => {
            let middle = i64::midpoint(before.nanos(), after.nanos());
            let skew_s = (theirs.nanos() - middle) as f64 / 1e9;
            if skew_s.abs() > SKEW_MAX_S {
                let text = format!("the clocks differ by {skew_s:.1} s, {SKEW_MAX_S} s at most");
                findings.failed("clock_skew", failed(text, "let a time service set this machine's clock"));
            } else {
                findings.passed("clock_skew", format!("{skew_s:.2} s"));
            }
        }
        Err(loss) => findings.failed("clock_skew", failed(loss.text(), "")),
    }
}

fn calendar(findings: &mut Findings, line: &Line, wish: &VenueWish) {
    let calendar = Calendar::new(wish.calendar);
    let today = line.venue_time().unwrap_or_else(|_| now()).date_in(calendar.zone());
    let (first, last) = day_range(today, DAYS);
    match line.days(first, last) {
        Ok(days) => {
            let differences = judge::sessions(&days, (first, last), &calendar);
            if differences.is_empty() {
                findings.passed("calendar", format!("{} sessions as ours", days.len()));
            } else {
                let text = differences.join("; ");
                findings.failed("calendar", Fault::new(text, "choose the right universe.calendar"));
            }
        }
        Err(loss) => findings.failed("calendar", Fault::new(loss.text(), "")),
    }
}

fn rules(findings: &mut Findings, line: &Line, wish: &VenueWish) {
    let mut good = Vec::new();
    for symbol in &wish.symbols {
        match line.asset(symbol) {
            Ok(asset) => {
                if let Some(fault) = judge::asset(symbol, &asset) {
                    findings.failed("market_rules", fault);
                    continue;
                }
                let parts = if asset.fractionable { "fractions" } else { "whole shares" };
                let short = match (asset.shortable, asset.easy_to_borrow) {
                    (true, true) => "short",
                    (true, false) => "hard to borrow",
                    (false, _) => "no shorts",
                };
                good.push(format!("{symbol}: {parts}, {short}"));
            }
            Err(loss) => {
                let text = format!("`{symbol}`: {}", loss.text());
                findings.failed("market_rules", Fault::new(text, "leave it out of the universe"));
            }
        }
    }
    if good.len() == wish.symbols.len() {
        findings.passed("market_rules", good.join("; "));
    }
}

fn orders(findings: &mut Findings, line: &Line, wish: &VenueWish) {
    let names = References::try_new(&wish.session);
    match line.orders(None) {
        Ok(orders) => {
            let is_own = |name: &str| names.as_ref().is_some_and(|n| n.read(name).is_some());
            let own = orders.iter().filter(|order| is_own(&order.client_order_id)).count();
            let foreign = orders.len() - own;
            let detail = format!("{own} of this session, {foreign} of others");
            if foreign == 0 {
                findings.passed("open_orders", detail);
            } else {
                let remedy = "they count as exposure and are never touched";
                findings.warned("open_orders", detail, remedy);
            }
        }
        Err(loss) => findings.failed("open_orders", Fault::new(loss.text(), "")),
    }
}

/// The venue has no trial order; a share at the latest price is held against the buying power.
fn what_if(findings: &mut Findings, line: &Line, wish: &VenueWish, account: &Account) {
    let Some(symbol) = wish.symbols.first() else { return };
    let outcome = (|| -> Result<(f64, f64), Loss> {
        let feed = feed(line, wish).map_err(|fault| Loss::NotSent(fault.text))?;
        let quotes = line.quotes(std::slice::from_ref(symbol), feed.name())?;
        let price = quotes.quotes.get(symbol.as_str()).map_or(0.0, |quote| quote.ask);
        let margin = line.asset(symbol)?.maintenance_margin_requirement;
        Ok((price, margin.map_or(100.0, |percent| percent.0)))
    })();
    let power = account.buying_power.map_or(0.0, |power| power.0);
    match outcome {
        Ok((price, _)) if price > power => {
            let text = format!("a share of {symbol} costs {price:.2}, the buying power is {power:.2}");
            findings.failed("what_if", Fault::new(text, "bring money to the account"));
        }
        Ok((price, percent)) => findings.passed(
            "what_if",
            format!("a share of {symbol} costs {price:.2} of a buying power of {power:.2}, margin {percent} %"),
        ),
        Err(loss) => findings.failed("what_if", Fault::new(loss.text(), "")),
    }
}

