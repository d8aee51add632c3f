//! What a declared table says about itself.

use std::marker::PhantomData;

use diesel::backend::Backend;
use diesel::expression::Expression;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::query_source::Table;
use diesel::result::QueryResult;

/// A table whose rows belong to tenants.
///
/// [`table!`](crate::table), [`schema!`](crate::schema) and [`#[tenant_scoped]`](macro@crate::tenant_scoped) implement
/// it; it is not meant to be implemented by hand. It carries the names that the crate's own statements print: the
/// table's type itself prints nothing, on any backend, so that a query that mentions it unscoped does not compile.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no tenant table",
    label = "its rows are not owned by tenants",
    note = "put `#[tenant_scoped(tenant_id)]` on the table in its `table!`, with the name of the column that holds the tenant",
    note = "T0016: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0016"
)]
pub trait TenantTable: Table + Default + 'static {
    /// The column that holds the tenant. It can be read, and not assigned.
    type TenantColumn: Expression;

    /// The primary key without the tenant column: what identifies a row *within* its tenant, and what `find` takes.
    type KeyInTenant;

    /// The schema's name in the database, when the table is qualified with one.
    const SCHEMA: Option<&'static str>;

    /// The table's name in the database.
    const NAME: &'static str;

    /// The tenant column's name in the database.
    const TENANT_COLUMN: &'static str;

    /// The names of all columns in the database, in the order of the declaration.
    const COLUMNS: &'static [&'static str];

    /// The key, as a value.
    fn key_in_tenant() -> Self::KeyInTenant;

    /// The tenant column, as a value.
    fn tenant_column() -> Self::TenantColumn;
}

/// A table that is declared visible to every tenant.
///
/// [`table!`](crate::table), [`schema!`](crate::schema) and [`#[tenant_global]`](macro@crate::tenant_global) implement it.
pub trait GlobalTable: Table + Default + 'static {
    /// The table's name in the database.
    const NAME: &'static str;
}

/// The SQL type of a table's tenant column.
pub type TenantSqlType<T> = <<T as TenantTable>::TenantColumn as Expression>::SqlType;

/// Prints the name by which a tenant table's columns are qualified: a scoped source and a changed table both go by it.
#[derive(Debug, Clone, Copy)]
pub struct ColumnPrefix<T>(PhantomData<T>);

impl<T> ColumnPrefix<T> {
    /// The prefix of `T`'s columns.
    #[allow(clippy::new_without_default)] // only generated code calls it
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<T: TenantTable, DB: Backend> QueryFragment<DB> for ColumnPrefix<T> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_identifier(T::NAME)
    }
}

impl<T: 'static> QueryId for ColumnPrefix<T> {
    type QueryId = Self;
}

/// Prints the table's name as the database knows it, qualified when it is declared so.
pub(crate) fn push_qualified_name<T: TenantTable, DB: Backend>(
    out: &mut AstPass<'_, '_, DB>,
) -> QueryResult<()> {
    if let Some(schema) = T::SCHEMA {
        out.push_identifier(schema)?;
        out.push_sql(".");
    }
    out.push_identifier(T::NAME)
}
