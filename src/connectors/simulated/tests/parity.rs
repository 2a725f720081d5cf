//! Orders of the environment against the gym's own account: the same cash and positions, to the bit.

use crate::base::SeedStream;
use crate::config::{
    ActionRow, Actions, Costs, Env, FillRule, Market, PortfolioMarket, PositionRules, QuoteFill,
    SlippageCost,
};
use crate::connectors::simulated::SimulatedVenue;
use crate::domain::{OrderId, OrderRequest, Panel};
use crate::gym::fixtures::{PanelSpec, panel};
use crate::gym::{Account, ActionTable, EnvParams, Holdings, Tape};
use crate::ports::{Broker, BrokerEvent};

const BARS_PER_YEAR: f64 = 252.0;

fn env(fill: FillRule, rules: PositionRules) -> Env {
    let rows =
        [[1.0, 0.0, 0.0, 0.0], [0.0, 0.5, 0.5, 0.0], [-0.6, 1.2, -0.4, 0.8], [1.5, -0.5, 0.0, 0.0]];
    let weights = rows.map(|row| ActionRow::Weights(row.to_vec()));
    let table = std::iter::once(ActionRow::Hold).chain(weights).collect();
    let costs = Costs {
        minimum: 3.0,
        per_share: 0.005,
        slippage: SlippageCost::SquareRootBps(20.0),
        borrow_rate_annual: 0.03,
        ..Costs::default()
    };
    let market = Market::Portfolio(PortfolioMarket::new(Actions::Table(table)));
    Env { market, fill, costs, rules, cash_rate_annual: 0.02, ..Env::default() }
}

/// Our copy of the account, moved by what the venue tells.
fn apply(holdings: &mut Holdings, panel: &Panel, events: Vec<BrokerEvent>) {
    for event in events {
        match event {
            BrokerEvent::Filled(fill) | BrokerEvent::Protected { fill, .. } => {
                let index = panel.symbols.iter().position(|s| *s == fill.symbol).unwrap();
                holdings.fill(index, fill.signed_quantity(), fill.price, fill.cost);
            }
            BrokerEvent::CashPosted { amount, .. } => holdings.cash += amount,
            _ => {}
        }
    }
}

fn check(env: &Env, seed: u64) {
    let spec =
        PanelSpec { seed, rows: 200, missing_frac: 0.08, volatility: 0.02, ..PanelSpec::default() };
    let panel = panel(&spec);
    let tape = Tape::try_new(&panel, &[], 0, env, BARS_PER_YEAR).unwrap();
    let offset = panel.rows.len() - tape.len();
    let actions = ActionTable::try_new(&env.market, &panel.symbols).unwrap();
    let mut account = Account::new(&EnvParams::new(env, BARS_PER_YEAR), panel.symbols.len());
    let mut venue = SimulatedVenue::new(env, BARS_PER_YEAR, &panel.symbols);
    panel.rows[..=offset].iter().for_each(|row| venue.watch(row).unwrap());
    let mut holdings = Holdings::new(env.initial_equity, panel.symbols.len());
    let mut rng = SeedStream::new(seed).child("action").rng();
    let mut closes = vec![f64::NAN; panel.symbols.len()];
    let mut number = 0;
    for (row, market) in panel.rows.iter().enumerate() {
        for (close, bar) in closes.iter_mut().zip(&market.bars) {
            *close = bar.map_or(*close, |bar| bar.close);
        }
        let Some(at) = row.checked_sub(offset).filter(|at| at + 1 < tape.len()) else { continue };
        let order = actions.order(rng.below(5));
        let quantities = holdings.order_quantities(order, None, env.initial_equity, &closes);
        for (index, quantity) in quantities.into_iter().enumerate() {
            if market.bars[index].is_some() && quantity != 0.0 {
                number += 1;
                let symbol = panel.symbols[index].clone();
                let request = OrderRequest::market(OrderId(number), symbol, quantity, market.time);
                venue.submit(super::approved(request)).unwrap();
            }
        }
        account.step(&tape, at, order);
        venue.advance(&panel.rows[row + 1]).unwrap();
        apply(&mut holdings, &panel, venue.poll().unwrap());
        let next: Vec<f64> = closes
            .iter()
            .zip(&panel.rows[row + 1].bars)
            .map(|(c, b)| b.map_or(*c, |b| b.close))
            .collect();
        assert_eq!(holdings.equity(&next), account.equity(&tape, at + 1), "{:?} {row}", env.fill);
        assert_eq!(venue.truth().cash, holdings.cash);
    }
    assert!(number > 200);
}

#[test]
fn the_account_is_that_of_the_gym() {
    let rules = PositionRules {
        stop_loss_frac: Some(0.03),
        trailing_stop_frac: Some(0.05),
        take_profit_frac: Some(0.04),
        ..PositionRules::default()
    };
    let quotes = FillRule::Quotes(QuoteFill { latency_ms: 70_800_000 });
    for fill in [FillRule::NextOpen, FillRule::NextClose, FillRule::SameClose, quotes] {
        for seed in 0..4 {
            check(&env(fill, PositionRules::default()), seed);
            check(&env(fill, rules.clone()), seed);
        }
    }
}
