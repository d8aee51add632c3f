//! The exit codes, for scripts. They are the same for every command.

/// It was done, and there is nothing to look at.
pub(crate) const DONE: u8 = 0;
/// It was done, and there is something to look at: a finding, a difference, something that is left.
pub(crate) const FOUND: u8 = 1;
/// The arguments make no sense. It is clap's code, too.
pub(crate) const USAGE: u8 = 2;
/// It was not done.
pub(crate) const FAILED: u8 = 3;
