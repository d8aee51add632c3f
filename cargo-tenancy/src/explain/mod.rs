//! The compiler's errors in short: one mistake, one line, with its place, its code and the fix.
//!
//! `cargo check` is run and read (`check`, `complaint`). What one mistake leads to is folded into it (`fold`), by the statement that it is in
//! (`source`); `known` has the words for what is ours, and `words` shortens what is not. `page` is what a code means, `fix` edits the source.

pub(crate) mod check;
mod complaint;
pub(crate) mod fix;
mod fold;
mod known;
pub(crate) mod mistake;
pub(crate) mod page;
mod source;
mod words;

use std::ffi::OsString;

use self::check::Workspace;
use self::mistake::Mistake;
use crate::failure::Failure;

/// What is wrong with the source.
#[derive(Debug)]
pub(crate) struct Explained {
    pub(crate) mistakes: Vec<Mistake>,
    pub(crate) warnings: usize,
    /// How many errors the compiler needed for them.
    pub(crate) errors: usize,
}

/// Runs `cargo check` with these arguments, and tells its errors in short.
pub(crate) fn explain(arguments: &[OsString]) -> Result<Explained, Failure> {
    let checked = Workspace::find(arguments)?.check(arguments)?;
    let mistakes = fold::mistakes(&checked.complaints, &mut source::Sources::default());
    Ok(Explained { mistakes, warnings: checked.warnings, errors: checked.complaints.len() })
}
