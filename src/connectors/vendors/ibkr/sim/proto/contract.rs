//! Contracts.

use super::super::message::{ContractDetails, ContractKey};
use super::define::{decimal, messages, text};

messages! {
    Contract {
        "1" con_id: int32 i32,
        "2" symbol: string String,
        "3" sec_type: string String,
        "4" last_trade_date: string String,
        "5" strike: double f64,
        "6" right: string String,
        "7" multiplier: double f64,
        "8" exchange: string String,
        "9" primary_exchange: string String,
        "10" currency: string String,
        "11" local_symbol: string String,
        "12" trading_class: string String,
    }
    Details {
        "1" market_name: string String,
        "2" min_tick: string String,
        "3" order_types: string String,
        "4" valid_exchanges: string String,
        "5" price_magnifier: int32 i32,
        "7" long_name: string String,
        "9" industry: string String,
        "10" category: string String,
        "11" subcategory: string String,
        "12" time_zone: string String,
        "13" trading_hours: string String,
        "14" liquid_hours: string String,
        "18" agg_group: int32 i32,
        "21" market_rule_ids: string String,
        "23" stock_type: string String,
        "24" min_size: string String,
        "25" size_increment: string String,
        "26" suggested_size_increment: string String,
    }
    ContractData {
        "1" id: int32 i32,
        "2" contract: message Contract,
        "3" details: message Details,
    }
    ContractRequest {
        "1" id: int32 i32,
        "2" contract: message Contract,
    }
    PriceIncrement {
        "1" low_edge: double f64,
        "2" increment: double f64,
    }
    MarketRule {
        "1" rule: int32 i32,
        ;
        "2" increments: message PriceIncrement,
    }
}

impl From<&ContractKey> for Contract {
    fn from(key: &ContractKey) -> Self {
        Self {
            con_id: Some(key.con_id),
            symbol: text(&key.symbol),
            sec_type: text(&key.sec_type),
            last_trade_date: text(&key.last_trade_date),
            strike: (key.strike != 0.0).then_some(key.strike),
            right: text(&key.right),
            multiplier: key.multiplier.parse().ok(),
            exchange: text(&key.exchange),
            primary_exchange: text(&key.primary_exchange),
            currency: text(&key.currency),
            local_symbol: text(&key.local_symbol),
            trading_class: text(&key.trading_class),
        }
    }
}

impl From<Contract> for ContractKey {
    fn from(contract: Contract) -> Self {
        Self {
            con_id: contract.con_id.unwrap_or_default(),
            symbol: contract.symbol.unwrap_or_default(),
            sec_type: contract.sec_type.unwrap_or_default(),
            last_trade_date: contract.last_trade_date.unwrap_or_default(),
            strike: contract.strike.unwrap_or_default(),
            right: contract.right.unwrap_or_default(),
            multiplier: contract.multiplier.map(|m| m.to_string()).unwrap_or_default(),
            exchange: contract.exchange.unwrap_or_default(),
            primary_exchange: contract.primary_exchange.unwrap_or_default(),
            currency: contract.currency.unwrap_or_default(),
            local_symbol: contract.local_symbol.unwrap_or_default(),
            trading_class: contract.trading_class.unwrap_or_default(),
        }
    }
}

impl From<&ContractDetails> for Details {
    fn from(details: &ContractDetails) -> Self {
        Self {
            market_name: text(&details.market_name),
            min_tick: decimal(details.min_tick),
            order_types: text(&details.order_types),
            valid_exchanges: text(&details.valid_exchanges),
            price_magnifier: Some(details.price_magnifier),
            long_name: text(&details.long_name),
            industry: text(&details.industry),
            category: text(&details.category),
            subcategory: text(&details.subcategory),
            time_zone: text(&details.time_zone),
            trading_hours: text(&details.trading_hours),
            liquid_hours: text(&details.liquid_hours),
            agg_group: Some(1),
            market_rule_ids: text(&details.market_rule_ids),
            stock_type: text(&details.stock_type),
            min_size: decimal(details.min_size),
            size_increment: decimal(details.size_increment),
            suggested_size_increment: decimal(details.suggested_size_increment),
        }
    }
}
