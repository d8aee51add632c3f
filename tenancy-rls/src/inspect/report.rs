//! All that is wrong, at once.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::finding::{CODES, Finding};
use super::waivers::{Waiver, Waivers};

/// What the audit found. Waived findings stay in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Report {
    /// Everything that was found, by rule; a mend may need those before it.
    pub findings: Vec<Finding>,
    /// The waivers of which there is nothing any more.
    pub unused_waivers: Vec<Waiver>,
}

impl Report {
    pub(super) fn new(mut findings: Vec<Finding>, waivers: &Waivers) -> Self {
        let position = |code: &str| CODES.iter().position(|known| *known == code);
        findings.sort_by(|one, other| {
            (position(&one.code), &one.object).cmp(&(position(&other.code), &other.object))
        });
        // Two roles can be found in the same place, with the same mend.
        findings.dedup();
        let unused_waivers = waivers.apply(&mut findings);
        Self { findings, unused_waivers }
    }

    /// Whether nothing speaks against serving.
    pub fn is_clean(&self) -> bool {
        self.refusals().next().is_none()
    }

    /// What speaks against serving.
    pub fn refusals(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.refuses())
    }
}

/// For a terminal: every finding, with the SQL that mends it.
impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let refusals = self.refusals().count();
        match (refusals, self.findings.len()) {
            (0, 0) => formatter.write_str("the database's wall is as declared")?,
            (0, all) => write!(formatter, "the database's wall is as declared; {all} to know of:")?,
            (1, _) => formatter.write_str("1 thing is wrong with the database's wall:")?,
            (some, _) => write!(formatter, "{some} things are wrong with the database's wall:")?,
        }
        for finding in &self.findings {
            write!(formatter, "\n{finding}")?;
        }
        for waiver in &self.unused_waivers {
            write!(formatter, "\nthe waiver of {} for {} is not needed", waiver.code, waiver.object)?;
        }
        Ok(())
    }
}
