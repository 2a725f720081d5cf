//! What a session did, and whether it is over.

use super::opening::Opened;
use crate::commands::{Failure, FailureKind, SessionOptions};
use crate::trader::{PaperDocument, Progress, Tally};

/// A session whose process is done with it.
#[derive(Debug)]
pub(in crate::commands::trade) struct Ended {
    pub(in crate::commands::trade) document: PaperDocument,
    /// An error if it was stopped and can go on.
    pub(in crate::commands::trade) outcome: Result<(), Failure>,
}

impl Ended {
    pub(in crate::commands::trade) fn of(
        opened: &Opened,
        tally: &Tally,
        progress: Progress,
    ) -> Self {
        let ends = (opened.equity_start, opened.engine.equity());
        let document = PaperDocument::new(&opened.session, tally, ends, opened.recorder.head());
        let outcome = match progress {
            Progress::Complete => Ok(()),
            Progress::Stopped(signal) => {
                let text = format!("session {} was stopped", opened.session);
                let hint = format!("the same command with --session {} goes on", opened.session);
                Err(Failure::new(FailureKind::Stopped(signal), text).hint(hint))
            }
        };
        Self { document, outcome }
    }

    /// Shows the document.
    pub(in crate::commands::trade) fn show(self, options: &SessionOptions) -> Result<(), Failure> {
        options.console.document(&self.document, || text(&self.document))?;
        self.outcome
    }
}

/// How a session ended, for people.
pub(in crate::commands::trade) fn text(document: &PaperDocument) -> String {
    let change = document.equity_end / document.equity_start - 1.0;
    let mut text = format!(
        "session {}\n{} decisions, {} orders, {} fills\nequity {:.2} -> {:.2} ({:+.2} %)\n",
        document.session,
        document.decisions,
        document.orders,
        document.fills,
        document.equity_start,
        document.equity_end,
        100.0 * change
    );
    if document.rejects > 0 {
        text += &format!("rejected by the venue: {}\n", document.rejects);
    }
    for (code, count) in &document.denials {
        text += &format!("denied {code}: {count}\n");
    }
    text + &format!("ledger: {} rows, head {}", document.ledger.rows, document.ledger.head)
}
