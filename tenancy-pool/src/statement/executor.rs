//! What statements are run on.

use std::future::Future;

use diesel::result::QueryResult;
use tenancy_diesel::TenantBackend;

use super::{Execute, Load, OurOwn, Wanted};

mod sealed {
    pub trait Sealed {}
}
pub(crate) use sealed::Sealed;

/// What runs statements: a [`TenantTransaction`](crate::TenantTransaction), or a [`CrossTenantTransaction`](crate::CrossTenantTransaction). Sealed.
///
/// Its own methods are not to be called, because they ask for no [`RunsIn`](super::RunsIn):
///
/// ```compile_fail,E0061
/// # tenancy_diesel::table! { agents (id) { id -> Integer, tenant_id -> Integer, name -> Text, } }
/// # use diesel_async::AsyncPgConnection;
/// # use tenancy_pool::{Executor, TenantTransaction};
/// async fn round_the_types(tx: &mut TenantTransaction<AsyncPgConnection, i32>) {
///     let _ = tx.execute(diesel::sql_query("DELETE FROM agents"), false).await;
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no tenant transaction",
    label = "`tenancy_pool::RunQueryDsl` runs statements on a `TenantTransaction` or a `CrossTenantTransaction`",
    note = "for a plain connection import `diesel_async::RunQueryDsl` instead, in a module of its own"
)]
pub trait Executor: Sealed + Send {
    /// The database.
    type Backend: TenantBackend;

    /// How far it reaches.
    type Reach;

    #[doc(hidden)]
    fn load<'query, Q, U>(
        &mut self,
        query: Q,
        wanted: Wanted,
        raw_sql_shows: bool,
    ) -> impl Future<Output = QueryResult<Vec<U>>> + Send
    where
        Q: Load<'query, Self::Backend, U>,
        U: Send;

    #[doc(hidden)]
    fn execute<'query, Q>(
        &mut self,
        statement: Q,
        raw_sql_shows: bool,
        call: OurOwn,
    ) -> impl Future<Output = QueryResult<usize>> + Send
    where
        Q: Execute<'query, Self::Backend>;
}
