//! One account that lives through the bars of a tape.

use super::exits::protective_exit;
use super::{Execution, ExecutionKind, Holdings, RewardInput, Standing};
use crate::config::FillRule;
use crate::domain::{Trade, Weights};
use crate::gym::{ActionTable, EnvParams, PositionState, SlotAction, SlotBook, SlotChange, Tape};

/// What a decision asks for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Order<'a> {
    /// Keep the holdings as they are.
    Hold,
    /// Trade to these weights.
    Weights(&'a Weights),
    /// Open or close a slot.
    Slot(SlotChange),
}

/// What happened between two closes.
#[derive(Debug, Clone, PartialEq)]
pub struct AccountStep {
    /// Equity at the close that the decision was made on, currency units.
    pub equity_before: f64,
    /// Equity at the next close.
    pub equity_after: f64,
    /// Fractions of equity before the decision, cash first.
    pub weights_before: Vec<f64>,
    /// What was asked for; `None` is HOLD.
    pub target_weights: Option<Vec<f64>>,
    /// Fractions of equity at the next close, cash first.
    pub weights_after: Vec<f64>,
    /// Every trade in order of time.
    pub executions: Vec<Execution>,
    /// Traded notional over equity before.
    pub turnover: f64,
    /// All costs of trading, currency units, at least 0.
    pub cost: f64,
    /// What cash earned over the bar, a fraction.
    pub cash_return: f64,
    /// Equity after over equity before, less 1: net of every cost.
    pub portfolio_return: f64,
    /// Return of the benchmark over the same bar.
    pub benchmark_return: f64,
    /// Loss since the highest equity, after the bar, a fraction.
    pub drawdown: f64,
    /// What the reward is computed from.
    pub reward_input: RewardInput,
}

/// Cash and positions under the rules of the environment.
#[derive(Debug, Clone)]
pub struct Account {
    params: EnvParams,
    holdings: Holdings,
    slots: Option<SlotBook>,
    num_trades: usize,
    is_ruined: bool,
}

impl Account {
    /// All cash at the start of an episode.
    #[must_use]
    pub fn new(params: &EnvParams, num_symbols: usize) -> Self {
        let holdings = Holdings::new(params.initial_equity, num_symbols);
        let slots = params.slots.map(SlotBook::new);
        Self { params: params.clone(), holdings, slots, num_trades: 0, is_ruined: false }
    }

    /// The same account under other costs.
    #[must_use]
    pub fn with_costs(mut self, costs: crate::domain::CostModel) -> Self {
        self.params.costs = costs;
        self
    }

    /// Carries out a decision made at `row` and lives through the bar of the next row.
    ///
    /// Orders are sized at the close of `row`, filled by the fill rule, and only where the symbol has
    /// a bar on both rows. A ruined account trades no more.
    ///
    /// # Panics
    /// If `row` is the last one: nothing could be filled.
    pub fn step(&mut self, tape: &Tape, row: usize, order: Order<'_>) -> AccountStep {
        assert!(row + 1 < tape.len(), "invariant: a decision needs a next row");
        let price = |s: usize| tape.fill_price(self.params.fill, row, s);
        let fill_prices: Vec<f64> = (0..tape.num_symbols()).map(price).collect();
        self.step_at(tape, row, order, &fill_prices)
    }

