//! What clients say.

use prost::{DecodeError, Message};

use super::super::message::{ContractKey, Request};
use super::account::{
    AccountMultiRequest, AccountSummaryRequest, AccountUpdatesRequest, Number, PnlRequest, StartApi,
};
use super::contract::{Contract, ContractRequest};
use super::market::{
    HeadRequest, HistoryRequest, MarketDataRequest, PastTicksRequest, RealTimeBarsRequest,
    TickByTickRequest,
};
use super::order::{ExecutionRequest, Flag, PlaceOrder};

/// A message by its number.
pub(super) fn read(number: i32, body: &[u8]) -> Result<Request, DecodeError> {
    if let Some(request) = read_cancel(number, body)? {
        return Ok(request);
    }
    if let Some(request) = read_market(number, body)? {
        return Ok(request);
    }
    if let Some(request) = read_order(number, body)? {
        return Ok(request);
    }
    Ok(match number {
        8 => Request::NextId { count: first(body)? },
        17 => Request::ManagedAccounts,
        49 => Request::CurrentTime,
        105 => Request::CurrentTimeMillis,
        61 => Request::Positions,
        64 => Request::CancelPositions,
        91 => Request::MarketRule { rule: first(body)? },
        59 => Request::MarketDataType { kind: first(body)? },
        71 => {
            let StartApi { client_id, capabilities } = StartApi::decode(body)?;
            let (client_id, capabilities) = (or(client_id), or(capabilities));
            Request::StartApi { client_id, capabilities }
        }
        62 => {
            let AccountSummaryRequest { id, group, tags } = AccountSummaryRequest::decode(body)?;
            Request::AccountSummary { id: or(id), group: or(group), tags: or(tags) }
        }
        6 => {
            let AccountUpdatesRequest { subscribe, account } = AccountUpdatesRequest::decode(body)?;
            Request::AccountUpdates { subscribe: or(subscribe), account: or(account) }
        }
        76 => {
            let AccountMultiRequest { id, account, model, ledger_and_nlv } =
                AccountMultiRequest::decode(body)?;
            Request::AccountUpdatesMulti {
                id: or(id),
                account: or(account),
                model: or(model),
                ledger_and_nlv: or(ledger_and_nlv),
            }
        }
        92 | 94 => {
            let PnlRequest { id, account, model, con_id } = PnlRequest::decode(body)?;
            let (id, account, model) = (or(id), or(account), or(model));
            if number == 92 {
                Request::Pnl { id, account, model }
            } else {
                Request::PnlSingle { id, account, model, con_id: or(con_id) }
            }
        }
        number => Request::Other { number },
    })
}

fn read_cancel(number: i32, body: &[u8]) -> Result<Option<Request>, DecodeError> {
    let of: fn(i32) -> Request = match number {
        2 => |id| Request::CancelMarketData { id },
        4 => |id| Request::CancelOrder { id },
        25 => |id| Request::CancelHistoricalData { id },
        51 => |id| Request::CancelRealTimeBars { id },
        63 => |id| Request::CancelAccountSummary { id },
        77 => |id| Request::CancelAccountUpdatesMulti { id },
        90 => |id| Request::CancelHeadTimestamp { id },
        93 => |id| Request::CancelPnl { id },
        95 => |id| Request::CancelPnlSingle { id },
        98 => |id| Request::CancelTickByTick { id },
        106 => |id| Request::CancelContractDetails { id },
        107 => |id| Request::CancelHistoricalTicks { id },
        _ => return Ok(None),
    };
    first(body).map(|id| Some(of(id)))
}

fn read_order(number: i32, body: &[u8]) -> Result<Option<Request>, DecodeError> {
    Ok(Some(match number {
        3 => {
            let PlaceOrder { order_id, contract, order } = PlaceOrder::decode(body)?;
            let order = Box::new(order.unwrap_or_default().into());
            Request::PlaceOrder { id: or(order_id), contract: key(contract), order }
        }
        5 => Request::OpenOrders,
        16 => Request::AllOpenOrders,
        15 => Request::AutoOpenOrders { bind: or(Flag::decode(body)?.is_on) },
        58 => Request::GlobalCancel,
        99 => Request::CompletedOrders { api_only: or(Flag::decode(body)?.is_on) },
        7 => {
            let ExecutionRequest { id, filter } = ExecutionRequest::decode(body)?;
            Request::Executions { id: or(id), filter: filter.unwrap_or_default().into() }
        }
        _ => return Ok(None),
    }))
}

fn read_market(number: i32, body: &[u8]) -> Result<Option<Request>, DecodeError> {
    Ok(Some(match number {
        9 => {
            let ContractRequest { id, contract } = ContractRequest::decode(body)?;
            Request::ContractDetails { id: or(id), contract: key(contract) }
        }
        20 => {
            let asked = HistoryRequest::decode(body)?;
            Request::HistoricalData {
                id: or(asked.id),
                contract: key(asked.contract),
                end: or(asked.end),
                bar_size: or(asked.bar_size),
                duration: or(asked.duration),
                use_rth: or(asked.use_rth),
                what: or(asked.what),
                format_date: or(asked.format_date),
                keep_up_to_date: or(asked.keep_up_to_date),
            }
        }
        87 => {
            let asked = HeadRequest::decode(body)?;
            Request::HeadTimestamp {
                id: or(asked.id),
                contract: key(asked.contract),
                use_rth: or(asked.use_rth),
                what: or(asked.what),
                format_date: or(asked.format_date),
            }
        }
        96 => {
            let asked = PastTicksRequest::decode(body)?;
            Request::HistoricalTicks {
                id: or(asked.id),
                contract: key(asked.contract),
                start: or(asked.start),
                end: or(asked.end),
                count: or(asked.count),
                what: or(asked.what),
                use_rth: or(asked.use_rth),
            }
        }
        _ => return read_live(number, body),
    }))
}

fn read_live(number: i32, body: &[u8]) -> Result<Option<Request>, DecodeError> {
    Ok(Some(match number {
        1 => {
            let asked = MarketDataRequest::decode(body)?;
            Request::MarketData {
                id: or(asked.id),
                contract: key(asked.contract),
                generic_ticks: or(asked.generic_ticks),
                snapshot: or(asked.snapshot),
                regulatory_snapshot: or(asked.regulatory_snapshot),
            }
        }
        50 => {
            let asked = RealTimeBarsRequest::decode(body)?;
            Request::RealTimeBars {
                id: or(asked.id),
                contract: key(asked.contract),
                bar_size: or(asked.bar_size),
                what: or(asked.what),
                use_rth: or(asked.use_rth),
            }
        }
        97 => {
            let asked = TickByTickRequest::decode(body)?;
            Request::TickByTick {
                id: or(asked.id),
                contract: key(asked.contract),
                kind: or(asked.kind),
                count: or(asked.count),
                ignore_size: or(asked.ignore_size),
            }
        }
        _ => return Ok(None),
    }))
}

/// The one number of a message that has one.
fn first(body: &[u8]) -> Result<i32, DecodeError> {
    Number::decode(body).map(|message| or(message.number))
}

fn key(contract: Option<Contract>) -> ContractKey {
    contract.unwrap_or_default().into()
}

fn or<T: Default>(value: Option<T>) -> T {
    value.unwrap_or_default()
}
