//! All that is wrong, at once.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::finding::{CODES, Finding};
use super::waivers::{Waiver, Waivers};

/// The rules that tell of a migration that was not run.
const NO_FUNCTION: &str = "R020";
const NO_ROW_SECURITY: &str = "R011";
const NO_TABLE: &str = "R010";

/// What an inspection found. Waived findings stay in it.
///
/// `Display`, and `Debug` as well, which is what `main` prints of an error, is the text for people. Where the wall's migration
/// has not been run, that is one line, whatever follows from it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Report {
    /// Everything that was found, by rule; a mend may need those before it.
    pub findings: Vec<Finding>,
    /// The waivers that are not needed any more: nothing was found that they accept.
    pub unused_waivers: Vec<Waiver>,
    /// What of the wall's migration has not been run, if so: nearly all findings follow from it.
    pub not_migrated: Option<NotMigrated>,
}

/// Which of a wall's migrations has not been run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum NotMigrated {
    /// That of the database: the function that the policies read the tenant by does not exist.
    Database,
    /// That of the tables: none has row-level security. So it is in a schema that was made for a tenant and not walled.
    Tables,
}

impl Report {
    /// `tenant_tables` are the declared tables of tenants, as the rules name them.
    pub(super) fn new<'a>(
        mut findings: Vec<Finding>,
        waivers: &Waivers,
        tenant_tables: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let position = |code: &str| CODES.iter().position(|known| *known == code);
        findings.sort_by(|one, other| {
            (position(&one.code), &one.object).cmp(&(position(&other.code), &other.object))
        });
        // Two roles can be found in the same place, with the same mend.
        findings.dedup();
        let unused_waivers = waivers.apply(&mut findings);
        let not_migrated = not_migrated(&findings, tenant_tables);
        Self { findings, unused_waivers, not_migrated }
    }

    /// Whether nothing speaks against serving.
    pub fn is_clean(&self) -> bool {
        self.refusals().next().is_none()
    }

    /// What speaks against serving.
    pub fn refusals(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.refuses())
    }

    /// The text with every finding and the SQL that mends it, also where the wall's migration has not been run.
    #[must_use]
    pub fn in_full(&self) -> String {
        let refusals = self.refusals().count();
        let mut text = match (refusals, self.findings.len()) {
            (0, 0) => "the database's wall is as declared".to_owned(),
            (0, all) => format!("the database's wall is as declared; {all} worth knowing:"),
            (1, _) => "1 thing is wrong with the database's wall:".to_owned(),
            (some, _) => format!("{some} things are wrong with the database's wall:"),
        };
        for finding in &self.findings {
            text.push_str(&format!("\n{finding}"));
        }
        for Waiver { code, object, .. } in &self.unused_waivers {
            text.push_str(&format!("\nthe waiver of {code} for {object} is not needed any more: remove it"));
        }
        text
    }
}

/// Only what is refused counts: whoever waives the absence of a wall means it.
fn not_migrated<'a>(
    findings: &[Finding],
    tenant_tables: impl IntoIterator<Item = &'a str>,
) -> Option<NotMigrated> {
    let refused: Vec<_> = findings.iter().filter(|finding| finding.refuses()).collect();
    if refused.iter().any(|finding| finding.code == NO_FUNCTION) {
        return Some(NotMigrated::Database);
    }
    let open = |table: &str| {
        refused.iter().any(|finding| finding.code == NO_ROW_SECURITY && finding.object == table)
    };
    let missing =
        |table: &str| refused.iter().any(|finding| finding.code == NO_TABLE && finding.object == table);
    // Where no table is there at all, that is what has to be said.
    let (mut tables, mut some) = (tenant_tables.into_iter(), false);
    let all = tables.all(|table| {
        some |= open(table);
        open(table) || missing(table)
    });
    (all && some).then_some(NotMigrated::Tables)
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(not_migrated) = self.not_migrated else {
            return formatter.write_str(&self.in_full());
        };
        formatter.write_str(match not_migrated {
            NotMigrated::Database => {
                "the wall's migration has not been run on this database: write it into your migrations with \
                 `RowSecurity::migration`, and run it as the owner of the tables"
            }
            NotMigrated::Tables => {
                "the wall's migration has not been run on the declared tables, and none of them has row-level security: \
                 run `RowSecurity::migration` as their owner, or `RowSecurity::tables_migration` for a tenant's own \
                 schema"
            }
        })?;
        write!(formatter, " ({} findings, which `Report::in_full` lists)", self.findings.len())
    }
}

