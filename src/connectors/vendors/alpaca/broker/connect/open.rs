//! Opening the account.

use std::sync::Arc;

use super::judge::{self, Fault};
use super::place::Place;
use crate::base::Interrupt;
use crate::config::AlpacaConnector;
use crate::connectors::vendors::alpaca::broker::reference::References;
use crate::connectors::vendors::alpaca::broker::rest::{Keys, Line, Loss};
use crate::connectors::vendors::alpaca::broker::socket::{
    DataTalk, Link, News, Talk, Timing, TradingTalk,
};
use crate::connectors::vendors::alpaca::broker::stream::{AlpacaStream, Feed};
use crate::connectors::vendors::alpaca::broker::venue::{AlpacaBroker, Patience};
use crate::ports::{OpenVenue, VenueRefusal, VenueWish};

/// How patient everything is.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(in super::super) struct Settings {
    pub(in super::super) timing: Timing,
    pub(in super::super) patience: Patience,
}

/// Opens an Alpaca account for trading.
///
/// Nothing is changed at the venue. Market data comes from all exchanges if the subscription has them, else
/// from IEX alone.
///
/// # Errors
/// [`VenueRefusal`] with every reason that was found.
pub fn connect(
    connector: &AlpacaConnector,
    wish: &VenueWish,
    interrupt: &Interrupt,
) -> Result<OpenVenue, VenueRefusal> {
    let (broker, stream, account) = open(connector, wish, interrupt, Settings::default())?;
    Ok(OpenVenue { broker: Box::new(broker), stream: Box::new(stream), account })
}

/// The same with another patience.
pub(in super::super) fn open(
    connector: &AlpacaConnector,
    wish: &VenueWish,
    interrupt: &Interrupt,
    settings: Settings,
) -> Result<(AlpacaBroker, AlpacaStream, String), VenueRefusal> {
    let place = Place::of(connector);
    let mut faults = judge::wish(wish, &place);
    let names = References::try_new(&wish.session);
    if names.is_none() {
        let name = &wish.session;
        faults.push(Fault::new(
            format!("`{name}` cannot be a part of order names"),
            "name the session with letters, digits, `-`, `_` and `.`, 80 at most",
        ));
    }
    let line = match line(connector, &place, interrupt) {
        Ok(line) => line,
        Err(more) => {
            faults.extend(more);
            return Err(refusal(&faults, false));
        }
    };
    let account = match check(&line, wish, &mut faults) {
        Ok(account) => account,
        Err(loss) => {
            faults.push(loss_fault(&loss, &place));
            return Err(refusal(&faults, !matches!(loss, Loss::Refused { .. })));
        }
    };
    let (true, Some(names)) = (faults.is_empty(), names) else {
        return Err(refusal(&faults, false));
    };
    let feed = feed(&line, wish).map_err(|fault| refusal(&[fault], false))?;
    let talk = TradingTalk::new(line.keys().clone());
    let updates = linked(&line, &place.updates_url(), talk, settings.timing)?;
    let talk = DataTalk::new(line.keys().clone(), wish.symbols.clone());
    let talk = if wish.quotes { talk.with_quotes() } else { talk };
    let market = linked(&line, &place.market_url(feed), talk, settings.timing)?;
    let broker = AlpacaBroker::new(Arc::clone(&line), updates, names, settings.patience);
    Ok((broker, AlpacaStream::new(line, market, feed, wish), account))
}

/// A line with keys.
pub(super) fn line(
    connector: &AlpacaConnector,
    place: &Place,
    interrupt: &Interrupt,
) -> Result<Arc<Line>, Vec<Fault>> {
    let keys = Keys::read(connector).map_err(|reasons| {
        reasons.into_iter().map(|reason| Fault::new(reason, "")).collect::<Vec<_>>()
    })?;
    let urls = (place.trading_url.as_str(), place.data_url.as_str());
    let line = Line::try_new(urls, keys, connector.limits, interrupt.clone());
    line.map(Arc::new).map_err(|reason| vec![Fault::new(reason, "")])
}

/// The account's number; what is wrong with it and the symbols becomes faults.
fn check(line: &Line, wish: &VenueWish, faults: &mut Vec<Fault>) -> Result<String, Loss> {
    let account = line.account()?;
    faults.extend(judge::account(&account, wish));
    line.venue_time()?;
    for symbol in &wish.symbols {
        match line.asset(symbol) {
            Ok(asset) => faults.extend(judge::asset(symbol, &asset)),
            Err(Loss::Refused { status: 404 | 422, .. }) => {
                let remedy = "leave it out of the universe";
                faults.push(Fault::new(format!("alpaca knows no `{symbol}`"), remedy));
            }
            Err(loss) => return Err(loss),
        }
    }
    Ok(account.account_number)
}

/// The best feed that the subscription has.
pub(super) fn feed(line: &Line, wish: &VenueWish) -> Result<Feed, Fault> {
    let mut reasons = Vec::new();
    for feed in [Feed::Sip, Feed::Iex] {
        match line.quotes(&wish.symbols, feed.name()) {
            Ok(_) => return Ok(feed),
            Err(loss) => reasons.push(format!("{}: {}", feed.name(), loss.text())),
        }
    }
    let remedy = "agree to the market data terms in Alpaca's dashboard";
    Err(Fault::new(format!("no market data: {}", reasons.join(", ")), remedy))
}

/// A link whose greeting is over.
pub(super) fn linked<T: Send + 'static>(
    line: &Line,
    url: &str,
    talk: impl Talk<Item = T>,
    timing: Timing,
) -> Result<Link<T>, VenueRefusal> {
    let mut link = Link::start(line, url.to_owned(), talk, timing);
    let started = line.seconds();
    let mut reason = format!("no greeting within {} s", timing.connect_s);
    while line.seconds() - started < timing.connect_s {
        match link.wait(line, timing.connect_s) {
            Some(News::Up) => return Ok(link),
            Some(News::Down(why)) => {
                // A second try costs little where the first one met an old connection of ours.
                reason = why;
            }
            Some(News::Item(_) | News::Note(_)) => {}
            None => break,
        }
    }
    let reason = line.keys().blot(&reason);
    Err(refusal(&[Fault::new(format!("{url} cannot be used: {reason}"), "")], true))
}

fn refusal(faults: &[Fault], is_unreachable: bool) -> VenueRefusal {
    VenueRefusal { reasons: faults.iter().map(Fault::reason).collect(), is_unreachable }
}

/// A request that came to nothing.
pub(super) fn loss_fault(loss: &Loss, place: &Place) -> Fault {
    let url = &place.trading_url;
    match loss {
        Loss::Refused { status: 401 | 403, message, .. } => Fault::new(
            format!("{url} refused the key: {message}"),
            "keys of paper and live accounts differ; make a new one in Alpaca's dashboard",
        ),
        loss => Fault::new(format!("{url} cannot be used: {}", loss.text()), "check the address"),
    }
}
