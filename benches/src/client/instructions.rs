//! Instructions, counted by callgrind: they are the same on a busy machine.

use std::process::{Command, Stdio};

use super::connection::{Connection, Stage};
use super::statements::Operation;
use crate::Failure;

/// How often the operation runs in the two runs whose difference is taken: what the process does beside it drops out.
const TIMES: [usize; 2] = [200, 1200];

/// The argument by which this program runs one operation for callgrind.
pub(crate) const ARGUMENT: &str = "--client-operation";

/// The instructions of one operation with all its stages.
///
/// # Errors
///
/// Says why there is no figure, such as that valgrind is not installed.
pub(super) fn count(operation: &Operation) -> Result<f64, Failure> {
    let [few, many] = TIMES;
    let more = total(operation, many)?.checked_sub(total(operation, few)?);
    let more = more.ok_or("callgrind counted fewer instructions for more operations")?;
    Ok(more as f64 / (many - few) as f64)
}

fn total(operation: &Operation, times: usize) -> Result<u64, Failure> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(std::env::current_exe()?)
        .args([ARGUMENT, &operation.name(), &times.to_string()])
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("`valgrind` cannot be run: {error} (Debian: `apt-get install valgrind`)"))?;
    let text = String::from_utf8_lossy(&output.stderr);
    // `==1234== Collected : 5678`
    let collected = text.lines().find_map(|line| line.split_once("Collected :")?.1.trim().parse().ok());
    match collected {
        Some(count) if output.status.success() => Ok(count),
        _ => {
            Err(format!("callgrind has no figure: {}", text.lines().last().unwrap_or("it said nothing"))
                .into())
        }
    }
}

/// Runs the operation of that name, when this program was started by [`count`].
pub(super) fn run(operations: &[[Operation; 2]], name: &str, times: usize) -> Result<(), Failure> {
    let operation = operations.iter().flatten().find(|operation| operation.name() == name);
    let operation = operation.ok_or_else(|| format!("no operation is called {name:?}"))?;
    let mut connection = Connection::new();
    // In the cache before it is counted.
    operation.look(&mut connection)?;
    Ok(operation.repeat(&mut connection, Stage::Whole, times)?)
}
