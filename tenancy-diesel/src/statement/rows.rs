//! The rows of an insert, each with the tenant stamped into it.

use std::marker::PhantomData;
use std::slice;

use diesel::query_builder::{AstPass, BatchInsert, QueryFragment, QueryId, ValuesClause};
use diesel::result::QueryResult;

use super::runs::one_run;
use super::stamp::Stamp;
use crate::bound_tenant::ComparedTenant;
use crate::dialect::TenantBackend;
use crate::table::TenantTable;

/// Rows of table `T` that can be stamped with a tenant: what Diesel's `Insertable` makes of one row or of a batch.
#[diagnostic::on_unimplemented(
    message = "these values for `{T}` cannot be stamped with a tenant",
    label = "neither rows nor a batch of rows",
    note = "to insert what a query selects, write `.from_select(query, columns)`: the statement adds the tenant column",
    note = "T0011: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0011"
)]
pub trait Rows<T>: Sized {
    /// The rows themselves. Where the bound fails so does this projection, and the compiler leaves it at one error.
    type Rows;

    /// The rows themselves.
    #[doc(hidden)]
    fn rows(self) -> Self::Rows;
}

impl<V, T> Rows<T> for ValuesClause<V, T> {
    type Rows = Self;

    fn rows(self) -> Self {
        self
    }
}

impl<V, T, Id, const STATIC: bool> Rows<T> for Batch<T, V, Id, STATIC> {
    type Rows = Self;

    fn rows(self) -> Self {
        self
    }
}

/// A batch of rows as Diesel's `Insertable` makes it.
pub(crate) type Batch<T, V, Id, const STATIC: bool> = BatchInsert<Vec<ValuesClause<V, T>>, T, Id, STATIC>;

/// Rows with the tenant stamped into each: `("tenant_id", …) VALUES ($1, …), …`.
#[derive(Debug)]
pub struct StampedRows<T, E, V> {
    pub(crate) tenant: E,
    pub(crate) rows: V,
    pub(crate) table: PhantomData<T>,
}

/// Rows that know their tenant.
pub trait Stamped {
    /// The bound tenant.
    type Tenant;

    /// The tenant, once more.
    #[doc(hidden)]
    fn tenant(&self) -> Self::Tenant;
}

impl<T, E: Clone, V> Stamped for StampedRows<T, E, V> {
    type Tenant = E;

    fn tenant(&self) -> E {
        self.tenant.clone()
    }
}

/// What an insert's rows know of themselves.
pub trait RowCount {
    /// Whether there is no row to insert.
    #[doc(hidden)]
    fn is_empty(&self) -> bool;
}

impl<T, E, V> RowCount for StampedRows<T, E, ValuesClause<V, T>> {
    fn is_empty(&self) -> bool {
        false
    }
}

impl<T, E, V, Id, const STATIC: bool> RowCount for StampedRows<T, E, Batch<T, V, Id, STATIC>> {
    fn is_empty(&self) -> bool {
        self.rows.values.is_empty()
    }
}

impl<T, E, V, DB> QueryFragment<DB> for StampedRows<T, E, ValuesClause<V, T>>
where
    DB: TenantBackend,
    T: TenantTable<Belonging: Stamp<T, V, DB>>,
    E: ComparedTenant<DB>,
{
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        walk_rows::<T, E, V, DB>(&self.tenant, slice::from_ref(&self.rows), out)
    }
}

impl<T, E, V, Id, DB, const STATIC: bool> QueryFragment<DB> for StampedRows<T, E, Batch<T, V, Id, STATIC>>
where
    DB: OneStatementBatch,
    T: TenantTable<Belonging: Stamp<T, V, DB>>,
    E: ComparedTenant<DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        if !STATIC {
            // Each number of rows is another statement: caching them would fill the cache.
            out.unsafe_to_cache_prepared();
        }
        if !out.backend().database().writes_default() {
            let instead = "give the same columns in every row, or insert the two kinds apart";
            one_run(&self.rows.values, out.backend(), instead)?;
        }
        walk_rows::<T, E, V, DB>(&self.tenant, &self.rows.values, out)
    }
}

/// Rows that leave out the same columns, or that may write `DEFAULT`.
pub(crate) fn walk_rows<'b, T, E, V, DB>(
    tenant: &'b E,
    rows: &'b [ValuesClause<V, T>],
    mut out: AstPass<'_, 'b, DB>,
) -> QueryResult<()>
where
    DB: TenantBackend,
    T: TenantTable<Belonging: Stamp<T, V, DB>>,
    E: ComparedTenant<DB>,
{
    let Some(first) = rows.first() else { return Ok(()) };
    out.push_sql("(");
    T::Belonging::walk_names(&first.values, out.reborrow())?;
    out.push_sql(") VALUES ");
    for (index, row) in rows.iter().enumerate() {
        out.push_sql(if index == 0 { "(" } else { ", (" });
        T::Belonging::walk_row(tenant, &row.values, out.reborrow())?;
        out.push_sql(")");
    }
    Ok(())
}

/// Backends on which the rows of any batch fit one statement: they write `DEFAULT` for a column that a row leaves out.
///
/// SQLite has no such word, and sends a statement for each run of rows that leave out the same columns.
#[diagnostic::on_unimplemented(
    message = "a batch of rows is not one statement on backend `{Self}`",
    label = "this batch can be executed, and not be printed",
    note = "SQLite gets a statement for each run of rows that leave the same columns to their defaults",
    note = "T0021: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0021"
)]
pub trait OneStatementBatch: TenantBackend {}

#[cfg(feature = "postgres")]
impl OneStatementBatch for diesel::pg::Pg {}
#[cfg(feature = "mysql")]
impl OneStatementBatch for diesel::mysql::Mysql {}

impl<T: 'static, E: QueryId, V: QueryId> QueryId for StampedRows<T, E, V> {
    type QueryId = StampedRows<T, E::QueryId, V::QueryId>;

    const HAS_STATIC_QUERY_ID: bool = E::HAS_STATIC_QUERY_ID && V::HAS_STATIC_QUERY_ID;
}
