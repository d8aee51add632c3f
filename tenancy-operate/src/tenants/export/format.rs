//! What an export says of itself, in `manifest.json`.

use serde::{Deserialize, Serialize};
use tenancy_core::TenantKey;

/// The name of the format.
pub const FORMAT: &str = "tenancy-export";
/// The version that is written, and the newest that is read.
pub const VERSION: u32 = 1;
/// The file in which an export says what it is. It is written last.
pub(crate) const MANIFEST: &str = "manifest.json";
/// The hash of each file, as `sha256sum --check` reads it.
pub(crate) const SUMS: &str = "SHA256SUMS";
/// The folder of the tables' files.
pub(crate) const TABLES: &str = "tables";

/// What an export is: of whom, of when, and what is in each file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportManifest {
    /// Always [`FORMAT`].
    pub format: String,
    /// The format's version.
    pub version: u32,
    /// Whose rows these are.
    pub tenant: TenantKey,
    /// What PostgreSQL calls the type of the tenants' ids.
    pub tenant_type: String,
    /// When the snapshot was taken, by the server's clock, in RFC 3339.
    pub taken_at: String,
    /// Which PostgreSQL it was taken from.
    pub server: String,
    /// The tables, in the order in which they were declared.
    pub tables: Vec<ExportedTable>,
    /// What is not in it, and why.
    pub left_out: Vec<LeftOut>,
}

/// One table of an export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportedTable {
    /// Its schema.
    pub schema: String,
    /// Its name.
    pub table: String,
    /// How its rows belong to the tenant.
    pub belongs: Belongs,
    /// Its file, relative to the manifest.
    pub file: String,
    /// How many rows are in it.
    pub rows: u64,
    /// How long it is.
    pub bytes: u64,
    /// Its SHA-256, in hexadecimal.
    pub sha256: String,
    /// The columns that the rows are ordered by; empty where the table has no key, and whole rows are.
    pub order: Vec<String>,
    /// Its columns, as in the file.
    pub columns: Vec<ExportedColumn>,
}

/// How rows belong to the tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Belongs {
    /// Each names the tenant.
    Column,
    /// Each names a row of another table, which is the tenant's.
    Parent,
    /// Rows of the tenant's name them; they may be other tenants' as well.
    Link,
}

/// One column of an exported table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportedColumn {
    /// Its name.
    pub name: String,
    /// Its type as SQL.
    #[serde(rename = "type")]
    pub sql_type: String,
    /// Whether it may be NULL.
    pub nullable: bool,
    /// Whether its value is computed from the row's others.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub generated: bool,
}

/// Something that is not in an export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// The table's schema.
    pub schema: String,
    /// The table.
    pub table: String,
    /// What of it.
    pub what: LeftOutPart,
    /// Why.
    pub why: String,
}

/// What is not in an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeftOutPart {
    /// The whole table.
    Table,
    /// The rows that all tenants share.
    SharedRows,
    /// What the numbers in a column may stand for.
    LargeObjects,
}
