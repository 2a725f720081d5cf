//! Round trips: from flat to flat, or to the other side.

use super::simulate::Trajectory;
use crate::base::Timestamp;
use crate::domain::{Side, Symbol};
use crate::gym::Tape;
use crate::metrics::ClosedTrade;

/// One position while it is open.
#[derive(Debug, Clone, Copy)]
struct OpenTrade {
    entry_time: Timestamp,
    entry_step: usize,
    quantity: f64,
    opened: f64,
    opened_notional: f64,
    closed: f64,
    closed_notional: f64,
    costs: f64,
}

impl OpenTrade {
    fn new(time: Timestamp, step: usize) -> Self {
        Self {
            entry_time: time,
            entry_step: step,
            quantity: 0.0,
            opened: 0.0,
            opened_notional: 0.0,
            closed: 0.0,
            closed_notional: 0.0,
            costs: 0.0,
        }
    }

    fn fill(&mut self, quantity: f64, price: f64, cost: f64) {
        if self.quantity * quantity >= 0.0 {
            self.opened += quantity.abs();
            self.opened_notional += quantity.abs() * price;
        } else {
            self.closed += quantity.abs();
            self.closed_notional += quantity.abs() * price;
        }
        self.quantity += quantity;
        self.costs += cost;
    }

    fn close(&self, symbol: &Symbol, side: Side, time: Timestamp, step: usize) -> ClosedTrade {
        ClosedTrade {
            symbol: symbol.clone(),
            side,
            entry_time: self.entry_time,
            exit_time: time,
            entry_price: self.opened_notional / self.opened,
            exit_price: self.closed_notional / self.closed,
            quantity: self.opened,
            pnl: side.sign() * (self.closed_notional - self.opened_notional) - self.costs,
            bars: step - self.entry_step,
        }
    }
}

/// The round trips of a trajectory in order of their ends; a position that is open at the end is not
/// among them. Times are those of the decisions.
#[must_use]
pub fn closed_trades(trajectory: &Trajectory, tape: &Tape) -> Vec<ClosedTrade> {
    let mut open: Vec<Option<OpenTrade>> = vec![None; tape.num_symbols()];
    let mut closed = Vec::new();
    for (index, step) in trajectory.steps.iter().enumerate() {
        for execution in &step.account.executions {
            let symbol = &tape.symbols()[execution.symbol_index];
            let slot = &mut open[execution.symbol_index];
            let mut trade = slot.take().unwrap_or_else(|| OpenTrade::new(step.time, index));
            let held = trade.quantity;
            // A fill through zero closes one trade and opens the next; its cost is shared by size.
            let closing = if held * execution.quantity < 0.0 {
                execution.quantity.abs().min(held.abs()) * execution.quantity.signum()
            } else {
                execution.quantity
            };
            let share = closing / execution.quantity;
            trade.fill(closing, execution.price, execution.cost * share);
            let is_flat = trade.quantity.abs() <= 1e-12 * trade.opened;
            if !is_flat {
                *slot = Some(trade);
                continue;
            }
            let side = if held > 0.0 { Side::Buy } else { Side::Sell };
            closed.push(trade.close(symbol, side, step.time, index));
            let rest = execution.quantity - closing;
            if rest != 0.0 {
                let mut next = OpenTrade::new(step.time, index);
                next.fill(rest, execution.price, execution.cost * (1.0 - share));
                *slot = Some(next);
            }
        }
    }
    closed
}

/// Round trips as CSV; prices in adjusted currency units, `pnl` after costs.
#[must_use]
pub fn trades_csv(trades: &[ClosedTrade]) -> String {
    let mut text =
        "symbol,side,entry_time,exit_time,entry_price,exit_price,quantity,pnl,bars\n".to_owned();
    for trade in trades {
        let side = match trade.side {
            Side::Buy => "long",
            Side::Sell => "short",
        };
        text += &format!(
            "{},{side},{},{},{},{},{},{},{}\n",
            trade.symbol,
            trade.entry_time,
            trade.exit_time,
            trade.entry_price,
            trade.exit_price,
            trade.quantity,
            trade.pnl,
            trade.bars
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Rng, SeedStream};
    use crate::config::Env;
    use crate::domain::Weights;
    use crate::evaluate::trajectory::{Choice, Strategy, View, simulate};
    use crate::gym::fixtures::{PanelSpec, tape};
    use crate::gym::{ActionTable, EnvParams};
    use crate::learners::PolicyError;

    /// Long, short and flat by chance; cash at the last decision.
    struct Chance {
        rng: Rng,
        decisions_left: usize,
    }

    impl Strategy for Chance {
        fn decide(&mut self, view: &View<'_>) -> Result<Choice, PolicyError> {
            self.decisions_left -= 1;
            let exposure =
                if self.decisions_left == 0 { 0.0 } else { self.rng.below(5) as f64 - 2.0 };
            let mut weights = vec![0.0; view.num_assets()];
            (weights[0], weights[1]) = (1.0 - exposure, exposure);
            Ok(Choice::weights(Weights::try_new(weights).unwrap()))
        }
    }

    #[test]
    fn the_profits_of_all_round_trips_are_the_change_of_equity() {
        let spec =
            PanelSpec { rows: 200, num_symbols: 2, missing_frac: 0.0, ..PanelSpec::default() };
        let env = Env::default();
        let tape = tape(&spec, 1, &env);
        let params = EnvParams::new(&env, tape.bars_per_year());
        let table = ActionTable::try_new(&env.market, tape.symbols()).unwrap();
        let decisions = tape.len() - 1;
        let mut chance = Chance { rng: SeedStream::new(4).rng(), decisions_left: decisions };
        let run = simulate(&mut chance, &tape, 0..tape.len(), &params, &table).unwrap();
        let trades = closed_trades(&run, &tape);
        assert!(trades.len() > 50, "{}", trades.len());
        assert!(trades.iter().any(|trade| trade.side == Side::Sell));
        let profit: f64 = trades.iter().map(|trade| trade.pnl).sum();
        let change = run.final_equity() - run.initial_equity;
        assert!((profit - change).abs() < 1e-6 * run.initial_equity, "{profit} {change}");
    }
}
