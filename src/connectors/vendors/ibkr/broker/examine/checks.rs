//! The checks: each tells what it found, and none stops the next.

use std::time::Duration;

use futures_util::StreamExt;
use ibapi::orders::Orders;
use ibapi::subscriptions::SubscriptionItem;
use tokio::time::timeout;

use super::super::connect::{account, is_read_only, read_only, runtime, wrong_account, wrong_wish};
use super::super::data::{Feed, Span, data_type};
use super::super::link::{Asker, Lane, Opened, open, venue_now};
use super::super::orders::{Found, References, WireIds, lookup, margin};
use super::super::values::Moment;
use super::{Report, differences};
use crate::base::now;
use crate::config::IbkrConnector;
use crate::domain::{Calendar, Symbol};
use crate::ports::{Finding, VenueWish};

/// A difference of clocks above this fails, seconds.
const SKEW_MAX_S: f64 = 2.0;
/// So long the broker may take to say what kind of market data it sends.
const VERDICT: Duration = Duration::from_secs(5);
/// The oldest server that the library speaks to.
const SERVER_MIN: i32 = 213;

/// Looks at a gateway and an account as the wish needs them. Nothing is placed.
#[must_use]
pub fn examine(connector: &IbkrConnector, wish: &VenueWish) -> Vec<Finding> {
    let mut report = Report::default();
    match runtime() {
        Ok(runtime) => {
            let findings = runtime.block_on(look(connector, wish));
            runtime.shutdown_background();
            findings
        }
        Err(reason) => {
            report.failed("connect", reason, "free some memory");
            report.finish("not connected")
        }
    }
}

async fn look(connector: &IbkrConnector, wish: &VenueWish) -> Vec<Finding> {
    let mut report = Report::default();
    let address = format!("{}:{}", connector.host, connector.port);
    let opened = match open(&address, connector.client_id).await {
        Ok(opened) => opened,
        Err(refusal) => {
            let remedy = "start TWS or IB Gateway, log in, enable its socket API";
            report.failed("connect", refusal.error.to_string(), remedy);
            return report.finish("not connected");
        }
    };
    report.passed("connect", format!("{address}, client id {}", connector.client_id));
    let version = opened.client.server_version();
    report.passed("server_version", format!("{version}, at least {SERVER_MIN} is needed"));
    let lane = Lane::to(&address);
    let asker = Asker { client: &opened.client, lane: &lane };
    let account = check_account(&mut report, connector, wish, &opened);
    let mut found = Vec::new();
    let mut missing = Vec::new();
    for symbol in &wish.symbols {
        match lookup(asker, symbol, &wish.currency).await {
            Ok(one) => found.push((symbol.clone(), one)),
            Err(reason) => missing.push(reason),
        }
    }
    check_data(&mut report, asker, wish, &found).await;
    check_clock(&mut report, asker).await;
    check_hours(&mut report, wish, &found);
    check_rules(&mut report, &found, &missing);
    check_orders(&mut report, asker, wish).await;
    let margin = match (account, found.first()) {
        (Some(account), Some((_, found))) => {
            Some(try_margin(asker, wish, &account, found, opened.next_id).await)
        }
        _ => None,
    };
    check_permissions(&mut report, read_only(asker).await, margin);
    report.finish("an earlier check failed")
}

fn check_account(
    report: &mut Report,
    connector: &IbkrConnector,
    wish: &VenueWish,
    opened: &Opened,
) -> Option<String> {
    let remedy = "name the account, and log the gateway in to it";
    match account(opened.client.handshake_managed_accounts(), wish) {
        Ok(account) => {
            let mut wrong = wrong_wish(connector.port, wish);
            wrong.extend(wrong_account(&account, wish.is_live));
            match wrong.is_empty() {
                true => report.passed("account", account.clone()),
                false => report.failed("account", wrong.join("; "), remedy),
            }
            Some(account)
        }
        Err(reason) => {
            report.failed("account", reason, remedy);
            None
        }
    }
}

async fn check_data(
    report: &mut Report,
    asker: Asker<'_>,
    wish: &VenueWish,
    found: &[(Symbol, Found)],
) {
    let kind = data_type(wish.delayed_data);
    let chosen = asker.ask(async |client| client.switch_market_data_type(kind).await).await;
    let symbols: Vec<Symbol> = found.iter().map(|(symbol, _)| symbol.clone()).collect();
    let calendar = Calendar::new(wish.calendar);
    let span = Span { calendar, timeframe: wish.timeframe, since: wish.history_since };
    let mut feed = Feed::new(span, &symbols, false, wish.delayed_data);
    for (symbol, found) in found.iter().filter(|_| chosen.is_ok()) {
        // Without an answer the kind stays unknown.
        let _ = timeout(VERDICT, listen(asker, symbol, found, &mut feed)).await;
    }
    let (late, is_complete) = feed.verdict();
    let remedy = "subscribe to the market data, or allow delayed data";
    match (late.is_empty(), is_complete) {
        (true, true) => report.passed("data_type", "live".to_owned()),
        (true, false) => {
            let detail =
                "the broker did not say for every symbol, as it may while the market is closed";
            report.warned("data_type", detail.to_owned(), "look again while the market is open");
        }
        (false, _) if wish.delayed_data => report.warned("data_type", late.join("; "), ""),
        (false, _) => report.failed("data_type", late.join("; "), remedy),
    }
}

