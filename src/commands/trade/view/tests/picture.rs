//! A screen as SVG, to be looked at.

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};

const WIDTH: f64 = 8.4;
const HEIGHT: f64 = 17.0;

pub(super) fn svg(buffer: &Buffer) -> String {
    let (columns, rows) = (buffer.area.width, buffer.area.height);
    let (width, height) = (WIDTH * f64::from(columns) + 20.0, HEIGHT * f64::from(rows) + 20.0);
    let mut text = format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}"><rect width="100%" height="100%" fill="#10151c"/><g font-family="DejaVu Sans Mono" font-size="14" xml:space="preserve">"##
    );
    for y in 0..rows {
        for x in 0..columns {
            text +=
                &shape(&buffer[(x, y)], 10.0 + WIDTH * f64::from(x), 10.0 + HEIGHT * f64::from(y));
        }
    }
    text + "</g></svg>"
}

fn shape(cell: &Cell, x: f64, y: f64) -> String {
    let mut text = String::new();
    if cell.bg != Color::Reset {
        text += &format!(
            r#"<rect x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" fill="{}"/>"#,
            color(cell.bg)
        );
    }
    if cell.symbol().trim().is_empty() {
        return text;
    }
    let weight = if cell.modifier.contains(Modifier::BOLD) { " font-weight=\"bold\"" } else { "" };
    let symbol = cell.symbol().replace('&', "&amp;").replace('<', "&lt;");
    text + &format!(
        r#"<text x="{x}" y="{}" fill="{}"{weight}>{symbol}</text>"#,
        y + 13.0,
        color(cell.fg)
    )
}

fn color(color: Color) -> &'static str {
    match color {
        Color::Black => "#10151c",
        Color::Red => "#f0625f",
        Color::Green => "#4cc796",
        Color::Yellow => "#e5c07b",
        Color::Blue => "#5b93ff",
        Color::Cyan => "#56b6c2",
        Color::DarkGray => "#75808d",
        _ => "#e6edf3",
    }
}
