//! What a restore is asked to do.

use serde_json::{Value, json};
use tenancy_core::TenantKey;
use tenancy_core::placement::{Placement, SchemaName};
use tenancy_pool::placement::DatabaseName;

use crate::tenants::error::{OperateError, OperateErrorKind};

/// A column whose values are written anew, as an expression of SQL over the row: to take out what is personal, or to make a key unique.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scrub {
    pub(crate) table: String,
    pub(crate) column: String,
    pub(crate) expression: String,
}

impl Scrub {
    /// Reads `table.column=expression` or `schema.table.column=expression`.
    ///
    /// # Errors
    ///
    /// When it is none.
    pub fn parse(text: &str) -> Result<Self, OperateError> {
        let parts = text.split_once('=').and_then(|(place, expression)| {
            let (table, column) = place.trim().rsplit_once('.')?;
            let all = [table, column, expression.trim()];
            all.iter().all(|part| !part.is_empty()).then_some(all)
        });
        let Some([table, column, expression]) = parts else {
            return Err(OperateError::new(OperateErrorKind::Request, format!("{text:?} sets no column")).fix(
                "write it as table.column=expression, such as \"users.email='user' || id || '@example.invalid'\"",
            ));
        };
        Ok(Self { table: table.to_owned(), column: column.to_owned(), expression: expression.to_owned() })
    }
}

/// Whether triggers of the application's run for the rows that are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Triggers {
    /// They do, and where they make another row than the export has, that is an error.
    #[default]
    Run,
    /// They do not (`session_replication_role = replica`), which a superuser may say. Foreign keys are looked at nevertheless.
    Skip,
}

/// What becomes of rows that are seen by links, and that are here with other values than the export's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ChangedRows {
    /// Nothing is restored: a row of that key may be another tenant's by now.
    #[default]
    Refuse,
    /// They are left as they are, and the tenant sees them.
    Keep,
}

/// Whether the tenant is served when its rows are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Afterwards {
    /// It stays suspended, for somebody to look first.
    #[default]
    Suspended,
    /// It is served.
    Active,
}

/// How a tenant is restored from an export.
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct Restore {
    pub(crate) into: Option<TenantKey>,
    pub(crate) scrub: Vec<Scrub>,
    pub(crate) triggers: Triggers,
    pub(crate) afterwards: Afterwards,
    pub(crate) changed_rows: ChangedRows,
    pub(crate) to: Option<Placement<DatabaseName>>,
}

impl Restore {
    /// As the tenant that was exported, with the keys that it had.
    pub fn new() -> Self {
        Self::default()
    }

    /// As another tenant. Keys that are unique over all tenants are given anew.
    pub fn into_tenant(self, tenant: TenantKey) -> Self {
        Self { into: Some(tenant), ..self }
    }

    /// To this place, which the catalog has from then on. Without it, to the one that the catalog has; a tenant that it does not know
    /// comes into the shared tables.
    pub fn to(self, placement: Placement<DatabaseName>) -> Self {
        Self { to: Some(placement), ..self }
    }

    /// What the journal says of it, beside `what`: what makes it another one.
    pub(in crate::tenants) fn request(&self, what: &str, of: &str) -> Value {
        let set: Vec<_> =
            self.scrub.iter().map(|s| format!("{}.{}={}", s.table, s.column, s.expression)).collect();
        let mut request = json!({ what: of, "set": set });
        if let (Some(to), Some(request)) = (&self.to, request.as_object_mut()) {
            let (schema, database) =
                (to.schema().map(SchemaName::as_str), to.database().map(DatabaseName::as_str));
            request.insert("to".to_owned(), json!({ "schema": schema, "database": database }));
        }
        request
    }

    /// Writes a column anew.
    pub fn scrub(mut self, scrub: Scrub) -> Self {
        self.scrub.push(scrub);
        self
    }

    /// Whether triggers run.
    pub fn triggers(self, triggers: Triggers) -> Self {
        Self { triggers, ..self }
    }

    /// What becomes of rows that are seen by links, and were changed since.
    pub fn changed_rows(self, changed_rows: ChangedRows) -> Self {
        Self { changed_rows, ..self }
    }

    /// What the tenant's status is then.
    pub fn afterwards(self, afterwards: Afterwards) -> Self {
        Self { afterwards, ..self }
    }
}
