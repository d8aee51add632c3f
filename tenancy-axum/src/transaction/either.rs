//! The transaction of a request, in whichever of two databases the service runs on.

use std::any::type_name;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use tenancy_core::{Scoped, TenantId, ToTenantKey};
use tenancy_pool::TenantConnection;

use super::extract::Transaction;
use super::slot::OfRequest;
use crate::Problem;

/// The [`Transaction`] of a request in an application that runs on one of two databases, which is known when it starts: SQLite on a desk and
/// PostgreSQL elsewhere.
///
/// It is that of the [`TransactionLayer`](crate::TransactionLayer) that the service has. A `match` opens it, or a macro of the application's that
/// writes a query once for both; in it each arm is compiled by itself, so that what one of the databases cannot do is an error that names it.
///
/// # Examples
///
/// ```
/// # #[cfg(all(feature = "postgres", feature = "sqlite"))]
/// # mod example {
/// # tenancy_diesel::table! { notes (id) { id -> Text, tenant_id -> Text, body -> Text, } }
/// use axum::Router;
/// use diesel::SqliteConnection;
/// use diesel_async::AsyncPgConnection;
/// use diesel_async::sync_connection_wrapper::SyncConnectionWrapper;
/// use tenancy_axum::{EitherTransaction, Problem, TransactionLayer};
/// use tenancy_pool::TenantPool;
/// use tenancy_pool::prelude::*;
///
/// type Sqlite = SyncConnectionWrapper<SqliteConnection>;
///
/// pub enum Database {
///     Sqlite(TenantPool<Sqlite>),
///     Postgres(TenantPool<AsyncPgConnection>),
/// }
///
/// // A router is of one type, whichever layer it has.
/// pub fn with_transactions(router: Router, database: &Database) -> Router {
///     match database {
///         Database::Sqlite(pool) => router.layer(TransactionLayer::new(pool.clone())),
///         Database::Postgres(pool) => router.layer(TransactionLayer::new(pool.clone())),
///     }
/// }
///
/// macro_rules! on {
///     ($either:expr, $tx:ident => $work:expr) => {
///         match $either {
///             EitherTransaction::Left($tx) => $work,
///             EitherTransaction::Right($tx) => $work,
///         }
///     };
/// }
///
/// pub async fn notes(mut tx: EitherTransaction<Sqlite, AsyncPgConnection, String>) -> Result<String, Problem> {
///     let scope = tx.scope().clone();
///     let bodies = notes::table.scoped(&scope).order(notes::id).select(notes::body);
///     let bodies: Vec<String> = on!(&mut tx, tx => bodies.load(tx.begin().await?).await)?;
///     Ok(bodies.join("\n"))
/// }
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a transaction that is not begun does nothing"]
pub enum EitherTransaction<L: TenantConnection, R: TenantConnection, I: ToTenantKey = TenantId> {
    /// The service has a layer of the first kind of connection.
    Left(Transaction<L, I>),
    /// Of the second.
    Right(Transaction<R, I>),
}

impl<L: TenantConnection, R: TenantConnection, I: ToTenantKey> EitherTransaction<L, R, I> {
    /// The scope of the request.
    pub const fn scope(&self) -> &Scoped<I> {
        match self {
            Self::Left(tx) => tx.scope(),
            Self::Right(tx) => tx.scope(),
        }
    }
}

impl<S, L, R, I> FromRequestParts<S> for EitherTransaction<L, R, I>
where
    S: Sync,
    L: TenantConnection + 'static,
    R: TenantConnection + 'static,
    I: ToTenantKey,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let is_left = parts.extensions.get::<OfRequest<L>>().is_some();
        let is_right = parts.extensions.get::<OfRequest<R>>().is_some();
        match (is_left, is_right) {
            (true, false) => Transaction::from_request_parts(parts, state).await.map(Self::Left),
            (false, true) => Transaction::from_request_parts(parts, state).await.map(Self::Right),
            (has_both, _) => Err(Problem::misassembled(&format!(
                "a handler takes the transaction of one of two databases, on `{}` or `{}`, and {} of their layers: add one \
                 `.layer(TransactionLayer::new(pool))` behind the route, in front of `.layer(edge.layer())`",
                type_name::<L>(),
                type_name::<R>(),
                if has_both {
                    "the request has come through both"
                } else {
                    "the request has come through none"
                },
            ))),
        }
    }
}
