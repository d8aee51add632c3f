//! That the benches compile and, when it is asked for, that they work: a time on a machine that does other things says nothing.
//!
//! Without their peers (sqlx, SeaORM, gears), which bring hundreds of crates. The compiler looks at the peers' side by itself, without building it, when
//! it is asked to: nothing but a change of the benches breaks it.

use std::process::{Command, Stdio};

use crate::Failure;
use crate::shell::{cargo, run as shown};
use crate::workspace::root;

pub(super) fn run() -> Result<(), Failure> {
    shown(&mut benches(&["check", "--quiet", "--locked", "--no-default-features"]))
}

/// That they run, in a few rounds.
pub(super) fn rounds() -> Result<(), Failure> {
    shown(benches(&["run", "--quiet", "--no-default-features"]).args(["--", "--quick"]).stdout(Stdio::null()))
}

/// That the benches compile with their peers.
pub(super) fn peers() -> Result<(), Failure> {
    shown(&mut benches(&["check", "--quiet"]))
}

/// A workspace of its own, so that nothing of it weighs on the others; what is compiled the same way is shared.
fn benches(arguments: &[&str]) -> Command {
    let mut command = cargo(arguments);
    command.args(["--manifest-path", "benches/Cargo.toml", "--target-dir"]).arg(root().join("target"));
    command
}
