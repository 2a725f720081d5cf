//! Opens an account: everything that speaks against it is found before anything is traded.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use ibapi::Error;
use tokio::runtime::Runtime;
use tokio::time::sleep;

use super::super::failure::Refusal;
use super::super::request::bar_size;
use super::IbkrBroker;
use super::data::{Feed, IbkrStream, Span};
use super::known::Core;
use super::link::{Asker, Lane, Nightly, Opened, Owner, Place, Shared, keep, open};
use super::orders::{Found, References, Tracker, WireIds, lookup, margin};
use crate::base::{Interrupt, Stopwatch};
use crate::config::IbkrConnector;
use crate::domain::{Calendar, Symbol, Timeframe};
use crate::ports::{OpenVenue, RemoteError, VenueRefusal, VenueWish};

/// So long the broker may take to say what kind of market data it sends, seconds.
const VERDICT_S: f64 = 5.0;
const CLOSE: Duration = Duration::from_millis(500);
/// The socket of a process that has just ended may linger: so often a client id that is in use is
/// tried again.
const LINGERS: u32 = 3;
const LINGER: Duration = Duration::from_millis(500);
const LOOK: Duration = Duration::from_millis(50);
/// Bars that grow are at least this long, seconds.
const SHORTEST_S: u32 = 5;

/// Opens the account of the wish.
///
/// # Errors
/// [`VenueRefusal`] with every reason that was found: no gateway, the wrong account, an API that
/// only reads, unknown symbols, market data that comes late.
pub fn connect(
    connector: &IbkrConnector,
    wish: &VenueWish,
    interrupt: &Interrupt,
) -> Result<OpenVenue, VenueRefusal> {
    let owner = owner(connector, wish, interrupt)?;
    Ok(OpenVenue {
        account: owner.shared.account.clone(),
        broker: Box::new(IbkrBroker::new(Arc::clone(&owner))),
        stream: Box::new(IbkrStream::new(owner)),
    })
}

/// The connection of an account on which everything was found to be well.
pub(super) fn owner(
    connector: &IbkrConnector,
    wish: &VenueWish,
    interrupt: &Interrupt,
) -> Result<Arc<Owner>, VenueRefusal> {
    let runtime = runtime().map_err(|reason| unreachable_because(vec![reason]))?;
    let started = runtime.block_on(async {
        tokio::select! {
            started = start(connector, wish) => started,
            () = stopped(interrupt) => Err(unreachable_because(vec!["stopped while connecting".to_owned()])),
        }
    });
    let shared = match started {
        Ok(shared) => shared,
        Err(refusal) => {
            // A name that nobody resolves does not hold the end of the program up.
            runtime.shutdown_timeout(CLOSE);
            return Err(refusal);
        }
    };
    let owner = Arc::new(Owner::new(runtime, shared));
    let reasons = owner.wait(late_data(&owner.shared, interrupt)).unwrap_or_default();
    if !reasons.is_empty() {
        return Err(VenueRefusal { reasons, is_unreachable: false });
    }
    Ok(owner)
}

/// Connects, looks everything up, and begins to keep the connection.
async fn start(connector: &IbkrConnector, wish: &VenueWish) -> Result<Arc<Shared>, VenueRefusal> {
    let address = format!("{}:{}", connector.host, connector.port);
    let mut reasons = wrong_wish(connector.port, wish);
    let opened = match open_lingering(&address, connector.client_id).await {
        Ok(opened) => opened,
        Err(refusal) => return Err(refused(&refusal, reasons)),
    };
    let account = match account(opened.client.handshake_managed_accounts(), wish) {
        Ok(account) => account,
        Err(reason) => {
            reasons.push(reason);
            return Err(VenueRefusal { reasons, is_unreachable: false });
        }
    };
    let lane = Lane::to(&address);
    let asker = Asker { client: &opened.client, lane: &lane };
    reasons.extend(wrong_account(&account, wish.is_live));
    reasons.extend(read_only(asker).await);
    let mut found = Vec::new();
    for symbol in &wish.symbols {
        match lookup(asker, symbol, &wish.currency).await {
            Ok(one) => found.push((symbol.clone(), one)),
            Err(reason) => reasons.push(reason),
        }
    }
    let mut ids = WireIds::open(&wish.memory_dir, &account);
    match (&mut ids, found.first()) {
        (Err(error), _) => reasons.push(error.to_string()),
        (Ok(ids), Some((_, one))) => {
            ids.offered(opened.next_id);
            let tried = margin(asker, &one.instrument, &account, ids).await;
            reasons.extend(
                tried.err().filter(|reason| is_read_only(reason)).map(|reason| only_reads(&reason)),
            );
        }
        (Ok(_), None) => {}
    }
    match ids {
        Ok(ids) if reasons.is_empty() => {
            let core = core(connector, wish, &account, &found);
            let instruments =
                found.into_iter().map(|(symbol, found)| (symbol, found.instrument)).collect();
            let (wish, client_id) = (wish.clone(), connector.client_id);
            let kill_cancels = connector.kill_cancels;
            let place = Place { wish, account, address, client_id, kill_cancels, instruments };
            let shared = Arc::new(Shared::new(place, ids, core, lane));
            begin(&shared, opened);
            Ok(shared)
        }
        _ => Err(VenueRefusal { reasons, is_unreachable: false }),
    }
}

