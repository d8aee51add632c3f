//! Policies of one process, asked through scopes.
#![allow(clippy::unwrap_used, reason = "what cannot be prepared ends the test")]

mod governance;
mod quotas;
mod settings;
mod usage;
