//! A problem as text: the sentence, the place, and the lines around it with a marker.

use std::fmt;

use super::{Location, Problem};

const MAX_WIDTH: usize = 96;
const LEAD: usize = 30;

/// Writes one problem.
pub(super) fn problem(f: &mut fmt::Formatter<'_>, problem: &Problem) -> fmt::Result {
    writeln!(f, "error: {}", visible(&problem.text))?;
    match &problem.location {
        Some(location) => place(f, location),
        None => Ok(()),
    }
}

fn place(f: &mut fmt::Formatter<'_>, location: &Location) -> fmt::Result {
    let width = location.lines.last().map_or(1, |line| line.number.to_string().len());
    let name = visible(&location.name);
    if location.lines.is_empty() {
        return option(f, &name, location);
    }
    writeln!(f, "{:width$}--> {name}:{}:{}", "", location.line, location.column)?;
    writeln!(f, "{:width$} |", "")?;
    // A long line is cut around the marker, and its neighbors with it.
    let cut = location.column.saturating_sub(LEAD);
    let skip = if location.column > MAX_WIDTH { cut } else { 0 };
    for line in &location.lines {
        let shown: String = line.text.chars().skip(skip).take(MAX_WIDTH).collect();
        let shown = visible(shown.trim_end());
        let gap = if shown.is_empty() { "" } else { " " };
        writeln!(f, "{:width$} |{gap}{shown}", line.number)?;
        if line.number == location.line {
            let column = location.column.saturating_sub(1 + skip);
            let room = line.text.chars().count().saturating_sub(location.column.saturating_sub(1));
            let length = if location.length == 0 { room } else { location.length.min(room) };
            let length = length.clamp(1, MAX_WIDTH.saturating_sub(column).max(1));
            writeln!(f, "{:width$} | {:column$}{}", "", "", "^".repeat(length))?;
        }
    }
    Ok(())
}

/// An option or variable is its own line.
fn option(f: &mut fmt::Formatter<'_>, name: &str, location: &Location) -> fmt::Result {
    const ARROW: &str = " --> ";
    writeln!(f, "{ARROW}{name}")?;
    let total = name.chars().count();
    let column = location.column.saturating_sub(1);
    if location.line != 1 || column >= total {
        return Ok(());
    }
    let length = if location.length == 0 { total } else { location.length };
    let length = length.clamp(1, total - column);
    let indent = ARROW.len() + column;
    writeln!(f, "{:indent$}{}", "", "^".repeat(length))
}

/// Text that cannot steer a terminal.
fn visible(text: &str) -> String {
    let shown = |c: char| match c {
        '\t' => ' ',
        c if c.is_control() => '\u{fffd}',
        c => c,
    };
    text.chars().map(shown).collect()
}
