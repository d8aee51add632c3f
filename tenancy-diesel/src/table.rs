//! What a declared table says about itself.

use diesel::backend::Backend;
use diesel::expression::Expression;
use diesel::query_builder::AstPass;
use diesel::query_source::Table;
use diesel::result::QueryResult;
use diesel::sql_types::SqlType;
use diesel::sql_types::is_nullable::NotNull;

use crate::alias::ScopedAlias;
use crate::source::Unowned;

/// A table that is declared: its rows belong to tenants, or every tenant may see them.
///
/// [`table!`](crate::table), [`schema!`](crate::schema), [`#[tenant_scoped]`](macro@crate::tenant_scoped) and
/// [`#[tenant_global]`](macro@crate::tenant_global) implement it; it is not meant to be implemented by hand. It carries
/// the names that the crate's own statements print: a tenant table's type itself prints nothing, on any backend, so that
/// a query that mentions it unscoped does not compile.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is declared neither tenant-scoped nor global",
    label = "whose rows are these?",
    note = "declare the table: `tenancy_diesel::table!`, or `#[tenant_scoped(column)]` or `#[tenant_global]` on it",
    note = "T0017: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0017"
)]
pub trait DeclaredTable: Table + Default + 'static {
    /// [`Tenants`] or [`Nobodys`].
    type Owner;

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

/// The owner of a tenant table's rows.
#[derive(Debug, Clone, Copy)]
pub enum Tenants {}

/// The owner of a global table's rows.
#[derive(Debug, Clone, Copy)]
pub enum Nobodys {}

/// A table whose rows belong to tenants.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no tenant table",
    label = "its rows are not owned by tenants",
    note = "put `#[tenant_scoped(tenant_id)]` on the table in its `table!`, with the name of the column that holds the tenant",
    note = "T0016: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0016"
)]
pub trait TenantTable: DeclaredTable<Owner = Tenants> {
    /// The column that holds the tenant. It can be read, and not assigned; it is not nullable.
    type TenantColumn: Expression<SqlType: SqlType<IsNull = NotNull>>;

    /// The tenant column's name in the database.
    const TENANT_COLUMN: &'static str;

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
pub trait GlobalTable: DeclaredTable<Owner = Nobodys> {
    /// The table under alias `A`. Asked of the table, it is unknown for what is no global table, and the compiler does
    /// not report what follows from that as well.
    #[doc(hidden)]
    type Under<A>: From<ScopedAlias<A, Unowned>>;
}

/// The SQL type of a table's tenant column.
pub type TenantSqlType<T> = <<T as TenantTable>::TenantColumn as Expression>::SqlType;

/// Prints a column of tenant table `T`, qualified by the name that a scoped source and a changed table both go by.
pub fn push_column<T: TenantTable, DB: Backend>(
    mut out: AstPass<'_, '_, DB>,
    column: &str,
) -> QueryResult<()> {
    push_prefix::<T, DB>(&mut out)?;
    out.push_identifier(column)
}

/// Prints all columns of tenant table `T`, as [`push_column`] does one.
pub fn push_star<T: TenantTable, DB: Backend>(mut out: AstPass<'_, '_, DB>) -> QueryResult<()> {
    push_prefix::<T, DB>(&mut out)?;
    out.push_sql("*");
    Ok(())
}

fn push_prefix<T: TenantTable, DB: Backend>(out: &mut AstPass<'_, '_, DB>) -> QueryResult<()> {
    if !out.should_skip_from() {
        out.push_identifier(T::NAME)?;
        out.push_sql(".");
    }
    Ok(())
}

/// Prints the table's name as the database knows it, qualified when it is declared so.
pub(crate) fn push_qualified_name<T: DeclaredTable, DB: Backend>(
    out: &mut AstPass<'_, '_, DB>,
) -> QueryResult<()> {
    if let Some(schema) = T::SCHEMA {
        out.push_identifier(schema)?;
        out.push_sql(".");
    }
    out.push_identifier(T::NAME)
}
