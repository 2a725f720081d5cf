//! How wide text is, so that labels never overlap or run out of the picture.

/// Advance widths of DejaVu Sans for U+0020..=U+007E, thousandths of the font size. It is the widest of
/// the fonts we name, so that what fits in it fits in the others.
const ADVANCES: [u16; 95] = [
    318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337, 636, 636, 636,
    636, 636, 636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 531, 1000, 684, 686, 698, 770, 632,
    575, 775, 752, 295, 295, 656, 557, 863, 748, 787, 603, 787, 695, 635, 611, 732, 684, 989, 685,
    611, 685, 390, 337, 390, 838, 500, 500, 613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579,
    278, 974, 634, 612, 635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838,
];

/// The width of `text` in pixels at font size `size`.
pub(super) fn width(text: &str, size: u32) -> f64 {
    let advance = |c: char| {
        let index = (c as usize).wrapping_sub(0x20);
        ADVANCES.get(index).copied().map_or(1.0, |thousandths| f64::from(thousandths) / 1000.0)
    };
    text.chars().map(advance).sum::<f64>() * f64::from(size)
}

/// `text` if it is at most `limit` pixels wide, else as much of it as fits, with an ellipsis.
pub(super) fn fit(text: &str, size: u32, limit: f64) -> String {
    if width(text, size) <= limit {
        return text.to_owned();
    }
    let mut kept = String::new();
    for c in text.chars() {
        kept.push(c);
        if width(&kept, size) + f64::from(size) > limit {
            kept.pop();
            break;
        }
    }
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut_to_its_room() {
        assert!((width("10", 10) - 12.72).abs() < 1e-9);
        assert_eq!(fit("short", 12, 100.0), "short");
        let cut = fit("a rather long name of a strategy", 12, 100.0);
        assert!(cut.ends_with('…') && width(&cut, 12) <= 100.0, "{cut}");
    }
}
