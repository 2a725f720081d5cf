//! The pictures of a report.

use super::html::number;
use super::input::{NamedRun, PriceHistory, ReportInput, WeightHistory};
use crate::metrics::{
    Unit, drawdowns, equity_curve, mean, monthly_returns, rolling_sharpe, value_at_risk,
};
use crate::plot::{
    AreaChart, Bar, BarChart, ColumnChart, Histogram, Layer, LineChart, Marker, MonthlyHeatMap,
    NumberFormat, Picture, Role, Scale, Series, StackedChart, TradesChart, area, bars, columns,
    histogram, line, monthly_heat_map, stacked, trades,
};

/// Actions that get a bar of their own; the rest share one.
const ACTIONS_SHOWN_MAX: usize = 20;
/// Below this factor between best and worst equity a linear scale reads better.
const LOG_SCALE_FROM: f64 = 3.0;

/// All pictures in the order of the page; what has no data is left out.
pub(super) fn all(input: &ReportInput, agent: &NamedRun) -> Vec<Picture> {
    let months = monthly_returns(&input.times, &agent.returns);
    let title = format!("Monthly returns of {}", input.agent_name);
    let heat_map = monthly_heat_map(&MonthlyHeatMap { title: &title, months: &months });
    let mut pictures = vec![equity(input), drawdown(input, agent), rolling(input), heat_map];
    pictures.extend(input.weights.as_ref().map(|weights| weight_areas(input, weights)));
    pictures.extend(actions(input));
    pictures.extend(input.price.as_ref().map(|price| trades_on_price(input, price)));
    pictures.push(distribution(agent));
    pictures.extend(turnover(input));
    pictures.extend(costs(input));
    pictures
}

/// Equity of all runs.
pub(super) fn equity(input: &ReportInput) -> Picture {
    let curves: Vec<Vec<f64>> =
        input.runs.iter().map(|run| equity_curve(&run.returns, 1.0)).collect();
    let values = || curves.iter().flatten().copied().filter(|value| value.is_finite());
    let spread = values().fold(0.0, f64::max) / values().fold(f64::INFINITY, f64::min);
    let (scale, y_title) = if spread > LOG_SCALE_FROM {
        (Scale::Log, "multiple of the first equity, after costs, logarithmic scale")
    } else {
        (Scale::Linear, "multiple of the first equity, after costs")
    };
    line(&LineChart {
        title: if input.runs.len() > 1 { "Equity against the baselines" } else { "Equity" },
        y_title,
        format: NumberFormat::Multiple,
        scale,
        times: &input.times,
        series: named(&input.runs.iter().collect::<Vec<_>>(), &curves),
    })
}

/// How far the agent was below its highest equity.
pub(super) fn drawdown(input: &ReportInput, agent: &NamedRun) -> Picture {
    let values: Vec<f64> = drawdowns(&agent.returns).iter().map(|depth| -depth).collect();
    area(&AreaChart {
        title: &format!("Drawdown of {}", input.agent_name),
        y_title: "below the highest equity so far, percent",
        format: NumberFormat::Percent,
        times: &input.times,
        values: &values,
    })
}

fn rolling(input: &ReportInput) -> Picture {
    let half_year = (input.clock.bars_per_year / 2.0).round() as usize;
    let window = half_year.min(input.times.len() / 3).max(10);
    // The agent and one baseline only: more lines of this kind cannot be told apart.
    let (agent, baselines) = input.runs.split_at(input.runs.len().min(1));
    let baseline = baselines.iter().find(|run| run.summary.value("sharpe").is_some());
    let shown: Vec<&NamedRun> = agent.iter().chain(baseline).collect();
    let curve = |run: &&NamedRun| -> Vec<f64> {
        let rolling = rolling_sharpe(&run.returns, input.clock, input.risk_free, window);
        rolling.into_iter().map(|value| value.unwrap_or(f64::NAN)).collect()
    };
    let curves: Vec<Vec<f64>> = shown.iter().map(curve).collect();
    line(&LineChart {
        title: &format!("Rolling Sharpe ratio over {window} bars"),
        y_title: "per year, each point looks back over the whole window",
        format: NumberFormat::Plain,
        scale: Scale::Linear,
        times: &input.times,
        series: named(&shown, &curves),
    })
}

