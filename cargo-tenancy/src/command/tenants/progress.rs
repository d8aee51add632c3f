//! How far it is, on the standard error, and only where somebody looks at it.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use tenancy_operate::tenants::Progress;

/// A line that says which table is at work, and how many bytes have passed.
pub(super) struct Line(ProgressBar);

impl Line {
    pub(super) fn new(what: &'static str) -> Self {
        // Without a terminal it draws nothing.
        let bar = ProgressBar::new_spinner();
        if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix} {msg} {bytes} ({bytes_per_sec})")
        {
            bar.set_style(style);
        }
        bar.set_prefix(what);
        bar.enable_steady_tick(Duration::from_millis(120));
        Self(bar)
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

impl Progress for Line {
    fn part(&self, name: &str) {
        self.0.set_message(name.to_owned());
    }

    fn bytes(&self, more: u64) {
        self.0.inc(more);
    }
}
