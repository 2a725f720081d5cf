//! Bars, ticks and quotes.

use super::super::message::{HistoryBar, LiveTick, PastTicks, Reply};
use super::row::Row;
use super::version;
use super::write::since;

/// The bodies, or `None` if the message is of another family.
pub(super) fn reply(reply: &Reply, version: i32) -> Option<Vec<Vec<u8>>> {
    let row = |number: i32| Row::new(number, version);
    let row = match reply {
        Reply::HistoricalData { id, start, end, bars } => {
            return Some(history(*id, start, end, bars, version));
        }
        Reply::HistoricalDataUpdate { id, bar } => {
            return Some(since(version::SYNTHETIC_BARS, version, update(*id, bar, version)));
        }
        Reply::HeadTimestamp { id, time } => {
            return Some(since(version::HEAD_TIMESTAMP, version, row(88).put(*id).put(time)));
        }
        Reply::HistoricalTicks { id, ticks, is_done } => {
            let row = past_ticks(*id, ticks, version).put(*is_done);
            return Some(since(version::HISTORICAL_TICKS, version, row));
        }
        Reply::TickByTick { id, time, tick } => {
            let row = live_tick(*id, *time, tick, version);
            return Some(since(version::TICK_BY_TICK, version, row));
        }
        Reply::TickReqParams { id, min_tick, bbo_exchange, snapshot_permissions } => {
            let row = row(81).put(*id).put(*min_tick).put(bbo_exchange).put(*snapshot_permissions);
            return Some(since(version::SMART_COMPONENTS, version, row));
        }
        Reply::RealTimeBar { .. } => real_time_bar(reply, row(50).put(3))?,
        Reply::MarketDataType { id, kind } => row(58).put(1).put(*id).put(*kind),
        Reply::TickPrice { id, field, price, size, attributes } => row(1)
            .put(6)
            .put(*id)
            .put(*field)
            .put(*price)
            .size(version::FRACTIONAL_SIZES, *size)
            .put(*attributes),
        Reply::TickSize { id, field, size } => {
            row(2).put(6).put(*id).put(*field).size(version::FRACTIONAL_SIZES, *size)
        }
        Reply::TickGeneric { id, field, value } => row(45).put(6).put(*id).put(*field).put(*value),
        Reply::TickString { id, field, value } => row(46).put(6).put(*id).put(*field).put(value),
        Reply::TickSnapshotEnd { id } => row(57).put(1).put(*id),
        _ => return None,
    };
    Some(vec![row.body()])
}

fn history(id: i32, start: &str, end: &str, bars: &[HistoryBar], version: i32) -> Vec<Vec<u8>> {
    let mut row = Row::new(17, version)
        .until(version::SYNTHETIC_BARS, 3)
        .put(id)
        .until(version::HISTORY_END, start)
        .until(version::HISTORY_END, end)
        .put(bars.len());
    for bar in bars {
        row = row
            .put(&bar.date)
            .put(bar.open)
            .put(bar.high)
            .put(bar.low)
            .put(bar.close)
            .size(version::FRACTIONAL_SIZES, bar.volume)
            .put(bar.average)
            .until(version::SYNTHETIC_BARS, "false")
            .put(bar.count);
    }
    let end = Row::new(108, version).put(id).put(start).put(end);
    let mut bodies = vec![row.body()];
    bodies.extend(since(version::HISTORY_END, version, end));
    bodies
}

fn update(id: i32, bar: &HistoryBar, version: i32) -> Row {
    Row::new(90, version)
        .put(id)
        .put(bar.count)
        .put(&bar.date)
        .put(bar.open)
        .put(bar.close)
        .put(bar.high)
        .put(bar.low)
        .put(bar.average)
        .size(version::FRACTIONAL_SIZES, bar.volume)
}

fn real_time_bar(reply: &Reply, row: Row) -> Option<Row> {
    let Reply::RealTimeBar { id, time, open, high, low, close, volume, average, count } = reply
    else {
        return None;
    };
    let row = row.put(*id).put(*time).put(*open).put(*high).put(*low).put(*close);
    Some(row.size(version::FRACTIONAL_SIZES, *volume).put(*average).put(*count))
}

fn past_ticks(id: i32, ticks: &PastTicks, version: i32) -> Row {
    let gate = version::FRACTIONAL_SIZES;
    match ticks {
        PastTicks::MidPoints(ticks) => {
            let row = Row::new(96, version).put(id).put(ticks.len());
            ticks.iter().fold(row, |row, (time, price)| row.put(*time).put(0).put(*price).put(0))
        }
        PastTicks::Quotes(ticks) => {
            let row = Row::new(97, version).put(id).put(ticks.len());
            ticks.iter().fold(row, |row, (time, bid, ask, bid_size, ask_size)| {
                let row = row.put(*time).put(0).put(*bid).put(*ask);
                row.size(gate, *bid_size).size(gate, *ask_size)
            })
        }
        PastTicks::Trades(ticks) => {
            let row = Row::new(98, version).put(id).put(ticks.len());
            ticks.iter().fold(row, |row, (time, price, size)| {
                row.put(*time).put(0).put(*price).size(gate, *size).repeat(2, "")
            })
        }
    }
}

fn live_tick(id: i32, time: i64, tick: &LiveTick, version: i32) -> Row {
    let gate = version::FRACTIONAL_SIZES;
    let row = |kind: i32| Row::new(99, version).put(id).put(kind).put(time);
    match tick {
        LiveTick::Trade { all, price, size, exchange, conditions } => row(if *all { 2 } else { 1 })
            .put(*price)
            .size(gate, *size)
            .put(0)
            .put(exchange)
            .put(conditions),
        LiveTick::Quote { bid, ask, bid_size, ask_size } => {
            row(3).put(*bid).put(*ask).size(gate, *bid_size).size(gate, *ask_size).put(0)
        }
        LiveTick::MidPoint { price } => row(4).put(*price),
    }
}
