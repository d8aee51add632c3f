//! What a pool allows in statements beside what it knows itself.

use std::sync::Arc;

use tenancy_core::{AuditEvent, AuditSink};
use tenancy_diesel::ReviewedSql;

use super::readings::Readings;
use super::text::read;
use crate::error::BuildError;

/// What the application says to be no danger, and what was read off the statements so far.
#[derive(Debug)]
pub(crate) struct Allowed {
    /// Functions that leave the session alone.
    pub(crate) harmless: Option<Arc<[String]>>,
    /// Fragments of SQL.
    pub(crate) reviewed: Vec<&'static ReviewedSql>,
    pub(crate) readings: Readings,
}

impl Allowed {
    /// Looks the fragments through, and tells the audit of them.
    pub(crate) fn decide(
        harmless: Option<Arc<[String]>>,
        reviewed: Vec<&'static ReviewedSql>,
        postgres: bool,
        audit: &dyn AuditSink,
    ) -> Result<Self, BuildError> {
        let allowed = Self { harmless, reviewed, readings: Readings::new(postgres) };
        for &fragment in &allowed.reviewed {
            if let Some(fault) = allowed.fault(fragment, postgres) {
                return Err(BuildError::ReviewedSql { fragment, fault });
            }
        }
        for fragment in &allowed.reviewed {
            audit.record(&AuditEvent::ReviewedSql {
                name: fragment.name(),
                text: fragment.text(),
                reason: fragment.reason(),
                place: fragment.place(),
            });
        }
        Ok(allowed)
    }

    pub(crate) fn harmless(&self) -> &[String] {
        self.harmless.as_deref().unwrap_or_default()
    }

    /// What keeps a fragment from being run, whoever has read it.
    fn fault(&self, fragment: &ReviewedSql, postgres: bool) -> Option<String> {
        let text = match read(&format!("SELECT ({})", fragment.text()), postgres) {
            Ok(text) => text,
            Err(found) => return Some(format!("it contains {found}, and cannot be followed")),
        };
        if let Some(table) = text.tables.first() {
            let table = table.join(".");
            return Some(format!(
                "it reads `{table}`, of which it says no tenant: read tables by `scoped`, or as global ones"
            ));
        }
        let unknown = text.unknown.iter().find(|name| !self.harmless().contains(name))?;
        postgres.then(|| {
            format!(
                "it calls `{unknown}`, of which nobody knows that it leaves the session alone: name it in `harmless_functions`, \
                 if it does"
            )
        })
    }
}
