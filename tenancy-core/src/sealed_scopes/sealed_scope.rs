//! A sealed scope, as text.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A scope under seal: a text of the letters of base64url, dots and the key's id in them, which a URL, a header and a cookie take as it is.
///
/// Whoever has it can bring it to be opened, so `Debug` does not show it. It is read by serde and made from a text, because
/// it proves nothing before [`SealingAuthority::open`](super::SealingAuthority::open) has looked at it.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SealedScope(String);

impl SealedScope {
    /// The most bytes that are sealed, and looked at when it is opened.
    pub const LONGEST: usize = 1024 * 1024;

    /// The text. It is a secret.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for SealedScope {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<SealedScope> for String {
    fn from(sealed: SealedScope) -> Self {
        sealed.0
    }
}

impl AsRef<str> for SealedScope {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SealedScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SealedScope").finish_non_exhaustive()
    }
}
