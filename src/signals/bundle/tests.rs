//! One agent by its bundle, against its decisions on a tape; its views by hand.

use std::collections::BTreeSet;

use super::BundleSignal;
use super::what_if::WhatIf;
use crate::config::{Env, Market, PositionRules, SlotsMarket};
use crate::gym::fixtures::PanelSpec;
use crate::gym::{ActionTable, EnvParams, Holdings, SlotAction, SlotBook, SlotChange, Standing};
use crate::learners::Policy;
use crate::signals::fixtures::Stage;
use crate::signals::{DecisionPoint, Joint, Opinion, SignalSource, Target};

#[test]
fn the_signals_are_the_decisions_on_the_tape() {
    let stage = Stage::portfolio();
    let (mut agent, mut policy) = (stage.agent(5), Policy::from_bundle(&stage.bundle(5)).unwrap());
    let said = stage.play(&mut agent);
    let (early, decisions) = said.split_at(stage.num_warm_up());
    assert!(early.iter().all(|opinion| *opinion == Opinion::WarmingUp));
    let (mut account, mut taken) = (stage.account(), BTreeSet::new());
    for (row, opinion) in decisions.iter().enumerate() {
        let Opinion::Signal(joint) = opinion else { panic!("{opinion:?}") };
        let position = account.position_state(&stage.tape, row);
        let legal = account.legal_actions(&stage.tape, row, &stage.table);
        let observation = position.observation_values(stage.tape.features(row));
        let expected = policy.decide(&observation, &legal).unwrap();
        let Joint { signal, legal: found, .. } = &**joint;
        assert_eq!((signal.action, found), (expected.action, &legal), "row {row}");
        assert_eq!(signal.value, f64::from(expected.value), "row {row}");
        account.step(&stage.tape, row, stage.table.order(signal.action));
        taken.insert(signal.action);
    }
    assert!(taken.len() > 1, "{taken:?}");
}

#[test]
fn asking_for_views_changes_nothing_else() {
    let stage = Stage::portfolio();
    let plain = stage.play(&mut stage.agent(5));
    let viewed = stage.play(&mut stage.agent(5).with_views());
    let mut differ = 0;
    for (plain, viewed) in plain.into_iter().zip(viewed) {
        let (Opinion::Signal(plain), Opinion::Signal(mut viewed)) = (plain, viewed) else {
            continue;
        };
        let views = viewed.signal.views.take().unwrap();
        differ += usize::from(views.flat != views.hedge || views.flat != viewed.signal.target);
        assert_eq!(plain, viewed);
    }
    assert!(differ > 0);
}

#[test]
fn a_flat_account_wishes_what_it_would_wish_flat() {
    let stage = Stage::portfolio();
    let (mut agent, account) = (stage.agent(5).with_views(), stage.account());
    for row in 0..stage.num_warm_up() + 1 {
        let Opinion::Signal(joint) = stage.ask(&mut agent, &account, row) else { continue };
        let views = joint.signal.views.unwrap();
        assert_eq!((&views.flat, &views.hedge), (&joint.signal.target, &joint.signal.target));
    }
}

fn standing<'a>(
    account: (&'a Holdings, Option<&'a SlotBook>),
    rules: &'a PositionRules,
    prices: &'a [f64],
) -> Standing<'a> {
    let (holdings, slots) = account;
    Standing { holdings, rules, slots, prices, num_trades: 0, is_ruined: false }
}

#[test]
fn views_of_positions_by_hand() {
    let mut holdings = Holdings::new(1000.0, 2);
    holdings.fill(0, 4.0, 100.0, 0.0);
    holdings.fill(1, -2.0, 50.0, 0.0);
    let (rules, prices) = (PositionRules::default(), [110.0, 50.0]);
    let standing = standing((&holdings, None), &rules, &prices);
    // 700 of cash, 440 long, 100 short: 1040.
    let flat = WhatIf::flat(&standing).position(&prices);
    assert_eq!((flat.weights, flat.unrealized_returns), (vec![1.0, 0.0, 0.0], vec![0.0, 0.0]));
    assert_eq!(flat.drawdown, holdings.drawdown(&prices));
    let hedge = WhatIf::hedge(&standing).position(&prices);
    let expected = [1380.0, -440.0, 100.0].map(|value| value / 1040.0);
    assert_eq!(hedge.weights, expected);
    let gains = [hedge.unrealized_returns[0] + 0.1, hedge.unrealized_returns[1]];
    assert!(gains.iter().all(|gain: &f64| gain.abs() < 1e-12), "{gains:?}");
    assert_eq!(hedge.drawdown, holdings.drawdown(&prices));
}

