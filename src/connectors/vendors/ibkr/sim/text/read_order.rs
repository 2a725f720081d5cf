//! An order that a client sends.
//!
//! A hundred fields, most of them for what the simulator does not trade; they are passed over one by one, so that the
//! last one must be where it belongs.

use super::super::codec::Unreadable;
use super::super::message::{ContractKey, Request, WireOrder};
use super::fields::Fields;
use super::{read, version};

/// Reads an order.
///
/// # Errors
/// [`Unreadable`] if fields are missing or of the wrong kind.
pub(super) fn place(fields: &mut Fields<'_>) -> Result<Request, Unreadable> {
    fields.skip_until(version::ORDER_CONTAINER, 1)?;
    let id = fields.int()?;
    let contract = read::contract(fields)?;
    fields.skip(2)?;
    let mut order = basics(fields, id)?;
    combination(fields, &contract)?;
    allocation(fields, &mut order)?;
    prices(fields, &mut order)?;
    scale_and_hedge(fields)?;
    what_if(fields, &mut order)?;
    conditions(fields, &order)?;
    newer_fields(fields)?;
    peg_fields(fields, &contract, &order)?;
    newest_fields(fields)?;
    Ok(Request::PlaceOrder { id, contract, order: Box::new(order) })
}

fn basics(fields: &mut Fields<'_>, id: i32) -> Result<WireOrder, Unreadable> {
    let mut order = WireOrder {
        order_id: id,
        action: fields.owned()?,
        total_quantity: fields.float()?,
        order_type: fields.owned()?,
        limit_price: fields.optional_float()?,
        aux_price: fields.optional_float()?,
        tif: fields.owned()?,
        oca_group: fields.owned()?,
        account: fields.owned()?,
        ..WireOrder::default()
    };
    // Open or close, origin.
    fields.skip(2)?;
    order.order_ref = fields.owned()?;
    order.transmit = fields.flag()?;
    order.parent_id = fields.int()?;
    // Block order, sweep to fill.
    fields.skip(2)?;
    order.display_size = fields.optional_int()?.unwrap_or(0);
    // How a trigger is found.
    fields.skip(1)?;
    order.outside_rth = fields.flag()?;
    order.hidden = fields.flag()?;
    Ok(order)
}

fn combination(fields: &mut Fields<'_>, contract: &ContractKey) -> Result<(), Unreadable> {
    if contract.sec_type != "BAG" {
        return Ok(());
    }
    for width in [8, 1, 2] {
        let count = fields.count()?;
        fields.skip(width * count)?;
    }
    Ok(())
}

fn allocation(fields: &mut Fields<'_>, order: &mut WireOrder) -> Result<(), Unreadable> {
    // Shares per account, an amount at discretion.
    fields.skip(2)?;
    order.good_after_time = fields.owned()?;
    order.good_till_date = fields.owned()?;
    // Group, method and percentage of advisors; their profile; a model.
    fields.skip(3)?;
    fields.skip_until(version::NO_FA_PROFILE, 1)?;
    fields.skip_from(version::MODELS, 1)?;
    // Where short shares are.
    fields.skip(3)?;
    order.oca_type = fields.int()?;
    // Rule 80A, settling firm.
    fields.skip(2)?;
    order.all_or_none = fields.flag()?;
    order.min_quantity = fields.optional_int()?;
    // Offset in percent, two flags, price cap, auction, five prices of boxes and pegs, an override.
    fields.skip(11)
}

fn prices(fields: &mut Fields<'_>, order: &mut WireOrder) -> Result<(), Unreadable> {
    // Volatility and its kind.
    fields.skip(2)?;
    let is_delta_neutral = !fields.text()?.is_empty();
    fields.skip(1)?;
    if is_delta_neutral {
        fields.skip(8)?;
    }
    // Whether it goes on, which price it refers to.
    fields.skip(2)?;
    order.trail_stop_price = fields.optional_float()?;
    order.trailing_percent = fields.optional_float()?;
    Ok(())
}

