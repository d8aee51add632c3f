//! What a row of the catalog says.

use std::time::{Duration, SystemTime};

use diesel::data_types::PgTimestamp;
use diesel::prelude::*;
use tenancy_core::__private::shown;
use tenancy_core::placement::{Placement, SchemaName, TenantStatus};

use super::DatabaseName;
use super::table::tenant_placements;

/// The columns that say where a tenant lives.
pub(super) fn columns(placement: &Placement<DatabaseName>) -> Columns<'_> {
    let (schema, database) = (placement.schema(), placement.database());
    let kind = match (database, schema) {
        (Some(_), _) => "database",
        (None, Some(_)) => "schema",
        (None, None) => "shared",
    };
    Columns {
        kind,
        schema_name: schema.map(SchemaName::as_str),
        database_name: database.map(DatabaseName::as_str),
    }
}

/// The columns of a placement. What is not in one is NULL, not left as it was.
#[derive(Insertable, AsChangeset)]
#[diesel(table_name = tenant_placements, treat_none_as_null = true)]
pub(super) struct Columns<'a> {
    kind: &'a str,
    schema_name: Option<&'a str>,
    database_name: Option<&'a str>,
}

/// One tenant in the catalog.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CatalogEntry {
    /// Whether it may be served.
    pub status: TenantStatus,
    /// Where it lives; while it moves, where it lived.
    pub placement: Placement<DatabaseName>,
    /// When the entry changed last, by the server's clock.
    pub changed_at: SystemTime,
}

/// A row as it is read. Nothing in it is believed yet.
#[derive(Queryable, Selectable)]
#[diesel(table_name = tenant_placements, check_for_backend(diesel::pg::Pg))]
pub(super) struct Row {
    status: String,
    kind: String,
    schema_name: Option<String>,
    database_name: Option<String>,
    changed_at: PgTimestamp,
}

impl Row {
    pub(super) fn status(&self) -> Result<TenantStatus, String> {
        self.status.parse().map_err(|error| format!("{error}"))
    }

    pub(super) fn placement(&self) -> Result<Placement<DatabaseName>, String> {
        let schema = self.schema_name.as_deref().map(SchemaName::try_from).transpose();
        let database = self.database_name.as_deref().map(DatabaseName::try_from).transpose();
        let schema = schema.map_err(|error| error.to_string())?;
        let database = database.map_err(|error| error.to_string())?;
        match (self.kind.as_str(), schema, database) {
            ("shared", None, None) => Ok(Placement::Shared),
            ("schema", Some(schema), None) => Ok(Placement::Schema(schema)),
            ("database", None, Some(database)) => Ok(Placement::Database(database)),
            ("database", Some(schema), Some(database)) => Ok(Placement::DatabaseSchema { database, schema }),
            (kind, schema, database) => Err(format!(
                "its kind is {}, {} a schema and {} a database: `shared` goes with neither, `schema` with a schema, \
                 `database` with a database and perhaps a schema",
                shown(kind),
                if schema.is_some() { "with" } else { "without" },
                if database.is_some() { "with" } else { "without" },
            )),
        }
    }

    fn changed_at(&self) -> Option<SystemTime> {
        // PostgreSQL counts microseconds from 2000-01-01, which is 10,957 days after 1970-01-01.
        let epoch = SystemTime::UNIX_EPOCH + Duration::from_secs(10_957 * 86_400);
        let PgTimestamp(microseconds) = self.changed_at;
        let distance = Duration::from_micros(microseconds.unsigned_abs());
        if microseconds < 0 { epoch.checked_sub(distance) } else { epoch.checked_add(distance) }
    }

    pub(super) fn entry(&self) -> Result<CatalogEntry, String> {
        let changed_at = self.changed_at().ok_or("the time of its change is out of range")?;
        Ok(CatalogEntry { status: self.status()?, placement: self.placement()?, changed_at })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(kind: &str, schema: Option<&str>, database: Option<&str>) -> Row {
        Row {
            status: "active".to_owned(),
            kind: kind.to_owned(),
            schema_name: schema.map(str::to_owned),
            database_name: database.map(str::to_owned),
            changed_at: PgTimestamp(0),
        }
    }

    #[test]
    fn placements_survive_the_table() {
        let schema: SchemaName = "acme".parse().expect("a name");
        let database: DatabaseName = "silo-7".parse().expect("a name");
        let placements = [
            Placement::Shared,
            Placement::Schema(schema.clone()),
            Placement::Database(database.clone()),
            Placement::DatabaseSchema { database, schema },
        ];
        for placement in placements {
            let Columns { kind, schema_name, database_name } = columns(&placement);
            assert_eq!(row(kind, schema_name, database_name).placement(), Ok(placement));
        }
    }

    #[test]
    fn what_does_not_fit_together_is_no_placement() {
        let some = Some("acme");
        let odd = [
            row("shared", some, None),
            row("shared", None, some),
            row("schema", None, None),
            row("schema", some, some),
            row("database", None, None),
            row("database", some, None),
            row("", None, None),
            row("Shared", None, None),
            row("schema", Some("public"), None),
            row("schema", Some("acme\", public"), None),
            row("database", None, Some("postgres://db/x")),
        ];
        for row in odd {
            assert!(row.placement().is_err(), "{:?} {:?} {:?}", row.kind, row.schema_name, row.database_name);
        }
        let mut odd = row("shared", None, None);
        odd.status = "enabled".to_owned();
        assert!(odd.status().is_err() && odd.entry().is_err());
    }
}
