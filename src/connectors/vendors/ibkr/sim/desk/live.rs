//! Market data as it happens.

use std::collections::BTreeMap;

use super::super::message::{ContractKey, LiveTick, Reply, Request};
use super::front::{DataRights, Desk, Line};
use super::history::{BarWish, trades_in};
use crate::base::Timestamp;
use crate::domain::{BookTop, Symbol};

const SECOND: i64 = 1_000_000_000;
/// Bars are told of every five seconds.
const BAR: i64 = 5;
/// The most that is told at once when time has leapt.
const MOST: i64 = 500;
const COMPETING: &str = "No market data during competing live session";

/// What a client wants to hear, by the number of its request.
#[derive(Debug, Default)]
pub(super) struct Streams {
    streams: BTreeMap<(Kind, i32), Stream>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Growing,
    Bars,
    Quotes,
    Ticks,
}

#[derive(Debug, Clone)]
struct Stream {
    what: What,
    /// The last second that was told of.
    told: i64,
}

#[derive(Debug, Clone)]
enum What {
    Growing(BarWish),
    Bars(Symbol, bool),
    /// With what was told last.
    Quotes {
        symbol: Symbol,
        is_delayed: bool,
        told: Option<BookTop>,
    },
    Ticks(Symbol, String),
}

impl Desk {
    pub(super) fn handle_market(&mut self, line: Line, request: Request) {
        let Some(request) = self.handle_history(line, request) else { return };
        match request {
            Request::ContractDetails { id, contract } => self.say_details(line, id, &contract),
            Request::MarketRule { rule } => self.say_rule(line, rule),
            Request::MarketDataType { kind } => {
                if let Some(client) = self.client(line) {
                    client.data_kind = kind;
                }
            }
            Request::MarketData { id, contract, snapshot, .. } => {
                self.start_quotes(line, id, &contract, snapshot);
            }
            Request::RealTimeBars { id, contract, what, .. } => {
                if let Some(symbol) = self.may_stream(line, id, &contract) {
                    self.start(line, (Kind::Bars, id), What::Bars(symbol, what == "TRADES"));
                }
            }
            Request::TickByTick { id, contract, kind, .. } => {
                if let Some(symbol) = self.may_stream(line, id, &contract) {
                    self.start(line, (Kind::Ticks, id), What::Ticks(symbol, kind));
                }
            }
            Request::CancelHistoricalData { id } => self.stop(line, (Kind::Growing, id)),
            Request::CancelRealTimeBars { id } => self.stop(line, (Kind::Bars, id)),
            Request::CancelMarketData { id } => self.stop(line, (Kind::Quotes, id)),
            Request::CancelTickByTick { id } => self.stop(line, (Kind::Ticks, id)),
            _ => {}
        }
    }

    /// Begins to tell of the bar that grows.
    pub(super) fn keep_up(&mut self, line: Line, id: i32, wish: BarWish) {
        self.start(line, (Kind::Growing, id), What::Growing(wish));
    }

    /// Tells everybody what there is to hear until now. About twenty times a second.
    pub(crate) fn tick(&mut self, now: Timestamp) {
        self.advance(now);
        let second = self.now.nanos().div_euclid(SECOND);
        for line in self.lines() {
            let Some(client) = self.client(line) else { continue };
            let streams: Vec<_> =
                client.streams.streams.iter().map(|(key, stream)| (*key, stream.clone())).collect();
            let pnl: Vec<_> = client.pnl.iter().map(|(id, con_id)| (*id, *con_id)).collect();
            if streams.is_empty() && pnl.is_empty() || self.is_link_down {
                continue;
            }
            for (key, stream) in streams {
                if !self.is_competing {
                    self.tell_stream(line, key.1, stream.clone(), second);
                }
                if let Some(client) = self.client(line) {
                    if let Some(found) = client.streams.streams.get_mut(&key) {
                        found.told = second;
                    }
                }
            }
            let Some(client) = self.client(line) else { continue };
            if second > client.pnl_told {
                client.pnl_told = second;
                for (id, con_id) in pnl {
                    self.say_pnl(line, id, con_id);
                }
            }
        }
    }

    /// Another session takes the market data, or gives it back.
    pub(crate) fn compete(&mut self, is_competing: bool) {
        self.is_competing = is_competing;
        if !is_competing {
            return;
        }
        for line in self.lines() {
            let Some(client) = self.client(line) else { continue };
            let ids: Vec<i32> = client.streams.streams.keys().map(|(_, id)| *id).collect();
            for id in ids {
                self.error(line, id, 10197, COMPETING);
            }
        }
    }

    fn tell_stream(&mut self, line: Line, id: i32, stream: Stream, second: i64) {
        let first = stream.told.max(second - MOST) + 1;
        match stream.what {
            What::Growing(wish) => {
                for at in (first..=second).filter(|at| at % BAR == 0) {
                    self.say_growing(line, id, &wish, at);
                }
            }
            What::Bars(symbol, is_trades) => {
                for at in (first..=second).filter(|at| at % BAR == 0) {
                    self.say_bar(line, id, (&symbol, is_trades), at);
                }
            }
            What::Quotes { symbol, is_delayed, told } if first <= second => {
                self.say_quotes(line, id, (&symbol, is_delayed), told);
            }
            What::Ticks(symbol, kind) if first <= second => {
                self.say_tick(line, id, &symbol, &kind, second);
            }
            What::Quotes { .. } | What::Ticks(..) => {}
        }
    }

