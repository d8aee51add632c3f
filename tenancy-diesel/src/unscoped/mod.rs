//! The bare tenant table: what it becomes where Diesel wants SQL of it, and what the compiler says then.

mod bounds;

use std::marker::PhantomData;

use diesel::backend::Backend;
use diesel::expression::array_comparison::InExpression;
use diesel::expression::{
    AppearsOnTable, Expression, SelectableExpression, TypedExpressionType, ValidGrouping, is_aggregate,
};
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::{Error, QueryResult};
use diesel::sql_types::SqlType;

pub use self::bounds::{
    JoinWithinTenant, NoBackend, ReadWithinTenant, RowKey, RunWithinTenant, RunsWithoutTenant,
    TenantColumnAssigned,
};

/// Tenant table `T` where a FROM clause is wanted: a value without SQL on any backend.
pub struct Unscoped<T>(PhantomData<T>);

impl<T> Unscoped<T> {
    /// The value. It does nothing.
    #[allow(clippy::new_without_default)] // only generated code calls it
    #[must_use]
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<T> Clone for Unscoped<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Unscoped<T> {}

impl<T> std::fmt::Debug for Unscoped<T> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Unscoped")
    }
}

/// The error of code that cannot be reached: the bound on it never holds.
#[doc(hidden)]
pub fn refused<T>() -> QueryResult<T> {
    Err(Error::QueryBuilderError("a tenant table was used without a tenant".into()))
}

/// The body of a method that cannot be called: the bound on it never holds.
///
/// # Panics
///
/// Always, if it could be reached.
#[doc(hidden)]
pub fn uncallable<T>() -> T {
    unreachable!("a bound that holds for no type guards this method")
}

impl<T, DB> QueryFragment<DB> for Unscoped<T>
where
    DB: Backend + RunsWithoutTenant<T>,
{
    fn walk_ast<'b>(&'b self, _: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        refused()
    }
}

/// Tenant table `T` where the right side of `eq_any` is wanted: an expression without SQL on any backend.
#[derive(Debug, Clone, Copy)]
pub struct UnscopedSet<T, ST>(PhantomData<(T, ST)>);

impl<T, ST> UnscopedSet<T, ST> {
    /// The value. It does nothing.
    #[allow(clippy::new_without_default)] // only generated code calls it
    #[must_use]
    pub fn new() -> Self {
        Self(PhantomData)
    }
}

impl<T, ST: SqlType> InExpression for UnscopedSet<T, ST> {
    type SqlType = ST;

    fn is_empty(&self) -> bool {
        false
    }

    fn is_array(&self) -> bool {
        false
    }
}

impl<T, ST: SqlType + TypedExpressionType> Expression for UnscopedSet<T, ST> {
    type SqlType = ST;
}

impl<T, ST, QS> AppearsOnTable<QS> for UnscopedSet<T, ST> where Self: Expression {}

impl<T, ST, QS> SelectableExpression<QS> for UnscopedSet<T, ST> where Self: Expression {}

impl<T, ST, G> ValidGrouping<G> for UnscopedSet<T, ST> {
    type IsAggregate = is_aggregate::Never;
}

impl<T, ST> QueryId for UnscopedSet<T, ST> {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<T, ST, DB> QueryFragment<DB> for UnscopedSet<T, ST>
where
    DB: Backend + RunsWithoutTenant<T>,
{
    fn walk_ast<'b>(&'b self, _: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        refused()
    }
}
