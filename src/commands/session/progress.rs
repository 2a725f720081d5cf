//! Progress on a terminal as a bar, elsewhere as a line now and then.

use std::io::IsTerminal;
use std::sync::Mutex;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Console;
use crate::base::{Progress, ProgressUpdate, Stopwatch};

/// Time between two lines where no bar can be drawn.
const LINE_EVERY_SECONDS: f64 = 10.0;

/// Shows progress on standard error.
pub(in crate::commands) struct TerminalProgress {
    console: Console,
    shown: Mutex<Shown>,
}

enum Shown {
    Nothing,
    Bar(ProgressBar),
    Lines { started: Stopwatch, first: u64, last: Option<Stopwatch> },
}

impl TerminalProgress {
    /// A bar if standard error is a terminal, lines otherwise.
    pub(in crate::commands) fn visible(console: Console) -> Self {
        let shown = if std::io::stderr().is_terminal() {
            Shown::Bar(bar())
        } else {
            Shown::Lines { started: Stopwatch::start(), first: 0, last: None }
        };
        Self { console, shown: Mutex::new(shown) }
    }

    /// Nothing at all.
    pub(in crate::commands) fn hidden(console: Console) -> Self {
        Self { console, shown: Mutex::new(Shown::Nothing) }
    }

    /// Takes the bar off the terminal.
    pub(in crate::commands) fn finish(&self) {
        if let Ok(shown) = self.shown.lock()
            && let Shown::Bar(bar) = &*shown
        {
            bar.finish_and_clear();
        }
    }
}

fn bar() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    let style = "{prefix:>8} {bar:32} {human_pos}/{human_len} {per_sec} ETA {eta} {msg}";
    if let Ok(style) = ProgressStyle::with_template(style) {
        bar.set_style(style);
    }
    bar
}

impl Progress for TerminalProgress {
    fn report(&self, update: &ProgressUpdate) {
        let Ok(mut shown) = self.shown.lock() else { return };
        match &mut *shown {
            Shown::Nothing => {}
            Shown::Bar(bar) => {
                bar.set_prefix(update.stage);
                if let Some(total) = update.total {
                    bar.set_length(total);
                }
                if bar.position() == 0 && update.done > 0 {
                    // A resumed run begins in the middle; its rate counts from here.
                    bar.reset_eta();
                }
                bar.set_position(update.done);
                bar.set_message(update.note.clone());
            }
            Shown::Lines { started, first, last } => {
                if last.is_none() {
                    *first = update.done;
                    *started = Stopwatch::start();
                }
                let due = last.is_none_or(|last| last.seconds() >= LINE_EVERY_SECONDS);
                let finished = update.total == Some(update.done);
                if due || finished {
                    *last = Some(Stopwatch::start());
                    let rate = rate(update.done - (*first).min(update.done), *started);
                    self.console.say(&line(update, rate));
                }
            }
        }
    }
}

fn rate(done: u64, started: Stopwatch) -> Option<f64> {
    let seconds = started.seconds();
    (seconds > 0.0 && done > 0).then(|| done as f64 / seconds)
}

fn line(update: &ProgressUpdate, rate: Option<f64>) -> String {
    let ProgressUpdate { stage, done, total, unit, note } = update;
    let mut text = format!("{stage}: {done}");
    if let Some(total) = total {
        let percent = 100.0 * *done as f64 / (*total).max(1) as f64;
        text += &format!(" of {total} {unit} ({percent:.0} %)");
    } else {
        text += &format!(" {unit}");
    }
    if let Some(rate) = rate {
        text += &format!(", {rate:.0} {unit}/s");
        if let Some(total) = total {
            text += &format!(", ETA {:.0} s", total.saturating_sub(*done) as f64 / rate);
        }
    }
    if note.is_empty() { text } else { format!("{text}, {note}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_tells_share_rate_and_eta() {
        let update = ProgressUpdate {
            stage: "train",
            done: 250,
            total: Some(1000),
            unit: "env steps",
            note: "best 1.20".to_owned(),
        };
        let expected = "train: 250 of 1000 env steps (25 %), 50 env steps/s, ETA 15 s, best 1.20";
        assert_eq!(line(&update, Some(50.0)), expected);
    }
}
