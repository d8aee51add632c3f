//! A place that goes round the types.

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::kind::Kind;

/// What a place is known by: it stays when lines move. The kind comes last, so that the inventory is read file by file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Key {
    /// From the root, with `/`.
    pub(crate) file: String,
    /// The module, impl and function around it; empty for the file.
    pub(crate) item: String,
    pub(crate) kind: Kind,
    pub(crate) excerpt: String,
}

impl Key {
    /// The same for the same key, in every version of the tool.
    pub(crate) fn fingerprint(&self) -> String {
        let parts = [self.kind.name(), &self.file, &self.item, &self.excerpt];
        digest(&parts.join("\0"))
    }
}

/// A place, and where it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) key: Key,
    /// From 1.
    pub(crate) line: usize,
    /// From 1, in characters.
    pub(crate) column: usize,
    /// The reason that the code gives.
    pub(crate) reason: Option<String>,
    /// Whether only tests compile it.
    pub(crate) in_test: bool,
}

/// Whether the inventory has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Status {
    New,
    Known,
}

/// The beginning of a SHA-256, in hexadecimal digits.
pub(super) fn digest(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
