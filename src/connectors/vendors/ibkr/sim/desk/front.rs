//! The desk itself: who is connected, and who asks for what.

use std::collections::BTreeMap;

use super::super::message::ContractKey;
use super::super::message::{Reply, Request, WireOrder};
use super::book::Book;
use super::live::Streams;
use crate::base::Timestamp;
use crate::connectors::simulated::brokerage::{Brokerage, HouseEvent};

/// Number of a connection.
pub(crate) type Line = u64;

/// Which market data the account has paid for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum DataRights {
    /// As it happens.
    #[default]
    Live,
    /// Only late, and only for those who ask for it.
    Delayed,
    /// None: 354.
    None,
}

/// How the desk is set up.
#[derive(Debug, Clone)]
pub(crate) struct DeskOptions {
    /// The first one trades; the others are empty.
    pub accounts: Vec<String>,
    /// Whether the gateway takes no orders from programs.
    pub is_read_only: bool,
    /// Which data.
    pub rights: DataRights,
}

/// One connected program.
#[derive(Debug, Default)]
pub(super) struct Client {
    pub(super) id: i32,
    pub(super) is_started: bool,
    /// Whether changes of the account are told.
    pub(super) wants_account: bool,
    pub(super) wants_positions: bool,
    /// Requests for profit and loss, with the contract's number where it is that of one.
    pub(super) pnl: BTreeMap<i32, Option<i32>>,
    /// The last second in which they were told.
    pub(super) pnl_told: i64,
    /// 1 live, 3 delayed.
    pub(super) data_kind: i32,
    pub(super) streams: Streams,
}

/// An order that waits for another of its family to be transmitted.
#[derive(Debug, Clone)]
pub(super) struct Parked {
    pub(super) contract: ContractKey,
    pub(super) order: WireOrder,
}

/// The desk.
#[derive(Debug)]
pub(crate) struct Desk {
    pub(super) house: Brokerage,
    pub(super) options: DeskOptions,
    pub(super) clients: BTreeMap<Line, Client>,
    pub(super) book: Book,
    pub(super) parked: Vec<Parked>,
    /// The next valid order id of each client id.
    pub(super) next_ids: BTreeMap<i32, i32>,
    /// What is to be said, in order.
    pub(super) out: Vec<(Line, Reply)>,
    pub(super) is_link_down: bool,
    /// What happened while the link was down.
    pub(super) missed: Vec<HouseEvent>,
    /// What was asked for while the link was down.
    pub(super) unsent: Vec<(Line, Request)>,
    pub(super) is_competing: bool,
    /// Shares too many, for orders that have not traded yet.
    pub(super) over_fills: BTreeMap<(i32, i32), f64>,
    /// Symbols by their contract's number.
    pub(super) symbols: BTreeMap<i32, String>,
    pub(super) now: Timestamp,
}

impl Desk {
    pub(crate) fn new(house: Brokerage, options: DeskOptions) -> Self {
        Self {
            house,
            options,
            clients: BTreeMap::new(),
            book: Book::default(),
            parked: Vec::new(),
            next_ids: BTreeMap::new(),
            out: Vec::new(),
            is_link_down: false,
            missed: Vec::new(),
            unsent: Vec::new(),
            is_competing: false,
            over_fills: BTreeMap::new(),
            symbols: BTreeMap::new(),
            now: Timestamp::MIN,
        }
    }

    /// What is to be said, in order.
    pub(crate) fn take(&mut self) -> Vec<(Line, Reply)> {
        std::mem::take(&mut self.out)
    }

    pub(crate) fn house(&self) -> &Brokerage {
        &self.house
    }

    /// A program has connected and has said who it is. Returns whether its number is free.
    pub(crate) fn open(&mut self, line: Line, client_id: i32) -> bool {
        if self.clients.values().any(|client| client.id == client_id) {
            return false;
        }
        let client = Client { id: client_id, data_kind: 1, is_started: true, ..Client::default() };
        self.clients.insert(line, client);
        self.say(line, Reply::ManagedAccounts { accounts: self.options.accounts.clone() });
        self.say_next_id(line);
        for (code, farm) in [(2104, "Market data"), (2106, "HMDS data"), (2158, "Sec-def data")] {
            let farm_name = if code == 2104 { "usfarm" } else { "ushmds" };
            self.notice(line, code, &format!("{farm} farm connection is OK:{farm_name}"));
        }
        true
    }

