//! What all panes share: frame, title, colors.

use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Padding};

use crate::commands::trade::view::SessionState;

/// Names of things.
pub(super) const QUIET: Style = Style::new().fg(Color::DarkGray);
/// Frames.
pub(super) const FRAME: Style = Style::new().fg(Color::DarkGray);
/// Titles of panes.
pub(super) const TITLE: Style = Style::new().fg(Color::Cyan).add_modifier(Modifier::BOLD);
/// What is read first.
pub(super) const STRONG: Style = Style::new().add_modifier(Modifier::BOLD);
/// Gains, buys, and what is well.
pub(super) const GOOD: Style = Style::new().fg(Color::Green);
/// Losses, sales, and what is wrong.
pub(super) const BAD: Style = Style::new().fg(Color::Red);
/// What needs a look.
pub(super) const CARE: Style = Style::new().fg(Color::Yellow);

/// A frame with a title; `count` stands behind it where rows may be hidden.
pub(super) fn pane(title: &str, count: Option<(usize, usize)>) -> Block<'static> {
    let hidden = match count {
        Some((shown, all)) if shown < all => format!(" {shown} of {all} "),
        _ => String::new(),
    };
    Block::bordered()
        .border_type(BorderType::Rounded)
        .border_style(FRAME)
        .padding(Padding::horizontal(1))
        .title(Line::from(Span::styled(format!(" {title} "), TITLE)))
        .title(Line::from(Span::styled(hidden, QUIET)).right_aligned())
}

/// Rows that fit into a frame with so many lines of header.
pub(super) fn rows_that_fit(height: u16, header: u16) -> usize {
    usize::from(height.saturating_sub(2 + header))
}

/// The style of an amount by its sign.
pub(super) fn by_sign(value: f64) -> Style {
    if value > 0.0 {
        GOOD
    } else if value < 0.0 {
        BAD
    } else {
        Style::new()
    }
}

/// The style of a state.
pub(super) fn of_state(state: SessionState) -> Style {
    let color = match state {
        SessionState::Running => Color::Green,
        SessionState::Starting | SessionState::Stopped | SessionState::Ended => Color::Blue,
        SessionState::Paused | SessionState::Reducing => Color::Yellow,
        SessionState::Halted | SessionState::Killed | SessionState::Lost => Color::Red,
    };
    Style::new().fg(Color::Black).bg(color).add_modifier(Modifier::BOLD)
}
