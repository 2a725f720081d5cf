//! The chain of accounts between backtest and session, and its differences day by day.

use std::collections::BTreeSet;

use serde::Serialize;

use super::account::{Financing, equities};
use super::shares::Shares;
use super::trace::SessionTrace;
use super::{AttributionError, Backtest, Rules};
use crate::base::{Date, Timestamp};
use crate::domain::Calendar;

/// Why a session earned something else than its backtest: six parts that add up to the difference.
///
/// # Units
/// Currency units; positive where the session did better.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Terms {
    /// The same agent by the same rules, on the rows that the session saw instead of the lake's.
    pub data: f64,
    /// The shares that really traded instead of those that the agent asked for, all at the backtest's prices: orders
    /// that were denied, rejected, canceled, expired, rounded or never sent, and trades that nobody decided.
    pub missed: f64,
    /// What the market moved between the close that was decided on and the arrival of the order, and what the later
    /// trade missed of the bar.
    pub latency: f64,
    /// What the market moved between arrival and fill, against what it moves in the backtest between that close and
    /// its fill.
    pub fill: f64,
    /// What the venue charged, with interest and borrow fees, instead of what the backtest charges.
    pub cost: f64,
    /// What is left: the engine's own account against its fills. Anything but rounding is an error of the ledger.
    pub unexplained: f64,
}

impl Terms {
    /// What each part tells, in the order of [`Terms::named`].
    pub const MEANINGS: [&'static str; 6] = [
        "bars that were corrected, late or missing when they were traded on",
        "orders that did not trade as decided, and trades that nobody decided",
        "what the market moved before the order arrived",
        "what it moved from arrival to fill, against the fill rule",
        "commissions, spread, interest and fees, against the modelled ones",
        "rounding; anything else is a fault of the ledger",
    ];

    /// Names and amounts in the order of the chain.
    #[must_use]
    pub const fn named(&self) -> [(&'static str, f64); 6] {
        [
            ("data", self.data),
            ("missed", self.missed),
            ("latency", self.latency),
            ("fill", self.fill),
            ("cost", self.cost),
            ("unexplained", self.unexplained),
        ]
    }

    /// The difference that they explain.
    #[must_use]
    pub fn sum(&self) -> f64 {
        self.named().iter().map(|(_, amount)| amount).sum()
    }
}

/// One day of both.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct DaySplit {
    /// The day, in the calendar's time zone.
    pub date: Date,
    /// Change of the session's equity, currency units.
    pub paper: f64,
    /// Change of the backtest's equity.
    pub backtest: f64,
    /// The first less the second.
    pub difference: f64,
    /// Its parts.
    pub terms: Terms,
}

/// Paper minus backtest.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Attribution {
    /// The days on which either had a row, in order.
    pub days: Vec<DaySplit>,
    /// Their sums.
    pub total: Terms,
    /// Change of the session's equity over all days, currency units.
    pub paper: f64,
    /// Change of the backtest's equity.
    pub backtest: f64,
    /// The first less the second.
    pub difference: f64,
}

