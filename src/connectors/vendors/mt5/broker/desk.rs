//! The account as a broker: everything is asked for, nothing is told by itself.

use std::sync::{Arc, Mutex, PoisonError};

use serde::de::DeserializeOwned;
use serde_json::json;

use super::book::Book;
use super::names::Names;
use super::verdict::{Verdict, verdict};
use super::wire::{Account, Deal, Position, Quote};
use crate::base::{Stopwatch, Timestamp};
use crate::connectors::vendors::Notes;
use crate::connectors::vendors::http::{Ask, Posted, Reply, VendorClient, in_path};
use crate::domain::{OrderId, OrderKind, OrderRequest, Side, Symbol, TimeInForce};
use crate::ports::{
    Broker, BrokerAccount, BrokerError, BrokerEvent, BrokerSnapshot, CancelAll, RejectReason,
};
use crate::risk::Approved;

/// Deals are asked for so often while an order is out, and otherwise, seconds.
const BUSY_S: f64 = 0.5;
const IDLE_S: f64 = 10.0;
/// The bridge's times may be hours wrong: lists begin a day early and end two days late.
const DAY_NANOS: i64 = 86_400_000_000_000;
/// A lot that is worth this part more or less than a unit is another size.
const LOT_FRAC: f64 = 0.2;

/// The way to the bridge.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) base_url: String,
    pub(super) client: VendorClient,
    pub(super) watch: Stopwatch,
    pub(super) notes: Mutex<Notes>,
}

impl Line {
    /// Something for people, about something.
    fn note(&self, about: &str, text: &str) {
        let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        notes.say(about, text, self.watch.seconds());
    }

    /// What people were not told yet.
    pub(super) fn take_notes(&self) -> Vec<String> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner).take().collect()
    }

    /// Asks for something.
    pub(super) fn get<T: DeserializeOwned>(&self, ask: &Ask, expected: &str) -> Result<T, String> {
        match self.client.get_json(ask, expected) {
            Ok(Reply::Found(found)) => Ok(found),
            Ok(Reply::Denied(denied)) => Err(self.client.refused(ask, &denied).to_string()),
            Err(error) => Err(error.to_string()),
        }
    }

    pub(super) fn ask(&self, path: impl Into<String>) -> Ask {
        Ask::new(&self.base_url, path)
    }

    pub(super) fn account(&self) -> Result<Account, String> {
        self.get(&self.ask("/account"), "an account")
    }

    pub(super) fn quote(&self, symbol: &Symbol) -> Result<Quote, String> {
        let path = format!("/tick/{}", in_path(symbol.as_str()));
        self.get(&self.ask(path), "best prices (time_msc, bid, ask)")
    }

    pub(super) fn positions(&self) -> Result<Vec<Position>, String> {
        self.get(&self.ask("/positions"), "a list of positions")
    }

    fn deals(&self, from: Timestamp, now: Timestamp) -> Result<Vec<Deal>, String> {
        let second = |time: Timestamp, days: i64| {
            time.saturating_add_nanos(days * DAY_NANOS).nanos().max(DAY_NANOS) / 1_000_000_000
        };
        let ask = self.ask("/history/deals").query("start", second(from, -1));
        self.get(&ask.query("end", second(now, 2)), "a list of deals")
    }
}

/// A MetaTrader account behind the bridge.
#[derive(Debug)]
pub(super) struct Mt5Broker {
    line: Arc<Line>,
    names: Names,
    book: Book,
    symbols: Vec<Symbol>,
    events: Vec<BrokerEvent>,
    last: Option<OrderId>,
    asked_s: f64,
    since: Timestamp,
    is_up: bool,
    /// When the bridge fell silent, seconds of our clock.
    lost_s: f64,
}

impl Mt5Broker {
    pub(super) fn new(line: Arc<Line>, names: Names, symbols: Vec<Symbol>, now: Timestamp) -> Self {
        Self {
            asked_s: f64::NEG_INFINITY,
            line,
            names,
            book: Book::new(names),
            symbols,
            events: Vec::new(),
            last: None,
            since: now,
            is_up: true,
            lost_s: 0.0,
        }
    }

    /// The time of the newest price: the bridge has no clock.
    fn now(&self) -> Timestamp {
        let newest = self.symbols.iter().filter_map(|symbol| self.line.quote(symbol).ok());
        newest.map(|quote| time(quote.time_msc)).max().unwrap_or(self.since)
    }

    fn reject(&mut self, order_id: OrderId, reason: String) {
        let time = self.now();
        let reason = RejectReason::Venue(reason);
        self.events.push(BrokerEvent::Rejected { order_id, reason, time });
    }

    /// The bridge answers, or tells why not.
    fn link(&mut self, answer: Result<(), &str>) {
        if let Err(reason) = answer {
            let text = format!("the bridge does not tell of deals: {reason}");
            self.line.note(&text, &text);
        }
        let is_up = answer.is_ok();
        if self.is_up == is_up {
            return;
        }
        self.is_up = is_up;
        let (time, seconds) = (self.since, self.line.watch.seconds());
        if is_up {
            let away = seconds - self.lost_s;
            let text =
                format!("the bridge answers again after {away:.1} s; everything is compared");
            self.line.note("back", &text);
            self.events.push(BrokerEvent::LinkRestored { time });
        } else {
            self.lost_s = seconds;
            self.events.push(BrokerEvent::LinkLost { time });
        }
    }
}

