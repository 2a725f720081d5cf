use super::*;
use crate::base::Timestamp;
use crate::domain::{CalendarName, OrderKind, Side, Symbol, TimeInForce};

const CASH: f64 = 100_000.0;

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn spy() -> Symbol {
    "SPY".parse().unwrap()
}

/// A Wednesday at 10:00 in New York.
fn morning() -> Timestamp {
    time("2024-01-10T15:00:00Z")
}

fn after(at: Timestamp, seconds: i64) -> Timestamp {
    at.saturating_add_nanos(seconds * 1_000_000_000)
}

fn house(seed: u64) -> Brokerage {
    let mut house = Brokerage::new(VirtualMarket::new(seed, CalendarName::Xnys), CASH);
    house.advance(morning());
    house
}

fn order(signed: f64, kind: OrderKind) -> HouseOrder {
    HouseOrder {
        reference: "r".to_owned(),
        client: 1,
        symbol: spy(),
        side: Side::of(signed),
        quantity: signed.abs(),
        kind,
        time_in_force: TimeInForce::Day,
        parent: None,
    }
}

fn status(house: &Brokerage, number: u64) -> HouseStatus {
    house.order(number).unwrap().status
}

fn limit(limit_price: f64) -> OrderKind {
    OrderKind::Limit { limit_price }
}

fn last(house: &Brokerage) -> f64 {
    house.market().last(&spy(), house.now())
}

#[test]
fn prices_have_ticks_a_spread_and_trades_inside_it() {
    let market = VirtualMarket::new(7, CalendarName::Xnys);
    for second in 0..600 {
        let at = after(morning(), second);
        let top = market.top(&spy(), at);
        let spread = ((top.ask - top.bid) * 100.0).round();
        assert!(spread == 1.0 || spread == 2.0, "{top:?}");
        let last = market.last(&spy(), at);
        assert!(top.bid <= last && last <= top.ask);
        assert!(((last * 100.0).round() - last * 100.0).abs() < 1e-6);
    }
    let other = VirtualMarket::new(8, CalendarName::Xnys);
    assert_ne!(market.last(&spy(), morning()), other.last(&spy(), morning()));
}

#[test]
fn the_price_stands_still_while_the_market_is_closed() {
    let market = VirtualMarket::new(7, CalendarName::Xnys);
    let (evening, night) = (time("2024-01-12T21:00:00Z"), time("2024-01-14T12:00:00Z"));
    assert!(!market.is_open(evening));
    assert_eq!(market.last(&spy(), evening), market.last(&spy(), night));
    assert!(market.bar(&spy(), evening, night).is_none());
}

#[test]
fn short_bars_add_up_to_long_ones() {
    let market = VirtualMarket::new(7, CalendarName::Xnys);
    let session = market.coming_session(morning()).unwrap();
    let whole = market.bar(&spy(), session.open, session.close).unwrap();
    let parts: Vec<_> = (0..78)
        .map(|i| {
            let open = after(session.open, i * 300);
            market.bar(&spy(), open, after(open, 300)).unwrap()
        })
        .collect();
    assert_eq!(whole.open, parts[0].open);
    assert_eq!(whole.close, parts[77].close);
    assert_eq!(whole.high, parts.iter().map(|bar| bar.high).fold(0.0, f64::max));
    assert_eq!(whole.low, parts.iter().map(|bar| bar.low).fold(f64::MAX, f64::min));
    assert_eq!(whole.volume, parts.iter().map(|bar| bar.volume).sum::<f64>());
    // And the extremes are those of the path itself.
    let seconds = (0..23_400).map(|i| market.last(&spy(), after(session.open, i)));
    assert_eq!(whole.high, seconds.fold(0.0, f64::max));
}

#[test]
fn ten_years_of_days_move_like_a_share() {
    let market = VirtualMarket::new(7, CalendarName::Xnys);
    let range = crate::base::DateRange::try_new(
        crate::base::parse_date("2014-01-01").unwrap(),
        crate::base::parse_date("2023-12-31").unwrap(),
    );
    let sessions = market.calendar().sessions(range.unwrap()).unwrap();
    let closes: Vec<f64> = sessions
        .iter()
        .map(|session| market.bar(&spy(), session.open, session.close).unwrap().close)
        .collect();
    let returns: Vec<f64> = closes.windows(2).map(|pair| (pair[1] / pair[0]).ln()).collect();
    let variance = returns.iter().map(|r| r * r).sum::<f64>() / returns.len() as f64;
    let yearly = (variance * 252.0).sqrt();
    assert!((0.08..0.45).contains(&yearly), "{yearly}");
}

