//! Cash, positions, and what they are worth.

use super::super::message::{Reply, Request};
use super::front::{Desk, Line};
use crate::connectors::simulated::brokerage::Position;
use crate::domain::Symbol;

const INITIAL_MARGIN: f64 = 0.5;
const MAINTENANCE_MARGIN: f64 = 0.25;

impl Desk {
    /// Carries out a request about the session and the account; gives back what is not one.
    pub(super) fn handle_account(&mut self, line: Line, request: Request) -> Option<Request> {
        match request {
            Request::NextId { .. } => self.say_next_id(line),
            Request::ManagedAccounts => {
                self.say(line, Reply::ManagedAccounts { accounts: self.options.accounts.clone() });
            }
            Request::CurrentTime => {
                let seconds = self.now.nanos().div_euclid(1_000_000_000);
                self.say(line, Reply::CurrentTime { seconds });
            }
            Request::CurrentTimeMillis => {
                let millis = self.now.nanos().div_euclid(1_000_000);
                self.say(line, Reply::CurrentTimeMillis { millis });
            }
            Request::AccountSummary { id, tags, .. } => self.say_summary(line, id, &tags),
            Request::AccountUpdates { subscribe, account } => {
                self.subscribe(line, subscribe, &account);
            }
            Request::AccountUpdatesMulti { id, account, model, .. } => {
                self.say_multi(line, id, &account, &model);
            }
            Request::Positions => {
                if let Some(client) = self.client(line) {
                    client.wants_positions = true;
                }
                for (symbol, position) in self.held() {
                    self.say_position(line, &symbol, position);
                }
                self.say(line, Reply::PositionEnd);
            }
            Request::CancelPositions => {
                if let Some(client) = self.client(line) {
                    client.wants_positions = false;
                }
            }
            Request::Pnl { id, .. } => self.start_pnl(line, id, None),
            Request::PnlSingle { id, con_id, .. } => self.start_pnl(line, id, Some(con_id)),
            Request::CancelPnl { id } | Request::CancelPnlSingle { id } => {
                if let Some(client) = self.client(line) {
                    client.pnl.remove(&id);
                }
            }
            Request::StartApi { .. }
            | Request::CancelAccountSummary { .. }
            | Request::CancelAccountUpdatesMulti { .. }
            | Request::CancelContractDetails { .. }
            | Request::Other { .. } => {}
            request => return Some(request),
        }
        None
    }

    fn say_summary(&mut self, line: Line, id: i32, tags: &str) {
        for (index, account) in self.options.accounts.clone().into_iter().enumerate() {
            let values = self.values(index == 0);
            for tag in tags.split(',').map(str::trim) {
                let found: Vec<_> = if tag.starts_with("$LEDGER") {
                    values.iter().filter(|(_, _, currency)| currency == "USD").cloned().collect()
                } else {
                    values.iter().filter(|(key, _, _)| key == tag).take(1).cloned().collect()
                };
                for (tag, value, currency) in found {
                    let account = account.clone();
                    self.say(line, Reply::AccountSummary { id, account, tag, value, currency });
                }
            }
        }
        self.say(line, Reply::AccountSummaryEnd { id });
    }

    fn subscribe(&mut self, line: Line, subscribe: bool, account: &str) {
        if let Some(client) = self.client(line) {
            client.wants_account = subscribe;
        }
        if !subscribe {
            return;
        }
        let first = self.account();
        let account = if account.is_empty() { first.clone() } else { account.to_owned() };
        if !self.options.accounts.contains(&account) {
            self.error(
                line,
                -1,
                321,
                "Error validating request.-'bS' : cause - Invalid account code",
            );
            return;
        }
        self.say_values(line, &account);
        if account == first {
            for (symbol, position) in self.held() {
                self.say_portfolio(line, &symbol, position);
            }
        }
        self.say_account_time(line);
        self.say(line, Reply::AccountDownloadEnd { account });
    }

    /// Tells everybody who wants to know what a trade has done to the account.
    pub(super) fn tell_account(&mut self, symbol: &Symbol) {
        let position = self.house.positions().get(symbol).copied().unwrap_or_default();
        let account = self.account();
        for line in self.lines() {
            let Some(client) = self.client(line) else { continue };
            let (wants_account, wants_positions) = (client.wants_account, client.wants_positions);
            if wants_positions {
                self.say_position(line, symbol, position);
            }
            if wants_account {
                self.say_portfolio(line, symbol, position);
                self.say_values(line, &account);
                self.say_account_time(line);
            }
        }
    }

    fn say_values(&mut self, line: Line, account: &str) {
        let is_first = account == self.account();
        for (key, value, currency) in self.values(is_first) {
            let account = account.to_owned();
            self.say(line, Reply::AccountValue { key, value, currency, account });
        }
    }

    fn say_multi(&mut self, line: Line, id: i32, account: &str, model: &str) {
        let is_first = account.is_empty() || account == self.account();
        for (key, value, currency) in self.values(is_first) {
            let account = if account.is_empty() { self.account() } else { account.to_owned() };
            let model = model.to_owned();
            let reply = Reply::AccountUpdateMulti { id, account, model, key, value, currency };
            self.say(line, reply);
        }
        self.say(line, Reply::AccountUpdateMultiEnd { id });
    }