    /// As [`Account::step`], with orders filled at these prices, one for each symbol.
    pub(in crate::gym) fn step_at(
        &mut self,
        tape: &Tape,
        row: usize,
        order: Order<'_>,
        fill_prices: &[f64],
    ) -> AccountStep {
        let prices = closes(tape, row);
        let before = self.holdings.clone();
        let slots_before = self.slots.clone();
        let equity_before = before.equity(&prices);
        let mut quantities = self.quantities(tape, row, order);
        let mut executions = Vec::new();
        if self.params.fill == FillRule::NextClose {
            self.exit_positions(tape, row, &mut executions);
            executions.iter().for_each(|exit| quantities[exit.symbol_index] = 0.0);
            self.fill_orders(tape, row, (&quantities, fill_prices), &mut executions);
        } else {
            self.fill_orders(tape, row, (&quantities, fill_prices), &mut executions);
            self.exit_positions(tape, row, &mut executions);
        }
        let is_trade = executions.iter().any(|e| e.kind == ExecutionKind::Order);
        self.num_trades += usize::from(is_trade);
        let next_prices = closes(tape, row + 1);
        self.accrue(tape, &next_prices);
        self.holdings.close_bar(&before.positions, &next_prices);
        self.close_slots(slots_before.as_ref(), order, &mut executions);
        let equity_after = self.holdings.equity(&next_prices);
        self.is_ruined |= equity_after < self.params.ruin_frac * self.params.initial_equity;
        self.report(
            tape,
            row,
            Outcome { before, slots_before, equity_before, equity_after, executions, order },
        )
    }

    /// One flag per action of `table`: may it be taken at `row`? At least one always may.
    #[must_use]
    pub fn legal_actions(&self, tape: &Tape, row: usize, table: &ActionTable) -> Vec<bool> {
        let standing = Standing {
            holdings: &self.holdings,
            rules: &self.params.rules,
            slots: self.slots.as_ref(),
            prices: &closes(tape, row),
            num_trades: self.num_trades,
            is_ruined: self.is_ruined,
        };
        let is_trading: Vec<bool> = tape.quotes(row).iter().map(|q| q.is_tradable).collect();
        standing.legal_actions(&is_trading, table)
    }

    /// What a policy may see at `row`.
    #[must_use]
    pub fn position_state(&self, tape: &Tape, row: usize) -> PositionState {
        self.holdings.position_state(self.slots.as_ref(), &closes(tape, row))
    }

    /// Equity at the close of `row`, currency units.
    #[must_use]
    pub fn equity(&self, tape: &Tape, row: usize) -> f64 {
        self.holdings.equity(&closes(tape, row))
    }

    /// Cash and positions.
    #[must_use]
    pub fn holdings(&self) -> &Holdings {
        &self.holdings
    }

    /// The rules that the account lives under.
    #[must_use]
    pub fn params(&self) -> &EnvParams {
        &self.params
    }

    /// Decisions so far that changed a position.
    #[must_use]
    pub fn num_trades(&self) -> usize {
        self.num_trades
    }

    /// Whether equity has fallen below the ruin level.
    #[must_use]
    pub fn is_ruined(&self) -> bool {
        self.is_ruined
    }

    fn quantities(&self, tape: &Tape, row: usize, order: Order<'_>) -> Vec<f64> {
        if self.is_ruined {
            return vec![0.0; tape.num_symbols()];
        }
        let prices = closes(tape, row);
        let slots = self.slots.as_ref();
        let mut quantities =
            self.holdings.order_quantities(order, slots, self.params.initial_equity, &prices);
        for (s, quantity) in quantities.iter_mut().enumerate() {
            if !(tape.quotes(row)[s].is_tradable && tape.quotes(row + 1)[s].is_tradable) {
                *quantity = 0.0;
            }
        }
        quantities
    }

    fn fill_orders(
        &mut self,
        tape: &Tape,
        row: usize,
        (quantities, prices): (&[f64], &[f64]),
        executions: &mut Vec<Execution>,
    ) {
        for (s, &quantity) in quantities.iter().enumerate().filter(|(_, q)| **q != 0.0) {
            let price = prices[s];
            executions.push(self.execute(tape, row, (s, ExecutionKind::Order), (quantity, price)));
        }
    }

    fn exit_positions(&mut self, tape: &Tape, row: usize, executions: &mut Vec<Execution>) {
        for s in 0..tape.num_symbols() {
            let (position, bar) = (self.holdings.positions[s], tape.quotes(row + 1)[s]);
            match protective_exit(&position, &bar, &self.params.rules) {
                Some((kind, price)) => {
                    let trade = (-position.quantity, price);
                    executions.push(self.execute(tape, row, (s, kind), trade));
                }
                None => self.holdings.positions[s].pass(&bar),
            }
        }
    }

