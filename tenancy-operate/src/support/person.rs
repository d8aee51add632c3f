//! Who is let in.

use std::fmt;

use super::migration::PERSON_BYTES;

/// Who a grant is for: the text that the application knows the person by, the one that its
/// [`WithSupport`](tenancy_core::support::WithSupport) is told.
///
/// It is compared as it is, capitals and all. From 1 to 255 bytes, without control characters, and without white space around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person(String);

impl Person {
    /// Checks `text` and keeps it as it is.
    ///
    /// # Errors
    ///
    /// [`InvalidPerson`].
    pub fn new(text: &str) -> Result<Self, InvalidPerson> {
        let is_good = !text.is_empty()
            && text.len() <= PERSON_BYTES
            && text.trim() == text
            && !text.contains(char::is_control);
        if is_good { Ok(Self(text.to_owned())) } else { Err(InvalidPerson) }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// A text that names nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a person is named by 1 to {PERSON_BYTES} bytes without control characters and without white space around them: give what the application knows them by, such as their address"
)]
pub struct InvalidPerson;
