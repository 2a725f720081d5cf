//! Statistics of closed trades.

use serde::{Deserialize, Serialize};

use crate::base::Timestamp;
use crate::domain::{Side, Symbol};

/// A position that was opened and closed again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClosedTrade {
    /// What was traded.
    pub symbol: Symbol,
    /// The side that opened it: a buy opens a long position, a sell a short one.
    pub side: Side,
    /// When it was opened.
    pub entry_time: Timestamp,
    /// When it was closed.
    pub exit_time: Timestamp,
    /// Average price of the opening fills.
    pub entry_price: f64,
    /// Average price of the closing fills.
    pub exit_price: f64,
    /// Shares or contracts, above 0.
    pub quantity: f64,
    /// Currency units, after costs.
    pub pnl: f64,
    /// Bars held.
    pub bars: usize,
}

impl ClosedTrade {
    /// Profit after costs as a fraction of the entry notional.
    #[must_use]
    pub fn return_frac(&self) -> Option<f64> {
        super::growth::finite(self.pnl / (self.entry_price * self.quantity).abs())
    }
}

/// What a list of trades adds up to.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TradeStatistics {
    /// How many.
    pub num_trades: usize,
    /// Share of trades with a profit after costs.
    pub win_rate: Option<f64>,
    /// Mean return of the winning trades, a fraction of the entry notional.
    pub win_mean: Option<f64>,
    /// Mean return of the others; negative or 0.
    pub loss_mean: Option<f64>,
    /// Mean holding time, bars.
    pub bars_mean: Option<f64>,
}

/// Counts and averages; a mean over no trade is `None`.
#[must_use]
pub fn trade_statistics(trades: &[ClosedTrade]) -> TradeStatistics {
    let (wins, losses): (Vec<&ClosedTrade>, Vec<&ClosedTrade>) =
        trades.iter().partition(|trade| trade.pnl > 0.0);
    let mean_return = |some: &[&ClosedTrade]| {
        let returns: Vec<f64> = some.iter().filter_map(|trade| trade.return_frac()).collect();
        super::mean(&returns)
    };
    let bars: Vec<f64> = trades.iter().map(|trade| trade.bars as f64).collect();
    TradeStatistics {
        num_trades: trades.len(),
        win_rate: (!trades.is_empty()).then(|| wins.len() as f64 / trades.len() as f64),
        win_mean: mean_return(&wins),
        loss_mean: mean_return(&losses),
        bars_mean: super::mean(&bars),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trade(pnl: f64, bars: usize) -> ClosedTrade {
        ClosedTrade {
            symbol: "SPY".parse().unwrap(),
            side: Side::Buy,
            entry_time: Timestamp::from_seconds(0),
            exit_time: Timestamp::from_seconds(60),
            entry_price: 100.0,
            exit_price: 101.0,
            quantity: 2.0,
            pnl,
            bars,
        }
    }

    #[test]
    fn trades_by_hand() {
        let found =
            trade_statistics(&[trade(4.0, 2), trade(2.0, 4), trade(-1.0, 3), trade(0.0, 3)]);
        assert_eq!(found.num_trades, 4);
        assert_eq!(found.win_rate, Some(0.5));
        assert!((found.win_mean.unwrap() - 0.015).abs() < 1e-15);
        assert!((found.loss_mean.unwrap() + 0.0025).abs() < 1e-15);
        assert_eq!(found.bars_mean, Some(3.0));
    }

    #[test]
    fn no_trade_has_no_mean() {
        let found = trade_statistics(&[]);
        assert_eq!((found.num_trades, found.win_rate, found.win_mean), (0, None, None));
    }
}
