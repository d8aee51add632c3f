//! The file's form.

use serde::{Deserialize, Serialize};

use super::{FORMAT, ManifestError};

/// A manifest. A field that nobody knows is refused: it may be a misspelt one.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Document {
    pub(super) format: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) application: Option<String>,
    pub(super) server: ServerName,
    pub(super) mode: ModeName,
    pub(super) roles: RoleNames,
    #[serde(default, skip_serializing_if = "Schemas::is_default")]
    pub(super) schemas: Schemas,
    pub(super) tables: Vec<TableEntry>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) unique_over_all_tenants: Vec<KeyEntry>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) linked_by_tenants: Vec<LinkEntry>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) read_before_admission: Vec<TableName>,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum ServerName {
    PostgreSql,
    Citus,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ModeName {
    Plain,
    Sealed,
    Both,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RoleNames {
    pub(super) application: String,
    pub(super) across_tenants: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) owner: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) sets: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) admission: Option<String>,
}

/// The schemas of the tables that name none.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Schemas {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) tenants: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) global: Option<String>,
}

impl Schemas {
    fn is_default(&self) -> bool {
        self.tenants.is_none() && self.global.is_none()
    }
}

/// A table. Whose its rows are has to be said: what is left out is not global.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TableEntry {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) schema: Option<String>,
    pub(super) name: String,
    pub(super) rows: Rows,
    pub(super) columns: Vec<String>,
    /// Those that are read before anybody is admitted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) admission: Vec<String>,
    /// The one of the filter that is always there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) filter: Option<String>,
}

/// Whose a table's rows are.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Rows {
    /// Nobody's.
    Global,
    /// Each names its tenant.
    Tenant {
        column: String,
        #[serde(rename = "type")]
        sql_type: String,
        /// What names the kind of the owner, where it is not the column.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        owner: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        shared: Option<SharedEntry>,
    },
    /// Each is the tenant's of a row of another table.
    Parent(Reference),
    /// Each is seen by the tenants that link it.
    Link(Reference),
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Reference {
    pub(super) column: String,
    pub(super) table: TableName,
    pub(super) key: String,
}

/// How rows that all tenants share are told from the others.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum SharedEntry {
    Null,
    Value(Literal),
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Literal {
    Bool(bool),
    Number(i64),
    Text(String),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TableName {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) schema: Option<String>,
    pub(super) name: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KeyEntry {
    pub(super) table: TableName,
    pub(super) key: String,
    pub(super) reason: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LinkEntry {
    pub(super) table: TableName,
    pub(super) reason: String,
}

/// The one field that every format has.
#[derive(Deserialize)]
struct Versioned {
    format: u32,
}

/// Reads a document of a format that is known.
pub(super) fn parse(text: &str) -> Result<Document, ManifestError> {
    let Versioned { format } = serde_json::from_str(text).map_err(ManifestError::Syntax)?;
    if format != FORMAT {
        return Err(ManifestError::Format { found: format, known: FORMAT });
    }
    serde_json::from_str(text).map_err(ManifestError::Syntax)
}
