//! Two sources of one symbol, side by side.

use crate::base::{Date, Timestamp};
use crate::config::Adjust;
use crate::dataset::quality::action_text;
use crate::dataset::quality::returns::{median, shown};
use crate::dataset::{Adjuster, StoredSeries};
use crate::domain::{Bar, Calendar, CorporateAction, Timeframe};

use super::{Finding, FindingCode};

/// Closes of one day may differ by this fraction: last trade against official close is up to 0.48 %
/// in ten years of three funds.
const CLOSE_TOLERANCE: f64 = 0.005;
/// Open, high and low may differ by this fraction: vendors filter odd trades differently, about one
/// day in 400 differs by more.
const RANGE_TOLERANCE: f64 = 0.01;
/// Shared bars on each side whose median ratio is the level of the two sources.
const NEIGHBORS: usize = 15;
/// Near the ends so few shared bars must do.
const NEIGHBORS_MIN: usize = 5;
/// A step of the level by this (a log) is a payout that one of them lacks; the median of 15 closes
/// wanders by less than 0.1 %.
const STEP: f64 = 0.0015;
/// A constant factor beyond this (a log) is another level.
const LEVEL: f64 = 0.01;
/// Volumes of one order differ by less than this factor (a log): exchanges counted differently give
/// 0.86, lots for shares 100.
const VOLUME: f64 = 2.3;
/// How near to a step an action is named as its cause, shared bars.
const NEAR: usize = 5;

/// A moment that both sources have.
struct Shared<'a> {
    here: &'a Bar,
    there: &'a Bar,
    /// Raw times this is total adjusted, for each.
    factors: (f64, f64),
    /// `ln(here / there)` of the adjusted closes.
    ratio: f64,
}

/// How the bars of `here` differ from those of `there`, both adjusted for splits and payouts from
/// the first shared bar on. Days that only one of them covers at its ends do not count.
#[must_use]
pub fn compare_series(here: &StoredSeries, there: &StoredSeries, name: &str) -> Vec<Finding> {
    let calendar = Calendar::new(here.manifest.calendar);
    let shared = shared_bars(here, there, &calendar);
    if shared.is_empty() {
        let text = format!("no day is in {name} as well; expected an overlap to compare");
        return vec![Finding::whole(FindingCode::NotComparable, text)];
    }
    let levels = levels(&shared);
    let mut findings = constant_differences(&shared, name);
    findings.extend(steps(&shared, (here, there), name, &calendar));
    let pairs = shared.iter().zip(&levels);
    findings.extend(pairs.filter_map(|(bars, level)| disagreement(bars, *level, name)));
    findings.extend(lonely_days(here, there, name, &calendar));
    findings
}

/// What tells that two bars are the same: the day for daily bars and longer ones, whose opening
/// times sources write differently.
fn moment(bar: &Bar, timeframe: Timeframe, calendar: &Calendar) -> i64 {
    match timeframe {
        Timeframe::Seconds(_) => bar.open_time.nanos(),
        _ => Timestamp::midnight_utc(bar.open_time.date_in(calendar.zone())).nanos(),
    }
}

fn shared_bars<'a>(
    here: &'a StoredSeries,
    there: &'a StoredSeries,
    calendar: &Calendar,
) -> Vec<Shared<'a>> {
    let timeframe = here.manifest.timeframe;
    let moments = |series: &StoredSeries| -> Vec<i64> {
        series.bars.iter().map(|bar| moment(bar, timeframe, calendar)).collect()
    };
    let (ours, theirs) = (moments(here), moments(there));
    let mut pairs = Vec::new();
    let (mut i, mut j) = (0, 0);
    while i < ours.len() && j < theirs.len() {
        match ours[i].cmp(&theirs[j]) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                pairs.push((i, j));
                (i, j) = (i + 1, j + 1);
            }
        }
    }
    let Some(&(first_here, first_there)) = pairs.first() else { return Vec::new() };
    let our_factors = factors(here, first_here, calendar);
    let their_factors = factors(there, first_there, calendar);
    let shared = |(i, j): (usize, usize)| {
        let (a, b) = (&here.bars[i], &there.bars[j]);
        let factors = (our_factors[i - first_here], their_factors[j - first_there]);
        let ratio = (a.close * factors.0 / (b.close * factors.1)).ln();
        Shared { here: a, there: b, factors, ratio }
    };
    pairs.into_iter().map(shared).collect()
}

