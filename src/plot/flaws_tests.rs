//! What the eye would complain about: things outside of the sheet, and text on text.

use kuva::render::render::{Primitive, TextAnchor};

use super::picture::Picture;
use super::text;

/// A text and the place it takes.
struct Words {
    text: String,
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
}

impl Picture {
    /// Every element that leaves the sheet and every pair of texts that overlap.
    pub(crate) fn flaws(&self) -> Vec<String> {
        let (width, height) = self.size();
        let mut flaws = Vec::new();
        let mut words: Vec<Words> = Vec::new();
        for element in self.elements() {
            let mut look = |places: &[(f64, f64)]| {
                let leaves = |&(x, y): &(f64, f64)| {
                    !((-0.5..=width + 0.5).contains(&x) && (-0.5..=height + 0.5).contains(&y))
                };
                if places.iter().any(leaves) {
                    flaws.push(format!("outside of {width}×{height}: {element:?}"));
                }
            };
            match element {
                Primitive::RichText { .. } => {
                    let found = words_of(element);
                    look(&[(found.left, found.top), (found.right, found.bottom)]);
                    words.push(found);
                }
                Primitive::Line { x1, y1, x2, y2, .. } => look(&[(*x1, *y1), (*x2, *y2)]),
                Primitive::PolyLine { points, .. } => look(points),
                Primitive::Rect { x, y, width, height, .. } => {
                    assert!(*width >= 0.0 && *height >= 0.0, "{element:?}");
                    look(&[(*x, *y), (x + width, y + height)]);
                }
                Primitive::Circle { cx, cy, r, .. } => look(&[(cx - r, cy - r), (cx + r, cy + r)]),
                Primitive::CircleBatch { cx, cy, r, .. } => {
                    let ends =
                        cx.iter().zip(cy).flat_map(|(x, y)| [(x - r, y - r), (x + r, y + r)]);
                    look(&ends.collect::<Vec<_>>());
                }
                _ => {}
            }
        }
        for (index, a) in words.iter().enumerate() {
            for b in &words[index + 1..] {
                let beside = a.right <= b.left || b.right <= a.left;
                if !beside && a.bottom > b.top && b.bottom > a.top {
                    flaws.push(format!("`{}` on `{}`", a.text, b.text));
                }
            }
        }
        flaws
    }
}

fn words_of(element: &Primitive) -> Words {
    let Primitive::RichText { x, y, spans, size, anchor, .. } = element else {
        unreachable!("only text is asked for");
    };
    let text: String = spans.iter().map(|span| span.text.as_str()).collect();
    let bold = if spans.iter().any(|span| span.bold) { 1.1 } else { 1.0 };
    let width = bold * text::width(&text, *size);
    let left = match anchor {
        TextAnchor::Start => *x,
        TextAnchor::Middle => x - width / 2.0,
        TextAnchor::End => x - width,
    };
    // Capitals and figures are about 0.73 of the size high, descenders 0.2.
    let size = f64::from(*size);
    Words { text, left, right: left + width, top: y - 0.75 * size, bottom: y + 0.2 * size }
}
