//! An error as a person reads it.

use std::error::Error;

/// The error's text, then those of its causes.
pub fn chain(error: &dyn Error) -> String {
    let mut texts = vec![error.to_string()];
    let mut cause = error.source();
    while let Some(next) = cause {
        texts.push(next.to_string());
        cause = next.source();
    }
    texts.join(": ")
}