/// Listens until the broker has said what kind of data it sends.
async fn listen(asker: Asker<'_>, symbol: &Symbol, found: &Found, feed: &mut Feed) {
    let contract = &found.instrument.contract;
    let ticks = asker.ask(async |client| client.market_data(contract).subscribe().await).await;
    let Ok(mut ticks) = ticks else { return };
    let now = Moment { time: now(), at: 0.0 };
    while !feed.is_judged(symbol) {
        match ticks.next().await {
            Some(Ok(SubscriptionItem::Data(tick))) => feed.tick(symbol, &tick, now),
            Some(Ok(SubscriptionItem::Notice(notice)) | Err(ibapi::Error::Notice(notice))) => {
                feed.notice(symbol, notice.code, &notice.message, now);
            }
            Some(Err(_)) | None => return,
        }
    }
}

async fn check_clock(report: &mut Report, asker: Asker<'_>) {
    match asker.ask(async |client| venue_now(client).await).await {
        Ok(time) => {
            #[expect(clippy::cast_precision_loss, reason = "differences of clocks are small")]
            let skew = (now().nanos() - time.nanos()) as f64 / 1e9;
            let detail = format!("{skew:+.3} s");
            match skew.abs() <= SKEW_MAX_S {
                true => report.passed("clock_skew", detail),
                false => report.failed(
                    "clock_skew",
                    detail,
                    "let this computer set its clock by the network",
                ),
            }
        }
        Err(error) => report.failed("clock_skew", error.to_string(), "restart the gateway"),
    }
}

fn check_hours(report: &mut Report, wish: &VenueWish, found: &[(Symbol, Found)]) {
    let calendar = Calendar::new(wish.calendar);
    let mut wrong = Vec::new();
    for (symbol, found) in found {
        let details = &found.details;
        let differ = differences(&details.liquid_hours, &details.time_zone_id, &calendar);
        wrong.extend(differ.into_iter().map(|difference| format!("{symbol} {difference}")));
    }
    match (wrong.is_empty(), found.is_empty()) {
        (_, true) => {}
        (true, _) => report.passed("calendar", format!("{:?} as the broker has it", wish.calendar)),
        (false, _) => {
            report.failed("calendar", wrong.join("; "), "choose the calendar of the exchange");
        }
    }
}

fn check_rules(report: &mut Report, found: &[(Symbol, Found)], missing: &[String]) {
    if !missing.is_empty() {
        let remedy = "trade symbols that the broker has as a stock in this currency";
        report.failed("market_rules", missing.join("; "), remedy);
        return;
    }
    let rule = |(symbol, found): &(Symbol, Found)| match found.rule {
        Some(rule) => format!("{symbol}: rule {rule}"),
        None => format!("{symbol}: steps of {}", found.details.min_tick),
    };
    report.passed("market_rules", found.iter().map(rule).collect::<Vec<_>>().join(", "));
}

async fn check_orders(report: &mut Report, asker: Asker<'_>, wish: &VenueWish) {
    let limit = Duration::from_secs(8);
    let ask = async |client: &ibapi::Client| {
        client.all_open_orders().await?.collect_to_end_within(limit).await
    };
    let rows = match asker.ask(ask).await {
        Ok(rows) => rows,
        Err(error) => {
            report.failed("open_orders", error.to_string(), "clear \"Read-Only API\"");
            return;
        }
    };
    let references = References::new(&wish.session);
    let orders = rows.iter().filter_map(|row| match row {
        Orders::OrderData(data) => Some(references.read(&data.order.order_ref).is_some()),
        Orders::OrderStatus(_) => None,
    });
    let (ours, foreign): (Vec<bool>, Vec<bool>) = orders.partition(|is_ours| *is_ours);
    let detail = format!("{} of this session, {} of others", ours.len(), foreign.len());
    match foreign.is_empty() {
        true => report.passed("open_orders", detail),
        false => {
            let remedy =
                "they count as exposure and are never touched; cancel them where they were sent";
            report.warned("open_orders", detail, remedy);
        }
    }
}

/// What the broker says of an order that is not placed.
async fn try_margin(
    asker: Asker<'_>,
    wish: &VenueWish,
    account: &str,
    found: &Found,
    next_id: i32,
) -> Result<String, String> {
    let mut ids = WireIds::open(&wish.memory_dir, account).map_err(|error| error.to_string())?;
    ids.offered(next_id);
    margin(asker, &found.instrument, account, &mut ids).await
}

fn check_permissions(
    report: &mut Report,
    read_only: Option<String>,
    margin: Option<Result<String, String>>,
) {
    let refused = margin.as_ref().and_then(|margin| margin.as_ref().err());
    let refused = refused.filter(|reason| is_read_only(reason)).cloned();
    match read_only.or(refused) {
        None => report.passed("permissions", "orders can be sent".to_owned()),
        Some(reason) => report.failed("permissions", reason, "clear \"Read-Only API\""),
    }
    match margin {
        Some(Ok(detail)) => report.passed("what_if", detail),
        Some(Err(reason)) => {
            report.failed("what_if", reason, "look up trading permissions of the account");
        }
        None => {}
    }
}
