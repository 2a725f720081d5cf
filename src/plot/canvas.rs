//! A sheet to draw on, in pixels from the top left corner.

use std::fmt::Write as _;

use kuva::render::color::Color;
use kuva::render::render::{PathData, Primitive, Scene, TextAnchor, TextSpan};

use super::look::{FONT_FAMILY, INK, LABEL_SIZE, PAPER, Rgb};
use super::picture::Picture;

/// More dots of one color become squares in one path.
const CIRCLES_MAX: usize = 400;

/// A place on the sheet: right, down.
pub(super) type Point = (f64, f64);

/// Where the given place is in the text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// How text looks.
#[derive(Debug, Clone, Copy)]
pub(super) struct TextStyle {
    pub(super) size: u32,
    pub(super) color: Rgb,
    pub(super) anchor: Anchor,
    pub(super) weight: Weight,
}

/// How heavy text is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Weight {
    Regular,
    Bold,
}

impl TextStyle {
    /// A label in the given color.
    pub(super) const fn label(color: Rgb, anchor: Anchor) -> Self {
        Self { size: LABEL_SIZE, color, anchor, weight: Weight::Regular }
    }
}

/// A box on the sheet.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Area {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

impl Area {
    pub(super) fn width(&self) -> f64 {
        self.right - self.left
    }

    pub(super) fn height(&self) -> f64 {
        self.bottom - self.top
    }
}

/// What is drawn, in order.
pub(super) struct Canvas {
    elements: Vec<Primitive>,
}

impl Canvas {
    pub(super) fn new() -> Self {
        Self { elements: Vec::new() }
    }

    pub(super) fn line(&mut self, from: Point, to: Point, color: Rgb, stroke_width: f64) {
        self.elements.push(Primitive::Line {
            x1: snap(from.0),
            y1: snap(from.1),
            x2: snap(to.0),
            y2: snap(to.1),
            stroke: paint(color),
            stroke_width,
            stroke_dasharray: None,
        });
    }

    pub(super) fn polyline(&mut self, points: &[Point], color: Rgb, stroke_width: f64) {
        let points: Vec<Point> = points.iter().map(|&(x, y)| (snap(x), snap(y))).collect();
        if points.len() < 2 {
            return;
        }
        self.elements.push(Primitive::PolyLine {
            points,
            stroke: paint(color),
            stroke_width,
            stroke_dasharray: None,
        });
    }

    pub(super) fn polygon(&mut self, points: &[Point], color: Rgb, opacity: f64) {
        if points.len() < 3 {
            return;
        }
        let mut d = String::with_capacity(points.len() * 12);
        for (index, &(x, y)) in points.iter().enumerate() {
            let command = if index == 0 { 'M' } else { 'L' };
            // Writing to a string cannot fail.
            let _ = write!(d, "{command}{} {}", snap(x), snap(y));
        }
        d.push('Z');
        self.elements.push(Primitive::Path(Box::new(PathData {
            d,
            fill: Some(paint(color)),
            stroke: Color::None,
            stroke_width: 0.0,
            opacity: (opacity < 1.0).then_some(opacity),
            stroke_dasharray: None,
        })));
    }

    /// A line of dashes.
    pub(super) fn dashes(&mut self, points: &[Point], color: Rgb, stroke_width: f64) {
        let points: Vec<Point> = points.iter().map(|&(x, y)| (snap(x), snap(y))).collect();
        if points.len() < 2 {
            return;
        }
        self.elements.push(Primitive::PolyLine {
            points,
            stroke: paint(color),
            stroke_width,
            stroke_dasharray: Some("5,4".to_owned()),
        });
    }

    /// A dot at each place; small squares in one path where circles would be too many.
    pub(super) fn dots(&mut self, centers: &[Point], radius: f64, color: Rgb) {
        if centers.len() > CIRCLES_MAX {
            let mut d = String::with_capacity(centers.len() * 24);
            for &(x, y) in centers {
                let (left, top) = (snap(x - 0.9 * radius), snap(y - 0.9 * radius));
                let (right, bottom) = (snap(x + 0.9 * radius), snap(y + 0.9 * radius));
                // Writing to a string cannot fail.
                let _ = write!(d, "M{left} {top}H{right}V{bottom}H{left}Z");
            }
            self.elements.push(Primitive::Path(Box::new(PathData {
                d,
                fill: Some(paint(color)),
                stroke: Color::None,
                stroke_width: 0.0,
                opacity: None,
                stroke_dasharray: None,
            })));
        } else if !centers.is_empty() {
            self.elements.push(Primitive::CircleBatch {
                cx: centers.iter().map(|center| snap(center.0)).collect(),
                cy: centers.iter().map(|center| snap(center.1)).collect(),
                r: radius,
                fill: paint(color),
                fill_opacity: None,
                stroke: None,
                stroke_width: None,
            });
        }
    }

    /// A circle without inside.
    pub(super) fn ring(&mut self, center: Point, radius: f64, color: Rgb) {
        self.elements.push(Primitive::Circle {
            cx: snap(center.0),
            cy: snap(center.1),
            r: radius,
            fill: Color::None,
            fill_opacity: None,
            stroke: Some(paint(color)),
            stroke_width: Some(2.0),
        });
    }

    pub(super) fn rectangle(&mut self, area: Area, color: Rgb) {
        self.elements.push(Primitive::Rect {
            x: snap(area.left),
            y: snap(area.top),
            width: snap(area.width()),
            height: snap(area.height()),
            fill: paint(color),
            stroke: None,
            stroke_width: None,
            opacity: None,
        });
    }

    /// Text with its baseline at `at`.
    pub(super) fn text(&mut self, at: Point, text: &str, style: TextStyle) {
        // A span is taken as it is; plain text would be searched for `$` formulas.
        let mut span = TextSpan::plain(text);
        span.bold = style.weight == Weight::Bold;
        self.elements.push(Primitive::RichText {
            x: snap(at.0),
            y: snap(at.1),
            spans: vec![span],
            size: style.size,
            anchor: match style.anchor {
                Anchor::Start => TextAnchor::Start,
                Anchor::Middle => TextAnchor::Middle,
                Anchor::End => TextAnchor::End,
            },
            color: Some(paint(style.color)),
        });
    }

    /// Ends the drawing.
    pub(super) fn finish(self, title: &str, size: Point) -> Picture {
        let mut scene = Scene::new(size.0, size.1);
        scene.background_color = Some(paint(PAPER).to_svg_string());
        scene.text_color = Some(paint(INK).to_svg_string());
        scene.font_family = Some(FONT_FAMILY.to_owned());
        scene.elements = self.elements;
        Picture::new(title, scene)
    }
}

/// To quarter pixels: exact in binary, so that coordinates stay short in SVG.
fn snap(value: f64) -> f64 {
    (value * 4.0).round() / 4.0
}

fn paint(color: Rgb) -> Color {
    Color::Rgb(color.0, color.1, color.2)
}
