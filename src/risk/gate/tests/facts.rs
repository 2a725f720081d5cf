//! Halts: when they begin, what they say, when they end.

use super::*;
use crate::risk::Alarm;

fn none() -> RiskLimits {
    RiskLimits::default()
}

fn alarm(cause: HaltCause) -> Vec<Alarm> {
    vec![Alarm { cause, symbol: None, cancel_all: cause.cancels() }]
}

const DAY: f64 = 86_400.0;

#[test]
fn the_loss_of_a_day_counts_from_the_last_close_and_binds_until_the_next_session() {
    let mut gate = gate(RiskLimits { daily_loss_frac_max: Some(0.02), ..none() });
    let close = 6.0 * 3600.0;
    assert_eq!(gate.value(at(close), 10_000.0), []);
    assert_eq!(gate.value(at(DAY), 9_801.0), []);
    assert_eq!(gate.value(at(DAY + 60.0), 9_800.0), alarm(HaltCause::DailyLoss));
    assert_eq!(gate.value(at(DAY + 120.0), 9_700.0), [], "an alarm comes once");
    assert_eq!(gate.trading_state(), TradingState::Reducing);
    assert!(gate.is_halted(&symbol("SPY")));
    // A recovery on the same day changes nothing.
    assert_eq!(gate.value(at(DAY + 180.0), 11_000.0), []);
    assert_eq!(gate.trading_state(), TradingState::Reducing);
    // Friday lifts it, and counts from Thursday's last value.
    assert_eq!(gate.value(at(2.0 * DAY), 10_900.0), []);
    assert_eq!(gate.trading_state(), TradingState::Active);
    assert_eq!(gate.state().day_open_equity(), Some(11_000.0));
    // A weekend is no day of trading.
    assert_eq!(gate.value(at(2.0 * DAY + 60.0), 10_000.0), alarm(HaltCause::DailyLoss));
    assert_eq!(gate.value(at(3.0 * DAY), 10_000.0), []);
    assert_eq!(gate.trading_state(), TradingState::Reducing);
    assert_eq!(gate.value(at(5.0 * DAY), 10_000.0), []);
    assert_eq!(gate.trading_state(), TradingState::Active);
}

#[test]
fn a_drawdown_halts_until_a_human_resumes_and_then_counts_from_there() {
    let mut gate = gate(RiskLimits { drawdown_frac_max: Some(0.1), ..none() });
    for (day, equity) in [10_000.0, 12_000.0, 11_000.0, 10_801.0].into_iter().enumerate() {
        assert_eq!(gate.value(at(DAY * day as f64), equity), [], "{equity}");
    }
    assert_eq!(gate.value(at(DAY * 9.0), 10_800.0), alarm(HaltCause::Drawdown));
    assert_eq!(gate.value(at(DAY * 99.0), 13_000.0), []);
    assert_eq!(gate.trading_state(), TradingState::Halted);
    let _ = gate.value(at(DAY * 99.0), 10_000.0);
    gate.resume(at(DAY * 99.0));
    assert_eq!(gate.trading_state(), TradingState::Active);
    assert_eq!(gate.state().peak_equity(), Some(10_000.0));
    assert_eq!(gate.value(at(DAY * 100.0), 9_001.0), []);
    assert_eq!(gate.value(at(DAY * 101.0), 9_000.0), alarm(HaltCause::Drawdown));
}

#[test]
fn an_equity_that_is_no_number_is_left_out() {
    let mut gate = gate(all_limits());
    let _ = gate.value(at(0.0), 10_000.0);
    for equity in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert_eq!(gate.value(at(1.0), equity), []);
    }
    assert_eq!(gate.state().peak_equity(), Some(10_000.0));
    let causes: Vec<_> = gate.value(at(2.0), -1.0).iter().map(|alarm| alarm.cause).collect();
    assert_eq!(causes, [HaltCause::DailyLoss, HaltCause::Drawdown], "a debt is a loss");
}

// fault: codes_201_203
#[test]
fn rejects_count_for_a_minute() {
    let mut gate = gate(RiskLimits { rejects_per_minute_max: Some(5), ..none() });
    for reject in 0..20 {
        assert_eq!(gate.rejected(at(15.0 * f64::from(reject))), [], "four a minute");
    }
    assert_eq!(gate.rejected(at(286.0)), alarm(HaltCause::RejectStorm));
    gate.resume(at(287.0));
    assert_eq!(gate.rejected(at(287.0)), [], "those of before are forgotten");
}

#[test]
fn a_gap_must_last() {
    let mut gate = gate(RiskLimits { reconcile_gap_s_max: Some(30.0), ..none() });
    assert_eq!(gate.compared(at(0.0), differing(true)), []);
    assert_eq!(gate.compared(at(29.0), differing(false)), []);
    assert_eq!(gate.compared(at(31.0), differing(true)), []);
    assert_eq!(gate.compared(at(61.0), differing(true)), []);
    let halted =
        Alarm { cause: HaltCause::ReconcileGap, symbol: Some(symbol("SPY")), cancel_all: true };
    assert_eq!(gate.compared(at(61.1), differing(true)), [halted]);
    assert_eq!(gate.compared(at(70.0), differing(false)), []);
    assert!(gate.is_halted(&symbol("SPY")), "until a human resumes");
    assert!(!gate.is_halted(&symbol("QQQ")), "the others trade");
    assert_eq!(gate.trading_state(), TradingState::Active);
}

