//! Who trades what where, and how it stands.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::frame::{BAD, CARE, GOOD, QUIET, STRONG, by_sign, of_state, pane};
use super::numbers::{change, clock, money, percent};
use crate::commands::trade::view::{LinkState, SessionState, SessionView};

/// Names, state, ledger and money.
pub(in super::super) fn header(frame: &mut Frame<'_>, area: Rect, view: &SessionView) {
    let lines = vec![names(view), times(view), account(view), counts(view)];
    frame.render_widget(Paragraph::new(lines).block(pane("releat", None)), area);
}

/// What can be done from another terminal.
pub(in super::super) fn footer(frame: &mut Frame<'_>, area: Rect, view: &SessionView) {
    let session = &view.session;
    let next = match view.state {
        SessionState::Paused | SessionState::Halted | SessionState::Killed => "resume",
        _ => "pause | flatten | kill",
    };
    let text = format!(" releat {next} {session}   Ctrl-C ends");
    frame.render_widget(Paragraph::new(Line::from(Span::styled(text, QUIET))), area);
}

fn names(view: &SessionView) -> Line<'static> {
    let mut spans = vec![
        Span::styled(format!(" {} ", view.state.label().to_uppercase()), of_state(view.state)),
        Span::raw("  "),
        Span::styled(view.session.clone(), STRONG),
    ];
    if !view.causes.is_empty() {
        spans.push(Span::styled(format!("  {}", view.causes.join(", ").replace('_', " ")), BAD));
    }
    spans.extend(named("agent", view.agent.clone(), Style::new()));
    spans.extend(named("venue", view.venue.clone(), Style::new()));
    Line::from(spans)
}

fn times(view: &SessionView) -> Line<'static> {
    let (link, look) = match view.link {
        LinkState::Up => ("up", GOOD),
        LinkState::Lost => ("lost", BAD),
    };
    let reconciled = view
        .reconciled_at
        .map_or_else(|| ("not yet".to_owned(), CARE), |time| (clock(Some(time)), Style::new()));
    let head: String = view.ledger.head.chars().take(12).collect();
    let mut spans = first("clock", format!("{} UTC", clock(view.clock)), Style::new());
    spans.extend(named("link", link.to_owned(), look));
    spans.extend(named("reconciled", reconciled.0, reconciled.1));
    spans.extend(named("ledger", format!("{} rows {head}", view.ledger.rows), Style::new()));
    Line::from(spans)
}

fn account(view: &SessionView) -> Line<'static> {
    let equity = &view.equity;
    let gain = equity.change();
    let drawdown = equity.drawdown();
    let down = if drawdown.unwrap_or(0.0) > 0.0 { BAD } else { Style::new() };
    let mut spans = first("equity", money(equity.now), STRONG);
    spans.push(Span::raw(" "));
    spans.push(Span::styled(change(gain), by_sign(gain.unwrap_or(0.0))));
    spans.extend(named("peak", money(equity.peak), Style::new()));
    spans.extend(named("drawdown", percent(drawdown), down));
    spans.extend(named("cash", money(equity.cash), Style::new()));
    Line::from(spans)
}

fn counts(view: &SessionView) -> Line<'static> {
    let counts = &view.counts;
    let denials: usize = counts.denials.values().sum();
    let alarm = |count: usize| if count > 0 { CARE } else { Style::new() };
    let mut spans = first("decisions", counts.decisions.to_string(), Style::new());
    spans.extend(named("orders", counts.orders.to_string(), Style::new()));
    spans.extend(named("fills", counts.fills.to_string(), Style::new()));
    spans.extend(named("rejects", counts.rejects.to_string(), alarm(counts.rejects)));
    spans.extend(named("denials", denials.to_string(), alarm(denials)));
    Line::from(spans)
}

fn first(name: &str, value: String, look: Style) -> Vec<Span<'static>> {
    vec![Span::styled(format!("{name} "), QUIET), Span::styled(value, look)]
}

fn named(name: &str, value: String, look: Style) -> Vec<Span<'static>> {
    vec![Span::styled(format!("   {name} "), QUIET), Span::styled(value, look)]
}