/// Connects; waits a moment for a client id that is in use.
async fn open_lingering(address: &str, client_id: i32) -> Result<Opened, Refusal> {
    for _ in 0..LINGERS {
        match open(address, client_id).await {
            Err(Refusal { error: RemoteError::Refused { status: 326, .. }, .. }) => {
                sleep(LINGER).await;
            }
            opened => return opened,
        }
    }
    open(address, client_id).await
}

/// Lets the connection be kept from now on.
fn begin(shared: &Arc<Shared>, opened: Opened) {
    // It ends with the runtime, which the owner ends.
    drop(tokio::spawn(keep(Arc::clone(shared), opened)));
}

fn core(
    connector: &IbkrConnector,
    wish: &VenueWish,
    account: &str,
    found: &[(Symbol, Found)],
) -> Core {
    let calendar = Calendar::new(wish.calendar);
    let by_id =
        |(symbol, found): &(Symbol, Found)| (found.instrument.contract.contract_id, symbol.clone());
    let symbols: BTreeMap<i32, Symbol> = found.iter().map(by_id).collect();
    let references = References::new(&wish.session);
    let tracker = Tracker::new(references, account, &wish.currency, connector.client_id, symbols);
    let tracker = tracker.in_zone(calendar.zone().clone());
    let nightly = connector.restart_at.clone().map(|at| Nightly::new(at, calendar.zone()));
    let span = Span { calendar, timeframe: wish.timeframe, since: wish.history_since };
    let feed = Feed::new(span, &wish.symbols, wish.quotes, wish.delayed_data);
    Core::new(tracker, feed).with_nightly(nightly)
}

/// What can be said against a wish without a gateway.
pub(super) fn wrong_wish(port: u16, wish: &VenueWish) -> Vec<String> {
    let mut reasons = Vec::new();
    let of_port = match port {
        4001 | 7496 => Some(true),
        4002 | 7497 => Some(false),
        _ => None,
    };
    if of_port.is_some_and(|is_live| is_live != wish.is_live) {
        reasons.push(format!(
            "port {port} is that of {} trading, and {} trading is asked for; set connectors.ibkr.port (paper: 4002 \
             or 7497, live: 4001 or 7496)",
            kind(!wish.is_live),
            kind(wish.is_live),
        ));
    }
    let is_short = matches!(wish.timeframe, Timeframe::Seconds(..SHORTEST_S));
    if is_short || bar_size(wish.timeframe).is_none() {
        reasons.push(format!(
            "the broker sends no live bars of {}; it has 5s, 10s, 15s, 30s, 1min, 2min, 3min, 5min, 10min, 15min, \
             20min, 30min, 1h, 2h, 3h, 4h, 8h, 1d, 1w and 1mo",
            wish.timeframe
        ));
    }
    if wish.symbols.is_empty() {
        reasons.push("no symbol is asked for".to_owned());
    }
    reasons
}

/// The account of the wish, or the only one there is.
pub(super) fn account(accounts: &[String], wish: &VenueWish) -> Result<String, String> {
    match (&wish.account, accounts) {
        (Some(wanted), _) if accounts.contains(wanted) => Ok(wanted.clone()),
        (Some(wanted), _) => {
            Err(format!("the gateway has no account {wanted}, it has {}", accounts.join(", ")))
        }
        (None, [only]) => Ok(only.clone()),
        (None, _) => Err(format!(
            "the gateway has several accounts, one must be named: {}",
            accounts.join(", ")
        )),
    }
}

/// Whether an account is of the other kind: those that begin with DU or DF are for paper.
///
/// # Source
/// IBKR, "Paper Trading Account": numbers of demo and simulated accounts.
pub(super) fn wrong_account(account: &str, is_live: bool) -> Option<String> {
    let is_paper = account.starts_with("DU") || account.starts_with("DF");
    (is_paper == is_live).then(|| {
        format!(
            "account {account} is one of {} trading, and {} trading is asked for; log the gateway in to the other \
             account",
            kind(!is_live),
            kind(is_live)
        )
    })
}

const fn kind(is_live: bool) -> &'static str {
    if is_live { "live" } else { "paper" }
}

