//! One thing that is wrong.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The codes of the rules, in the order in which a report lists them: a mend may need those before it. Each has a
/// section in [the rules](crate::rules).
pub const CODES: &[&str] = &[
    "R001", "R002", "R003", "R004", "R005", "R006", "R007", "R020", "R021", "R022", "R023", "R024", "R091",
    "R092", "R090", "R010", "R011", "R012", "R013", "R014", "R015", "R016", "R017", "R018", "R019", "R030",
    "R031", "R032", "R033", "R034", "R035", "R036", "R037", "R038", "R039", "R060", "R061", "R062", "R063",
    "R064", "R065", "R066", "R067", "R068", "R069", "R040", "R041", "R042", "R043", "R044", "R045", "R046",
    "R047", "R048", "R049", "R050", "R051", "R052", "R053", "R054", "R055", "R056", "R057", "R058", "R059",
    "R070", "R071", "R072", "R073", "R074", "R080", "R081", "R082", "R083", "R093", "R094", "R095", "R096",
    "R097", "R098", "R099",
];

/// The rules of which a finding is no reason to refuse: what they find may be meant.
const NOTICES: &[&str] =
    &["R019", "R024", "R033", "R035", "R038", "R039", "R046", "R049", "R062", "R070", "R071", "R073", "R074"];

/// Whether a finding is a reason not to serve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Severity {
    /// One tenant may reach another's rows.
    Refusal,
    /// Worth knowing.
    Notice,
}

/// One thing that is wrong with a database.
///
/// `Debug` prints what `Display` does.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Finding {
    /// The rule's code.
    pub code: String,
    /// Whether it is a reason not to serve.
    pub severity: Severity,
    /// The database's object.
    pub object: String,
    /// What is wrong with it.
    pub reason: String,
    /// The SQL that mends it, for the owner or a superuser; a comment, if no SQL does.
    pub mend: String,
    /// Why it is accepted, if it is.
    pub waived: Option<String>,
}

impl Finding {
    pub(super) fn new(code: String, object: String, reason: String, mend: String) -> Self {
        let notice = NOTICES.contains(&code.as_str());
        let severity = if notice { Severity::Notice } else { Severity::Refusal };
        Self { code, severity, object, reason, mend, waived: None }
    }

    /// The same, accepted.
    pub(super) fn accepted(self, reason: String) -> Self {
        Self { waived: Some(reason), ..self }
    }

    /// Whether it is a reason not to serve, and nobody accepted it.
    pub fn refuses(&self) -> bool {
        self.severity == Severity::Refusal && self.waived.is_none()
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}: {}", self.code, self.object, self.reason)?;
        match (&self.waived, self.severity) {
            (Some(reason), _) => write!(formatter, "\n    waived: {reason}")?,
            (None, Severity::Notice) => formatter.write_str("\n    (a notice)")?,
            (None, Severity::Refusal) => {}
        }
        for line in self.mend.lines().filter(|line| !line.is_empty()) {
            write!(formatter, "\n    {line}")?;
        }
        if !self.mend.is_empty() && !self.mend.trim_end().ends_with(';') && !self.mend.starts_with("--") {
            formatter.write_str(";")?;
        }
        Ok(())
    }
}

/// The text for people, as that of a [`Report`](super::Report).
impl fmt::Debug for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}