/// The text for people: an error that `main` returns is printed by `Debug`.
impl fmt::Debug for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLES: [&str; 2] = [r#""public"."agents""#, r#""public"."canvases""#];

    fn report(findings: &[(&str, &str)], waivers: &Waivers) -> Report {
        let finding = |(code, object): &(&str, &str)| {
            Finding::new(
                (*code).to_owned(),
                (*object).to_owned(),
                "it is so".to_owned(),
                "MEND IT".to_owned(),
            )
        };
        Report::new(findings.iter().map(finding).collect(), waivers, TABLES)
    }

    #[test]
    fn a_database_without_the_migration_is_told_in_one_line() {
        let without = report(&[("R020", "tenancy.tenant()"), ("R011", TABLES[0])], &Waivers::new());
        let text = without.to_string();
        assert_eq!(without.not_migrated, Some(NotMigrated::Database));
        assert!(text.starts_with("the wall's migration has not been run on this database: "), "{text}");
        assert!(
            text.ends_with("(2 findings, which `Report::in_full` lists)") && !text.contains('\n'),
            "{text}"
        );
        assert_eq!(format!("{without:?}"), text);
        assert_eq!(format!("{without:#?}"), text);
        assert!(without.in_full().contains("\nR011 \"public\".\"agents\": it is so\n    MEND IT;"));
        assert!(!without.is_clean());
    }

    #[test]
    fn a_schema_without_the_migration_is_told_in_one_line() {
        let all = report(&[("R011", TABLES[0]), ("R011", TABLES[1]), ("R013", TABLES[1])], &Waivers::new());
        assert_eq!(all.not_migrated, Some(NotMigrated::Tables));
        assert!(all.to_string().contains("`RowSecurity::tables_migration` for a tenant's own schema"));
        let rest_missing = report(&[("R011", TABLES[0]), ("R010", TABLES[1])], &Waivers::new());
        assert_eq!(rest_missing.not_migrated, Some(NotMigrated::Tables));
    }

    #[test]
    fn every_other_hole_is_listed() {
        let one_open = report(&[("R011", TABLES[0])], &Waivers::new());
        assert_eq!(one_open.to_string(), one_open.in_full());
        assert_eq!(format!("{one_open:?}"), one_open.in_full());
        let missing = report(&[("R010", TABLES[0]), ("R010", TABLES[1])], &Waivers::new());
        assert_eq!((missing.not_migrated, missing.to_string()), (None, missing.in_full()));
        assert_eq!(report(&[], &Waivers::new()).to_string(), "the database's wall is as declared");
        let waivers = Waivers::new().waive("R020", "tenancy.tenant()", "there is no wall yet").unwrap();
        let waived = report(&[("R020", "tenancy.tenant()")], &waivers);
        assert!(waived.is_clean() && waived.not_migrated.is_none(), "{waived}");
    }

    #[test]
    fn a_waiver_that_accepts_nothing_is_told() {
        let waivers = Waivers::new().waive("R040", "t", "nobody reads it").unwrap();
        let report = report(&[], &waivers);
        assert_eq!(report.unused_waivers.len(), 1);
        assert!(report.to_string().ends_with("the waiver of R040 for t is not needed any more: remove it"));
    }

    #[test]
    fn it_is_read_back_as_it_was_written() {
        let report = report(&[("R020", "tenancy.tenant()")], &Waivers::new());
        let json = serde_json::to_string(&report).unwrap();
        assert_eq!(serde_json::from_str::<Report>(&json).unwrap(), report);
    }
}
