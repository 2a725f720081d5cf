//! Dots, lines, panels and strips on ordinary, tiny and empty data.

use super::*;
use crate::base::SeedStream;
use crate::plot::{
    At, Mark, NumberFormat, Picture, Rule, Scale, Tone, XAxis, XyChart, XyLayer, xy,
};

type Points = Vec<(f64, f64)>;

fn data(count: usize) -> Points {
    let mut rng = SeedStream::new(4).rng();
    (0..count).map(|i| ((i + 1) as f64, 0.01 * rng.normal())).collect()
}

fn every_mark(points: &Points) -> Picture {
    let marks = [Mark::Dots, Mark::Rings, Mark::Line, Mark::FineLine, Mark::Steps, Mark::Dashes];
    let tones = [Tone::Muted, Tone::Main, Tone::Strong, Tone::Ramp(0.4)];
    let layer = |(mark, tone): (Mark, Tone)| {
        // Rings are for a few.
        let count = if mark == Mark::Rings { 3 } else { points.len() };
        XyLayer {
            name: "a layer",
            tone,
            mark,
            points: points.iter().copied().take(count).collect(),
        }
    };
    xy(&XyChart {
        title: "Dots and lines",
        y_title: "all marks",
        x: XAxis::Numbers { title: "x", format: NumberFormat::Whole, scale: Scale::Log },
        y_format: NumberFormat::Percent,
        y_reach: Some((-0.01, 0.02)),
        layers: marks.into_iter().zip(tones.into_iter().cycle()).map(layer).collect(),
        rules: vec![
            Rule { name: "here", tone: Tone::Loss, at: At::X(2.0) },
            Rule { name: "", tone: Tone::Faint, at: At::Y(9.0) },
        ],
    })
}

fn every_panel(points: &Points) -> Picture {
    let last = points.len().max(2) as f64;
    let choices = ["a", "gru with 256 units and a very long name", "c"].map(str::to_owned);
    let panel = |name, axis, scale: f64| {
        let dot = |&(x, y): &(f64, f64)| PanelDot { x: x * scale, y, tone: Tone::Main };
        Panel { name, axis, dots: points.iter().map(dot).collect() }
    };
    let long = "a very long name of a setting that cannot fit over a panel at all";
    panels(&PanelsChart {
        title: "Panels",
        y_title: "y",
        y_format: NumberFormat::Plain,
        y_reach: (-0.02, 0.02),
        legend: vec![("dots", Tone::Main)],
        panels: vec![
            panel("linear", PanelAxis::Numbers(0.0, last, Scale::Linear), 1.0),
            panel(long, PanelAxis::Numbers(1e-7, last * 1e-4, Scale::Log), 1e-4),
            panel("choice", PanelAxis::Choices(choices.to_vec()), 1e-3),
            panel("one value", PanelAxis::Numbers(3.0, 3.0, Scale::Log), 0.0),
        ],
    })
}

fn seven_axes(points: &Points) -> Picture {
    let axis = |axis: usize| ParallelAxis {
        name: format!("a long name of axis {axis}"),
        marks: vec![(0.0, "0.001".to_owned()), (0.01, "hidden".to_owned())],
    };
    let line = |(x, y): &(f64, f64)| ParallelLine {
        heights: (0..7).map(|i| (x.rem_euclid(5.0) != f64::from(i)).then_some(*y)).collect(),
        tone: Tone::Ramp(y * 50.0),
        width: 1.0,
    };
    parallel(&ParallelChart {
        title: "Parallel",
        note: "note",
        legend: vec![("line", Tone::Ramp(1.0))],
        axes: (0..7).map(axis).collect(),
        lines: points.iter().take(200).map(line).collect(),
    })
}

fn thirty_rows(points: &Points) -> Picture {
    let bar = |&(x, _): &(f64, f64)| TimelineBar { from: x, to: x + 0.8, tone: Tone::Main };
    let row = |part: &[(f64, f64)]| TimelineRow {
        name: "a worker with a very long name on a far host".to_owned(),
        bars: part.iter().map(bar).collect(),
    };
    timeline(&TimelineChart {
        title: "Timeline",
        note: "note",
        x_title: "minutes",
        legend: vec![("work", Tone::Main)],
        rows: points.chunks(points.len().div_ceil(30).max(1)).map(row).collect(),
    })
}

#[test]
fn ordinary_tiny_and_empty_data_give_whole_pictures() {
    for count in [0, 1, 2, 700, 30_000] {
        let points = data(count);
        for draw in [every_mark, every_panel, seven_axes, thirty_rows] {
            let picture = draw(&points);
            let (svg, title) = (picture.to_svg(), picture.title());
            assert!(svg.starts_with("<svg viewBox=") && svg.ends_with("</svg>"));
            assert!(!svg.contains("NaN") && !svg.contains("inf"), "{count} {title}");
            assert!(svg.len() < 500_000, "{title} has {} bytes", svg.len());
            let flaws = picture.flaws();
            assert!(flaws.is_empty(), "{count} {title}: {flaws:#?}");
            assert_eq!(svg.contains("no data"), count == 0, "{count} {title}");
        }
    }
}

#[test]
fn values_beyond_the_reach_are_drawn_at_its_edge() {
    let points = vec![(0.0, 1.0), (1.0, 2.0), (2.0, -1e9), (3.0, f64::NAN)];
    let picture = xy(&XyChart {
        title: "Reach",
        y_title: "y",
        x: XAxis::Numbers { title: "x", format: NumberFormat::Whole, scale: Scale::Linear },
        y_format: NumberFormat::Plain,
        y_reach: Some((1.0, 2.0)),
        layers: vec![XyLayer { name: "", tone: Tone::Main, mark: Mark::Dots, points }],
        rules: Vec::new(),
    });
    assert_eq!(picture.to_svg().matches("<circle").count(), 3);
    assert!(picture.flaws().is_empty());
}

#[test]
fn a_small_picture_stays_as_it_is() {
    let row = TimelineRow {
        name: "a".to_owned(),
        bars: vec![
            TimelineBar { from: 0.0, to: 1.0, tone: Tone::Main },
            TimelineBar { from: 1.0, to: 4.0, tone: Tone::Loss },
        ],
    };
    let picture = timeline(&TimelineChart {
        title: "Work",
        note: "one worker",
        x_title: "hours",
        legend: Vec::new(),
        rows: vec![row],
    });
    let svg = picture.to_svg();
    let bars: Vec<&str> =
        svg.split('<').filter(|part| part.contains("height=\"18\"")).map(str::trim).collect();
    assert_eq!(
        bars,
        [
            r##"rect x="186" y="72" width="185.5" height="18" fill="#2563eb" />"##,
            r##"rect x="372.5" y="72" width="558.5" height="18" fill="#d44a4a" />"##,
        ]
    );
}
