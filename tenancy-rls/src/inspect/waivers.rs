//! Findings that are known and accepted.

use std::error::Error;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::finding::{CODES, Finding};

/// The accepted findings, each with the reason.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Waivers(Vec<Waiver>);

/// One accepted finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Waiver {
    /// The rule's code.
    pub code: String,
    /// The object, as the report names it.
    pub object: String,
    /// Why it is accepted.
    pub reason: String,
}

/// Such a waiver would hide something.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum WaiverError {
    /// No rule has the code.
    UnknownCode(String),
    /// It has no reason; the code and the object.
    NoReason(String, String),
    /// It names no object; the code.
    NoObject(String),
}

impl Waivers {
    /// None.
    pub fn new() -> Self {
        Self::default()
    }

    /// Accepts what the rule `code` finds about `object`, which is named as the report names it.
    ///
    /// # Errors
    ///
    /// If no rule has the code, or the object or the reason is blank.
    pub fn waive(
        mut self,
        code: impl Into<String>,
        object: impl Into<String>,
        reason: impl Into<String>,
    ) -> Result<Self, WaiverError> {
        let waiver = Waiver { code: code.into(), object: object.into(), reason: reason.into() };
        if !CODES.contains(&waiver.code.as_str()) {
            return Err(WaiverError::UnknownCode(waiver.code));
        }
        if waiver.object.trim().is_empty() {
            return Err(WaiverError::NoObject(waiver.code));
        }
        if waiver.reason.trim().is_empty() {
            return Err(WaiverError::NoReason(waiver.code, waiver.object));
        }
        self.0.push(waiver);
        Ok(self)
    }

    /// Marks what is accepted, and returns the waivers of which there is nothing.
    pub(super) fn apply(&self, findings: &mut [Finding]) -> Vec<Waiver> {
        let unused = self.0.iter().filter(|waiver| {
            let mut used = false;
            for finding in findings.iter_mut() {
                if finding.code == waiver.code && finding.object == waiver.object {
                    finding.waived = Some(waiver.reason.clone());
                    used = true;
                }
            }
            !used
        });
        unused.cloned().collect()
    }
}

impl fmt::Display for WaiverError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownCode(code) => {
                write!(formatter, "no audit rule has the code {code:?}: copy the code from the report")
            }
            Self::NoReason(code, object) => write!(
                formatter,
                "the waiver of {code} for {object} has no reason, and nobody will know why it is safe: give one"
            ),
            Self::NoObject(code) => write!(
                formatter,
                "the waiver of {code} names no object, and would accept it everywhere: \
                 copy the object from the report"
            ),
        }
    }
}

impl Error for WaiverError {}

#[cfg(test)]
mod tests {
    use super::{WaiverError, Waivers};

    #[test]
    fn a_waiver_without_a_reason_is_refused() {
        let refused = Waivers::new().waive("R040", "t", " \n").unwrap_err();
        assert_eq!(refused, WaiverError::NoReason("R040".to_owned(), "t".to_owned()));
        assert_eq!(Waivers::new().waive("R040", "", "x"), Err(WaiverError::NoObject("R040".to_owned())));
        assert_eq!(Waivers::new().waive("R999", "t", "x"), Err(WaiverError::UnknownCode("R999".to_owned())));
    }
}
