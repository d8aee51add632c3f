//! Schemas that are on every tenant's path, behind its own: what extensions bring along, and types that all use.

use diesel::QueryableByName;
use diesel::pg::Pg;
use diesel::sql_types::{Array, Text};
use diesel_async::{AsyncConnection, RunQueryDsl};
use tenancy_core::__private::invalid_name;

use crate::error::BuildError;

/// The longest name, in bytes: PostgreSQL cuts longer ones.
const LONGEST: usize = 63;

/// What is wrong with schemas `$1`, in which no relation may be named as one of `$2`.
///
/// A relation in them would be found by every tenant whose own schema lacks one of that name, so there are none but what an
/// extension keeps for itself; and who may create there could put a function before the server's.
const FAULTS: &str = "
    WITH shared AS (
        SELECT name, n.oid FROM unnest($1) AS name LEFT JOIN pg_catalog.pg_namespace AS n ON n.nspname = name
    ), relations AS (
        SELECT c.relname, shared.name, EXISTS (
            SELECT FROM pg_catalog.pg_depend AS d
            WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
        ) AS of_extension
        FROM shared JOIN pg_catalog.pg_class AS c ON c.relnamespace = shared.oid
        WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
    )
    SELECT format('schema %I does not exist: CREATE SCHEMA %1$I', name) AS line FROM shared WHERE oid IS NULL
    UNION ALL
    SELECT format('%I may create in schema %I: REVOKE CREATE ON SCHEMA %2$I FROM %1$I, PUBLIC', current_user, name)
    FROM shared
    WHERE oid IS NOT NULL AND pg_catalog.has_schema_privilege(oid, 'CREATE')
        AND NOT (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user)
    UNION ALL
    SELECT format('%I may not use schema %I: GRANT USAGE ON SCHEMA %2$I TO %1$I', current_user, name)
    FROM shared WHERE oid IS NOT NULL AND NOT pg_catalog.has_schema_privilege(oid, 'USAGE')
    UNION ALL
    SELECT format(
        'the table or view %I.%I would be read by every tenant without one of that name: move it to another schema', name, relname
    )
    FROM relations WHERE NOT of_extension OR relname = ANY ($2)";

/// The schemas, in the order of the path.
#[derive(Debug, Clone, Default)]
pub(super) struct SharedSchemas {
    names: Vec<String>,
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

impl SharedSchemas {
    pub(super) fn decide(names: &[String]) -> Result<Self, BuildError> {
        for name in names {
            let fault = match name.as_str() {
                "" => Some("it is empty"),
                _ if name.len() > LONGEST => Some("it is longer than 63 bytes"),
                _ if name.contains('\0') => Some("it has a NUL in it"),
                "information_schema" | "tenancy" => Some("the database or this library uses it itself"),
                _ if name.starts_with("pg_") => {
                    Some("PostgreSQL keeps names that begin with pg_ for its own schemas")
                }
                _ => None,
            };
            if let Some(fault) = fault {
                let fix = "name the schema that CREATE EXTENSION was told";
                return Err(BuildError::SharedSchemaName(invalid_name("a shared schema", name, fault, fix)));
            }
        }
        Ok(Self { names: names.to_vec() })
    }

    pub(super) fn contains(&self, name: &str) -> bool {
        self.names.iter().any(|shared| shared == name)
    }

    /// The search path with these schemas in it: behind the tenant's, and before the temporary tables, which are last.
    pub(super) fn behind(&self, path: &str) -> String {
        let Some(before) = path.strip_suffix("pg_temp").filter(|_| !self.names.is_empty()) else {
            return path.to_owned();
        };
        let names = self.names.iter().map(|name| format!("\"{}\"", name.replace('"', "\"\"")));
        format!("{before}{}, pg_temp", names.collect::<Vec<_>>().join(", "))
    }

    /// Refuses schemas in which a tenant could find another's rows, or leave something for it. `declared` are the names of tables.
    pub(super) async fn inspect(
        &self,
        connection: &mut impl AsyncConnection<Backend = Pg>,
        declared: Vec<&str>,
    ) -> Result<(), BuildError> {
        if self.names.is_empty() {
            return Ok(());
        }
        let faults = diesel::sql_query(FAULTS)
            .bind::<Array<Text>, _>(&self.names)
            .bind::<Array<Text>, _>(declared)
            .load::<Line>(connection)
            .await
            .map_err(BuildError::Look)?;
        if faults.is_empty() {
            return Ok(());
        }
        Err(BuildError::SharedSchemas(faults.into_iter().map(|fault| fault.line).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::SharedSchemas;

    #[test]
    fn they_stand_behind_the_tenants_own() {
        let shared =
            SharedSchemas::decide(&["extensions".to_owned(), "say \"x\"".to_owned()]).expect("names");
        assert_eq!(
            shared.behind("\"acme\", pg_temp"),
            "\"acme\", \"extensions\", \"say \"\"x\"\"\", pg_temp"
        );
        assert_eq!(SharedSchemas::default().behind("\"acme\", pg_temp"), "\"acme\", pg_temp");
    }

    #[test]
    fn what_is_somebody_elses_is_refused() {
        for name in ["", "pg_temp", "pg_catalog", "information_schema", "tenancy", "a\0b", &"x".repeat(64)] {
            assert!(SharedSchemas::decide(&[name.to_owned()]).is_err(), "{name:?}");
        }
    }
}