/// Splits the difference of a session and its backtest.
///
/// `lake` is the backtest on the lake's final rows, `rerun` the same on the rows that the session saw. With V(x) the
/// equity of an account: data = V(rerun) − V(lake); missed = V(shares that traded, at the backtest's times, prices,
/// costs and financing) − V(rerun); latency = V(the same, traded at arrival at the backtest's price plus arrival less
/// reference price) − that; fill = V(the same, traded when and at what they did) − that; cost = V(the same, with what
/// the venue charged and posted) − that; unexplained = V(by the engine) − that.
///
/// # Errors
/// [`AttributionError`] if the session or a backtest is too short to compare.
pub fn attribute(
    trace: &SessionTrace,
    (lake, rerun): (&Backtest, &Backtest),
    rules: &Rules,
    calendar: &Calendar,
) -> Result<Attribution, AttributionError> {
    let rows = trace.rows();
    if rows.len() < 2 {
        return Err(AttributionError::TooFewRows { found: rows.len() });
    }
    let opening = trace.opening().ok_or(AttributionError::NoOpening)?;
    for (backtest, of) in [(lake, "the lake's rows"), (rerun, "the session's rows")] {
        let found = backtest.equities.len();
        if found < 2 {
            return Err(AttributionError::NoBacktest { of, found });
        }
    }
    let shares = Shares::of(trace, rerun, rules);
    let (market, modelled) = ((opening, rows), Financing::Modelled(rules));
    let value = |deals| equities(market, deals, &shares.modelled_costs, modelled);
    let charged = equities(market, &shares.filled, &shares.charged, Financing::Posted);
    let curve = |values: &[f64]| -> Vec<(Timestamp, f64)> {
        rows.iter().map(|row| row.time).zip(values.iter().copied()).collect()
    };
    let chain = [
        lake.equities.clone(),
        rerun.equities.clone(),
        curve(&value(&shares.modelled)),
        curve(&value(&shares.arrived)),
        curve(&value(&shares.filled)),
        curve(&charged),
        curve(&recorded(trace, &charged)),
    ];
    Ok(split(&chain, calendar))
}

/// Equity by the engine; where it said nothing, its last distance from its fills stays.
fn recorded(trace: &SessionTrace, charged: &[f64]) -> Vec<f64> {
    let mut gap = 0.0;
    let at = |(row, value): (&super::SeenRow, &f64)| {
        if let Some(equity) = trace.equities().get(&row.time) {
            gap = equity - value;
        }
        value + gap
    };
    trace.rows().iter().zip(charged).map(at).collect()
}

fn split(chain: &[Vec<(Timestamp, f64)>; 7], calendar: &Calendar) -> Attribution {
    let day = |time: Timestamp| day_of(time, calendar);
    // The first value of a curve is where it starts: no day earned it.
    let ends = chain.iter().flat_map(|curve| curve.iter().skip(1));
    let days: BTreeSet<Date> = ends.map(|(time, _)| day(*time)).collect();
    let changes: Vec<Vec<f64>> = chain
        .iter()
        .map(|curve| {
            let mut last = curve[0].1;
            let change = |date: &Date| {
                let count = curve.partition_point(|(time, _)| day(*time) <= *date);
                let value = curve[count.max(1) - 1].1;
                value - std::mem::replace(&mut last, value)
            };
            days.iter().map(change).collect()
        })
        .collect();
    let row = |(index, date): (usize, &Date)| {
        let change: [f64; 7] = std::array::from_fn(|account| changes[account][index]);
        day_split(*date, &change)
    };
    let days: Vec<DaySplit> = days.iter().enumerate().map(row).collect();
    total(days)
}

fn day_split(date: Date, change: &[f64; 7]) -> DaySplit {
    let [backtest, rerun, modelled, arrived, filled, charged, paper] = *change;
    let mut terms = Terms {
        data: rerun - backtest,
        missed: modelled - rerun,
        latency: arrived - modelled,
        fill: filled - arrived,
        cost: charged - filled,
        unexplained: 0.0,
    };
    let difference = paper - backtest;
    terms.unexplained = difference - terms.sum();
    DaySplit { date, paper, backtest, difference, terms }
}

fn total(days: Vec<DaySplit>) -> Attribution {
    let sum = |of: fn(&DaySplit) -> f64| days.iter().map(of).sum::<f64>() + 0.0;
    Attribution {
        total: Terms {
            data: sum(|day| day.terms.data),
            missed: sum(|day| day.terms.missed),
            latency: sum(|day| day.terms.latency),
            fill: sum(|day| day.terms.fill),
            cost: sum(|day| day.terms.cost),
            unexplained: sum(|day| day.terms.unexplained),
        },
        paper: sum(|day| day.paper),
        backtest: sum(|day| day.backtest),
        difference: sum(|day| day.difference),
        days,
    }
}

/// The day that ends at or after `time`: a bar that ends at midnight belongs to the day before.
fn day_of(time: Timestamp, calendar: &Calendar) -> Date {
    time.saturating_add_nanos(-1).date_in(calendar.zone())
}
