//! Hardship by hand: late orders, dear trading, struck bars.

use super::changes::{changes, rebuilt};
use super::*;
use crate::base::NoProgress;
use crate::config::{Agent, FillRule};
use crate::domain::{CostModel, Slippage, Weights};
use crate::evaluate::trajectory::simulate_under;
use crate::evaluate::{Choice, Judgement, PreparedMarket, Strategy, Trajectory, View, simulate};
use crate::gym::ActionTable;
use crate::gym::fixtures::{PanelSpec, panel};
use crate::learners::PolicyError;

/// All in one symbol from the first bar on.
struct Holder(usize);

impl Strategy for Holder {
    fn decide(&mut self, view: &View<'_>) -> Result<Choice, PolicyError> {
        let mut weights = vec![0.0; view.num_assets()];
        let is_empty = view.weights()[0] > 0.5;
        weights[self.0 + 1] = 1.0;
        Ok(if is_empty {
            Choice::weights(Weights::try_new(weights).unwrap())
        } else {
            Choice::hold()
        })
    }
}

/// Into the first symbol and out again, bar by bar, by rows of the action table.
#[derive(Default)]
struct Flipper(usize);

impl Strategy for Flipper {
    fn decide(&mut self, view: &View<'_>) -> Result<Choice, PolicyError> {
        self.0 += 1;
        let mut weights = vec![0.0; view.num_assets()];
        weights[self.0 % 2] = 1.0;
        Ok(Choice::weights(Weights::try_new(weights).unwrap()))
    }
}

fn agent(fill: FillRule) -> Agent {
    let text = "name: a\nuniverse: { symbols: [SPY, QQQ], calendar: 24x7 }\n\
        data:\n  source: { synthetic: {} }\n  train: 2010-01-01..2010-03-31\n  \
        validation: 2010-04-01..2010-04-30\n  test: 2010-05-01..2010-12-31\n\
        features: [{ log_return: { window: 1 } }]\n\
        eval: { stress: { bad_years: { drawn: 20, judged: 3 } } }\n";
    let mut agent = crate::config::from_bundle_yaml(text, "agent.yaml", &[]).unwrap();
    agent.env.fill = fill;
    agent
}

fn market(agent: &Agent) -> PreparedMarket {
    let panel = panel(&PanelSpec { rows: 300, num_symbols: 2, seed: 5, ..PanelSpec::default() });
    PreparedMarket::fitted(agent, panel).unwrap()
}

/// Hands a stand to a test.
fn with_stand(fill: FillRule, make: MakeStrategy<'_>, test: impl Fn(&Stand<'_>)) {
    let agent = agent(fill);
    let market = market(&agent);
    let table = ActionTable::try_new(&agent.env.market, &agent.universe.symbols).unwrap();
    let rows = market.rows_in(agent.data.test, 0).unwrap();
    let range = agent.data.test;
    let judgement = Judgement { agent: &agent, market: &market, table: &table, range, rows };
    test(&Stand { judgement: &judgement, make });
}

/// The symbol that gains from the first judged close to the last.
fn winner(stand: &Stand<'_>) -> (usize, f64) {
    let (tape, rows) = (&stand.judgement.market.tape, stand.judgement.rows.clone());
    let growth = |s: usize| tape.quotes(rows.end - 1)[s].close / tape.quotes(rows.start)[s].close;
    let best = (0..2).max_by(|&a, &b| growth(a).total_cmp(&growth(b))).unwrap();
    (best, growth(best) - 1.0)
}

fn plain(stand: &Stand<'_>, strategy: &mut dyn Strategy) -> Trajectory {
    let Judgement { market, table, rows, .. } = stand.judgement;
    simulate(strategy, &market.tape, rows.clone(), &stand.params(), table).unwrap()
}

