//! The `releat` command.

use std::process::ExitCode;

/// Gives freed memory out again at once: training frees and takes the same megabytes thousands of
/// times a second, and the system's allocator returns them to the kernel each time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    releat::cli::main()
}