    fn execute(
        &mut self,
        tape: &Tape,
        row: usize,
        (symbol_index, kind): (usize, ExecutionKind),
        (quantity, price): (f64, f64),
    ) -> Execution {
        let cost = self.params.costs.cost(Trade {
            quantity: quantity.abs(),
            notional: quantity.abs() * price,
            bar_notional: tape.quotes(row)[symbol_index].bar_notional,
        });
        let has_closed = self.holdings.positions[symbol_index].is_closed_by(quantity);
        self.holdings.fill(symbol_index, quantity, price, cost);
        Execution { symbol_index, kind, quantity, price, cost, has_closed }
    }

    /// Tells the slots what was traded for them, and counts how long they are open.
    fn close_slots(
        &mut self,
        before: Option<&SlotBook>,
        order: Order<'_>,
        executions: &mut [Execution],
    ) {
        let (Some(slots), Some(before)) = (&mut self.slots, before) else { return };
        if let Order::Slot(change) = order {
            for execution in executions {
                slots.fill(change, execution.quantity, execution.price);
                execution.has_closed = change.action == SlotAction::Close;
            }
        }
        slots.close_bar(before.slots());
    }

    /// Interest on cash and the fee for borrowed shares, both for one bar.
    fn accrue(&mut self, tape: &Tape, next_prices: &[f64]) {
        let positions = self.holdings.positions.iter().zip(next_prices);
        let short: f64 = positions.map(|(p, price)| (-p.quantity * price).max(0.0)).sum();
        self.holdings.cash *= 1.0 + tape.cash_return();
        self.holdings.cash -= self.params.borrow_rate_per_bar * short;
    }

    fn report(&self, tape: &Tape, row: usize, outcome: Outcome<'_>) -> AccountStep {
        let Outcome { before, slots_before, equity_before, equity_after, executions, order } =
            outcome;
        let next_prices = closes(tape, row + 1);
        let notional = executions.iter().map(|e| e.quantity.abs() * e.price).sum::<f64>() + 0.0;
        let prices = closes(tape, row);
        let gain = self.holdings.unrealized_profit(self.slots.as_ref(), &next_prices)
            - before.unrealized_profit(slots_before.as_ref(), &prices);
        let reward_input = RewardInput {
            portfolio_return: equity_after / equity_before - 1.0,
            benchmark_return: tape.benchmark_return(self.params.benchmark, row),
            pnl_frac: (equity_after - equity_before) / self.params.initial_equity,
            drawdown: self.holdings.drawdown(&next_prices),
            booked_frac: (equity_after - equity_before - gain) / self.params.initial_equity,
            has_closed: executions.iter().any(|e| e.has_closed),
        };
        AccountStep {
            equity_before,
            equity_after,
            weights_before: before.weights(&prices),
            target_weights: before.target_weights(
                order,
                slots_before.as_ref(),
                self.params.initial_equity,
                &prices,
            ),
            weights_after: self.holdings.weights(&next_prices),
            turnover: notional / equity_before,
            // An empty sum is −0, which a file should not show.
            cost: executions.iter().map(|e| e.cost).sum::<f64>() + 0.0,
            cash_return: tape.cash_return(),
            portfolio_return: reward_input.portfolio_return,
            benchmark_return: reward_input.benchmark_return,
            drawdown: reward_input.drawdown,
            executions,
            reward_input,
        }
    }
}

/// What [`Account::report`] makes an [`AccountStep`] of.
struct Outcome<'a> {
    before: Holdings,
    slots_before: Option<SlotBook>,
    equity_before: f64,
    equity_after: f64,
    executions: Vec<Execution>,
    order: Order<'a>,
}

fn closes(tape: &Tape, row: usize) -> Vec<f64> {
    tape.quotes(row).iter().map(|quote| quote.close).collect()
}