fn named<'a>(runs: &[&'a NamedRun], curves: &'a [Vec<f64>]) -> Vec<Series<'a>> {
    let series = |(index, (run, values)): (usize, (&&'a NamedRun, &'a Vec<f64>))| Series {
        name: &run.name,
        values,
        role: if index == 0 { Role::Agent } else { Role::Baseline },
    };
    runs.iter().zip(curves).enumerate().map(series).collect()
}

fn weight_areas(input: &ReportInput, weights: &WeightHistory) -> Picture {
    let named = weights.assets.iter().zip(&weights.values);
    let mut layers: Vec<Layer<'_>> = named.map(|(name, values)| Layer { name, values }).collect();
    // Cash comes first in the data and lies on top in the picture.
    if !layers.is_empty() {
        layers.rotate_left(1);
    }
    stacked(&StackedChart {
        title: &format!("Weights of {} over time", input.agent_name),
        y_title: "share of equity, percent; shorts hang below zero",
        format: NumberFormat::Percent,
        times: &input.times,
        layers,
    })
}

fn actions(input: &ReportInput) -> Option<Picture> {
    let total: usize = input.actions.iter().map(|action| action.count).sum();
    if total == 0 {
        return None;
    }
    let share = |count: usize| count as f64 / total as f64;
    let shown = input.actions.len().min(ACTIONS_SHOWN_MAX);
    let rest: usize = input.actions[shown..].iter().map(|action| action.count).sum();
    let name_of_rest = format!("{} others", input.actions.len() - shown);
    let bar = |name, count| Bar { name, value: share(count) };
    let mut chosen: Vec<Bar<'_>> =
        input.actions[..shown].iter().map(|action| bar(&action.name, action.count)).collect();
    if input.actions.len() > shown {
        chosen.push(bar(&name_of_rest, rest));
    }
    Some(bars(&BarChart {
        title: "Actions",
        x_title: &format!("share of {total} decisions, percent"),
        format: NumberFormat::Percent,
        precision: 0.001,
        bars: chosen,
    }))
}

fn trades_on_price(input: &ReportInput, price: &PriceHistory) -> Picture {
    trades(&TradesChart {
        title: &format!("Trades of {} in {}", input.agent_name, price.symbol),
        y_title: "price, currency units per share",
        times: &input.times,
        prices: &price.prices,
        marks: &price.marks,
    })
}

fn distribution(agent: &NamedRun) -> Picture {
    let (center, tail) = (mean(&agent.returns), value_at_risk(&agent.returns, 0.05));
    let names = [
        format!("mean {}", number(center, Unit::SmallFraction)),
        format!("value at risk 5 %: {}", number(tail, Unit::SmallFraction)),
    ];
    let marker = |(name, value): (&'_ String, Option<f64>)| Some((name.clone(), value?));
    let known: Vec<(String, f64)> = names.iter().zip([center, tail]).filter_map(marker).collect();
    histogram(&Histogram {
        title: "Distribution of returns",
        y_title: "number of bars",
        x_title: "return per bar, percent",
        format: NumberFormat::Percent,
        values: &agent.returns,
        markers: known.iter().map(|(name, value)| Marker { name, value: *value }).collect(),
    })
}

fn turnover(input: &ReportInput) -> Option<Picture> {
    (!input.turnover.is_empty()).then(|| {
        columns(&ColumnChart {
            title: "Turnover",
            y_title: "traded notional per bar, percent of equity",
            format: NumberFormat::Percent,
            times: &input.times,
            values: &input.turnover,
        })
    })
}

fn costs(input: &ReportInput) -> Option<Picture> {
    if input.costs.is_empty() {
        return None;
    }
    let add = |total: &mut f64, cost: &f64| {
        *total += cost;
        Some(*total)
    };
    let paid: Vec<f64> = input.costs.iter().scan(0.0, add).collect();
    Some(area(&AreaChart {
        title: "Cumulative costs",
        y_title: "sum of costs, each as percent of the equity at that bar",
        format: NumberFormat::Percent,
        times: &input.times,
        values: &paid,
    }))
}