    fn say_growing(&mut self, line: Line, id: i32, wish: &BarWish, second: i64) {
        let at = Timestamp::from_seconds(second);
        let market = self.house.market();
        let Some(session) = market.last_session(at.saturating_add_nanos(-1)) else { return };
        if at > session.close {
            return;
        }
        let (begin, _) = wish.size.around(market, &session, at);
        let Some(bar) = market.bar(&wish.symbol, begin, at) else { return };
        let bar = self.show_bar(wish, &session, &bar);
        self.say(line, Reply::HistoricalDataUpdate { id, bar });
    }

    fn say_bar(&mut self, line: Line, id: i32, (symbol, is_trades): (&Symbol, bool), second: i64) {
        let (open, end) = (Timestamp::from_seconds(second - BAR), Timestamp::from_seconds(second));
        let Some(bar) = self.house.market().bar(symbol, open, end) else { return };
        let reply = Reply::RealTimeBar {
            id,
            time: second - BAR,
            open: bar.open,
            high: bar.high,
            low: bar.low,
            close: bar.close,
            volume: if is_trades { bar.volume } else { -1.0 },
            average: if is_trades { bar.close } else { -1.0 },
            count: if is_trades { trades_in(bar.volume) } else { -1 },
        };
        self.say(line, reply);
    }

    fn start_quotes(&mut self, line: Line, id: i32, contract: &ContractKey, snapshot: bool) {
        let Some(symbol) = self.may_stream(line, id, contract) else { return };
        let wants_late = self.client(line).is_some_and(|client| client.data_kind >= 3);
        let is_delayed = self.options.rights == DataRights::Delayed;
        if is_delayed {
            if !wants_late {
                self.error(line, id, 354, "Requested market data is not subscribed.");
                return;
            }
            self.error(
                line,
                id,
                10167,
                "Requested market data is not subscribed. Displaying delayed market data.",
            );
        }
        self.say(line, Reply::MarketDataType { id, kind: if is_delayed { 3 } else { 1 } });
        self.say(
            line,
            Reply::TickReqParams {
                id,
                min_tick: 0.01,
                bbo_exchange: "9c0001".to_owned(),
                snapshot_permissions: 3,
            },
        );
        self.say_quotes(line, id, (&symbol, is_delayed), None);
        if snapshot {
            self.say(line, Reply::TickSnapshotEnd { id });
        } else {
            let what = What::Quotes { symbol, is_delayed, told: None };
            self.start(line, (Kind::Quotes, id), what);
        }
    }

    fn say_quotes(
        &mut self,
        line: Line,
        id: i32,
        (symbol, is_delayed): (&Symbol, bool),
        told: Option<BookTop>,
    ) {
        let market = self.house.market();
        let top = market.top(symbol, self.now);
        let last = market.last(symbol, self.now);
        let is_same = told.is_some_and(|told| {
            (told.bid, told.ask, told.bid_quantity) == (top.bid, top.ask, top.bid_quantity)
        });
        if is_same {
            return;
        }
        // Bid, ask and last, then their sizes.
        let fields = if is_delayed { [66, 67, 68, 69, 70, 71] } else { [1, 2, 4, 0, 3, 5] };
        let prices = [(top.bid, top.bid_quantity), (top.ask, top.ask_quantity), (last, 100.0)];
        for (index, (price, size)) in prices.into_iter().enumerate() {
            let [field, size_field] =
                [index, index + 3].map(|i| fields.get(i).copied().unwrap_or_default());
            self.say(line, Reply::TickPrice { id, field, price, size, attributes: 1 });
            self.say(line, Reply::TickSize { id, field: size_field, size });
        }
        let time = (self.now.nanos() / SECOND).to_string();
        let field = if is_delayed { 88 } else { 45 };
        self.say(line, Reply::TickString { id, field, value: time });
        if told.is_none() {
            self.say(line, Reply::TickGeneric { id, field: 49, value: 0.0 });
        }
        let found = self
            .client(line)
            .and_then(|client| client.streams.streams.get_mut(&(Kind::Quotes, id)));
        if let Some(Stream { what: What::Quotes { told, .. }, .. }) = found {
            *told = Some(top);
        }
    }

    fn say_tick(&mut self, line: Line, id: i32, symbol: &Symbol, kind: &str, second: i64) {
        let market = self.house.market();
        if !market.is_open(self.now) {
            return;
        }
        let top = market.top(symbol, self.now);
        let tick = match kind {
            "BidAsk" => LiveTick::Quote {
                bid: top.bid,
                ask: top.ask,
                bid_size: top.bid_quantity,
                ask_size: top.ask_quantity,
            },
            "MidPoint" => LiveTick::MidPoint { price: top.middle() },
            kind => LiveTick::Trade {
                all: kind == "AllLast",
                price: market.last(symbol, self.now),
                size: 100.0,
                exchange: "ARCA".to_owned(),
                conditions: String::new(),
            },
        };
        self.say(line, Reply::TickByTick { id, time: second, tick });
    }

    /// The symbol, if its market data may be told to this client.
    fn may_stream(&mut self, line: Line, id: i32, contract: &ContractKey) -> Option<Symbol> {
        let Some((symbol, _)) = self.resolve(contract) else {
            self.unknown_contract(line, id);
            return None;
        };
        if self.is_competing {
            self.error(line, id, 10197, COMPETING);
            return None;
        }
        if self.options.rights == DataRights::None {
            self.error(line, id, 354, "Requested market data is not subscribed.");
            return None;
        }
        Some(symbol)
    }

    fn start(&mut self, line: Line, key: (Kind, i32), what: What) {
        let told = self.now.nanos().div_euclid(SECOND);
        if let Some(client) = self.client(line) {
            client.streams.streams.insert(key, Stream { what, told });
        }
    }

    fn stop(&mut self, line: Line, key: (Kind, i32)) {
        if let Some(client) = self.client(line) {
            client.streams.streams.remove(&key);
        }
    }
}
