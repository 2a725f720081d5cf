//! Contracts, their price steps, and what an order would need.

use futures_util::StreamExt;
use ibapi::Error;
use ibapi::contracts::{Contract, ContractDetails, Currency};
use ibapi::orders::PlaceOrder;
use ibapi::subscriptions::SubscriptionItem;

use super::super::super::request::contract;
use super::super::link::Asker;
use super::super::values;
use super::{Instrument, PriceGrid, what_if};
use crate::config::IbkrSource;
use crate::domain::Symbol;

/// The exchange through which orders are routed.
const ROUTE: &str = "SMART";

/// An instrument as the broker has it.
#[derive(Debug)]
pub(in super::super) struct Found {
    pub(in super::super) instrument: Instrument,
    pub(in super::super) details: ContractDetails,
    /// The number of the market rule; none if the broker names none.
    pub(in super::super) rule: Option<i32>,
}

/// Looks a symbol up; in words why there is no such contract.
pub(in super::super) async fn lookup(
    asker: Asker<'_>,
    symbol: &Symbol,
    currency: &str,
) -> Result<Found, String> {
    let asked = contract(&IbkrSource::default(), symbol)
        .ok_or_else(|| format!("{symbol} can be no stock"))?;
    let asked = Contract { currency: Currency(currency.to_owned()), ..asked };
    let answer = asker.ask(async |client| client.contract_details(&asked).await).await;
    let mut found = match answer {
        Ok(found) => found,
        Err(Error::Notice(notice)) => {
            return Err(format!("{symbol}: {} {}", notice.code, notice.message));
        }
        Err(error) => return Err(format!("{symbol}: {error}")),
    };
    let (Some(details), true) = (found.pop(), found.is_empty()) else {
        return Err(format!("{symbol}: the broker must have one stock in {currency} of this name, and has several"));
    };
    let rule = rule_of(&details);
    let steps = match rule {
        Some(rule) => match asker.ask(async |client| client.market_rule(rule).await).await {
            Ok(rule) => rule.price_increments,
            Err(error) => return Err(format!("{symbol}: market rule {rule}: {error}")),
        },
        None => Vec::new(),
    };
    let steps = steps.iter().map(|step| (step.low_edge, step.increment));
    let grid = PriceGrid::new(steps, details.min_tick);
    let contract = Contract { exchange: asked.exchange, ..details.contract.clone() };
    Ok(Found { instrument: Instrument { contract, grid }, details, rule })
}

/// What one share would need of margin, and cost; in words. Nothing is placed.
pub(in super::super) async fn margin(
    asker: Asker<'_>,
    instrument: &Instrument,
    account: &str,
    wire: i32,
) -> Result<String, String> {
    let order = what_if(account);
    let ask = async |client: &ibapi::Client| {
        let mut answer = client.place_order(wire, &instrument.contract, &order).await?;
        while let Some(item) = answer.next().await {
            if let SubscriptionItem::Data(PlaceOrder::OpenOrder(data)) = item? {
                return Ok(data.order_state);
            }
        }
        Err(Error::UnexpectedEndOfStream)
    };
    let state = asker.ask(ask).await.map_err(|error| error.to_string())?;
    let number = |value: Option<f64>| {
        value.and_then(values::known).map_or_else(|| "unknown".to_owned(), |value| format!("{value:.2}"))
    };
    Ok(format!(
        "one share needs initial margin {} and maintenance margin {}, and costs {} {}",
        number(state.initial_margin_change),
        number(state.maintenance_margin_change),
        number(state.commission.or(state.maximum_commission)),
        state.commission_currency
    ))
}

/// The market rule of the route: rules are listed in the order of the exchanges.
fn rule_of(details: &ContractDetails) -> Option<i32> {
    let index = details.valid_exchanges.iter().position(|exchange| exchange == ROUTE)?;
    details.market_rule_ids.get(index)?.trim().parse().ok()
}
