//! One core for everything: on two, the ratio would be that of the scheduler's moods.

use std::process::{Command, Stdio};

/// The core that everything is pinned to.
pub(crate) struct Pinned {
    /// Its number.
    pub(crate) core: usize,
    /// How many there are.
    pub(crate) of: usize,
}

/// Pins this process, and with it all threads and processes that it starts from now on, to one core.
///
/// # Errors
///
/// Says why it cannot be; the figures are then of little use, and the report says so.
pub(crate) fn pin() -> Result<Pinned, String> {
    // The last: interrupts and whatever else is pinned tend to be on the first.
    let of = std::thread::available_parallelism().map_or(1, usize::from);
    let core = of - 1;
    // The standard library has no safe call for it.
    let output = Command::new("taskset")
        .args(["-p", "-c", &core.to_string(), &std::process::id().to_string()])
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("`taskset` cannot be run: {error}"))?;
    if output.status.success() {
        Ok(Pinned { core, of })
    } else {
        Err(format!("`taskset` refused: {}", String::from_utf8_lossy(&output.stderr).trim()))
    }
}
