//! What the gateway says.

use super::super::message::{LiveTick, PastTicks, Reply};
use super::account::{
    AccountMulti, AccountSummary, AccountValue, BigNumber, ErrorMessage, Nothing, Number, Pnl,
    PnlSingle, PortfolioValue, Position, Words,
};
use super::codec::body;
use super::contract::{ContractData, MarketRule, PriceIncrement};
use super::define::{decimal, text};
use super::market::{
    DataType, Head, History, HistoryEnd, HistoryUpdate, MidPoint, MidPoints, Quote, Quotes,
    RealTimeBar, TickByTick, TickGeneric, TickParams, TickPrice, TickText, Trade, Trades,
};
use super::write_order::write_order;

/// The bodies of a reply.
pub(super) fn write(reply: &Reply) -> Vec<Vec<u8>> {
    if let Reply::HistoricalData { id, start, end, bars } = reply {
        let bars = bars.iter().map(Into::into).collect();
        let last = HistoryEnd { id: Some(*id), start: text(start), end: text(end) };
        return vec![body(17, &History { id: Some(*id), bars }), body(108, &last)];
    }
    let written = write_account(reply)
        .or_else(|| write_contract(reply))
        .or_else(|| write_ticks(reply))
        .or_else(|| write_market(reply))
        .or_else(|| write_order(reply));
    written.into_iter().collect()
}

fn write_account(reply: &Reply) -> Option<Vec<u8>> {
    let (_, number) = reply.name();
    Some(match reply {
        Reply::NextValidId { order_id } => body(number, &Number { number: Some(*order_id) }),
        Reply::ManagedAccounts { accounts } => {
            body(number, &Words { text: Some(accounts.join(",")) })
        }
        Reply::CurrentTime { seconds } => body(number, &BigNumber { number: Some(*seconds) }),
        Reply::CurrentTimeMillis { millis } => body(number, &BigNumber { number: Some(*millis) }),
        Reply::AccountSummary { id, account, tag, value, currency } => {
            let [account, tag, value, currency] = [account, tag, value, currency].map(|t| text(t));
            body(number, &AccountSummary { id: Some(*id), account, tag, value, currency })
        }
        Reply::AccountSummaryEnd { id } | Reply::AccountUpdateMultiEnd { id } => {
            body(number, &Number { number: Some(*id) })
        }
        Reply::AccountValue { key, value, currency, account } => {
            let [key, value, currency, account] = [key, value, currency, account].map(|t| text(t));
            body(number, &AccountValue { key, value, currency, account })
        }
        Reply::AccountUpdateTime { time: words } | Reply::AccountDownloadEnd { account: words } => {
            body(number, &Words { text: text(words) })
        }
        Reply::AccountUpdateMulti { id, account, model, key, value, currency } => {
            let [account, model, key] = [account, model, key].map(|t| text(t));
            let [value, currency] = [value, currency].map(|t| text(t));
            body(number, &AccountMulti { id: Some(*id), account, model, key, value, currency })
        }
        Reply::Position { account, contract, position, average_cost } => {
            let (account, contract) = (text(account), Some(contract.into()));
            let (position, average_cost) = (decimal(*position), Some(*average_cost));
            body(number, &Position { account, contract, position, average_cost })
        }
        Reply::PositionEnd => body(number, &Nothing {}),
        Reply::Pnl { id, daily, unrealized, realized } => {
            let (id, daily) = (Some(*id), Some(*daily));
            let (unrealized, realized) = (unset(*unrealized), unset(*realized));
            body(number, &Pnl { id, daily, unrealized, realized })
        }
        _ => return write_portfolio(reply, number),
    })
}

fn write_portfolio(reply: &Reply, number: i32) -> Option<Vec<u8>> {
    Some(match reply {
        Reply::PortfolioValue {
            contract,
            position,
            market_price,
            market_value,
            average_cost,
            unrealized_pnl,
            realized_pnl,
            account,
        } => {
            let message = PortfolioValue {
                contract: Some(contract.into()),
                position: decimal(*position),
                market_price: Some(*market_price),
                market_value: Some(*market_value),
                average_cost: Some(*average_cost),
                unrealized_pnl: unset(*unrealized_pnl),
                realized_pnl: unset(*realized_pnl),
                account: text(account),
            };
            body(number, &message)
        }
        Reply::PnlSingle { id, position, daily, unrealized, realized, value } => {
            let message = PnlSingle {
                id: Some(*id),
                position: decimal(*position),
                daily: Some(*daily),
                unrealized: unset(*unrealized),
                realized: unset(*realized),
                value: Some(*value),
            };
            body(number, &message)
        }
        Reply::Error { id, time, code, text: words, advanced_reject } => {
            let (id, time, code) = (Some(*id), Some(*time), Some(*code));
            let (text, advanced_reject) = (text(words), text(advanced_reject));
            body(number, &ErrorMessage { id, time, code, text, advanced_reject })
        }
        Reply::Unknown { .. } => body(number, &Words { text: text("unknown") }),
        _ => return None,
    })
}

fn write_contract(reply: &Reply) -> Option<Vec<u8>> {
    let (_, number) = reply.name();
    Some(match reply {
        Reply::ContractDetails { id, details } => {
            let contract = Some((&details.contract).into());
            let details = Some(details.as_ref().into());
            body(number, &ContractData { id: Some(*id), contract, details })
        }
        Reply::ContractDetailsEnd { id } => body(number, &Number { number: Some(*id) }),
        Reply::MarketRule { rule, increments } => {
            let increment = |step: &super::super::message::PriceIncrement| PriceIncrement {
                low_edge: Some(step.low_edge),
                increment: Some(step.increment),
            };
            let increments = increments.iter().map(increment).collect();
            body(number, &MarketRule { rule: Some(*rule), increments })
        }
        _ => return None,
    })
}

