//! The tenant's id as a statement binds it, and the tenant that a statement may bind.

mod canonical;
mod only;
mod printed;
mod wrong_tenant;

use diesel::expression::{AsExpression, TypedExpressionType};
use diesel::internal::derives::as_expression::Bound;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::SqlType;

pub(crate) use self::canonical::TenantColumn;
pub(crate) use self::only::permit_every_tenant;
pub use self::only::{LookedThrough, look_through};
pub use self::printed::PrintedTable;
pub(crate) use self::printed::{tell_reviewed, tell_table};
pub use self::wrong_tenant::WrongTenant;
use crate::dialect::TenantBackend;

/// The bound id of a tenant. Whatever the crate prints of a tenant goes through here: every condition, every new row.
#[derive(Debug)]
pub struct BoundTenant<I, E> {
    id: I,
    bound: E,
    column: TenantColumn,
}

impl<I, E> BoundTenant<I, E> {
    pub(crate) fn new(id: I, bound: E, column: TenantColumn) -> Self {
        Self { id, bound, column }
    }
}

/// The id is bound anew. Diesel's `Bound` is cloned only where its SQL type is, and an application's own SQL type need not
/// be; but a FROM clause that cannot be cloned cannot be joined.
impl<I, ST, V> Clone for BoundTenant<I, Bound<ST, V>>
where
    ST: SqlType + TypedExpressionType,
    I: AsExpression<ST, Expression = Bound<ST, V>> + Clone,
{
    fn clone(&self) -> Self {
        Self::new(self.id.clone(), self.id.clone().as_expression(), self.column)
    }
}

impl<I, ST, V> Copy for BoundTenant<I, Bound<ST, V>>
where
    ST: SqlType + TypedExpressionType,
    I: AsExpression<ST, Expression = Bound<ST, V>> + Copy,
    Bound<ST, V>: Copy,
{
}

impl<I, E, DB> QueryFragment<DB> for BoundTenant<I, E>
where
    I: 'static,
    E: QueryFragment<DB>,
    DB: TenantBackend,
{
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        only::permit_tenant(&self.id)?;
        self.column.check(&self.id, &self.bound)?;
        self.bound.walk_ast(out)
    }
}

impl<I, E: QueryId> QueryId for BoundTenant<I, E> {
    type QueryId = E::QueryId;

    const HAS_STATIC_QUERY_ID: bool = E::HAS_STATIC_QUERY_ID;
}
