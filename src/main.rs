//! The `releat` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    releat::cli::main()
}
