//! Accounts and positions.

use super::super::message::{ContractKey, Reply};
use super::row::{OrUnset, Row};
use super::version;
use super::write::since;

/// The bodies, or `None` if the message is of another family.
pub(super) fn reply(reply: &Reply, version: i32) -> Option<Vec<Vec<u8>>> {
    let row = |number: i32| Row::new(number, version);
    let row = match reply {
        Reply::AccountSummary { id, account, tag, value, currency } => {
            row(63).put(1).put(*id).put(account).put(tag).put(value).put(currency)
        }
        Reply::AccountSummaryEnd { id } => row(64).put(1).put(*id),
        Reply::AccountValue { key, value, currency, account } => {
            row(6).put(2).put(key).put(value).put(currency).put(account)
        }
        Reply::AccountUpdateTime { time } => row(8).put(1).put(time),
        Reply::AccountDownloadEnd { account } => row(54).put(1).put(account),
        Reply::AccountUpdateMulti { id, account, model, key, value, currency } => {
            let row = row(73).put(1).put(*id).put(account).put(model);
            return Some(since(version::MODELS, version, row.put(key).put(value).put(currency)));
        }
        Reply::AccountUpdateMultiEnd { id } => {
            return Some(since(version::MODELS, version, row(74).put(1).put(*id)));
        }
        Reply::PortfolioValue { .. } => portfolio_value(reply, row(7).put(8))?,
        Reply::Position { account, contract, position, average_cost } => {
            let row = named(row(61).put(3).put(account), contract, &contract.exchange);
            row.size(version::FRACTIONAL_POSITIONS, *position).put(*average_cost)
        }
        Reply::PositionEnd => row(62).put(1),
        Reply::Pnl { .. } | Reply::PnlSingle { .. } => return pnl(reply, version),
        _ => return None,
    };
    Some(vec![row.body()])
}

fn portfolio_value(reply: &Reply, row: Row) -> Option<Row> {
    let Reply::PortfolioValue {
        contract,
        position,
        market_price,
        market_value,
        average_cost,
        unrealized_pnl,
        realized_pnl,
        account,
    } = reply
    else {
        return None;
    };
    let row = named(row, contract, &contract.primary_exchange)
        .size(version::FRACTIONAL_POSITIONS, *position)
        .put(*market_price)
        .put(*market_value)
        .put(*average_cost)
        .put(OrUnset(*unrealized_pnl))
        .put(OrUnset(*realized_pnl))
        .put(account);
    Some(row)
}

fn pnl(reply: &Reply, version: i32) -> Option<Vec<Vec<u8>>> {
    let row = match reply {
        Reply::Pnl { id, daily, unrealized, realized } => Row::new(94, version)
            .put(*id)
            .put(*daily)
            .from(version::UNREALIZED_PNL, OrUnset(*unrealized))
            .from(version::REALIZED_PNL, OrUnset(*realized)),
        Reply::PnlSingle { id, position, daily, unrealized, realized, value } => {
            Row::new(95, version)
                .put(*id)
                .size(version::FRACTIONAL_SIZES, *position)
                .put(*daily)
                .from(version::UNREALIZED_PNL, OrUnset(*unrealized))
                .from(version::REALIZED_PNL, OrUnset(*realized))
                .put(*value)
        }
        _ => return None,
    };
    Some(since(version::PNL, version, row))
}

/// The eleven fields that name a contract in a reply.
pub(super) fn named(row: Row, contract: &ContractKey, exchange: &str) -> Row {
    row.put(contract.con_id)
        .put(&contract.symbol)
        .put(&contract.sec_type)
        .put(&contract.last_trade_date)
        .put(contract.strike)
        .put(&contract.right)
        .put(&contract.multiplier)
        .put(exchange)
        .put(&contract.currency)
        .put(&contract.local_symbol)
        .put(&contract.trading_class)
}