    /// A connection is gone.
    pub(crate) fn close(&mut self, line: Line) {
        self.clients.remove(&line);
    }

    /// Carries out a request.
    pub(crate) fn handle(&mut self, now: Timestamp, line: Line, request: Request) {
        self.advance(now);
        if self.is_link_down && is_for_the_broker(&request) {
            self.unsent.push((line, request));
            return;
        }
        let request = match self.handle_account(line, request) {
            None => return,
            Some(request) => request,
        };
        let request = match self.handle_orders(line, request) {
            None => return,
            Some(request) => request,
        };
        self.handle_market(line, request);
    }

    /// Lets time pass.
    pub(crate) fn advance(&mut self, now: Timestamp) {
        self.now = self.now.max(now);
        let events = self.house.advance(self.now);
        if self.is_link_down {
            self.missed.extend(events);
        } else {
            self.tell(events);
        }
    }

    pub(super) fn say(&mut self, line: Line, reply: Reply) {
        self.out.push((line, reply));
    }

    pub(super) fn say_next_id(&mut self, line: Line) {
        let client_id = self.client_id(line);
        let order_id = self.next_ids.get(&client_id).copied().unwrap_or(1).max(1);
        self.say(line, Reply::NextValidId { order_id });
    }

    pub(super) fn client_id(&self, line: Line) -> i32 {
        self.clients.get(&line).map_or(-1, |client| client.id)
    }

    /// The number that a connection has given.
    pub(crate) fn client_of(&self, line: Line) -> i32 {
        self.client_id(line)
    }

    /// A time as the gateway writes it.
    pub(crate) fn stamp(&self, at: Timestamp) -> String {
        super::span::stamp(self.house.market(), at)
    }

    pub(super) fn client(&mut self, line: Line) -> Option<&mut Client> {
        self.clients.get_mut(&line)
    }

    /// An error of a request or an order.
    pub(super) fn error(&mut self, line: Line, id: i32, code: i32, text: &str) {
        let time = self.now.nanos() / 1_000_000;
        let (text, advanced_reject) = (text.to_owned(), String::new());
        self.say(line, Reply::Error { id, time, code, text, advanced_reject });
    }

    pub(crate) fn notice(&mut self, line: Line, code: i32, text: &str) {
        self.error(line, -1, code, text);
    }

    /// A notice to everybody.
    pub(crate) fn broadcast(&mut self, code: i32, text: &str) {
        for line in self.lines() {
            self.notice(line, code, text);
        }
    }

    pub(super) fn lines(&self) -> Vec<Line> {
        self.clients.keys().copied().collect()
    }

    /// The link to the broker breaks.
    pub(crate) fn lose_link(&mut self) {
        self.is_link_down = true;
        self.broadcast(1100, "Connectivity between IBKR and Trader Workstation has been lost.");
    }

    /// The link to the broker is back: what happened meanwhile is told now.
    pub(crate) fn restore_link(&mut self, keeps_data: bool) {
        self.is_link_down = false;
        if keeps_data {
            self.broadcast(
                1102,
                "Connectivity between IBKR and Trader Workstation has been restored - data maintained.",
            );
        } else {
            for client in self.clients.values_mut() {
                client.streams = Streams::default();
            }
            self.broadcast(
                1101,
                "Connectivity between IBKR and Trader Workstation has been restored - data lost.",
            );
        }
        let missed = std::mem::take(&mut self.missed);
        self.tell(missed);
        for (line, request) in std::mem::take(&mut self.unsent) {
            self.handle(self.now, line, request);
        }
    }

    /// All connections are gone and numbers have gone back.
    pub(crate) fn restart(&mut self, id_rollback: i32) {
        self.clients.clear();
        self.parked.clear();
        self.out.clear();
        self.unsent.clear();
        self.missed.clear();
        self.is_link_down = false;
        for next in self.next_ids.values_mut() {
            *next = (*next - id_rollback).max(1);
        }
    }
}

fn is_for_the_broker(request: &Request) -> bool {
    matches!(
        request,
        Request::PlaceOrder { .. }
            | Request::CancelOrder { .. }
            | Request::GlobalCancel
            | Request::HistoricalData { .. }
            | Request::MarketData { .. }
    )
}