fn write_ticks(reply: &Reply) -> Option<Vec<u8>> {
    let (_, number) = reply.name();
    Some(match reply {
        Reply::TickReqParams { id, min_tick, bbo_exchange, snapshot_permissions } => {
            let (min_tick, bbo_exchange) = (decimal(*min_tick), text(bbo_exchange));
            let snapshot_permissions = Some(*snapshot_permissions);
            body(
                number,
                &TickParams { id: Some(*id), min_tick, bbo_exchange, snapshot_permissions },
            )
        }
        Reply::TickPrice { id, field, price, size, attributes } => {
            let (id, field, price) = (Some(*id), Some(*field), Some(*price));
            let (size, attributes) = (decimal(*size), Some(*attributes));
            body(number, &TickPrice { id, field, price, size, attributes })
        }
        Reply::TickSize { id, field, size } => {
            body(number, &TickText { id: Some(*id), field: Some(*field), value: decimal(*size) })
        }
        Reply::TickString { id, field, value } => {
            body(number, &TickText { id: Some(*id), field: Some(*field), value: text(value) })
        }
        Reply::TickGeneric { id, field, value } => {
            body(number, &TickGeneric { id: Some(*id), field: Some(*field), value: Some(*value) })
        }
        Reply::TickSnapshotEnd { id } => body(number, &Number { number: Some(*id) }),
        Reply::MarketDataType { id, kind } => {
            body(number, &DataType { id: Some(*id), kind: Some(*kind) })
        }
        Reply::TickByTick { id, time, tick } => body(number, &live(*id, *time, tick)),
        _ => return None,
    })
}

fn live(id: i32, time: i64, tick: &LiveTick) -> TickByTick {
    let empty = TickByTick { id: Some(id), ..TickByTick::default() };
    let time = Some(time);
    match tick {
        LiveTick::Trade { all, price, size, exchange, conditions } => {
            let (exchange, conditions) = (text(exchange), text(conditions));
            let trade =
                Trade { time, price: Some(*price), size: decimal(*size), exchange, conditions };
            TickByTick { kind: Some(if *all { 2 } else { 1 }), trade: Some(trade), ..empty }
        }
        LiveTick::Quote { bid, ask, bid_size, ask_size } => {
            let (bid_size, ask_size) = (decimal(*bid_size), decimal(*ask_size));
            let quote = Quote { time, bid: Some(*bid), ask: Some(*ask), bid_size, ask_size };
            TickByTick { kind: Some(3), quote: Some(quote), ..empty }
        }
        LiveTick::MidPoint { price } => {
            let mid_point = Some(MidPoint { time, price: Some(*price), size: None });
            TickByTick { kind: Some(4), mid_point, ..empty }
        }
    }
}

fn write_market(reply: &Reply) -> Option<Vec<u8>> {
    let (_, number) = reply.name();
    Some(match reply {
        Reply::HistoricalDataUpdate { id, bar } => {
            body(number, &HistoryUpdate { id: Some(*id), bar: Some(bar.into()) })
        }
        Reply::HeadTimestamp { id, time } => {
            body(number, &Head { id: Some(*id), time: text(time) })
        }
        Reply::RealTimeBar { id, time, open, high, low, close, volume, average, count } => {
            let message = RealTimeBar {
                id: Some(*id),
                time: Some(*time),
                open: Some(*open),
                high: Some(*high),
                low: Some(*low),
                close: Some(*close),
                volume: decimal(*volume),
                average: decimal(*average),
                count: Some(*count),
            };
            body(number, &message)
        }
        Reply::HistoricalTicks { id, ticks, is_done } => past(number, *id, ticks, *is_done),
        _ => return None,
    })
}

fn past(number: i32, id: i32, ticks: &PastTicks, is_done: bool) -> Vec<u8> {
    let (id, is_done) = (Some(id), Some(is_done));
    match ticks {
        PastTicks::MidPoints(ticks) => {
            let tick = |(time, price): &(i64, f64)| MidPoint {
                time: Some(*time),
                price: Some(*price),
                size: None,
            };
            body(number, &MidPoints { id, is_done, ticks: ticks.iter().map(tick).collect() })
        }
        PastTicks::Quotes(ticks) => {
            let tick = |(time, bid, ask, bid_size, ask_size): &(i64, f64, f64, f64, f64)| Quote {
                time: Some(*time),
                bid: Some(*bid),
                ask: Some(*ask),
                bid_size: decimal(*bid_size),
                ask_size: decimal(*ask_size),
            };
            body(number, &Quotes { id, is_done, ticks: ticks.iter().map(tick).collect() })
        }
        PastTicks::Trades(ticks) => {
            let tick = |(time, price, size): &(i64, f64, f64)| Trade {
                time: Some(*time),
                price: Some(*price),
                size: decimal(*size),
                exchange: text("ARCA"),
                conditions: None,
            };
            body(number, &Trades { id, is_done, ticks: ticks.iter().map(tick).collect() })
        }
    }
}

/// What is unset is the largest number on the wire.
pub(super) fn unset(number: Option<f64>) -> Option<f64> {
    Some(number.unwrap_or(f64::MAX))
}