#[test]
fn no_delay_changes_no_bit() {
    for fill in [FillRule::NextOpen, FillRule::NextClose, FillRule::SameClose] {
        with_stand(fill, &|| Ok(Box::new(Flipper::default())), |stand| {
            let own = stand.params().costs;
            let mut flipper = Flipper::default();
            let delayed = stand.run_under(&|_| own, &mut Delayed::new(&mut flipper, 0)).unwrap();
            assert_eq!(delayed, plain(stand, &mut Flipper::default()));
            assert_eq!(stand.run_at(own).unwrap(), delayed);
        });
    }
}

#[test]
fn a_late_order_is_the_order_of_an_earlier_bar() {
    with_stand(FillRule::NextOpen, &|| Ok(Box::new(Flipper::default())), |stand| {
        let own = stand.params().costs;
        let mut flipper = Flipper::default();
        let late = stand.run_under(&|_| own, &mut Delayed::new(&mut flipper, 3)).unwrap();
        let early = plain(stand, &mut Flipper::default());
        assert!(late.steps[..3].iter().all(|step| step.account.target_weights.is_none()));
        for (late, early) in late.steps[3..].iter().zip(&early.steps) {
            assert_eq!(late.account.target_weights, early.account.target_weights);
        }
        assert_eq!(late.steps.len(), early.steps.len());
    });
}

#[test]
fn dearer_trading_earns_less() {
    with_stand(FillRule::NextOpen, &|| Ok(Box::new(Flipper::default())), |stand| {
        let outcome = stress(stand, &NoProgress).unwrap();
        let returns: Vec<f64> =
            outcome.costs.iter().map(|point| point.figures.total_return.unwrap()).collect();
        assert!(returns.windows(2).all(|pair| pair[0] > pair[1]), "{returns:?}");
        assert_eq!(outcome.costs[0].figures.cost_total, Some(0.0));
        assert_eq!(outcome.costs[1].figures, outcome.unstressed);
        assert_eq!(outcome.delays[0].figures, outcome.unstressed);
    });
}

#[test]
fn the_break_even_cost_of_one_purchase_is_its_gain() {
    with_stand(FillRule::SameClose, &|| Ok(Box::new(Holder(0))), |stand| {
        let (best, gain) = winner(stand);
        assert!(gain > 0.0);
        let make: MakeStrategy<'_> = &|| Ok(Box::new(Holder(best)));
        let stand = Stand { judgement: stand.judgement, make };
        // Bought for the whole equity E, so that the cost is c · E and the end is E (1 + gain − c).
        let BreakEven::At(bps) = stand.break_even_bps().unwrap() else { panic!("no break-even") };
        assert!((bps / (1e4 * gain) - 1.0).abs() < 1e-9, "{bps} {gain}");
        let own = stand.params().costs;
        let Slippage::ConstantBps(slippage) = own.slippage else { panic!("constant by default") };
        let all = own.commission_bps + own.half_spread_bps + slippage;
        let BreakEven::At(multiple) = stand.break_even_multiple().unwrap() else { panic!("none") };
        assert!((multiple * all / bps - 1.0).abs() < 1e-9);
        let loser: MakeStrategy<'_> = &|| Ok(Box::new(Flipper::default()));
        let loser = Stand { judgement: stand.judgement, make: loser };
        let free = loser.run_at(CostModel::FREE).unwrap();
        let is_gain = free.final_equity() > free.initial_equity;
        assert_eq!(is_gain, loser.break_even_bps().unwrap() != BreakEven::LosesForFree);
    });
}

#[test]
fn a_multiple_scales_every_part_of_a_cost() {
    let costs = CostModel {
        commission_bps: 1.0,
        per_share: 2.0,
        minimum: 3.0,
        half_spread_bps: 4.0,
        slippage: Slippage::Impact { coefficient_bps: 5.0, exponent: 0.5 },
    };
    let trade = crate::domain::Trade { quantity: 10.0, notional: 1e4, bar_notional: 1e6 };
    for multiple in [0.0, 1.0, 3.5] {
        let scaled = scaled_costs(costs, multiple).cost(trade);
        assert!((scaled - multiple * costs.cost(trade)).abs() < 1e-9);
    }
}

