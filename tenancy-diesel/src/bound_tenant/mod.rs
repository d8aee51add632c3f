//! The tenant's id as a statement binds it, and the tenant that a statement may bind.

mod canonical;
mod compared;
mod only;
mod printed;
mod several;
mod wrong_tenant;

use std::marker::PhantomData;

use diesel::expression::{AsExpression, TypedExpressionType};
use diesel::internal::derives::as_expression::Bound;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::SqlType;

use self::canonical::TenantColumn;
pub(crate) use self::compared::{ComparedTenant, Everybody};
pub use self::only::{LookedThrough, Only, look_through};
pub(crate) use self::only::{permit_every_tenant, permit_strangers};
pub use self::printed::PrintedTable;
pub(crate) use self::printed::{tell, tell_reviewed, tell_table, untold};
pub(crate) use self::several::{BoundTenants, EachTenant};
pub use self::wrong_tenant::WrongTenant;
use crate::dialect::TenantBackend;
use crate::table::{SharedRows, TenantSqlType, TenantTable};

/// The bound id of a tenant, for the tenant column of `T`. Whatever the crate prints of a tenant goes through here: every condition,
/// every new row.
///
/// What it knows of the column is in its type: each source of a query has one of these, and a query is moved as a whole.
#[derive(Debug)]
pub struct BoundTenant<T, I, E> {
    id: I,
    bound: E,
    column: PhantomData<fn() -> T>,
}

impl<T, I, E> BoundTenant<T, I, E> {
    pub(crate) fn new(id: I, bound: E) -> Self {
        Self { id, bound, column: PhantomData }
    }

    pub(crate) fn id(&self) -> &I {
        &self.id
    }
}

/// The id is bound anew. Diesel's `Bound` is cloned only where its SQL type is, and an application's own SQL type need not
/// be; but a FROM clause that cannot be cloned cannot be joined.
impl<T, I, ST, V> Clone for BoundTenant<T, I, Bound<ST, V>>
where
    ST: SqlType + TypedExpressionType,
    I: AsExpression<ST, Expression = Bound<ST, V>> + Clone,
{
    fn clone(&self) -> Self {
        Self::new(self.id.clone(), self.id.clone().as_expression())
    }
}

impl<T, I, ST, V> Copy for BoundTenant<T, I, Bound<ST, V>>
where
    ST: SqlType + TypedExpressionType,
    I: AsExpression<ST, Expression = Bound<ST, V>> + Copy,
    Bound<ST, V>: Copy,
{
}

impl<T, I, E, DB> QueryFragment<DB> for BoundTenant<T, I, E>
where
    T: TenantTable,
    TenantSqlType<T>: 'static,
    I: 'static,
    E: QueryFragment<DB>,
    DB: TenantBackend,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        only::permit_tenant(&self.id)?;
        let Some(SharedRows::Value(everybody)) = T::SHARED else {
            return TenantColumn::of::<T>().walk(&self.id, &self.bound, out);
        };
        // Nobody is the tenant whose id the rows have that all tenants share: there it is NULL, or fails where a NULL could
        // become a value again.
        let failing = out.backend().database().no_parent();
        out.push_sql(if failing.is_some() { "COALESCE(NULLIF(" } else { "NULLIF(" });
        TenantColumn::of::<T>().walk(&self.id, &self.bound, out.reborrow())?;
        out.push_sql(", ");
        out.push_sql(everybody);
        out.push_sql(")");
        if let Some(failing) = failing {
            out.push_sql(", ");
            out.push_sql(failing);
            out.push_sql(")");
        }
        Ok(())
    }
}

impl<T, I, E: QueryId> QueryId for BoundTenant<T, I, E> {
    type QueryId = E::QueryId;

    const HAS_STATIC_QUERY_ID: bool = E::HAS_STATIC_QUERY_ID;
}
