//! The requests that are made.

use reqwest::Method;
use serde_json::Value;

use super::client::{Base, Call, Line, Loss};
use crate::base::{Date, Timestamp};
use crate::connectors::vendors::alpaca::broker::wire::{
    Account, Activity, Asset, BarPage, Clock, Day, LatestQuotes, Position, WireOrder,
};
use crate::domain::Symbol;

/// The venue's largest page of orders, and ours of activities.
const ORDERS_MAX: usize = 500;
const ACTIVITIES_MAX: usize = 100;
const BARS_MAX: usize = 10_000;
/// No account has that many pages; a venue that never ends its list is not believed.
const PAGES_MAX: usize = 1000;

/// A page of bars that is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Page<'a> {
    pub(in super::super) symbols: &'a [Symbol],
    /// The venue's word for a timeframe.
    pub(in super::super) timeframe: &'a str,
    pub(in super::super) feed: &'a str,
    pub(in super::super) start: Timestamp,
    pub(in super::super) end: Timestamp,
    pub(in super::super) token: Option<&'a str>,
}

impl Call {
    fn new(method: Method, base: Base, path: impl Into<String>) -> Self {
        Self { method, base, path: path.into(), query: Vec::new(), body: None }
    }

    fn get(path: impl Into<String>) -> Self {
        Self::new(Method::GET, Base::Trading, path)
    }

    fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.query.push((name, value.to_string()));
        self
    }

    /// Sends an order.
    pub(in super::super) fn post_order(body: Value) -> Self {
        Self { body: Some(body), ..Self::new(Method::POST, Base::Trading, "/v2/orders") }
    }

    /// Cancels an order by the venue's number.
    pub(in super::super) fn delete_order(venue_id: &str) -> Self {
        Self::new(Method::DELETE, Base::Trading, format!("/v2/orders/{venue_id}"))
    }
}

impl Line {
    pub(in super::super) fn account(&self) -> Result<Account, Loss> {
        self.read(&Call::get("/v2/account"))
    }

    pub(in super::super) fn clock(&self) -> Result<Timestamp, Loss> {
        self.read(&Call::get("/v2/clock")).map(|clock: Clock| clock.timestamp)
    }

    pub(in super::super) fn positions(&self) -> Result<Vec<Position>, Loss> {
        self.read(&Call::get("/v2/positions"))
    }

    pub(in super::super) fn days(&self, start: Date, end: Date) -> Result<Vec<Day>, Loss> {
        self.read(&Call::get("/v2/calendar").with("start", start).with("end", end))
    }

    pub(in super::super) fn asset(&self, symbol: &Symbol) -> Result<Asset, Loss> {
        self.read(&Call::get(format!("/v2/assets/{symbol}")))
    }

    /// An order by our name of it.
    pub(in super::super) fn order_by_name(&self, name: &str) -> Result<WireOrder, Loss> {
        let call = Call::get("/v2/orders:by_client_order_id");
        self.read(&call.with("client_order_id", name).with("nested", true))
    }

    /// An order by the venue's number.
    pub(in super::super) fn order_by_id(&self, venue_id: &str) -> Result<WireOrder, Loss> {
        self.read(&Call::get(format!("/v2/orders/{venue_id}")).with("nested", true))
    }

    /// The same, asked once.
    pub(in super::super) fn glance_order(&self, venue_id: &str) -> Result<WireOrder, Loss> {
        self.glance(&Call::get(format!("/v2/orders/{venue_id}")).with("nested", true))
    }

    /// The first page of open orders, asked once.
    pub(in super::super) fn glance_open_orders(&self) -> Result<Vec<WireOrder>, Loss> {
        self.glance(&open_orders())
    }

    /// The first page of open orders, before everything else.
    pub(in super::super) fn orders_urgently(&self) -> Result<Vec<WireOrder>, Loss> {
        self.read_urgently(&open_orders())
    }

    /// The orders that are open, or all that were sent after a time, legs inside their orders.
    pub(in super::super) fn orders(&self, after: Option<Timestamp>) -> Result<Vec<WireOrder>, Loss> {
        let mut found: Vec<WireOrder> = Vec::new();
        let mut from = after;
        for _ in 0..PAGES_MAX {
            let call = Call::get("/v2/orders")
                .with("status", if after.is_some() { "all" } else { "open" })
                .with("limit", ORDERS_MAX)
                .with("direction", "asc")
                .with("nested", true);
            let call = match from {
                Some(from) => call.with("after", from),
                None => call,
            };
            let page: Vec<WireOrder> = self.read(&call)?;
            let is_last = page.len() < ORDERS_MAX;
            // The next page begins with the last instant of this one, which others may share.
            from = page.last().and_then(|order| order.submitted_at);
            from = from.map(|time| time.saturating_add_nanos(-1));
            let num_before = found.len();
            for order in page {
                if !found.iter().rev().take(ORDERS_MAX).any(|known| known.id == order.id) {
                    found.push(order);
                }
            }
            if is_last || found.len() == num_before || from.is_none() {
                return Ok(found);
            }
        }
        Err(Loss::Unknown("the list of orders does not end".to_owned()))
    }

    /// Every trade of the account after a time, oldest first.
    pub(in super::super) fn activities(&self, after: Timestamp) -> Result<Vec<Activity>, Loss> {
        let mut found: Vec<Activity> = Vec::new();
        for _ in 0..PAGES_MAX {
            let call = Call::get("/v2/account/activities/FILL")
                .with("after", after)
                .with("direction", "asc")
                .with("page_size", ACTIVITIES_MAX);
            let call = match found.last() {
                Some(last) => call.with("page_token", &last.id),
                None => call,
            };
            let page: Vec<Activity> = self.read(&call)?;
            let is_last = page.len() < ACTIVITIES_MAX;
            found.extend(page);
            if is_last {
                return Ok(found);
            }
        }
        Err(Loss::Unknown("the list of activities does not end".to_owned()))
    }

    /// A page of bars.
    pub(in super::super) fn bars(&self, page: &Page<'_>) -> Result<BarPage, Loss> {
        let names: Vec<&str> = page.symbols.iter().map(Symbol::as_str).collect();
        let call = Call::new(Method::GET, Base::Data, "/v2/stocks/bars")
            .with("symbols", names.join(","))
            .with("timeframe", page.timeframe)
            .with("start", page.start)
            .with("end", page.end)
            .with("feed", page.feed)
            .with("adjustment", "raw")
            .with("sort", "asc")
            .with("limit", BARS_MAX);
        self.read(&match page.token {
            Some(token) => call.with("page_token", token),
            None => call,
        })
    }

    /// The latest quotes of a feed.
    pub(in super::super) fn quotes(
        &self,
        symbols: &[Symbol],
        feed: &str,
    ) -> Result<LatestQuotes, Loss> {
        let names: Vec<&str> = symbols.iter().map(Symbol::as_str).collect();
        let call = Call::new(Method::GET, Base::Data, "/v2/stocks/quotes/latest");
        self.read(&call.with("symbols", names.join(",")).with("feed", feed))
    }
}

fn open_orders() -> Call {
    let call = Call::get("/v2/orders").with("status", "open").with("limit", ORDERS_MAX);
    call.with("nested", true)
}

/// The days around an instant, by the calendar of a zone.
pub(in super::super) fn day_range(date: Date, days: i64) -> (Date, Date) {
    use jiff::ToSpan;
    (date.saturating_sub(days.days()), date.saturating_add(days.days()))
}
