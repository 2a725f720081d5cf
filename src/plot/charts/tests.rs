//! Every kind of picture on ordinary, tiny and empty data.

use super::*;
use crate::base::{SeedStream, Timestamp};
use crate::domain::Side;
use crate::metrics::monthly_returns;
use crate::plot::{NumberFormat, Picture, Scale, look};

const DAY: i64 = 86_400;

struct Data {
    times: Vec<Timestamp>,
    returns: Vec<f64>,
    equity: Vec<f64>,
    other: Vec<f64>,
    drawdown: Vec<f64>,
    marks: Vec<TradeMark>,
}

fn data(count: usize) -> Data {
    let mut rng = SeedStream::new(4).rng();
    let returns: Vec<f64> = (0..count).map(|_| 0.0006 + 0.01 * rng.normal()).collect();
    let equity = crate::metrics::equity_curve(&returns, 1.0);
    let spacing = if count > 10_000 { 3_600 } else { DAY * 7 / 5 };
    let times: Vec<Timestamp> =
        (0..count as i64).map(|i| Timestamp::from_seconds(1_546_462_800 + i * spacing)).collect();
    let side = |i: usize| if i.is_multiple_of(2) { Side::Buy } else { Side::Sell };
    let mark = |i: usize| TradeMark { time: times[i], price: equity[i], side: side(i / 37) };
    Data {
        marks: (0..count).step_by(37).map(mark).collect(),
        other: equity.iter().map(|e| 0.5 + 0.5 * e.sqrt()).collect(),
        drawdown: crate::metrics::drawdowns(&returns).iter().map(|d| -d).collect(),
        equity,
        returns,
        times,
    }
}

fn pictures(d: &Data) -> Vec<Picture> {
    let months = monthly_returns(&d.times, &d.returns);
    let third: Vec<f64> = d.equity.iter().map(|e| (e.fract() * 0.6).abs()).collect();
    let cash: Vec<f64> = third.iter().map(|w| 1.0 - w).collect();
    let mut drawn = histograms(d);
    drawn.extend([
        line(&LineChart {
            title: "Equity & <baselines>",
            y_title: "multiple of the start, log scale",
            format: NumberFormat::Multiple,
            scale: Scale::Log,
            times: &d.times,
            series: vec![
                Series { name: "agent", values: &d.equity, role: Role::Agent },
                Series { name: "buy and hold SPY", values: &d.other, role: Role::Baseline },
            ],
        }),
        area(&AreaChart {
            title: "Drawdown",
            y_title: "below the highest equity so far, percent",
            format: NumberFormat::Percent,
            times: &d.times,
            values: &d.drawdown,
        }),
        monthly_heat_map(&MonthlyHeatMap { title: "Monthly returns", months: &months }),
        stacked(&StackedChart {
            title: "Weights",
            y_title: "percent of equity",
            format: NumberFormat::Percent,
            times: &d.times,
            layers: vec![
                Layer { name: "SPY", values: &third },
                Layer { name: "cash", values: &cash },
            ],
        }),
        bars(&BarChart {
            title: "Actions",
            x_title: "share of decisions, percent",
            format: NumberFormat::Percent,
            precision: 0.001,
            bars: vec![Bar { name: "hold", value: 0.7 }, Bar { name: "100 % SPY", value: 0.3 }],
        }),
        columns(&ColumnChart {
            title: "Turnover",
            y_title: "traded notional per bar, percent of equity",
            format: NumberFormat::Percent,
            times: &d.times,
            values: &third,
        }),
        trades(&TradesChart {
            title: "Trades",
            y_title: "price",
            times: &d.times,
            prices: &d.equity,
            marks: &d.marks,
        }),
    ]);
    drawn
}

fn histograms(d: &Data) -> Vec<Picture> {
    vec![
        histogram(&Histogram {
            title: "Distribution of returns",
            y_title: "bars",
            x_title: "return per bar, percent",
            format: NumberFormat::Percent,
            values: &d.returns,
            markers: vec![Marker { name: "mean +0.06 %", value: 0.0006 }],
        }),
        split_histogram(
            &Histogram {
                title: "Split",
                y_title: "bars",
                x_title: "return",
                format: NumberFormat::Percent,
                values: &d.returns,
                markers: vec![Marker { name: "far", value: 0.2 }],
            },
            0.0,
        ),
    ]
}

#[test]
fn a_split_lies_between_columns() {
    let values = [-0.2, -0.1, 0.1, 0.2, 0.3, 0.4];
    let chart = Histogram {
        title: "Split",
        y_title: "values",
        x_title: "value",
        format: NumberFormat::Plain,
        values: &values,
        markers: Vec::new(),
    };
    let svg = split_histogram(&chart, 0.0).to_svg();
    let columns = |(r, g, b): look::Rgb| svg.matches(&format!("#{r:02x}{g:02x}{b:02x}")).count();
    let pale = |color| columns(look::mix(color, look::PAPER, 0.35));
    assert_eq!((pale(look::LOSS), pale(look::ACCENT)), (2, 4), "{svg}");
}

#[test]
fn ordinary_tiny_and_empty_data_give_whole_pictures() {
    for count in [0, 1, 2, 700, 30_000] {
        for picture in pictures(&data(count)) {
            let svg = picture.to_svg();
            assert!(svg.starts_with("<svg viewBox=") && svg.ends_with("</svg>"));
            assert!(!svg.contains("NaN") && !svg.contains("inf"), "{count} {}", picture.title());
            assert!(!svg.contains("<baselines>"));
            let flaws = picture.flaws();
            assert!(flaws.is_empty(), "{count} {}: {flaws:#?}", picture.title());
            assert!(svg.len() < 200_000, "{} has {} bytes", picture.title(), svg.len());
        }
    }
}

#[test]
fn pictures_become_png() {
    let joined = Picture::joined("overview", pictures(&data(50)));
    let png = joined.to_png().unwrap();
    assert_eq!(&png[1..4], b"PNG");
}

#[test]
fn the_same_data_gives_the_same_bytes() {
    let svg = |pictures: Vec<Picture>| pictures.iter().map(Picture::to_svg).collect::<String>();
    assert_eq!(svg(pictures(&data(300))), svg(pictures(&data(300))));
}