#[test]
fn a_market_order_fills_at_the_touch_and_the_cash_is_right() {
    let mut house = house(1);
    let number = house.place(morning(), order(10.0, OrderKind::Market));
    let events = house.advance(after(morning(), 2));
    let [
        HouseEvent::Accepted { .. },
        HouseEvent::Filled { price, .. },
        HouseEvent::Commission { cost, realized: None, .. },
    ] = events.as_slice()
    else {
        panic!("{events:?}");
    };
    assert_eq!(status(&house, number), HouseStatus::Filled);
    assert_eq!(*cost, 1.0);
    assert!((house.cash() - (CASH - 10.0 * price - 1.0)).abs() < 1e-9);
    let position = house.positions()[&spy()];
    assert_eq!((position.quantity, position.average_cost), (10.0, *price));
    assert!(house.truth_csv().lines().any(|row| row.starts_with("fill,")));
}

#[test]
fn cash_and_positions_are_the_sum_of_the_executions() {
    for seed in 0..5 {
        let mut house = house(seed);
        let mut at = morning();
        for step in 0..40_i32 {
            let signed = f64::from((step * 37) % 300 - 140);
            let kind = if step % 3 == 0 { limit(last(&house)) } else { OrderKind::Market };
            if signed != 0.0 {
                house.place(at, order(signed, kind));
            }
            at = after(at, 97);
            house.advance(at);
        }
        let mut cash = CASH;
        let mut held = 0.0;
        for execution in house.executions() {
            let signed = execution.side.sign() * execution.quantity;
            cash -= signed * execution.price + execution.commission;
            held += signed;
        }
        assert!((house.cash() - cash).abs() < 0.005, "{} {cash}", house.cash());
        let found = house.positions().get(&spy()).map_or(0.0, |position| position.quantity);
        assert!((found - held).abs() < 1e-9);
        assert!(house.executions().len() > 20);
    }
}

#[test]
fn the_way_there_does_not_matter() {
    let run = |steps: i64| {
        let mut house = house(3);
        let price = last(&house);
        house.place(morning(), order(250.0, limit(price - 0.02)));
        house.place(morning(), order(-250.0, limit(price + 0.05)));
        house.place(morning(), order(300.0, OrderKind::Market));
        let mut events = Vec::new();
        for step in 1..=steps {
            events.extend(house.advance(after(morning(), step * 3600 / steps)));
        }
        (events, house.truth_csv())
    };
    let (events, truth) = run(1);
    assert!(events.len() > 6, "{events:?}");
    assert_eq!((events.clone(), truth.clone()), run(3600));
    assert_eq!((events, truth), run(7));
}

#[test]
fn big_orders_come_in_parts() {
    let parts = |seed| {
        let mut house = house(seed);
        house.place(morning(), order(500.0, OrderKind::Market));
        house.advance(after(morning(), 10));
        let commission: f64 = house.executions().iter().map(|e| e.commission).sum();
        assert!((commission - 2.5).abs() < 1e-9, "{commission}");
        assert_eq!(house.executions().last().unwrap().cumulative, 500.0);
        house.executions().len()
    };
    let seen: std::collections::BTreeSet<usize> = (0..20).map(parts).collect();
    assert_eq!(seen, [1, 2, 3].into());
}

#[test]
fn a_bracket_protects_and_one_leg_cancels_the_other() {
    let mut house = house(2);
    let entry = house.place(morning(), order(50.0, OrderKind::Market));
    let price = last(&house);
    let child = |kind| HouseOrder { parent: Some(entry), ..order(-50.0, kind) };
    let stop = house.place(morning(), child(OrderKind::Stop { stop_price: price - 50.0 }));
    let target = house.place(morning(), child(limit(price - 1.0)));
    assert_eq!(status(&house, stop), HouseStatus::Waiting);
    let events = house.advance(after(morning(), 5));
    assert_eq!(status(&house, entry), HouseStatus::Filled);
    assert_eq!(status(&house, target), HouseStatus::Filled);
    assert_eq!(status(&house, stop), HouseStatus::Canceled);
    assert!(
        events.iter().any(|e| matches!(e, HouseEvent::Canceled { number, .. } if *number == stop))
    );
    assert!(house.positions().is_empty());
    assert!(house.executions().last().unwrap().realized.is_some());
}

#[test]
fn canceling_the_entry_cancels_what_protects_it() {
    let mut house = house(2);
    let entry = house.place(morning(), order(50.0, limit(1.0)));
    let leg = house
        .place(morning(), HouseOrder { parent: Some(entry), ..order(-50.0, OrderKind::Market) });
    assert!(house.cancel(after(morning(), 1), entry));
    assert!(!house.cancel(after(morning(), 1), entry));
    assert_eq!(status(&house, leg), HouseStatus::Canceled);
}

