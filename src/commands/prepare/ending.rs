//! How a fetch ends: exit code, and what is missing of which symbol.

use super::document::days;
use crate::commands::session::fetch_failure;
use crate::commands::{Failure, FailureKind};
use crate::connectors::{FetchOutcome, FetchStop, SymbolOutcome};

/// At most so many symbols are listed on standard error; the document has them all.
const LISTED_MAX: usize = 10;
const GO_ON: &str = "run the same command again; it goes on where this one stopped";

/// Success, or the failure that says what is missing.
pub(super) fn finish(outcome: FetchOutcome) -> Result<(), Failure> {
    if let Some(FetchStop::Signal(signal)) = outcome.stopped {
        let text = "stopped by a signal; what was fetched is kept";
        return Err(Failure::new(FailureKind::Stopped(signal), text).hint(GO_ON));
    }
    let rows_added: usize = outcome.symbols.iter().map(|one| one.fetched.report.rows_added).sum();
    let total = outcome.symbols.len() + outcome.untried.len();
    let (mut lines, mut failures) = (Vec::new(), Vec::new());
    for one in outcome.symbols {
        let lacks = format!("{} lacks {}", one.symbol, days(&one.fetched.uncovered));
        let Some(failure) = failure(one) else { continue };
        let shown = failure.to_string();
        let reason = shown.lines().next().unwrap_or_default().trim_start_matches("error: ");
        lines.push(format!("{lacks}: {reason}"));
        failures.push(failure);
    }
    let untried = outcome.untried.iter().filter(|plan| !plan.missing.is_empty());
    let untried =
        untried.map(|plan| format!("{} lacks {}: not tried", plan.symbol, days(&plan.missing)));
    lines.extend(untried);
    let failed = lines.len();
    let Some(first) = failures.into_iter().next() else { return Ok(()) };
    if failed == total && rows_added == 0 {
        // Nothing at all was done: the first failure speaks for all of them.
        return Err(first);
    }
    let text = format!("{failed} of {total} symbols failed{}", listed(&lines));
    let failure = Failure::new(FailureKind::Partial, text);
    if first.kind() == FailureKind::Remote {
        return Err(failure.hint(GO_ON));
    }
    let shown = first.to_string();
    let hint = shown.lines().find_map(|line| line.strip_prefix("hint: "));
    Err(match hint {
        Some(hint) => failure.hint(hint),
        None => failure,
    })
}

fn failure(one: SymbolOutcome) -> Option<Failure> {
    if let Some(error) = one.error {
        return Some(fetch_failure(error));
    }
    let is_empty = one.fetched.report.rows_total == 0;
    is_empty.then(|| {
        let text = format!("no usable bar of `{}`: every row was left out", one.symbol);
        Failure::new(FailureKind::Data, text)
    })
}

fn listed(lines: &[String]) -> String {
    let mut text = String::new();
    for line in lines.iter().take(LISTED_MAX) {
        text += "\n  ";
        text += line;
    }
    if lines.len() > LISTED_MAX {
        text += &format!("\n  and {} more", lines.len() - LISTED_MAX);
    }
    text
}
