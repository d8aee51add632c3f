//! What is among the dependencies, by cargo-deny and `deny.toml`.

use std::env;
use std::path::Path;

use crate::Failure;
use crate::needs::program;
use crate::shell::{cargo, run as shown};

/// Where the advisories are, for the message.
const DATABASE: &str = "https://github.com/RustSec/advisory-db";

pub(super) fn run() -> Result<(), Failure> {
    if !installed() {
        // Without optimising: it takes half of the time, and the tool runs for a second.
        shown(&mut cargo(&["install", "cargo-deny", "--locked", "--debug", "--quiet"]))?;
    }
    shown(&mut cargo(&["deny", "check", "licenses", "bans", "sources"]))?;
    // By itself: where the network has no way to the advisories, the rest still counts.
    let mut fetch = cargo(&["deny", "fetch", "db"]);
    if let Err(failure) = shown(&mut fetch) {
        println!(
            "ADVISORIES NOT CHECKED: {failure}. Nothing is known of the dependencies' security where {DATABASE} is not \
             reachable: run `cargo xtask check deny` where it is before a release."
        );
        return Ok(());
    }
    shown(&mut cargo(&["deny", "check", "--disable-fetch", "advisories"]))
}

/// In `PATH`, or where cargo puts what it installs and looks for its subcommands.
fn installed() -> bool {
    let home = env::var_os("CARGO_HOME").map(std::path::PathBuf::from);
    let home = home.or_else(|| Some(Path::new(&env::var_os("HOME")?).join(".cargo")));
    program("cargo-deny") || home.is_some_and(|home| home.join("bin/cargo-deny").is_file())
}