#[test]
fn bad_signals_count_in_a_row() {
    let mut gate = gate(RiskLimits { bad_signals_max: Some(3), ..none() });
    let mut was = |is_good| gate.signal_was(at(0.0), is_good);
    let said = [false, false, true, false, false].map(&mut was);
    assert_eq!(said.concat(), []);
    assert_eq!(was(false), alarm(HaltCause::BadSignals));
}

#[test]
fn round_trips_are_counted_by_position_and_not_by_fill() {
    let trips = |fills: &[f64]| {
        let mut gate = gate(RiskLimits { round_trips_per_hour_max: Some(1), ..none() });
        let mut time = 0.0;
        let mut told = Vec::new();
        for &signed in fills {
            time += 1.0;
            told.extend(gate.filled(&fill(signed, at(time))));
        }
        (gate.state().most_trips(at(time)), told.len())
    };
    assert_eq!(trips(&[5.0, 5.0, -3.0, -3.0, -3.0]), (0, 0));
    assert_eq!(trips(&[5.0, 5.0, -3.0, -7.0]), (1, 0));
    assert_eq!(trips(&[5.0, -10.0]), (1, 0), "a flip ends one");
    assert_eq!(trips(&[5.0, -10.0, 10.0]), (2, 1));
    assert_eq!(trips(&[0.1, 0.2, -0.3]), (1, 0), "rounding holds no position open");
    assert_eq!(trips(&[5.0, -5.0, 5.0, -5.0, 5.0, -5.0]), (3, 1), "an alarm comes once");
}

#[test]
fn round_trips_halt_one_symbol_and_age() {
    let mut gate = gate(RiskLimits { round_trips_per_hour_max: Some(1), ..none() });
    let mut trip = |time: f64| [fill(1.0, at(time)), fill(-1.0, at(time))].map(|f| gate.filled(&f));
    assert_eq!(trip(0.0).concat(), []);
    assert_eq!(trip(3600.0).concat(), []);
    let told = trip(7199.0).concat();
    let symbol_halt =
        Alarm { cause: HaltCause::RoundTrips, symbol: Some(symbol("SPY")), cancel_all: true };
    assert_eq!(told, [symbol_halt]);
    assert!(gate.is_halted(&symbol("SPY")) && !gate.is_halted(&symbol("QQQ")));
    assert_eq!(gate.trading_state(), TradingState::Active, "the other symbols trade");
}

#[test]
fn a_resume_lifts_everything_and_a_halt_comes_back_if_its_reason_does() {
    let mut gate = gate(all_limits());
    let _ = gate.value(at(0.0), 1e4);
    for cause in HaltCause::ALL {
        assert_eq!(gate.halt(cause, None, at(0.0)), alarm(cause));
        assert_eq!(gate.halt(cause, None, at(1.0)), []);
    }
    let _ = gate.over_filled(&symbol("SPY"), at(1.0));
    gate.resume(at(2.0));
    assert_eq!(gate.state().halts(), []);
    assert_eq!(gate.halt(HaltCause::Killed, None, at(3.0)), alarm(HaltCause::Killed));
}

#[test]
fn a_resume_forgives_only_the_loss_that_halted() {
    let mut gate = gate(RiskLimits { drawdown_frac_max: Some(0.1), ..none() });
    let _ = gate.value(at(0.0), 10_000.0);
    let _ = gate.value(at(DAY), 9_100.0);
    let _ = gate.halt(HaltCause::Killed, None, at(DAY));
    gate.resume(at(DAY));
    assert_eq!(gate.state().peak_equity(), Some(10_000.0));
    assert_eq!(gate.value(at(2.0 * DAY), 9_000.0), alarm(HaltCause::Drawdown));
}

#[test]
fn every_limit_that_the_account_uses_up_is_shown_with_its_use() {
    let mut gate = gate(all_limits());
    let mut book = book(50.0);
    let _ = gate.value(at(-60.0), 12_500.0);
    let _ = gate.value(at(0.0), 10_000.0);
    gate.clock(at(0.0), at(0.5));
    gate.resume(at(0.0));
    assert_eq!(say(&mut gate, order(1, -1.0), &mut book, at(0.0)), "ok");
    let _ = gate.value(at(1.0), 9_900.0);
    let _ = gate.signal_was(at(1.0), false);
    let _ = gate.rejected(at(1.0));
    let _ = gate.compared(at(1.0), differing(true));
    let uses = gate.usage(&book, at(4.0));
    let used = |key: &str| uses.iter().find(|used| used.key == key).unwrap().used;
    assert_eq!(uses.len(), 17);
    assert_eq!(used("gross_exposure_max"), 0.49);
    assert_eq!(used("net_exposure_max"), 0.49);
    assert_eq!(used("weight_abs_max"), 0.49);
    assert_eq!(used("cash_frac_min"), (5000.0 + 99.9) / 1e4);
    assert_eq!(used("orders_per_minute_max"), 1.0);
    assert_eq!(used("orders_per_s_max"), 0.0);
    assert_eq!(used("quote_age_s_max"), 4.0);
    assert_eq!(used("clock_skew_s_max"), 0.5);
    assert_eq!(used("daily_loss_frac_max"), 0.01);
    assert_eq!(used("drawdown_frac_max"), 0.01);
    assert_eq!(used("reconcile_gap_s_max"), 3.0);
    assert_eq!(used("rejects_per_minute_max"), 1.0);
    assert_eq!(used("bad_signals_max"), 1.0);
    assert!(used("var_frac_max").is_nan(), "there is no history");
    assert_eq!(gate.history_days_needed(), 101);
}

