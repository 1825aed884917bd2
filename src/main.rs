//! The `toantrinh` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    toantrinh::cli::run()
}
