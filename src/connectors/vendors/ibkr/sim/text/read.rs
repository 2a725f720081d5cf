//! What clients ask.

use super::super::codec::Unreadable;
use super::super::message::{ContractKey, ExecutionFilter, Request};
use super::fields::Fields;
use super::{read_order, version};

/// The request, read to its last field.
///
/// # Errors
/// [`Unreadable`] if fields are missing, left over or of the wrong kind.
pub(super) fn request(mut fields: Fields<'_>) -> Result<Request, Unreadable> {
    let fields = &mut fields;
    let request = match fields.number() {
        3 => read_order::place(fields)?,
        4 => cancel_order(fields)?,
        58 => global_cancel(fields)?,
        1 | 9 | 20 | 50 | 87 | 96 | 97 => market(fields)?,
        5 | 7 | 8 | 15 | 16 | 17 | 49 | 71 | 99 | 105 => session(fields)?,
        6 | 61 | 62 | 64 | 76 | 92 | 94 => account(fields)?,
        2 | 25 | 51 | 59 | 63 | 77 | 90 | 91 | 93 | 95 | 98 => with_one_number(fields)?,
        number => return Ok(Request::Other { number }),
    };
    fields.close()?;
    Ok(request)
}

fn session(fields: &mut Fields<'_>) -> Result<Request, Unreadable> {
    let number = fields.number();
    if number == 105 {
        return Ok(Request::CurrentTimeMillis);
    }
    if number == 99 {
        return Ok(Request::CompletedOrders { api_only: fields.flag()? });
    }
    fields.skip(1)?;
    Ok(match number {
        5 => Request::OpenOrders,
        7 => executions(fields)?,
        8 => Request::NextId { count: fields.int()? },
        15 => Request::AutoOpenOrders { bind: fields.flag()? },
        16 => Request::AllOpenOrders,
        17 => Request::ManagedAccounts,
        49 => Request::CurrentTime,
        _ => Request::StartApi { client_id: fields.int()?, capabilities: fields.owned()? },
    })
}

fn account(fields: &mut Fields<'_>) -> Result<Request, Unreadable> {
    let number = fields.number();
    if number == 92 {
        let (id, account, model) = (fields.int()?, fields.owned()?, fields.owned()?);
        return Ok(Request::Pnl { id, account, model });
    }
    if number == 94 {
        let (id, account, model) = (fields.int()?, fields.owned()?, fields.owned()?);
        return Ok(Request::PnlSingle { id, account, model, con_id: fields.int()? });
    }
    fields.skip(1)?;
    Ok(match number {
        6 => Request::AccountUpdates { subscribe: fields.flag()?, account: fields.owned()? },
        61 => Request::Positions,
        62 => Request::AccountSummary {
            id: fields.int()?,
            group: fields.owned()?,
            tags: fields.owned()?,
        },
        64 => Request::CancelPositions,
        _ => Request::AccountUpdatesMulti {
            id: fields.int()?,
            account: fields.owned()?,
            model: fields.owned()?,
            ledger_and_nlv: fields.flag()?,
        },
    })
}

/// Requests that name another one, or a rule, or a kind of data.
fn with_one_number(fields: &mut Fields<'_>) -> Result<Request, Unreadable> {
    let number = fields.number();
    if !matches!(number, 90 | 91 | 93 | 95 | 98) {
        fields.skip(1)?;
    }
    let id = fields.int()?;
    Ok(match number {
        2 => Request::CancelMarketData { id },
        25 => Request::CancelHistoricalData { id },
        51 => Request::CancelRealTimeBars { id },
        59 => Request::MarketDataType { kind: id },
        63 => Request::CancelAccountSummary { id },
        77 => Request::CancelAccountUpdatesMulti { id },
        90 => Request::CancelHeadTimestamp { id },
        91 => Request::MarketRule { rule: id },
        93 => Request::CancelPnl { id },
        95 => Request::CancelPnlSingle { id },
        _ => Request::CancelTickByTick { id },
    })
}

fn market(fields: &mut Fields<'_>) -> Result<Request, Unreadable> {
    let number = fields.number();
    let has_message_version = match number {
        1 | 9 | 50 => true,
        20 => !fields.has(version::SYNTHETIC_BARS),
        _ => false,
    };
    if has_message_version {
        fields.skip(1)?;
    }
    let id = fields.int()?;
    let contract = contract(fields)?;
    match number {
        1 => market_data(fields, id, contract),
        9 => {
            // Expired ones too, the kind and the number of another identifier, the issuer.
            fields.skip(3)?;
            fields.skip_from(version::ISSUER_ID, 1)?;
            Ok(Request::ContractDetails { id, contract })
        }
        20 => historical_data(fields, id, contract),
        50 => {
            let (bar_size, what, use_rth) = (fields.int()?, fields.owned()?, fields.flag()?);
            fields.skip(1)?;
            Ok(Request::RealTimeBars { id, contract, bar_size, what, use_rth })
        }
        87 => {
            fields.skip(1)?;
            let (use_rth, what, format_date) = (fields.flag()?, fields.owned()?, fields.int()?);
            Ok(Request::HeadTimestamp { id, contract, use_rth, what, format_date })
        }
        96 => historical_ticks(fields, id, contract),
        _ => tick_by_tick(fields, id, contract),
    }
}

