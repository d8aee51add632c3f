//! The declarations that the macros write.

use std::any::TypeId;

use diesel::expression::Expression;
use diesel::query_source::Table;
use diesel::sql_types::SqlType;
use diesel::sql_types::is_nullable::NotNull;

use super::belonging::{Belonging, RowFilter, SharedRows, Through};
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

    /// The column that refers from a table to its parent, or from a link to the table that it links, and the table through which
    /// that one belongs to tenants.
    #[doc(hidden)]
    fn owning_key() -> Option<(TypeId, &'static str)> {
        None
    }
}

/// A table whose rows belong to tenants.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no tenant table",
    label = "its rows are not owned by tenants",
    note = "put `#[tenant_scoped(tenant_id)]` on the table in its `table!`, with the name of the column that holds the tenant",
    note = "T0016: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0016"
)]
pub trait TenantTable: DeclaredTable<Ownership = Owned> {
    /// The column by which a row belongs to its tenant. One that holds the tenant itself can be read, but not assigned.
    type TenantColumn: Expression;

    /// The SQL type of a tenant's id.
    type TenantSqlType: SqlType<IsNull = NotNull>;

    /// How rows belong to tenants: [`ByColumn`](super::belonging::ByColumn), `ByParent` or `ByLink`.
    type Belonging: Belonging;

    /// The kind of owner: what the column names, or the type of id that was declared for it.
    type Owner: Owner;

    /// The column's name in the database.
    const TENANT_COLUMN: &'static str;

    /// How many characters a tenant's id has at most, where `#[max_length = …]` says so.
    const TENANT_COLUMN_LENGTH: Option<usize> = None;

    /// The table through which rows belong to tenants, where the column does not name the tenant itself.
    const THROUGH: Option<&'static Through> = None;

    /// How rows that all tenants share are told from the others, if there are such rows.
    const SHARED: Option<SharedRows> = None;

    /// The filter that every source of the table has, unless it is `unfiltered()`.
    const FILTER: Option<RowFilter> = None;

    /// The columns that are read before anybody is admitted, if any are: the one by which rows belong to tenants, and those that
    /// the declaration names.
    const ADMISSION: &'static [&'static str] = &[];

    /// The column, as a value.
    fn tenant_column() -> Self::TenantColumn;
}

/// A tenant table some of whose rows are shared by all tenants.
///
/// `#[tenant_scoped(tenant_id, shared)]` declares it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no rows that tenants share",
    label = "every row is one tenant's",
    note = "declare it: `#[tenant_scoped(tenant_id, shared)]` where the tenant column is NULL in such rows, or `shared = 0` where it \
            has that value",
    note = "T0027: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0027"
)]
pub trait HasSharedRows: TenantTable {
    /// The table, opened for writing what its tenants share.
    #[doc(hidden)]
    type Shared;
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

/// The SQL type of the ids of a table's tenants.
pub type TenantSqlType<T> = <T as TenantTable>::TenantSqlType;
