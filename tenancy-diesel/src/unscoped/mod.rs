//! The bare tenant table: what it becomes where Diesel wants SQL of it, and what the compiler says then.

mod bounds;
mod query_dsl;

use std::marker::PhantomData;

use diesel::backend::Backend;
use diesel::query_builder::{AsQuery, AstPass, Query, QueryFragment, QueryId, SelectQuery};
use diesel::query_dsl::RunQueryDsl;
use diesel::result::{Error, QueryResult};

pub use self::bounds::{
    ChangeWithinTenant, JoinWithinTenant, NoScope, ReadWithinTenant, RowKey, RunWithinTenant, Scopes, TenantColumnAssigned,
};

/// Tenant table `T` where a FROM clause, or a query of type `ST`, is wanted: a value without SQL on any backend.
pub struct Unscoped<T, ST = <T as AsQuery>::SqlType>(PhantomData<(T, ST)>);

impl<T, ST> Unscoped<T, ST> {
    /// The value. It does nothing.
    #[allow(clippy::new_without_default)] // only generated code calls it
    #[must_use]
    pub fn new() -> Self {
        Self(PhantomData)
    }
}

impl<T, ST> Clone for Unscoped<T, ST> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, ST> Copy for Unscoped<T, ST> {}

impl<T, ST> std::fmt::Debug for Unscoped<T, ST> {
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

impl<T, ST> Query for Unscoped<T, ST> {
    type SqlType = ST;
}

impl<T, ST> SelectQuery for Unscoped<T, ST> {
    type SqlType = ST;
}

impl<T: 'static, ST: 'static> QueryId for Unscoped<T, ST> {
    type QueryId = Self;

    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<T, ST, DB> QueryFragment<DB> for Unscoped<T, ST>
where
    NoScope: Scopes<'static, T>,
    DB: Backend,
{
    fn walk_ast<'b>(&'b self, _: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        refused()
    }
}

impl<T, ST, Conn> RunQueryDsl<Conn> for Unscoped<T, ST> {}