#[test]
fn times_in_force() {
    let mut house = house(4);
    let price = last(&house);
    let with = |time_in_force, kind| HouseOrder { time_in_force, ..order(10.0, kind) };
    let far = limit(price - 30.0);
    let day = house.place(morning(), with(TimeInForce::Day, far));
    let gtc = house.place(morning(), with(TimeInForce::Gtc, far));
    let ioc = house.place(morning(), with(TimeInForce::Ioc, far));
    let fok = house.place(morning(), with(TimeInForce::Fok, limit(price + 1.0)));
    house.advance(after(morning(), 1));
    assert_eq!(status(&house, ioc), HouseStatus::Canceled);
    assert_eq!(status(&house, fok), HouseStatus::Filled);
    let events = house.advance(time("2024-01-11T15:00:00Z"));
    assert_eq!(status(&house, day), HouseStatus::Expired);
    assert_eq!(status(&house, gtc), HouseStatus::Working);
    let close = time("2024-01-10T21:00:00Z");
    assert_eq!(events, [HouseEvent::Expired { number: day, time: close }]);
}

#[test]
fn orders_of_the_night_wait_for_the_open() {
    let night = time("2024-01-10T03:00:00Z");
    let mut house = Brokerage::new(VirtualMarket::new(4, CalendarName::Xnys), CASH);
    let number = house.place(night, order(10.0, OrderKind::Market));
    let auction = house.place(night, order(10.0, OrderKind::MarketOnOpen));
    let closing = house.place(night, order(10.0, OrderKind::MarketOnClose));
    let now = HouseOrder { time_in_force: TimeInForce::Ioc, ..order(10.0, OrderKind::Market) };
    let now = house.place(night, now);
    let events = house.advance(night);
    assert!(events.contains(&HouseEvent::Held { number, time: night }));
    assert_eq!(status(&house, now), HouseStatus::Canceled);
    house.advance(after(morning(), -1800));
    let open = time("2024-01-10T14:30:00Z");
    assert_eq!(status(&house, number), HouseStatus::Filled);
    assert_eq!(status(&house, auction), HouseStatus::Filled);
    assert_eq!(house.executions()[1].time, open);
    assert_eq!(house.executions()[1].price, house.market().last(&spy(), open));
    house.advance(time("2024-01-11T00:00:00Z"));
    assert_eq!(status(&house, closing), HouseStatus::Filled);
    assert_eq!(house.executions()[2].time, time("2024-01-10T21:00:00Z"));
}

#[test]
fn stops_trigger_and_changes_hold() {
    let mut house = house(5);
    let price = last(&house);
    let stop = house.place(morning(), order(10.0, OrderKind::Stop { stop_price: price + 50.0 }));
    let kind = OrderKind::StopLimit { stop_price: price - 1.0, limit_price: price - 20.0 };
    let stop_limit = house.place(morning(), order(10.0, kind));
    house.advance(after(morning(), 60));
    assert_eq!(status(&house, stop), HouseStatus::Working);
    assert_eq!(status(&house, stop_limit), HouseStatus::Working);
    let at = house.now();
    assert!(house.modify(at, stop, 20.0, OrderKind::Stop { stop_price: price - 1.0 }));
    house.advance(after(at, 3));
    assert_eq!(house.order(stop).unwrap().filled, 20.0);
    assert!(!house.modify(after(at, 3), stop, 30.0, OrderKind::Market));
}

#[test]
fn what_the_account_cannot_carry_is_rejected() {
    let mut house = house(6);
    let number = house.place(morning(), order(1e6, OrderKind::Market));
    assert_eq!(status(&house, number), HouseStatus::Rejected);
    let none = house.place(morning(), order(0.0, OrderKind::Market));
    assert_eq!(status(&house, none), HouseStatus::Rejected);
    assert!(house.order(number).unwrap().reason.starts_with("insufficient buying power"));
}

#[test]
fn the_house_makes_mistakes_on_demand() {
    let mut house = house(6);
    let number = house.place(morning(), order(10.0, OrderKind::Market));
    house.advance(after(morning(), 1));
    house.over_fill(number, 5.0);
    assert_eq!(house.positions()[&spy()].quantity, 15.0);
    let name = house.executions()[0].execution.clone();
    let cash = house.cash();
    let corrected = house.correct(&name, 0.5).unwrap();
    assert!(corrected.execution.ends_with(".02"));
    assert!((house.cash() - (cash - 5.0)).abs() < 1e-9);
    let other = house.foreign(HouseOrder { client: 0, ..order(-3.0, OrderKind::Market) });
    house.advance(after(morning(), 5));
    assert_eq!(house.order(other).unwrap().order.client, 0);
    assert_eq!(house.positions()[&spy()].quantity, 12.0);
}
