//! Subscriptions of market data, asked for again whenever they end.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use ibapi::contracts::Contract;
use ibapi::market_data::historical::{Duration as Reach, HistoricalBarUpdate, WhatToShow};
use ibapi::market_data::realtime::TickTypes;
use ibapi::market_data::{MarketDataType, TradingHours};
use ibapi::subscriptions::{Subscription, SubscriptionItem};
use ibapi::{Client, Error};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::super::super::request::bar_size;
use super::super::link::{Haste, Shared};
use super::super::orders::Instrument;
use super::Cause;
use crate::base::{Stopwatch, Timestamp};
use crate::domain::{Symbol, Timeframe};

/// The first pause before a subscription is asked for again, seconds: the same request within 15 s
/// breaks the broker's rules.
const PAUSE_S: f64 = 16.0;
/// The longest, seconds.
const PAUSE_MAX_S: f64 = 60.0;
/// The first bars must come within this, seconds.
const FIRST_S: f64 = 60.0;
const DAY_NANOS: i64 = 86_400_000_000_000;
/// Above so many days the broker wants years.
const DAYS_MAX: i64 = 365;

/// Bars and best prices of every symbol, for as long as the connection lives. Returns only to say
/// why it is over.
pub(in super::super) async fn subscribe_all(shared: Arc<Shared>, client: Arc<Client>) -> String {
    shared.lane.admit(Haste::InTurn).await;
    let kind = data_type(shared.wish.delayed_data);
    if let Err(error) = client.switch_market_data_type(kind).await {
        return format!("the kind of market data cannot be chosen: {error}");
    }
    loop {
        let mut tasks = JoinSet::new();
        for (symbol, instrument) in &shared.instruments {
            let one = One {
                shared: Arc::clone(&shared),
                client: Arc::clone(&client),
                symbol: symbol.clone(),
                contract: contract_of(instrument),
            };
            tasks.spawn(follow(one.clone(), Kind::Bars));
            tasks.spawn(follow(one, Kind::Quotes));
        }
        shared.resubscribe.notified().await;
        tasks.shutdown().await;
    }
}

/// One symbol on one connection.
#[derive(Clone)]
struct One {
    shared: Arc<Shared>,
    client: Arc<Client>,
    symbol: Symbol,
    contract: Contract,
}

#[derive(Clone, Copy)]
enum Kind {
    Bars,
    Quotes,
}

/// Asks for data again whenever it ends.
async fn follow(one: One, kind: Kind) {
    let mut pause = PAUSE_S;
    loop {
        let watch = Stopwatch::start();
        let ended = match kind {
            Kind::Bars => one.bars().await,
            Kind::Quotes => one.quotes().await,
        };
        if !one.client.is_connected() {
            return;
        }
        if let Err(error) = ended {
            one.report(kind, &error);
        }
        if watch.seconds() > PAUSE_MAX_S {
            pause = PAUSE_S;
        }
        sleep(Duration::from_secs_f64(pause)).await;
        pause = (pause * 2.0).min(PAUSE_MAX_S);
    }
}

impl One {
    async fn bars(&self) -> Result<(), Error> {
        let timeframe = self.shared.wish.timeframe;
        let size = bar_size(timeframe)
            .ok_or_else(|| Error::InvalidArgument(format!("no bars of {timeframe}")))?;
        let (now, since) = {
            let (core, at) = self.shared.core();
            (core.clock.time(at), core.feed.missing_since(&self.symbol))
        };
        let reach = reach(since, now, timeframe);
        self.shared.lane.admit(Haste::InTurn).await;
        let bars = self.client.historical_data(&self.contract, size);
        let bars = bars.what_to_show(WhatToShow::Trades).trading_hours(TradingHours::Regular);
        let mut bars = bars.duration(reach).stream().await?;
        let first = timeout(Duration::from_secs_f64(FIRST_S), bars.next()).await;
        let mut next = first.map_err(|_| Error::Timeout)?;
        while let Some(item) = next {
            self.take_bars(item?);
            next = bars.next().await;
        }
        Err(Error::UnexpectedEndOfStream)
    }