    fn say_portfolio(&mut self, line: Line, symbol: &Symbol, position: Position) {
        let market_price = self.house.market().last(symbol, self.now);
        let Position { quantity, average_cost } = position;
        let reply = Reply::PortfolioValue {
            contract: self.contract_of(symbol),
            position: quantity,
            market_price,
            market_value: quantity * market_price,
            average_cost,
            unrealized_pnl: Some(quantity * (market_price - average_cost)),
            realized_pnl: Some(self.realized(Some(symbol))),
            account: self.account(),
        };
        self.say(line, reply);
    }

    fn say_account_time(&mut self, line: Line) {
        let zone = self.house.market().calendar().zone();
        let time = zone.to_datetime(self.now.to_jiff()).strftime("%H:%M").to_string();
        self.say(line, Reply::AccountUpdateTime { time });
    }

    fn say_position(&mut self, line: Line, symbol: &Symbol, position: Position) {
        let contract = self.contract_of(symbol);
        let (position, average_cost) = (position.quantity, position.average_cost);
        let account = self.account();
        self.say(line, Reply::Position { account, contract, position, average_cost });
    }

    fn start_pnl(&mut self, line: Line, id: i32, con_id: Option<i32>) {
        if let Some(client) = self.client(line) {
            client.pnl.insert(id, con_id);
        }
        self.say_pnl(line, id, con_id);
    }

    /// Profit and loss of the account or of one position; since the account was opened.
    pub(super) fn say_pnl(&mut self, line: Line, id: i32, con_id: Option<i32>) {
        let held = self.held();
        let now = self.now;
        let market = self.house.market();
        let gain = |(symbol, position): &(Symbol, Position)| {
            position.quantity * (market.last(symbol, now) - position.average_cost)
        };
        let Some(con_id) = con_id else {
            let unrealized: f64 = held.iter().map(gain).sum();
            let realized = self.realized(None);
            let (daily, unrealized) = (unrealized + realized, Some(unrealized));
            self.say(line, Reply::Pnl { id, daily, unrealized, realized: Some(realized) });
            return;
        };
        let name = self.symbols.get(&con_id).map(|name| name.replace(' ', "."));
        let found = held.into_iter().find(|(symbol, _)| Some(symbol.as_str()) == name.as_deref());
        let Some(found) = found else {
            let none = Reply::PnlSingle {
                id,
                position: 0.0,
                daily: 0.0,
                unrealized: None,
                realized: None,
                value: 0.0,
            };
            self.say(line, none);
            return;
        };
        let (unrealized, realized) = (gain(&found), self.realized(Some(&found.0)));
        let reply = Reply::PnlSingle {
            id,
            position: found.1.quantity,
            daily: unrealized + realized,
            unrealized: Some(unrealized),
            realized: Some(realized),
            value: found.1.quantity * market.last(&found.0, now),
        };
        self.say(line, reply);
    }

    pub(super) fn account(&self) -> String {
        self.options.accounts.first().cloned().unwrap_or_default()
    }

    fn held(&self) -> Vec<(Symbol, Position)> {
        self.house
            .positions()
            .iter()
            .map(|(symbol, position)| (symbol.clone(), *position))
            .collect()
    }

    fn realized(&self, symbol: Option<&Symbol>) -> f64 {
        let executions = self.house.executions().iter();
        let of =
            executions.filter(|execution| symbol.is_none_or(|symbol| execution.symbol == *symbol));
        of.filter_map(|execution| execution.realized).sum()
    }

    /// Every value of the account: key, value, currency. An account that does not trade has nothing.
    fn values(&self, is_first: bool) -> Vec<(String, String, String)> {
        let (equity, cash, gross) = if is_first {
            (self.house.equity(self.now), self.house.cash(), self.house.gross(self.now))
        } else {
            (0.0, 0.0, 0.0)
        };
        let (initial, maintenance) = (INITIAL_MARGIN * gross, MAINTENANCE_MARGIN * gross);
        let money = [
            ("NetLiquidation", equity),
            ("TotalCashValue", cash),
            ("SettledCash", cash),
            ("AccruedCash", 0.0),
            ("BuyingPower", (4.0 * equity - gross).max(0.0)),
            ("EquityWithLoanValue", equity),
            ("GrossPositionValue", gross),
            ("InitMarginReq", initial),
            ("FullInitMarginReq", initial),
            ("MaintMarginReq", maintenance),
            ("FullMaintMarginReq", maintenance),
            ("AvailableFunds", equity - initial),
            ("FullAvailableFunds", equity - initial),
            ("ExcessLiquidity", equity - maintenance),
            ("CashBalance", cash),
            ("TotalCashBalance", cash),
            ("StockMarketValue", equity - cash),
            ("RealizedPnL", if is_first { self.realized(None) } else { 0.0 }),
            ("NetLiquidationByCurrency", equity),
        ];
        let row =
            |key: &str, value: String, currency: &str| (key.to_owned(), value, currency.to_owned());
        let mut rows = vec![
            row("AccountType", "INDIVIDUAL".to_owned(), ""),
            row("AccountReady", "true".to_owned(), ""),
            row("Currency", "USD".to_owned(), "USD"),
            row("ExchangeRate", "1.00".to_owned(), "USD"),
        ];
        rows.extend(money.map(|(key, value)| row(key, format!("{value:.2}"), "USD")));
        rows
    }

    /// Margins and equity as they would be with `value` more of gross positions: initial, maintenance, equity.
    pub(super) fn margins(&self, value: f64) -> (f64, f64, f64) {
        let gross = self.house.gross(self.now) + value;
        (INITIAL_MARGIN * gross, MAINTENANCE_MARGIN * gross, self.house.equity(self.now))
    }
}
