//! Findings that are known and accepted.

use serde::{Deserialize, Serialize};

use super::finding::{CODES, Finding};
use crate::error::RowSecurityError;

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

impl Waivers {
    /// None.
    pub fn new() -> Self {
        Self::default()
    }

    /// Accepts what the rule `code` finds about `object`, which is named as the report names it.
    ///
    /// # Errors
    ///
    /// When no rule has the code, and when the object or the reason is blank.
    pub fn waive(
        mut self,
        code: impl Into<String>,
        object: impl Into<String>,
        reason: impl Into<String>,
    ) -> Result<Self, RowSecurityError> {
        let waiver = Waiver { code: code.into(), object: object.into(), reason: reason.into() };
        if !CODES.contains(&waiver.code.as_str()) {
            return Err(RowSecurityError::UnknownRule { code: waiver.code });
        }
        if waiver.object.trim().is_empty() {
            return Err(RowSecurityError::WaiverWithoutObject { code: waiver.code });
        }
        if waiver.reason.trim().is_empty() {
            let Waiver { code, object, .. } = waiver;
            return Err(RowSecurityError::WaiverWithoutReason { code, object });
        }
        self.0.push(waiver);
        Ok(self)
    }

    /// Marks what is accepted, and returns the waivers that accept nothing.
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

#[cfg(test)]
mod tests {
    use super::Waivers;
    use crate::RowSecurityError;

    #[test]
    fn a_waiver_that_hides_something_is_refused() {
        let refused = Waivers::new().waive("R040", "t", " \n").unwrap_err();
        assert_eq!(
            refused,
            RowSecurityError::WaiverWithoutReason { code: "R040".to_owned(), object: "t".to_owned() }
        );
        assert_eq!(
            Waivers::new().waive("R040", "", "x"),
            Err(RowSecurityError::WaiverWithoutObject { code: "R040".to_owned() })
        );
        assert_eq!(
            Waivers::new().waive("R999", "t", "x"),
            Err(RowSecurityError::UnknownRule { code: "R999".to_owned() })
        );
    }
}