#[test]
fn bars_age_by_the_time_that_the_exchange_was_open() {
    let limits = RiskLimits { bar_age_intervals_max: Some(2.0), ..none() };
    let check = |timeframe: &str, bar: &str, now: &str, expected: &str| {
        let market = Market { timeframe: timeframe.parse().unwrap(), ..market() };
        let mut gate = RiskGate::try_new(&limits, &market, RiskState::default()).unwrap();
        let mut book = book(0.0);
        book.lines[0].bar_time = Some(bar.parse().unwrap());
        let said = say(&mut gate, order(1, 1.0), &mut book, now.parse().unwrap());
        assert_eq!(said, expected, "{timeframe} {bar} {now}");
    };
    // The last minute of Friday is one minute old a minute after Monday's open.
    check("1min", "2019-01-04T21:00:00Z", "2019-01-07T14:31:00Z", "ok");
    check("1min", "2019-01-04T21:00:00Z", "2019-01-07T14:33:00Z", "BAR_STALE");
    // Days: a close that is missing counts from the moment it was due.
    check("1d", "2019-01-04T21:00:00Z", "2019-01-08T20:59:59Z", "ok");
    check("1d", "2019-01-04T21:00:00Z", "2019-01-08T21:00:00Z", "ok");
    check("1d", "2019-01-04T21:00:00Z", "2019-01-09T21:00:00Z", "BAR_STALE");
    check("1w", "2019-01-04T21:00:00Z", "2019-01-18T21:00:00Z", "ok");
    check("1w", "2019-01-04T21:00:00Z", "2019-01-18T22:00:00Z", "BAR_STALE");
    check("1mo", "2019-01-31T21:00:00Z", "2019-06-03T21:00:00Z", "BAR_STALE");
    check("1d", "2019-01-04T21:00:00Z", "2020-01-04T21:00:00Z", "BAR_STALE");
}

// fault: position_mismatch
#[test]
fn a_symbol_whose_position_differs_is_not_traded_either_way_and_the_others_are() {
    let mut gate = gate(none());
    let _ = gate.compared(at(0.0), differing(true));
    let mut book = book(50.0);
    for signed in [1.0, -1.0] {
        assert_eq!(say(&mut gate, order(1, signed), &mut book, at(0.0)), "POSITION_DIFFERS");
    }
    let other = OrderRequest { symbol: symbol("QQQ"), ..order(2, 1.0) };
    assert_eq!(say(&mut gate, other, &mut book, at(0.0)), "ok");
    gate.resume(at(1.0));
    assert_eq!(say(&mut gate, order(3, -1.0), &mut book, at(1.0)), "POSITION_DIFFERS");
    gate.agreed(&symbol("SPY"));
    assert_eq!(say(&mut gate, order(4, -1.0), &mut book, at(1.0)), "ok");
}

// fault: trading_halt
#[test]
fn a_symbol_whose_data_is_in_doubt_is_left_and_not_entered() {
    let mut gate = gate(none());
    gate.doubt([symbol("SPY")]);
    let mut book = book(50.0);
    assert_eq!(say(&mut gate, order(1, 1.0), &mut book, at(0.0)), "DATA_IN_DOUBT");
    assert_eq!(say(&mut gate, order(2, -51.0), &mut book, at(0.0)), "DATA_IN_DOUBT");
    assert_eq!(say(&mut gate, order(3, -50.0), &mut book, at(0.0)), "ok");
    let other = OrderRequest { symbol: symbol("QQQ"), ..order(4, 1.0) };
    assert_eq!(say(&mut gate, other, &mut book, at(0.0)), "ok");
    gate.doubt([]);
    assert_eq!(say(&mut gate, order(5, 1.0), &mut book, at(0.0)), "ok");
}

// fault: model_late
#[test]
fn a_signal_that_came_late_counts_as_one_that_could_not_be_used() {
    let mut gate = gate(RiskLimits { bad_signals_max: Some(3), ..none() });
    for miss in 0..3 {
        let before = gate.bad_signals();
        assert_eq!((before, gate.signal_was(at(0.0), true)), (miss, Vec::new()));
        let expected = if miss == 2 { alarm(HaltCause::BadSignals) } else { Vec::new() };
        assert_eq!(gate.signal_was_late(at(0.0), before), expected);
    }
}