impl Broker for Mt5Broker {
    fn submit(&mut self, order: Approved<OrderRequest>) -> Result<(), BrokerError> {
        let order = order.into_request();
        if let Some(last) = self.last.filter(|last| order.id <= *last) {
            return Err(BrokerError::OrderNumber { found: order.id, last });
        }
        self.last = Some(order.id);
        let is_market = order.kind == OrderKind::Market
            && matches!(
                order.time_in_force,
                TimeInForce::Bar | TimeInForce::Day | TimeInForce::Ioc
            );
        if !is_market {
            self.reject(order.id, "the bridge sends market orders alone".to_owned());
            return Ok(());
        }
        let body = json!({
            "symbol": order.symbol,
            "type": if order.side == Side::Buy { "BUY" } else { "SELL" },
            "volume": order.quantity,
            "comment": Names::comment(order.id),
            "magic": self.names.magic,
        });
        let at_s = self.line.watch.seconds();
        self.book.send(order.id, (order.symbol, order.side), order.quantity, at_s);
        self.asked_s = f64::NEG_INFINITY;
        let sent = self.line.client.post_once(&self.line.ask("/order"), &body);
        let unknown = |detail: String| Err(BrokerError::Unknown { detail });
        match sent {
            Ok(Posted::Answered { status: 200, .. }) => {
                let time = self.now();
                self.events.push(BrokerEvent::Accepted { order_id: order.id, time });
                Ok(())
            }
            Ok(Posted::Answered { status, text }) => match verdict(status, &text) {
                Verdict::Refused(reason) => {
                    self.book.refuse(order.id);
                    self.reject(order.id, reason);
                    Ok(())
                }
                Verdict::Unknown(detail) => unknown(detail),
            },
            Ok(Posted::Lost { reason }) => unknown(reason),
            Err(error) => unknown(error.to_string()),
        }
    }

    /// A market order cannot be canceled: it has traded, or never will.
    fn cancel(&mut self, order_id: OrderId) -> Result<(), BrokerError> {
        let time = self.now();
        self.events.push(BrokerEvent::CancelRefused { order_id, time });
        Ok(())
    }

    fn poll(&mut self) -> Result<Vec<BrokerEvent>, BrokerError> {
        let seconds = self.line.watch.seconds();
        let pause = if self.book.is_waiting() { BUSY_S } else { IDLE_S };
        if seconds - self.asked_s >= pause {
            self.asked_s = seconds;
            let now = self.now();
            match self.line.deals(self.since, now) {
                Ok(deals) => {
                    let news = self.book.hear(&deals);
                    self.link(Ok(()));
                    self.events.extend(news);
                    self.events.extend(self.book.settle(seconds, now));
                }
                Err(reason) => self.link(Err(&reason)),
            }
        }
        Ok(std::mem::take(&mut self.events))
    }

    fn snapshot(&mut self, since: Timestamp) -> Result<BrokerSnapshot, BrokerError> {
        let failed = |detail: String| BrokerError::NotSent { detail };
        let time = self.now();
        let read = || -> Result<_, String> {
            let deals = self.line.deals(since.min(self.since), time)?;
            let positions = self.line.positions()?;
            let account = self.line.account()?;
            check_lots(&positions, &self.symbols)?;
            Ok((deals, positions, account))
        };
        let (deals, held, account) = read().map_err(failed)?;
        let value: f64 = held.iter().map(|p| p.signed() * p.price_current).sum();
        let own = |symbol: &Symbol| -> f64 {
            let of_symbol = held.iter().filter(|p| p.symbol == symbol.as_str());
            of_symbol.map(Position::signed).sum()
        };
        let positions = self.symbols.iter().map(|symbol| (symbol.clone(), own(symbol)));
        let positions = positions.filter(|(_, quantity)| *quantity != 0.0).collect();
        let news = self.book.hear(&deals);
        self.events.extend(news);
        let executions = self.book.fills(&deals);
        Ok(BrokerSnapshot {
            time,
            account: BrokerAccount { cash: account.equity - value, positions },
            open_orders: self.book.open(),
            ended_orders: self.book.ended(&executions),
            executions,
        })
    }

    fn emergency(&self) -> Box<dyn CancelAll> {
        Box::new(NothingOpen)
    }
}

/// Market orders never rest.
struct NothingOpen;

impl CancelAll for NothingOpen {
    fn cancel_all(&self) -> Result<usize, BrokerError> {
        Ok(0)
    }
}

/// Refuses instruments whose lot is not one unit in the currency of the account.
pub(super) fn check_lots(held: &[Position], symbols: &[Symbol]) -> Result<(), String> {
    let own = held.iter().filter(|p| symbols.iter().any(|symbol| symbol.as_str() == p.symbol));
    for position in own {
        let moved = (position.price_current - position.price_open) * position.signed();
        if moved.abs() < 1.0 {
            continue;
        }
        let units = position.profit / moved;
        if (units - 1.0).abs() > LOT_FRAC {
            let symbol = &position.symbol;
            return Err(format!(
                "a lot of `{symbol}` must be one unit in the currency of the account, was {units:.4}"
            ));
        }
    }
    Ok(())
}

pub(super) const fn time(milliseconds: i64) -> Timestamp {
    Timestamp::from_nanos(milliseconds.saturating_mul(1_000_000))
}
