//! What is printed, and how: results go to the standard output, everything else to the standard error.

use std::io::Write;

use anstyle::{AnsiColor, Style};
use clap::{Args, ColorChoice};
use serde::Serialize;

use crate::failure::Failure;

const ERROR: Style = AnsiColor::Red.on_default().bold();
const FIX: Style = AnsiColor::Green.on_default();

/// How results are printed.
#[derive(Debug, Clone, Args)]
pub(crate) struct Output {
    /// Print the result as one JSON document, for scripts
    #[arg(long, global = true)]
    json: bool,
    /// Whether to print colours; NO_COLOR and a pipe turn them off as well
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    color: ColorChoice,
    /// Show the values of rows that an error is about; they are a tenant's, and may stay in logs
    #[arg(long, global = true)]
    show_values: bool,
}

impl Output {
    /// Prints `result`: for people as `text` says, for scripts as JSON.
    pub(crate) fn result<T: Serialize>(
        &self,
        result: &T,
        text: impl FnOnce(&mut dyn Write) -> std::io::Result<()>,
    ) -> Result<(), Failure> {
        let mut out = anstream::AutoStream::new(std::io::stdout().lock(), self.choice());
        let written = if self.json {
            serde_json::to_writer_pretty(&mut out, result)
                .map_err(std::io::Error::from)
                .and_then(|()| writeln!(out))
        } else {
            text(&mut out)
        };
        written.and_then(|()| out.flush()).map_err(|error| {
            Failure::new("the result cannot be written to the standard output").because(error)
        })
    }

    /// Prints a document that has a form of its own.
    pub(crate) fn document(&self, document: &str) -> Result<(), Failure> {
        let mut out = std::io::stdout().lock();
        writeln!(out, "{}", document.trim_end()).and_then(|()| out.flush()).map_err(|error| {
            Failure::new("the result cannot be written to the standard output").because(error)
        })
    }

    /// Says why a command was not done.
    pub(crate) fn failure(&self, failure: &Failure) {
        let mut err = anstream::AutoStream::new(std::io::stderr().lock(), self.choice());
        // Nobody is there to be told of a closed stream.
        let _closed = writeln!(err, "{ERROR}error{ERROR:#}: {failure}");
        match failure.shown_values() {
            Some(values) if self.show_values => {
                let _closed = writeln!(err, "values: {values}");
            }
            Some(_) => {
                let _closed = writeln!(err, "values: of rows, which --show-values shows");
            }
            None => {}
        }
        if let Some(fix) = failure.to_do() {
            let _closed = writeln!(err, "{FIX}fix{FIX:#}: {fix}");
        }
    }

    fn choice(&self) -> anstream::ColorChoice {
        match self.color {
            ColorChoice::Auto => anstream::ColorChoice::Auto,
            ColorChoice::Always => anstream::ColorChoice::Always,
            ColorChoice::Never => anstream::ColorChoice::Never,
        }
    }
}
