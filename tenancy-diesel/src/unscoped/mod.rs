//! The bare tenant table: what it becomes where Diesel wants SQL of it, and what the compiler says then.

mod bounds;

use std::marker::PhantomData;

use diesel::backend::Backend;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::result::{Error, QueryResult};

pub use self::bounds::{
    JoinWithinTenant, ReadWithinTenant, RowKey, RunWithinTenant, RunsWithoutTenant, TenantColumnAssigned,
};

/// Tenant table `T` where a FROM clause is wanted: a value without SQL on any backend.
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
