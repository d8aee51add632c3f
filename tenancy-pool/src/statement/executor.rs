//! What statements are run on.

use std::future::Future;

use diesel::result::QueryResult;
use tenancy_diesel::TenantBackend;

use super::{Execute, Load, OurOwn, RunsIn, Wanted};

/// What the type of a statement says of it, beside where it runs. Only this crate makes one.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    /// It is meant to change rows.
    pub(crate) writes: bool,
    /// Only raw SQL keeps it out of Diesel's statement cache.
    pub(crate) raw_sql_shows: bool,
}

impl Shape {
    pub(crate) const fn of<S: RunsIn<R, Kind>, R, Kind>() -> Self {
        Self { writes: S::WRITES, raw_sql_shows: S::RAW_SQL_SHOWS }
    }
}

mod sealed {
    pub trait Sealed {}
}
pub(crate) use sealed::Sealed;

/// What runs statements: a [`TenantTransaction`](crate::TenantTransaction), a [`GlobalTransaction`](crate::GlobalTransaction), a
/// [`SetTransaction`](crate::SetTransaction), a [`CrossTenantTransaction`](crate::CrossTenantTransaction), an
/// [`AdmissionTransaction`](crate::AdmissionTransaction), or a handle that runs each in a transaction of its own:
/// [`TenantHandle`](crate::TenantHandle), [`GlobalHandle`](crate::GlobalHandle), [`SetHandle`](crate::SetHandle),
/// [`AdmissionHandle`](crate::AdmissionHandle). Sealed.
///
/// Its own method is not to be called, because what it returns asks for no [`RunsIn`](super::RunsIn):
///
/// ```compile_fail,E0061
/// # use diesel_async::AsyncPgConnection;
/// # use tenancy_pool::{Executor, TenantTransaction};
/// async fn round_the_types(tx: &mut TenantTransaction<AsyncPgConnection, i32>) {
///     let _ = tx.runner();
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no tenant transaction",
    label = "`tenancy_pool::RunQueryDsl` runs statements on a `TenantTransaction`, or on what `pool.within(&scope)` returns",
    note = "for a plain connection import `diesel_async::RunQueryDsl` instead, in a module of its own"
)]
pub trait Executor: Sealed + Send {
    /// The database.
    type Backend: TenantBackend;

    /// How far it reaches.
    type Reach;

    #[doc(hidden)]
    type Runner: Runner<Self::Backend>;

    #[doc(hidden)]
    fn runner(&mut self, call: OurOwn) -> &mut Self::Runner;
}

/// What an [`Executor`] is inside. Only this crate gets at one.
pub trait Runner<DB: TenantBackend>: Send {
    /// Runs a query, and returns its rows.
    fn load<'query, Q, U>(
        &mut self,
        query: Q,
        wanted: Wanted,
        shape: Shape,
    ) -> impl Future<Output = QueryResult<Vec<U>>> + Send
    where
        Q: Load<'query, DB, U>,
        U: Send;

    /// Runs a statement, and returns how many rows it changed.
    fn execute<'query, Q>(
        &mut self,
        statement: Q,
        shape: Shape,
    ) -> impl Future<Output = QueryResult<usize>> + Send
    where
        Q: Execute<'query, DB>;
}
