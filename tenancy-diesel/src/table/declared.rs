//! The declarations that the macros write.

use diesel::expression::Expression;
use diesel::query_source::Table;
use diesel::sql_types::SqlType;
use diesel::sql_types::is_nullable::NotNull;

use super::owner::Owner;
use super::{Owned, Unowned};

/// A table that is declared: its rows belong to tenants, or every tenant may see them.
///
/// [`table!`](crate::table), [`schema!`](crate::schema), [`#[tenant_scoped]`](macro@crate::tenant_scoped) and
/// [`#[tenant_global]`](macro@crate::tenant_global) implement it; do not implement it by hand. It carries the names
/// that the crate's own statements print. A tenant table's type itself prints nothing, on any backend, so a query that
/// mentions it unscoped does not compile.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is declared neither tenant-scoped nor global",
    label = "whose rows are these?",
    note = "declare the table: `tenancy_diesel::table!`, or `#[tenant_scoped(column)]` or `#[tenant_global]` on it",
    note = "T0017: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0017"
)]
pub trait DeclaredTable: Table + Default + 'static {
    /// Whose the rows are: [`Owned`] by tenants, or [`Unowned`].
    type Ownership;

    /// The primary key without the tenant column: what identifies a row *within* its tenant, what `find` takes, and what
    /// a foreign key points at.
    type Key: Expression;

    /// The schema's name in the database, when the table is qualified with one.
    const SCHEMA: Option<&'static str>;

    /// The table's name in the database.
    const NAME: &'static str;

    /// The names of all columns in the database, in the order of the declaration.
    const COLUMNS: &'static [&'static str];

    /// The key, as a value.
    fn key() -> Self::Key;
}

/// A table whose rows belong to tenants.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no tenant table",
    label = "its rows are not owned by tenants",
    note = "put `#[tenant_scoped(tenant_id)]` on the table in its `table!`, with the name of the column that holds the tenant",
    note = "T0016: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0016"
)]
pub trait TenantTable: DeclaredTable<Ownership = Owned> {
    /// The column that holds the tenant. It can be read, but not assigned, and it is not nullable.
    type TenantColumn: Expression<SqlType: SqlType<IsNull = NotNull>>;

    /// The kind of owner: what the column names, or the type of id that was declared for it.
    type Owner: Owner;

    /// The tenant column's name in the database.
    const TENANT_COLUMN: &'static str;

    /// How many characters the tenant column holds, where `#[max_length = …]` says so.
    const TENANT_COLUMN_LENGTH: Option<usize> = None;

    /// The tenant column, as a value.
    fn tenant_column() -> Self::TenantColumn;
}

/// A table that is declared visible to every tenant.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no global table",
    label = "its rows are owned by tenants, or it is not declared",
    note = "take a tenant's table with `.scoped(&scope)`, and put `#[tenant_global]` on a table that every tenant may see",
    note = "T0018: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0018"
)]
pub trait GlobalTable: DeclaredTable<Ownership = Unowned> {
    /// The table under alias `A`. Because the table is asked for it, it stays unknown where the table is not global, and
    /// the compiler reports that one mistake and nothing that follows from it.
    #[doc(hidden)]
    type Under<A>;
}

/// The SQL type of a table's tenant column.
pub type TenantSqlType<T> = <<T as TenantTable>::TenantColumn as Expression>::SqlType;
