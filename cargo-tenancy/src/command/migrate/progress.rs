//! What happens, on the standard error.

use std::io::Write as _;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use tenancy_operate::migrations::Event;

/// A bar of the targets, where somebody looks at it, and a line for each thing that is not as it should be.
#[derive(Clone)]
pub(super) struct Bar(ProgressBar);

impl Bar {
    pub(super) fn new() -> Self {
        // Without a terminal it draws nothing.
        let bar = ProgressBar::new(0);
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos} of {len} targets, {elapsed} {msg}") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(120));
        Self(bar)
    }

    pub(super) fn tell(&self, event: &Event<'_>) {
        match event {
            Event::Targets { count } => self.0.set_length(u64::try_from(*count).unwrap_or(u64::MAX)),
            Event::Applied { target, migration } => self.0.set_message(format!("{target}: {migration}")),
            Event::Canaries { count } => self.say(&format!("{count} canaries are done")),
            Event::Waiting { attempts, error, pause, .. } => {
                self.say(&format!(
                    "attempt {attempts}, the next in {} ms: {}",
                    pause.as_millis(),
                    chain(error)
                ));
            }
            Event::Ended { error, .. } => {
                self.0.inc(1);
                if let Some(error) = error {
                    self.say(&format!("failed: {}", chain(error)));
                }
            }
            _ => {}
        }
    }

    fn say(&self, line: &str) {
        self.0.suspend(|| {
            // Nobody is there to be told of a closed stream.
            let _closed = writeln!(anstream::stderr().lock(), "{line}");
        });
    }

    pub(super) fn end(&self) {
        self.0.finish_and_clear();
    }
}

/// An error with what stands behind it.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(&format!(": {error}"));
        source = error.source();
    }
    text
}