    fn take_bars(&self, item: SubscriptionItem<HistoricalBarUpdate>) {
        let (mut core, at) = self.shared.core();
        let now = core.moment(at);
        match item {
            SubscriptionItem::Data(HistoricalBarUpdate::Historical(batch)) => {
                core.feed.bars(&self.symbol, &batch.bars, now);
            }
            SubscriptionItem::Data(HistoricalBarUpdate::Update(bar)) => {
                core.feed.bar(&self.symbol, &bar, now);
            }
            SubscriptionItem::Data(HistoricalBarUpdate::End { .. }) => {}
            SubscriptionItem::Notice(notice) => {
                core.data_notice(&self.symbol, &notice, at);
            }
        }
    }

    async fn quotes(&self) -> Result<(), Error> {
        self.shared.lane.admit(Haste::InTurn).await;
        let ticks = self.client.market_data(&self.contract).subscribe().await?;
        self.follow_ticks(ticks).await
    }

    async fn follow_ticks(&self, mut ticks: Subscription<TickTypes>) -> Result<(), Error> {
        while let Some(item) = ticks.next().await {
            let item = item?;
            let (mut core, at) = self.shared.core();
            let now = core.moment(at);
            match item {
                SubscriptionItem::Data(tick) => core.feed.tick(&self.symbol, &tick, now),
                SubscriptionItem::Notice(notice) => core.data_notice(&self.symbol, &notice, at),
            }
        }
        Err(Error::UnexpectedEndOfStream)
    }

    fn report(&self, kind: Kind, error: &Error) {
        let (mut core, at) = self.shared.core();
        let now = core.moment(at);
        if let Error::Notice(notice) = error {
            core.data_notice(&self.symbol, notice, at);
        }
        let cause = match kind {
            Kind::Bars => Cause::Bars,
            Kind::Quotes => Cause::Quotes,
        };
        core.feed.ended(&self.symbol, cause, &error.to_string(), now);
    }
}

/// Live data, or late data where the wish allows it and there is nothing better.
pub(in super::super) const fn data_type(takes_delayed: bool) -> MarketDataType {
    if takes_delayed { MarketDataType::Delayed } else { MarketDataType::Realtime }
}

fn contract_of(instrument: &Instrument) -> Contract {
    instrument.contract.clone()
}

/// How far back to ask: to the first wanted bar, and a little more.
fn reach(since: Timestamp, now: Timestamp, timeframe: Timeframe) -> Reach {
    let span = (i128::from(now.nanos()) - i128::from(since.nanos())).max(0);
    let days = i64::try_from(span / i128::from(DAY_NANOS)).unwrap_or(i64::MAX).saturating_add(1);
    let spare = match timeframe {
        Timeframe::Month => 32,
        Timeframe::Week => 8,
        Timeframe::Day | Timeframe::Seconds(_) => 1,
    };
    let days = days.saturating_add(spare);
    if days <= DAYS_MAX {
        return Reach::days(i32::try_from(days).unwrap_or(i32::MAX));
    }
    Reach::years(i32::try_from(days / DAYS_MAX + 1).unwrap_or(10).min(10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn history_reaches_back_far_enough() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let check = |since: &str, timeframe: &str, expected: &str| {
            let found = reach(at(since), at("2026-01-05T15:00:00Z"), timeframe.parse().unwrap());
            assert_eq!(found.to_string(), expected);
        };
        check("2026-01-05T14:30:00Z", "1min", "2 D");
        check("2026-01-02T14:30:00Z", "5s", "5 D");
        check("2025-06-02T14:30:00Z", "1d", "219 D");
        check("2023-06-02T14:30:00Z", "1d", "3 Y");
        check("2026-02-02T14:30:00Z", "1d", "2 D");
    }
}
