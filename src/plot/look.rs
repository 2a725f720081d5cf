//! Colors, sizes and fonts of the house.

/// A color as red, green, blue.
pub(super) type Rgb = (u8, u8, u8);

/// Text that is read first.
pub(super) const INK: Rgb = (0x1f, 0x29, 0x33);
/// Axis labels and notes.
pub(super) const MUTED: Rgb = (0x5b, 0x67, 0x76);
/// Lines behind the data.
pub(super) const GRID: Rgb = (0xe3, 0xe7, 0xec);
/// Axes and the line at zero.
pub(super) const AXIS: Rgb = (0x9a, 0xa5, 0xb1);
/// Data that steps back.
pub(super) const FAINT: Rgb = (0xcb, 0xd4, 0xde);
/// What everything stands on.
pub(super) const PAPER: Rgb = (0xff, 0xff, 0xff);
/// Text on a colored cell, the same on light and dark paper.
pub(super) const CELL_INK: Rgb = (0x14, 0x1d, 0x26);

/// The agent.
pub(super) const ACCENT: Rgb = (0x25, 0x63, 0xeb);
/// Gains and buys.
pub(super) const GAIN: Rgb = (0x12, 0x92, 0x6a);
/// Losses and sells.
pub(super) const LOSS: Rgb = (0xd4, 0x4a, 0x4a);
/// Cash, and what lies idle.
pub(super) const IDLE: Rgb = (0xb8, 0xc2, 0xcc);

/// What the agent is compared with, in order.
const OTHERS: [Rgb; 9] = [
    (0xe0, 0x7b, 0x39),
    (0x0f, 0x9d, 0x8a),
    (0x9b, 0x5d, 0xe5),
    (0xc4, 0x9a, 0x0c),
    (0xd6, 0x40, 0x7f),
    (0x6b, 0x8e, 0x23),
    (0x08, 0x91, 0xb2),
    (0x8b, 0x6f, 0x47),
    (0x64, 0x74, 0x8b),
];

/// Colors of pictures on light paper and what a dark page puts in their place.
pub const DARK_REPLACEMENTS: [(&str, &str); 7] = [
    ("#ffffff", "#161b22"),
    ("#1f2933", "#e6edf3"),
    ("#5b6776", "#9aa7b4"),
    ("#e3e7ec", "#2b333d"),
    ("#9aa5b1", "#66727f"),
    ("#2563eb", "#5b93ff"),
    ("#cbd4de", "#3d4753"),
];

/// Fonts in order of preference; the first is the one that PNG pictures carry with them.
pub const FONT_FAMILY: &str = "'DejaVu Sans', Verdana, 'Segoe UI', sans-serif";

/// Width of every picture, pixels.
pub(super) const WIDTH: f64 = 960.0;
/// Height of the plotting area, pixels.
pub(super) const PLOT_HEIGHT: f64 = 280.0;
/// Empty border, pixels.
pub(super) const PADDING: f64 = 16.0;
/// Font size of titles, pixels.
pub(super) const TITLE_SIZE: u32 = 16;
/// Font size of labels, pixels.
pub(super) const LABEL_SIZE: u32 = 12;

/// The color of the comparison with that number; after nine they come again, paler.
pub(super) fn other(index: usize) -> Rgb {
    let paler = 0.45 * (index / OTHERS.len()).min(1) as f64;
    mix(OTHERS[index % OTHERS.len()], PAPER, paler)
}

/// From the worst (0) to the best (1): gray, blue, magenta, alike on light and dark paper.
pub(super) fn ramp(share: f64) -> Rgb {
    const STOPS: [Rgb; 3] = [(0x9a, 0xa5, 0xb1), (0x3b, 0x82, 0xd6), (0xd6, 0x33, 0x7a)];
    let place = 2.0 * share.clamp(0.0, 1.0);
    if place < 1.0 { mix(STOPS[0], STOPS[1], place) } else { mix(STOPS[1], STOPS[2], place - 1.0) }
}

/// `share` of `to`, the rest of `from`.
pub(super) fn mix(from: Rgb, to: Rgb, share: f64) -> Rgb {
    let part = |a: u8, b: u8| {
        (f64::from(a) + (f64::from(b) - f64::from(a)) * share.clamp(0.0, 1.0)).round() as u8
    };
    (part(from.0, to.0), part(from.1, to.1), part(from.2, to.2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dark_page_knows_the_colors_it_replaces() {
        let colors = [PAPER, INK, MUTED, GRID, AXIS, ACCENT, FAINT];
        for ((light, _), (r, g, b)) in DARK_REPLACEMENTS.iter().zip(colors) {
            assert_eq!(*light, format!("#{r:02x}{g:02x}{b:02x}"));
        }
    }

    #[test]
    fn colors_mix() {
        assert_eq!(mix((0, 0, 0), (200, 100, 50), 0.5), (100, 50, 25));
        assert_ne!(other(0), other(9));
    }
}