/// Whether the API only reads: then it does not tell of orders either.
pub(super) async fn read_only(asker: Asker<'_>) -> Option<String> {
    let limit = Duration::from_secs(8);
    let ask = async |client: &ibapi::Client| {
        client.all_open_orders().await?.collect_to_end_within(limit).await
    };
    match asker.ask(ask).await {
        Ok(_) => None,
        Err(Error::Notice(notice)) if notice.code == 321 => {
            Some(only_reads(&format!("{} {}", notice.code, notice.message)))
        }
        Err(error) => Some(format!("the gateway does not tell of the open orders: {error}")),
    }
}

/// Whether the broker refuses orders because the API only reads.
pub(super) fn is_read_only(reason: &str) -> bool {
    reason.contains("Read-Only") || reason.contains("read-only")
}

fn only_reads(said: &str) -> String {
    format!(
        "the API only reads ({said}); clear \"Read-Only API\" in the API settings of TWS or IB Gateway"
    )
}

/// Waits until the broker has said what kind of market data it sends; why it cannot be used.
async fn late_data(shared: &Shared, interrupt: &Interrupt) -> Vec<String> {
    let waited = Stopwatch::start();
    while waited.seconds() < VERDICT_S && interrupt.stop_requested().is_none() {
        let (refused, is_complete) = shared.core().0.feed.verdict();
        if is_complete
            || (!shared.wish.delayed_data && !refused.is_empty() && waited.seconds() > 1.0)
        {
            break;
        }
        sleep(LOOK).await;
    }
    let (refused, _) = shared.core().0.feed.verdict();
    if shared.wish.delayed_data {
        return Vec::new();
    }
    let remedy = "the market data is not live; subscribe to it, or allow delayed data";
    refused.into_iter().map(|said| format!("{said}: {remedy}")).collect()
}

async fn stopped(interrupt: &Interrupt) {
    while interrupt.stop_requested().is_none() {
        sleep(LOOK).await;
    }
}

/// One thread does the waiting for all.
pub(super) fn runtime() -> Result<Runtime, String> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .thread_name("ibkr-broker")
        .enable_all()
        .build()
        .map_err(|error| format!("no thread for the connection: {error}"))
}

fn refused(refusal: &Refusal, mut reasons: Vec<String>) -> VenueRefusal {
    let is_unreachable = matches!(refusal.error, RemoteError::Unavailable { .. });
    reasons.push(refusal.error.to_string());
    VenueRefusal { reasons, is_unreachable }
}

const fn unreachable_because(reasons: Vec<String>) -> VenueRefusal {
    VenueRefusal { reasons, is_unreachable: true }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Timestamp;
    use crate::domain::CalendarName;

    fn wish(is_live: bool, timeframe: &str) -> VenueWish {
        VenueWish {
            session: "s".to_owned(),
            account: None,
            is_live,
            symbols: vec!["SPY".parse().unwrap()],
            timeframe: timeframe.parse().unwrap(),
            calendar: CalendarName::Xnys,
            currency: "USD".to_owned(),
            history_since: Timestamp::MIN,
            quotes: true,
            delayed_data: false,
            memory_dir: "unused".into(),
        }
    }

    // fault: wrong_account
    #[test]
    fn guard_port_and_account_must_agree_with_the_wish() {
        for (port, is_live, is_wrong) in [
            (4001, true, false),
            (7496, false, true),
            (4002, false, false),
            (7497, true, true),
            (40_123, true, false),
            (40_123, false, false),
        ] {
            assert_eq!(!wrong_wish(port, &wish(is_live, "1min")).is_empty(), is_wrong, "{port}");
        }
        for (account, is_live, is_wrong) in [
            ("DU1", false, false),
            ("DF1", false, false),
            ("U1", true, false),
            ("U1", false, true),
            ("DU1", true, true),
        ] {
            assert_eq!(wrong_account(account, is_live).is_some(), is_wrong, "{account} {is_live}");
        }
    }

    // fault: wrong_account
    #[test]
    fn guard_the_configured_account_must_be_there() {
        let accounts = ["DU1".to_owned(), "DU2".to_owned()];
        let named = VenueWish { account: Some("DU2".to_owned()), ..wish(false, "1min") };
        assert_eq!(account(&accounts, &named), Ok("DU2".to_owned()));
        let missing = VenueWish { account: Some("DU3".to_owned()), ..wish(false, "1min") };
        assert!(account(&accounts, &missing).unwrap_err().contains("DU1, DU2"));
        assert!(account(&accounts, &wish(false, "1min")).is_err());
        assert_eq!(account(&accounts[..1], &wish(false, "1min")), Ok("DU1".to_owned()));
    }

    #[test]
    fn timeframes_that_do_not_grow_are_refused() {
        for (timeframe, is_wrong) in [("1s", true), ("5s", false), ("1d", false), ("7min", true)] {
            assert_eq!(!wrong_wish(1, &wish(false, timeframe)).is_empty(), is_wrong, "{timeframe}");
        }
    }
}