fn factors(series: &StoredSeries, first: usize, calendar: &Calendar) -> Vec<f64> {
    let mut adjuster = Adjuster::new(&series.actions, Adjust::Total, calendar.zone());
    series.bars[first..].iter().map(|bar| adjuster.update(bar).close / bar.close).collect()
}

/// The median ratio around each shared bar; it follows a step at once.
fn levels(shared: &[Shared<'_>]) -> Vec<f64> {
    let level = |index: usize| {
        let around = index.saturating_sub(NEIGHBORS)..(index + NEIGHBORS + 1).min(shared.len());
        let mut ratios: Vec<f64> = shared[around].iter().map(|bars| bars.ratio).collect();
        median(&mut ratios)
    };
    (0..shared.len()).map(level).collect()
}

fn constant_differences(shared: &[Shared<'_>], name: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let first = &shared[..shared.len().min(NEIGHBORS)];
    let mut ratios: Vec<f64> = first.iter().map(|bars| bars.ratio).collect();
    let level = median(&mut ratios);
    if level.abs() > LEVEL {
        let text = format!(
            "the raw prices are {} times those of {name} where both begin; expected about 1, one of \
             them may be adjusted already",
            shown(level.exp())
        );
        findings.push(Finding::whole(FindingCode::OtherLevel, text));
    }
    let volumes = shared.iter().filter(|b| b.here.volume > 0.0 && b.there.volume > 0.0);
    let mut volumes: Vec<f64> = volumes
        .map(|b| (b.here.volume / b.factors.0 * b.factors.1 / b.there.volume).ln())
        .collect();
    let volume = median(&mut volumes);
    if volume.abs() > VOLUME {
        let text = format!(
            "the volume is {} times that of {name}; expected the same unit",
            shown(volume.exp())
        );
        findings.push(Finding::whole(FindingCode::OtherVolume, text));
    }
    findings
}

/// Where the level changes for good, as it does when one source lacks an action or has it twice.
fn steps(
    shared: &[Shared<'_>],
    (here, there): (&StoredSeries, &StoredSeries),
    name: &str,
    calendar: &Calendar,
) -> Vec<Finding> {
    let last = shared.len().saturating_sub(NEIGHBORS_MIN);
    let mut findings = Vec::new();
    let mut index = NEIGHBORS_MIN;
    while index <= last {
        if step(shared, index).abs() < STEP {
            index += 1;
            continue;
        }
        let around = index..=(index + NEIGHBORS).min(last);
        let clearest = around.max_by(|a, b| clarity(shared, *a).total_cmp(&clarity(shared, *b)));
        let at = clearest.unwrap_or(index);
        let date = shared[at].here.open_time.date_in(calendar.zone());
        let days = |back: usize, on: usize| {
            let bar = |i: usize| shared[i.min(shared.len() - 1)].here.open_time;
            (bar(back).date_in(calendar.zone()), bar(on).date_in(calendar.zone()))
        };
        let near = days(at.saturating_sub(NEAR), at + NEAR);
        let text = format!(
            "from {date} on the ratio to {name} is {:+.2} %; expected one ratio after adjustment \
             ({} here, {} there)",
            100.0 * step(shared, at).exp_m1(),
            named(&here.actions, near),
            named(&there.actions, near)
        );
        findings.push(Finding::at(shared[at].here.open_time, FindingCode::RatioSteps, text));
        index = at + NEIGHBORS;
    }
    findings
}

/// The bars before `index` and from it on.
fn sides<'a, 'b>(shared: &'a [Shared<'b>], index: usize) -> [&'a [Shared<'b>]; 2] {
    let (start, end) = (index.saturating_sub(NEIGHBORS), (index + NEIGHBORS).min(shared.len()));
    [&shared[start..index], &shared[index..end]]
}

/// By how much the level changes at `index`.
fn step(shared: &[Shared<'_>], index: usize) -> f64 {
    let [before, after] = sides(shared, index).map(|side| {
        let mut ratios: Vec<f64> = side.iter().map(|bars| bars.ratio).collect();
        median(&mut ratios)
    });
    after - before
}

/// How well `index` parts two levels: the squared distance of the bars next to it from the mean of
/// their side, negative so that more is better.
fn clarity(shared: &[Shared<'_>], index: usize) -> f64 {
    let [before, after] = sides(shared, index);
    let spread = |side: &[Shared<'_>]| {
        let mean = side.iter().map(|bars| bars.ratio).sum::<f64>() / side.len() as f64;
        side.iter().map(|bars| (bars.ratio - mean).powi(2)).sum::<f64>() / side.len() as f64
    };
    -(spread(before) + spread(after))
}

fn named(actions: &[CorporateAction], (first, last): (Date, Date)) -> String {
    let near = actions.iter().filter(|action| (first..=last).contains(&action.ex_date));
    let names: Vec<String> =
        near.map(|action| format!("{} on {}", action_text(action), action.ex_date)).collect();
    if names.is_empty() { "no action".to_owned() } else { names.join(", ") }
}

/// Prices of one bar that are too far apart at the level of the days around it.
fn disagreement(bars: &Shared<'_>, level: f64, name: &str) -> Option<Finding> {
    let scale = bars.factors.1 * level.exp() / bars.factors.0;
    let prices = [
        ("open", bars.here.open, bars.there.open, RANGE_TOLERANCE),
        ("high", bars.here.high, bars.there.high, RANGE_TOLERANCE),
        ("low", bars.here.low, bars.there.low, RANGE_TOLERANCE),
        ("close", bars.here.close, bars.there.close, CLOSE_TOLERANCE),
    ];
    let apart = prices.into_iter().filter_map(|(what, ours, theirs, tolerance)| {
        let theirs = theirs * scale;
        let difference = (ours / theirs - 1.0).abs();
        (difference > tolerance).then(|| {
            format!(
                "{what} {} here, {} there ({:.2} % apart, expected at most {} %)",
                shown(ours),
                shown(theirs),
                100.0 * difference,
                100.0 * tolerance
            )
        })
    });
    let apart: Vec<String> = apart.collect();
    if apart.is_empty() {
        return None;
    }
    let text = format!("against {name}: {}", apart.join("; "));
    Some(Finding::at(bars.here.open_time, FindingCode::PriceDisagrees, text))
}

/// Sessions between the first and the last shared one that only one source has.
fn lonely_days(
    here: &StoredSeries,
    there: &StoredSeries,
    name: &str,
    calendar: &Calendar,
) -> Vec<Finding> {
    let days = |series: &StoredSeries| -> Vec<Date> {
        let mut days: Vec<Date> =
            series.bars.iter().map(|bar| bar.open_time.date_in(calendar.zone())).collect();
        days.dedup();
        days
    };
    let (ours, theirs) = (days(here), days(there));
    let (Some(first), Some(last)) =
        (ours.first().max(theirs.first()), ours.last().min(theirs.last()))
    else {
        return Vec::new();
    };
    let is_inside = |day: &&Date| (first..=last).contains(day);
    let lacks = |days: &[Date], day: &Date| days.binary_search(day).is_err();
    let opening = |day: Date| match calendar.session(day) {
        Ok(Some(session)) => session.open,
        _ => Timestamp::midnight_utc(day),
    };
    let only =
        |day: Date, text: String| Finding::at(opening(day), FindingCode::OnlyOneSource, text);
    let here_only = ours.iter().filter(is_inside).filter(|day| lacks(&theirs, day));
    let there_only = theirs.iter().filter(is_inside).filter(|day| lacks(&ours, day));
    here_only
        .map(|day| only(*day, format!("{name} has no bar on {day}; expected one, as here")))
        .chain(
            there_only
                .map(|day| only(*day, format!("no bar on {day}; expected one, as in {name}"))),
        )
        .collect()
}
