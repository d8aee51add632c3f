//! A row of which only the tenant is given.

use std::marker::PhantomData;

use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;

use super::rows::{RowCount, Stamped};
use crate::dialect::TenantBackend;
use crate::table::TenantTable;

/// One row of table `T`, with the tenant and the defaults of all other columns: `("tenant_id") VALUES ($1)`.
#[derive(Debug, Clone, Copy)]
pub struct DefaultRow<T, E> {
    pub(super) tenant: E,
    pub(super) table: PhantomData<T>,
}

impl<T, E> RowCount for DefaultRow<T, E> {
    fn is_empty(&self) -> bool {
        false
    }
}

impl<T, E: Clone> Stamped for DefaultRow<T, E> {
    type Tenant = E;

    fn tenant(&self) -> E {
        self.tenant.clone()
    }
}

impl<T, E, DB> QueryFragment<DB> for DefaultRow<T, E>
where
    DB: TenantBackend,
    T: TenantTable,
    E: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("(");
        out.push_identifier(T::TENANT_COLUMN)?;
        out.push_sql(") VALUES (");
        self.tenant.walk_ast(out.reborrow())?;
        out.push_sql(")");
        Ok(())
    }
}

impl<T: 'static, E: QueryId> QueryId for DefaultRow<T, E> {
    type QueryId = DefaultRow<T, E::QueryId>;

    const HAS_STATIC_QUERY_ID: bool = E::HAS_STATIC_QUERY_ID;
}
