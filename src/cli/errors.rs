//! Usage errors and bugs, in the house form.

use std::io::Write;
use std::panic;
use std::process::ExitCode;

/// Prints clap's message; help and version go to standard output and are no failure.
pub(super) fn usage(error: &clap::Error) -> ExitCode {
    let shown = error.print();
    // A closed pipe after `--help` is no failure.
    drop(shown);
    let code = u8::try_from(error.exit_code()).unwrap_or(2);
    ExitCode::from(code)
}

/// Leaves the report of a panic to [`crate::commands::Failure::bug`], which says what a user can do.
pub(super) fn silence_default_panic_message() {
    panic::set_hook(Box::new(|information| {
        let place = information.location().map(ToString::to_string).unwrap_or_default();
        let _ = writeln!(std::io::stderr().lock(), "internal error at {place}");
    }));
}
