use ibapi::market_data::historical::{
    BarSize, BarTimestamp, HistoricalBarUpdate, ToDuration, WhatToShow,
};
use ibapi::market_data::realtime::{self, TickTypes};
use ibapi::market_data::{IgnoreSize, MarketDataType, TradingHours};

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn contracts_and_their_rule() {
    let gateway = start(options());
    let client = connect(&gateway, 7).await;
    let details = within(client.contract_details(&spy())).await.unwrap();
    let [found] = details.as_slice() else { panic!("{details:?}") };
    assert_eq!(found.contract.symbol.to_string(), "SPY");
    assert_eq!(found.min_tick, 0.01);
    assert!(found.contract.contract_id > 0);
    assert!(!found.trading_hours.is_empty());
    let error =
        within(client.contract_details(&Contract::stock("ZZZZ").build())).await.unwrap_err();
    assert!(error.to_string().contains("200"), "{error}");
    let rule = within(client.market_rule(26)).await.unwrap();
    assert_eq!(rule.price_increments[0].increment, 0.01);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bars_of_the_past() {
    let gateway = start(options());
    let client = connect(&gateway, 7).await;
    let contract = spy();
    let days = client.historical_data(&contract, BarSize::Day).duration(10.days());
    let days = within(days.what_to_show(WhatToShow::Trades).fetch()).await.unwrap();
    assert_eq!(days.bars.len(), 10);
    assert!(matches!(days.bars[0].date, BarTimestamp::Date(_)));
    let minutes = client.historical_data(&contract, BarSize::Min).duration(1.days());
    let minutes = within(minutes.what_to_show(WhatToShow::Trades).fetch()).await.unwrap();
    assert!((30..33).contains(&minutes.bars.len()), "{}", minutes.bars.len());
    assert!(minutes.bars.iter().all(|bar| bar.low <= bar.open && bar.open <= bar.high));
    assert!(minutes.bars.iter().all(|bar| bar.volume > 0.0));
    let head = client.head_timestamp(&contract, WhatToShow::Trades, TradingHours::Regular);
    assert_eq!(within(head).await.unwrap().date().to_string(), "2005-01-03");
    let none = client.historical_data(&contract, BarSize::Min).duration(1.days());
    let long_ago =
        within(client.server_time()).await.unwrap() - Duration::from_secs(25 * 365 * 86_400);
    let none = none.ending(long_ago).fetch();
    let error = within(none).await.unwrap_err();
    assert!(error.to_string().contains("162"), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ticks_of_the_past() {
    let gateway = start(options());
    let client = connect(&gateway, 7).await;
    let contract = spy();
    let since = within(client.server_time()).await.unwrap() - Duration::from_secs(600);
    let mut ticks =
        within(client.historical_ticks(&contract, 50).starting(since).trade()).await.unwrap();
    assert!(within(ticks.next_data()).await.unwrap().unwrap().price > 0.0);
    let quotes = client.historical_ticks(&contract, 50).starting(since).bid_ask(IgnoreSize::No);
    let mut quotes = within(quotes).await.unwrap();
    let quote = within(quotes.next_data()).await.unwrap().unwrap();
    assert!(quote.price_bid < quote.price_ask);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_growing_bar_follows_the_past() {
    let gateway = start(options());
    let client = connect(&gateway, 7).await;
    let contract = spy();
    let stream = client.historical_data(&contract, BarSize::Min).duration(3600.seconds());
    let mut stream = within(stream.what_to_show(WhatToShow::Trades).stream()).await.unwrap();
    let HistoricalBarUpdate::Historical(past) = within(stream.next_data()).await.unwrap().unwrap()
    else {
        panic!("the past comes first");
    };
    assert!(past.bars.len() >= 30);
    let mut minutes = std::collections::BTreeMap::new();
    while minutes.len() < 3 {
        match within(stream.next_data()).await.unwrap().unwrap() {
            HistoricalBarUpdate::Update(bar) => {
                let BarTimestamp::DateTime(at) = bar.date else { panic!("{bar:?}") };
                minutes.insert(at.unix_timestamp(), bar);
            }
            HistoricalBarUpdate::End { .. } => {}
            HistoricalBarUpdate::Historical(_) => panic!("the past comes once"),
        }
    }
    let whole: Vec<_> = minutes.iter().take(2).collect();
    assert_eq!(whole[1].0 - whole[0].0, 60);
    // The whole bar is the one that history tells afterwards.
    let open = Timestamp::from_seconds(*whole[1].0);
    let end = Timestamp::from_seconds(*whole[1].0 + 60);
    let truth = gateway.with_house(|house| house.market().bar(&"SPY".parse().unwrap(), open, end));
    assert_eq!(whole[1].1.high, truth.unwrap().high);
    assert_eq!(whole[1].1.volume, truth.unwrap().volume);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bars_of_five_seconds() {
    let gateway = start(options());
    let client = connect(&gateway, 7).await;
    let contract = spy();
    let bars = client.realtime_bars(&contract).what_to_show(realtime::WhatToShow::Trades);
    let mut bars = within(bars.subscribe()).await.unwrap();
    let first = within(bars.next_data()).await.unwrap().unwrap();
    let second = within(bars.next_data()).await.unwrap().unwrap();
    assert_eq!((second.date - first.date).whole_seconds(), 5);
    assert_eq!(first.close, second.open);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn quotes_and_ticks() {
    let gateway = start(options());
    let client = connect(&gateway, 7).await;
    let contract = spy();
    let mut quotes = within(client.market_data(&contract).subscribe()).await.unwrap();
    let (mut kinds, mut prices, mut parameters) = (Vec::new(), 0, 0);
    while prices < 12 {
        match within(quotes.next_data()).await.unwrap().unwrap() {
            TickTypes::MarketDataType(kind) => kinds.push(kind),
            TickTypes::PriceSize(_) | TickTypes::Price(_) => prices += 1,
            TickTypes::RequestParameters(_) => parameters += 1,
            _ => {}
        }
    }
    assert_eq!((kinds.as_slice(), parameters), (&[MarketDataType::Realtime][..], 1));
    let ticks = within(client.tick_by_tick(&contract, 0).bid_ask(IgnoreSize::No)).await;
    let tick = within(ticks.unwrap().next_data()).await.unwrap().unwrap();
    assert!(tick.bid_price < tick.ask_price);
    let trades = within(client.tick_by_tick(&contract, 0).all_last()).await;
    assert!(within(trades.unwrap().next_data()).await.unwrap().unwrap().price > 0.0);
    let snapshot = client.market_data(&contract).snapshot_once(Duration::from_secs(10));
    assert!(within(snapshot).await.unwrap().len() > 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn late_data_only_for_those_who_ask() {
    let market_data = super::super::MarketDataRights::Delayed;
    let gateway = start(SimOptions { market_data, ..options() });
    let client = connect(&gateway, 7).await;
    let contract = spy();
    let mut refused = within(client.market_data(&contract).subscribe()).await.unwrap();
    let error = within(refused.next_data()).await.unwrap().unwrap_err();
    assert!(error.to_string().contains("354"), "{error}");
    within(client.switch_market_data_type(MarketDataType::Delayed)).await.unwrap();
    let mut quotes = within(client.market_data(&contract).subscribe()).await.unwrap();
    loop {
        if let TickTypes::MarketDataType(kind) = within(quotes.next_data()).await.unwrap().unwrap()
        {
            assert_eq!(kind, MarketDataType::Delayed);
            return;
        }
    }
}
