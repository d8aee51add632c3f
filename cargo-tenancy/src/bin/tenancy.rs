//! `tenancy …`, without cargo.

use std::process::ExitCode;

fn main() -> ExitCode {
    cargo_tenancy::run(std::env::args_os().collect())
}
