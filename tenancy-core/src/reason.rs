//! Why somebody asks to leave what the types guard.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// Why somebody asks to span tenants, or for raw SQL: text that is not blank, for people who read the audit trail.
///
/// # Examples
///
/// ## A reason and no reason
///
/// ```
/// use tenancy_core::{EmptyReason, Reason};
///
/// assert_eq!(Reason::new(" nightly billing run ")?.as_str(), "nightly billing run");
/// assert_eq!(Reason::new(" \t"), Err(EmptyReason));
/// # Ok::<(), EmptyReason>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Reason(Arc<str>);

impl Reason {
    /// Keeps `text` without the white space around it.
    ///
    /// # Errors
    ///
    /// [`EmptyReason`] when nothing is left.
    pub fn new(text: &str) -> Result<Self, EmptyReason> {
        match text.trim() {
            "" => Err(EmptyReason),
            trimmed => Ok(Self(trimmed.into())),
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<str> for Reason {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl FromStr for Reason {
    type Err = EmptyReason;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::new(text)
    }
}

/// The [`Reason`] given is blank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a bypass needs a reason, and the one given is blank: say what it is for, as in \"nightly billing run\""
)]
pub struct EmptyReason;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_text_is_no_reason() {
        for blank in ["", " ", "\t\r\n", "\u{a0}\u{2003}"] {
            assert_eq!(Reason::new(blank), Err(EmptyReason), "{blank:?}");
            assert_eq!(blank.parse::<Reason>(), Err(EmptyReason), "{blank:?}");
        }
    }

    #[test]
    fn the_text_is_kept_without_its_margins() {
        let reason = Reason::new("  nightly  run\n").unwrap();
        assert_eq!(reason.as_str(), "nightly  run");
        assert_eq!(reason.to_string(), "nightly  run");
        assert_eq!(reason.as_ref(), "nightly  run");
    }
}
