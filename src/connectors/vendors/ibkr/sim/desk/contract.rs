//! Contracts: shares of any symbol, in dollars.

use super::super::message::{ContractDetails, ContractKey, PriceIncrement, Reply};
use super::front::{Desk, Line};
use crate::domain::{CalendarName, Symbol};

/// The rule of all contracts: steps of a cent.
const RULE: i32 = 26;
/// Symbols that begin so are unknown.
const UNKNOWN: &str = "ZZZZ";
/// How many days of hours are told.
const DAYS: i64 = 7;

impl Desk {
    /// The symbol that a contract means, and the contract with everything in it.
    pub(super) fn resolve(&mut self, asked: &ContractKey) -> Option<(Symbol, ContractKey)> {
        let is_share = matches!(asked.sec_type.as_str(), "" | "STK");
        let is_dollar = matches!(asked.currency.as_str(), "" | "USD");
        if !is_share || !is_dollar {
            return None;
        }
        let name = match asked.symbol.as_str() {
            "" => self.symbols.get(&asked.con_id)?.clone(),
            name => name.to_owned(),
        };
        let symbol: Symbol = name.replace(' ', ".").parse().ok()?;
        if name.starts_with(UNKNOWN) {
            return None;
        }
        let con_id = number_of(&symbol);
        if asked.con_id != 0 && asked.con_id != con_id {
            return None;
        }
        self.symbols.insert(con_id, name.clone());
        Some((symbol, contract(con_id, name)))
    }

    /// The contract of a symbol that is held.
    pub(super) fn contract_of(&mut self, symbol: &Symbol) -> ContractKey {
        let (con_id, name) = (number_of(symbol), symbol.as_str().replace('.', " "));
        self.symbols.insert(con_id, name.clone());
        contract(con_id, name)
    }

    pub(super) fn say_details(&mut self, line: Line, id: i32, asked: &ContractKey) {
        let Some((_, contract)) = self.resolve(asked) else {
            self.unknown_contract(line, id);
            return;
        };
        let (trading_hours, liquid_hours) = self.hours();
        let is_new_york = self.house.market().calendar().name() == CalendarName::Xnys;
        let details = ContractDetails {
            market_name: "NMS".to_owned(),
            min_tick: 0.01,
            order_types: "ACTIVETIM,ADJUST,ALERT,DAY,GTC,IOC,FOK,LMT,MKT,MOC,OPG,STP,STPLMT"
                .to_owned(),
            valid_exchanges: "SMART,ARCA".to_owned(),
            price_magnifier: 1,
            long_name: format!("{} OF THE SIMULATOR", contract.symbol),
            industry: "Financial".to_owned(),
            category: "Funds".to_owned(),
            subcategory: "Exchange Traded".to_owned(),
            time_zone: if is_new_york { "US/Eastern" } else { "UTC" }.to_owned(),
            trading_hours,
            liquid_hours,
            market_rule_ids: format!("{RULE},{RULE}"),
            stock_type: "ETF".to_owned(),
            min_size: 1.0,
            size_increment: 1.0,
            suggested_size_increment: 100.0,
            contract,
        };
        self.say(line, Reply::ContractDetails { id, details: Box::new(details) });
        self.say(line, Reply::ContractDetailsEnd { id });
    }

    pub(super) fn unknown_contract(&mut self, line: Line, id: i32) {
        self.error(line, id, 200, "No security definition has been found for the request");
    }

    pub(super) fn say_rule(&mut self, line: Line, rule: i32) {
        if rule == RULE {
            let increments = vec![PriceIncrement { low_edge: 0.0, increment: 0.01 }];
            self.say(line, Reply::MarketRule { rule, increments });
        } else {
            self.error(
                line,
                -1,
                322,
                "Error processing request.-'bR' : cause - Unknown market rule",
            );
        }
    }

    /// All hours and regular ones of the coming days: `20240110:0930-20240110:1600;20240113:CLOSED`.
    fn hours(&self) -> (String, String) {
        let market = self.house.market();
        let zone = market.calendar().zone();
        let (mut all, mut regular) = (Vec::new(), Vec::new());
        for ahead in 0..DAYS {
            let day = self.now.saturating_add_nanos(ahead * 86_400_000_000_000).date_in(zone);
            let date = day.strftime("%Y%m%d").to_string();
            let Some(session) = market.calendar().session(day).ok().flatten() else {
                all.push(format!("{date}:CLOSED"));
                regular.push(format!("{date}:CLOSED"));
                continue;
            };
            let show = |time: crate::base::Timestamp| {
                zone.to_datetime(time.to_jiff()).strftime("%Y%m%d:%H%M").to_string()
            };
            let hours = format!("{}-{}", show(session.open), show(session.close));
            all.push(match market.calendar().name() {
                CalendarName::Xnys => format!("{date}:0400-{date}:2000"),
                CalendarName::AlwaysOpen => hours.clone(),
            });
            regular.push(hours);
        }
        (all.join(";"), regular.join(";"))
    }
}

fn contract(con_id: i32, name: String) -> ContractKey {
    ContractKey {
        con_id,
        sec_type: "STK".to_owned(),
        exchange: "SMART".to_owned(),
        primary_exchange: "ARCA".to_owned(),
        currency: "USD".to_owned(),
        local_symbol: name.clone(),
        trading_class: name.clone(),
        symbol: name,
        ..ContractKey::default()
    }
}

/// The number of a contract, the same at every start.
fn number_of(symbol: &Symbol) -> i32 {
    let mut state = 0x811c_9dc5_u32;
    for byte in symbol.as_str().bytes() {
        state = (state ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    }
    i32::try_from(state % 900_000_000).unwrap_or_default() + 1_000
}