/// Two long slots and a short one, of which both long ones were opened at 100 and are held for 4 bars.
fn slots() -> (EnvParams, SlotBook, Holdings) {
    let market = SlotsMarket { max_long: 2, max_short: 1, unit_frac: 0.3, ..Default::default() };
    let env = Env { market: Market::Slots(market), ..Env::default() };
    let params = EnvParams::new(&env, 252.0);
    let mut book = SlotBook::new(params.slots.unwrap());
    let mut holdings = Holdings::new(1000.0, 1);
    for slot in 0..2 {
        let change = SlotChange { slot, action: SlotAction::Open };
        book.fill(change, 3.0, 100.0);
        holdings.fill(0, 3.0, 100.0, 0.0);
    }
    for _ in 0..4 {
        let before = book.slots().to_vec();
        book.close_bar(&before);
    }
    (params, book, holdings)
}

#[test]
fn views_of_slots_by_hand() {
    let (params, book, holdings) = slots();
    let prices = [110.0];
    let standing = standing((&holdings, Some(&book)), &params.rules, &prices);
    let flat = WhatIf::flat(&standing).position(&prices);
    assert!(flat.slots.iter().all(|slot| slot.weight == 0.0));
    // There is one short slot: it takes the first of the two units.
    let hedge = WhatIf::hedge(&standing).position(&prices);
    let found: Vec<(f64, f64)> = hedge.slots.iter().map(|s| (s.weight, s.bars_held)).collect();
    assert_eq!(found, [(0.0, 0.0), (0.0, 0.0), (-330.0 / 1060.0, 4.0)]);
    assert!((hedge.slots[2].unrealized_return + 0.1).abs() < 1e-12);
    assert_eq!(hedge.weights, [1390.0 / 1060.0, -330.0 / 1060.0]);
}

#[test]
fn agents_of_slots_see_them_and_take_legal_actions() {
    let (params, book, holdings) = slots();
    let market = SlotsMarket { max_long: 2, max_short: 1, unit_frac: 0.3, ..Default::default() };
    let spec = PanelSpec { rows: 250, num_symbols: 1, ..PanelSpec::default() };
    let stage = Stage::new(Market::Slots(market), &spec);
    let mut agent = stage.agent(3).with_views();
    assert_eq!(agent.actions().slots(), stage.table.slots());
    stage.panel.rows.iter().for_each(|row| agent.observe(row));
    let prices = [110.0];
    let standing = standing((&holdings, Some(&book)), &params.rules, &prices);
    let position = holdings.position_state(Some(&book), &prices);
    let time = stage.panel.rows[0].time;
    let (position, standing) = (&position, &standing);
    let point = DecisionPoint { time, position, standing, trading: &[true] };
    let Opinion::Signal(joint) = agent.signal(&point).unwrap() else { panic!("a wish") };
    // Both long slots are open, the short one is not: hold, close either, open the other.
    assert_eq!(joint.legal, [true, false, true, false, true, true, false]);
    assert!(joint.legal[joint.signal.action]);
    let views = joint.signal.views.unwrap();
    let closes = |target: &Target| {
        matches!(target, Target::Slot(SlotChange { action: SlotAction::Close, .. }))
    };
    assert!(!closes(&views.flat), "{views:?}");
}

#[test]
fn parts_that_do_not_fit_are_refused() {
    let stage = Stage::portfolio();
    let narrow = ActionTable::try_new(&Env::default().market, &stage.panel.symbols[..2]).unwrap();
    let error = BundleSignal::load(&stage.bundle_with(5, &narrow)).err().unwrap();
    assert!(error.to_string().ends_with("assets in the action table must be 4, was 3"));
}
