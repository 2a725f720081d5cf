//! What the gateway says.

use super::super::message::{ContractDetails, Reply};
use super::row::Row;
use super::{version, write_account, write_market, write_order};

/// The bodies of the frames; none if the version does not have this message.
pub(super) fn reply(reply: &Reply, version: i32) -> Vec<Vec<u8>> {
    let row = |number: i32| Row::new(number, version);
    let one = |row: Row| vec![row.body()];
    match reply {
        Reply::NextValidId { order_id } => one(row(9).put(1).put(*order_id)),
        Reply::ManagedAccounts { accounts } => one(row(15).put(1).put(&accounts.join(","))),
        Reply::CurrentTime { seconds } => one(row(49).put(1).put(*seconds)),
        Reply::CurrentTimeMillis { millis } => {
            since(version::CURRENT_TIME_MILLIS, version, row(109).put(*millis))
        }
        Reply::ContractDetails { id, details } => one(contract_details(*id, details, version)),
        Reply::ContractDetailsEnd { id } => one(row(52).put(1).put(*id)),
        Reply::MarketRule { rule, increments } => {
            let rule = row(93).put(*rule).put(increments.len());
            let rule = increments
                .iter()
                .fold(rule, |row, step| row.put(step.low_edge).put(step.increment));
            since(version::MARKET_RULES, version, rule)
        }
        Reply::Error { id, time, code, text, advanced_reject } => {
            let row = row(4).until(version::ERROR_TIME, 2).put(*id).put(*code).words(text);
            let row = row.from(version::ADVANCED_REJECT, advanced_reject);
            one(row.from(version::ERROR_TIME, *time))
        }
        Reply::Unknown { number } => one(row(*number).put(1)),
        other => write_account::reply(other, version)
            .or_else(|| write_market::reply(other, version))
            .or_else(|| write_order::reply(other, version))
            .unwrap_or_default(),
    }
}

/// A message that only newer versions have.
pub(super) fn since(gate: i32, version: i32, row: Row) -> Vec<Vec<u8>> {
    if version >= gate { vec![row.body()] } else { Vec::new() }
}

fn contract_details(id: i32, details: &ContractDetails, version: i32) -> Row {
    let contract = &details.contract;
    let row = Row::new(10, version).until(version::SIZE_RULES, 8).put(id);
    let row = row.put(&contract.symbol).put(&contract.sec_type).put(&contract.last_trade_date);
    let row = row
        .from(version::LAST_TRADE_DATE, "")
        .put(contract.strike)
        .put(&contract.right)
        .put(&contract.exchange)
        .put(&contract.currency)
        .put(&contract.local_symbol)
        .put(&details.market_name)
        .put(&contract.trading_class)
        .put(contract.con_id)
        .put(details.min_tick);
    let row = if version < version::SIZE_RULES {
        // How many shares a unit of market data stands for.
        row.from(version::MD_SIZE_MULTIPLIER, 1)
    } else {
        row
    };
    let row = row
        .put(&contract.multiplier)
        .put(&details.order_types)
        .put(&details.valid_exchanges)
        .put(details.price_magnifier)
        .put(0)
        .words(&details.long_name)
        .put(&contract.primary_exchange)
        .put("")
        .words(&details.industry)
        .words(&details.category)
        .words(&details.subcategory)
        .put(&details.time_zone)
        .put(&details.trading_hours)
        .put(&details.liquid_hours);
    contract_rules(row, details, version)
}

/// The part after the hours: economic value, identifiers, groups, rules and sizes.
fn contract_rules(row: Row, details: &ContractDetails, version: i32) -> Row {
    let row = row
        .repeat(2, "")
        .put(0)
        .from(version::AGG_GROUP, 1)
        .from(version::UNDERLYING_INFO, "")
        .from(version::UNDERLYING_INFO, "")
        .from(version::MARKET_RULES, &details.market_rule_ids)
        .from(version::REAL_EXPIRATION, "")
        .from(version::STOCK_TYPE, &details.stock_type);
    let row = if version < version::SIZE_RULES {
        row.from(version::FRACTIONAL_SIZES, details.min_size)
    } else {
        row.put(details.min_size).put(details.size_increment).put(details.suggested_size_increment)
    };
    row.from(version::INELIGIBILITY, 0)
}