#[test]
fn a_gap_takes_its_share_of_what_is_held() {
    with_stand(FillRule::SameClose, &|| Ok(Box::new(Holder(0))), |stand| {
        let mut free = stand.judgement.agent.clone();
        free.env.costs.commission_bps = 0.0;
        free.env.costs.half_spread_bps = 0.0;
        free.env.costs.slippage = crate::config::SlippageCost::ConstantBps(0.0);
        let judgement =
            Judgement { agent: &free, rows: stand.judgement.rows.clone(), ..*stand.judgement };
        let stand = Stand { judgement: &judgement, make: stand.make };
        let base = stand.run_at(stand.params().costs).unwrap();
        let growth = base.final_equity() / base.initial_equity;
        let scenarios = stand.scenarios(&base).unwrap();
        let named = |name: &str| scenarios.iter().find(|s| s.name == name).unwrap();
        for (name, left) in [("gap_10", 0.9), ("gap_20", 0.8)] {
            let runs = &named(name).runs;
            assert_eq!(runs.len(), 10);
            for run in runs {
                let found = 1.0 + run.figures.total_return.unwrap();
                assert!((found / (growth * left) - 1.0).abs() < 1e-9, "{name} {found}");
            }
        }
        // Inside a bar nothing is sold without a stop, and a halt changes no price.
        for name in ["flash_20", "halt"] {
            let run = &named(name).runs[0];
            assert!((1.0 + run.figures.total_return.unwrap() - growth).abs() < 1e-9, "{name}");
        }
        let wild = named("volatility").worst().unwrap().annual_volatility.unwrap();
        let calm = stand.figures(&base).annual_volatility.unwrap();
        assert!(wild > 1.8 * calm && wild < 2.3 * calm, "{wild} {calm}");
        let years = &named("bad_years").runs;
        assert_eq!(years.len(), 3);
        assert!(years[0].figures.total_return <= years[2].figures.total_return);
        assert_eq!(named("missing_bars").runs.len(), 5);
    });
}

#[test]
fn wide_spreads_cost_more_and_only_where_they_are() {
    with_stand(FillRule::NextOpen, &|| Ok(Box::new(Flipper::default())), |stand| {
        let base = stand.run_at(stand.params().costs).unwrap();
        let scenarios = stand.scenarios(&base).unwrap();
        let wide = scenarios.iter().find(|s| s.name == "wide_spreads").unwrap().worst().unwrap();
        let own = stand.figures(&base);
        assert!(wide.cost_total > own.cost_total && wide.total_return < own.total_return);
        // Costs by row: dear on the first row alone.
        let costs = stand.params().costs;
        let first = stand.judgement.rows.start;
        let Judgement { market, table, rows, .. } = stand.judgement;
        let dear = |row: usize| if row == first { scaled_costs(costs, 10.0) } else { costs };
        let both = (&stand.params(), *table);
        let mut flipper = Flipper::default();
        let run = simulate_under(&dear, &mut flipper, &market.tape, rows.clone(), both).unwrap();
        assert!((run.steps[0].account.cost / base.steps[0].account.cost - 10.0).abs() < 1e-9);
        let ratio = run.cost_fractions()[1] / base.cost_fractions()[1];
        assert!((ratio - 1.0).abs() < 0.01, "{ratio}");
    });
}

#[test]
fn bars_become_changes_and_bars_again() {
    let spec = PanelSpec { rows: 40, num_symbols: 2, missing_frac: 0.2, ..PanelSpec::default() };
    let panel = panel(&spec);
    let found = rebuilt(&panel, 10, &changes(&panel, 10..40));
    assert_eq!(found.rows[..10], panel.rows[..10]);
    for (found, expected) in found.rows.iter().zip(&panel.rows) {
        assert_eq!(found.time, expected.time);
        for (found, expected) in found.bars.iter().zip(&expected.bars) {
            assert_eq!(found.is_some(), expected.is_some());
            let (Some(found), Some(expected)) = (found, expected) else { continue };
            for (a, b) in [
                (found.open, expected.open),
                (found.low, expected.low),
                (found.close, expected.close),
            ] {
                assert!((a / b - 1.0).abs() < 1e-12);
            }
        }
    }
}
