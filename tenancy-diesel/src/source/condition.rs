//! A reach in SQL: the condition on the tenant column.

use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;

use crate::dialect::TenantBackend;
use crate::table::{TenantTable, push_tenant_column};

/// Which rows of table `T` are within a reach, as SQL.
pub trait Condition<T, DB: TenantBackend> {
    /// Whether a source may be the table itself. Where it may not it is a form that can only be read from: `DELETE FROM` it
    /// is no SQL.
    #[doc(hidden)]
    const PLAIN_TABLE: bool = false;

    /// Prints what `before` prints, then the condition on the rows of `T`, which go by `name` here; or neither, where every
    /// row is within the reach. Returns whether there was a condition.
    #[doc(hidden)]
    fn walk_condition<'b>(
        &'b self,
        name: &str,
        out: AstPass<'_, 'b, DB>,
        before: impl FnOnce(&mut AstPass<'_, 'b, DB>) -> QueryResult<()>,
    ) -> QueryResult<bool>;
}

/// A row is one tenant's.
#[derive(Debug, Clone, Copy)]
pub struct TenantIs<E>(pub(crate) E);

impl<E> TenantIs<E> {
    /// Prints `"name"."tenant_id" = $1`. Nothing else in the crate does.
    pub(crate) fn walk_equality<'b, T, DB>(
        &'b self,
        name: &str,
        mut out: AstPass<'_, 'b, DB>,
    ) -> QueryResult<()>
    where
        T: TenantTable,
        DB: TenantBackend,
        E: QueryFragment<DB>,
    {
        push_tenant_column::<T, DB>(name, &mut out)?;
        out.push_sql(" = ");
        self.0.walk_ast(out)
    }
}

/// The same for every scope, as the SQL is.
impl<E> QueryId for TenantIs<E> {
    type QueryId = TenantIs<()>;
}

impl<T, E, DB> Condition<T, DB> for TenantIs<E>
where
    DB: TenantBackend,
    T: TenantTable,
    E: QueryFragment<DB>,
{
    fn walk_condition<'b>(
        &'b self,
        name: &str,
        mut out: AstPass<'_, 'b, DB>,
        before: impl FnOnce(&mut AstPass<'_, 'b, DB>) -> QueryResult<()>,
    ) -> QueryResult<bool> {
        before(&mut out)?;
        self.walk_equality::<T, DB>(name, out)?;
        Ok(true)
    }
}