fn scale_and_hedge(fields: &mut Fields<'_>) -> Result<(), Unreadable> {
    fields.skip(2)?;
    if fields.optional_float()?.is_some_and(|increment| increment > 0.0) {
        fields.skip(7)?;
    }
    // A table, from when to when.
    fields.skip(3)?;
    if !fields.text()?.is_empty() {
        fields.skip(1)?;
    }
    Ok(())
}

fn what_if(fields: &mut Fields<'_>, order: &mut WireOrder) -> Result<(), Unreadable> {
    // Out of smart routing, clearing account and intent, not held.
    fields.skip(4)?;
    if fields.flag()? {
        fields.skip(3)?;
    }
    if !fields.text()?.is_empty() {
        let count = fields.count()?;
        fields.skip(2 * count)?;
    }
    // Number of the algorithm.
    fields.skip(1)?;
    order.what_if = fields.flag()?;
    // Options, solicited, random size, random price.
    fields.skip(4)
}

fn conditions(fields: &mut Fields<'_>, order: &WireOrder) -> Result<(), Unreadable> {
    if !fields.has(version::PEGGED_TO_BENCHMARK) {
        return Ok(());
    }
    if matches!(order.order_type.as_str(), "PEG BENCH" | "PEGBENCH") {
        fields.skip(5)?;
    }
    let count = fields.count()?;
    for _ in 0..count {
        let width = match fields.int()? {
            1 => 6,
            3 | 4 => 3,
            5 => 4,
            _ => 5,
        };
        fields.skip(width)?;
    }
    if count > 0 {
        fields.skip(2)?;
    }
    // What the order becomes when it is adjusted.
    fields.skip(7)
}

fn newer_fields(fields: &mut Fields<'_>) -> Result<(), Unreadable> {
    for (gate, count) in [
        (version::EXT_OPERATOR, 1),
        (version::SOFT_DOLLAR_TIER, 2),
        (version::CASH_QUANTITY, 1),
        (version::DECISION_MAKER, 2),
        (version::MIFID_EXECUTION, 2),
        (version::AUTO_PRICE_FOR_HEDGE, 1),
        (version::ORDER_CONTAINER, 1),
        (version::D_PEG_ORDERS, 1),
        (version::PRICE_MANAGEMENT, 1),
        (version::DURATION, 1),
        (version::POST_TO_ATS, 1),
        (version::AUTO_CANCEL_PARENT, 1),
        (version::ADVANCED_REJECT, 1),
        (version::MANUAL_ORDER_TIME, 1),
    ] {
        fields.skip_from(gate, count)?;
    }
    Ok(())
}

fn peg_fields(
    fields: &mut Fields<'_>,
    contract: &ContractKey,
    order: &WireOrder,
) -> Result<(), Unreadable> {
    if !fields.has(version::PEG_OFFSETS) {
        return Ok(());
    }
    if contract.exchange == "IBKRATS" {
        fields.skip(1)?;
    }
    match order.order_type.as_str() {
        "PEG BEST" | "PEGBEST" => {
            fields.skip(1)?;
            let is_up_to_mid = fields.optional_float()?.is_some_and(f64::is_infinite);
            if is_up_to_mid { fields.skip(2) } else { Ok(()) }
        }
        "PEG MID" | "PEGMID" => fields.skip(2),
        _ => Ok(()),
    }
}

fn newest_fields(fields: &mut Fields<'_>) -> Result<(), Unreadable> {
    fields.skip_from(version::CUSTOMER_ACCOUNT, 1)?;
    fields.skip_from(version::PROFESSIONAL, 1)?;
    if fields.has(version::RFQ_FIELDS) {
        fields.skip_until(version::NO_RFQ_FIELDS, 2)?;
    }
    fields.skip_from(version::INCLUDE_OVERNIGHT, 1)?;
    fields.skip_from(version::CME_TAGS, 1)?;
    fields.skip_from(version::IMBALANCE_ONLY, 1)
}
