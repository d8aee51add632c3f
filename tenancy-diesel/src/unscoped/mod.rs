//! The bare tenant table: what it becomes where Diesel wants SQL of it, and what the compiler says then.

mod bounds;
mod query_dsl;

use std::marker::PhantomData;

use diesel::backend::Backend;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::query_source::Table;
use diesel::result::{Error, QueryResult};

pub use self::bounds::{ChangeWithinTenant, JoinWithinTenant, ReadWithinTenant, TenantColumnAssigned};

/// Tenant table `T` where a FROM clause or a query is wanted: a value without SQL on any backend.
pub struct Unscoped<T>(PhantomData<T>);

impl<T> Unscoped<T> {
    /// The value. It does nothing.
    #[allow(clippy::new_without_default)] // only generated code calls it
    #[must_use]
    pub fn new() -> Self {
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

impl<T: Table> Query for Unscoped<T> {
    type SqlType = T::SqlType;
}

impl<T: 'static> QueryId for Unscoped<T> {
    type QueryId = Self;

    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<T, DB> QueryFragment<DB> for Unscoped<T>
where
    T: ReadWithinTenant<'static>,
    DB: Backend,
{
    fn walk_ast<'b>(&'b self, _: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        refused()
    }
}
