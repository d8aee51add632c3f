//! The snapshots, written anew.

use crate::Failure;
use crate::case::cases;
use crate::shell;

pub(crate) fn run(name: Option<&str>) -> Result<(), Failure> {
    let mut command = shell::cargo(&["test", "--package", "tenancy-tests", "--test", "compile_fail"]);
    // The other tests look at the snapshots that are being written.
    command.args(["nothing_unscoped_compiles", "--", "--exact"]);
    if let Some(name) = name {
        if !cases().join(name).join("fail.rs").is_file() {
            return Err(format!("no case {name}: `cargo xtask case {name}` begins it"));
        }
        command.arg(format!("trybuild={name}/fail.rs"));
    }
    shell::run(command.env("TRYBUILD", "overwrite"))?;
    println!("Read the difference: git diff -- '*.stderr'");
    Ok(())
}