/// The twelve fields that name a contract in a request.
pub(super) fn contract(fields: &mut Fields<'_>) -> Result<ContractKey, Unreadable> {
    Ok(ContractKey {
        con_id: fields.int()?,
        symbol: fields.owned()?,
        sec_type: fields.owned()?,
        last_trade_date: fields.owned()?,
        strike: fields.float()?,
        right: fields.owned()?,
        multiplier: fields.owned()?,
        exchange: fields.owned()?,
        primary_exchange: fields.owned()?,
        currency: fields.owned()?,
        local_symbol: fields.owned()?,
        trading_class: fields.owned()?,
    })
}

/// The legs of a combination: number, ratio, side, exchange each.
fn skip_legs(fields: &mut Fields<'_>, contract: &ContractKey) -> Result<(), Unreadable> {
    if contract.sec_type != "BAG" {
        return Ok(());
    }
    let count = fields.count()?;
    fields.skip(4 * count)
}

fn market_data(
    fields: &mut Fields<'_>,
    id: i32,
    contract: ContractKey,
) -> Result<Request, Unreadable> {
    skip_legs(fields, &contract)?;
    if fields.flag()? {
        fields.skip(3)?;
    }
    let (generic_ticks, snapshot) = (fields.owned()?, fields.flag()?);
    let regulatory_snapshot = fields.has(version::SMART_COMPONENTS) && fields.flag()?;
    fields.skip(1)?;
    Ok(Request::MarketData { id, contract, generic_ticks, snapshot, regulatory_snapshot })
}

fn historical_data(
    fields: &mut Fields<'_>,
    id: i32,
    contract: ContractKey,
) -> Result<Request, Unreadable> {
    fields.skip(1)?;
    let (end, bar_size, duration) = (fields.owned()?, fields.owned()?, fields.owned()?);
    let (use_rth, what, format_date) = (fields.flag()?, fields.owned()?, fields.int()?);
    skip_legs(fields, &contract)?;
    let keep_up_to_date = fields.has(version::SYNTHETIC_BARS) && fields.flag()?;
    fields.skip(1)?;
    Ok(Request::HistoricalData {
        id,
        contract,
        end,
        bar_size,
        duration,
        use_rth,
        what,
        format_date,
        keep_up_to_date,
    })
}

fn historical_ticks(
    fields: &mut Fields<'_>,
    id: i32,
    contract: ContractKey,
) -> Result<Request, Unreadable> {
    fields.skip(1)?;
    let (start, end, count) = (fields.owned()?, fields.owned()?, fields.int()?);
    let (what, use_rth) = (fields.owned()?, fields.flag()?);
    fields.skip(2)?;
    Ok(Request::HistoricalTicks { id, contract, start, end, count, what, use_rth })
}

fn tick_by_tick(
    fields: &mut Fields<'_>,
    id: i32,
    contract: ContractKey,
) -> Result<Request, Unreadable> {
    let kind = fields.owned()?;
    let has_more = fields.has(version::TICK_BY_TICK_IGNORE_SIZE);
    let (count, ignore_size) = if has_more { (fields.int()?, fields.flag()?) } else { (0, false) };
    Ok(Request::TickByTick { id, contract, kind, count, ignore_size })
}

fn cancel_order(fields: &mut Fields<'_>) -> Result<Request, Unreadable> {
    fields.skip_until(version::CME_TAGS, 1)?;
    let id = fields.int()?;
    fields.skip_from(version::MANUAL_ORDER_TIME, 1)?;
    if fields.has(version::RFQ_FIELDS) {
        fields.skip_until(version::NO_RFQ_FIELDS, 3)?;
    }
    fields.skip_from(version::CME_TAGS, 2)?;
    Ok(Request::CancelOrder { id })
}

fn global_cancel(fields: &mut Fields<'_>) -> Result<Request, Unreadable> {
    fields.skip_until(version::CME_TAGS, 1)?;
    fields.skip_from(version::CME_TAGS, 2)?;
    Ok(Request::GlobalCancel)
}

fn executions(fields: &mut Fields<'_>) -> Result<Request, Unreadable> {
    let id = fields.int()?;
    let mut filter = ExecutionFilter {
        client_id: fields.int()?,
        account: fields.owned()?,
        time: fields.owned()?,
        symbol: fields.owned()?,
        sec_type: fields.owned()?,
        exchange: fields.owned()?,
        side: fields.owned()?,
        ..ExecutionFilter::default()
    };
    if fields.has(version::DAYS_OF_EXECUTIONS) {
        filter.last_n_days = fields.optional_int()?;
        for _ in 0..fields.count()? {
            filter.specific_dates.push(fields.int()?);
        }
    }
    Ok(Request::Executions { id, filter })
}
