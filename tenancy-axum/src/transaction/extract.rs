//! The transaction of a request, as a handler has it.

use std::any::type_name;
use std::fmt;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use tenancy_core::{Scoped, TenantId, ToTenantKey};
use tenancy_pool::{TenantConnection, TenantTransaction};

use super::slot::{OfRequest, Slot};
use crate::Problem;
use crate::extract::{found, scope_of};

/// The transaction of a request, in the scope that it was admitted to.
///
/// It begins when it is [first asked for](Self::begin), and not before: a handler that still reads its request's body holds no connection. The
/// [layer](crate::TransactionLayer) commits it when the handler has answered, before the answer is sent, and rolls it back where the answer is an error
/// (4xx, 5xx), where the handler panics, and where the client has gone.
///
/// There is one for a request. Who takes it twice at the same time, or still has it when the handler has answered, in a task that it spawned or in
/// the body of the answer, gets an error, and nothing is committed.
///
/// # Examples
///
/// ```
/// # #[cfg(feature = "postgres")]
/// # mod example {
/// # tenancy_diesel::table! { notes (id) { id -> Integer, tenant_id -> Text, body -> Text, } }
/// # use tenancy_axum::{Problem, Transaction};
/// # use tenancy_pool::{prelude::*, TenantConnection};
/// # type Connection = diesel_async::AsyncPgConnection;
/// use tenancy_diesel::insert_into;
///
/// async fn add(mut tx: Transaction<Connection, String>, body: String) -> Result<String, Problem> {
///     let tx = tx.begin().await?;
///     let note = insert_into(notes::table.scoped(&tx.scope().clone())).values(notes::body.eq(&body));
///     note.execute(tx).await?;
///     Ok("added".to_owned())
/// }
/// # }
/// ```
#[must_use = "a transaction that is not begun does nothing"]
pub struct Transaction<C: TenantConnection, I: ToTenantKey = TenantId> {
    of_request: OfRequest<C>,
    slot: Arc<Slot<C, I>>,
    scope: Scoped<I>,
    begun: Option<Box<TenantTransaction<C, I>>>,
}

impl<C: TenantConnection, I: ToTenantKey> Transaction<C, I> {
    /// The scope of the request.
    pub const fn scope(&self) -> &Scoped<I> {
        &self.scope
    }

    /// The transaction, which takes a connection now if it has none.
    ///
    /// # Errors
    ///
    /// A [`Problem`] that says what the pool's error is to a client: 429 where the tenant holds its share of connections, 503 where it moves or no
    /// connection can be had.
    ///
    /// # Cancellation
    ///
    /// Dropping the future takes no connection.
    pub async fn begin(&mut self) -> Result<&mut TenantTransaction<C, I>, Problem> {
        if self.begun.is_none() {
            self.begun = Some(Box::new(self.of_request.pool.begin(&self.scope).await?));
        }
        // It was just put there.
        self.begun.as_deref_mut().ok_or_else(Problem::internal_unlogged)
    }
}

impl<C: TenantConnection, I: ToTenantKey> Drop for Transaction<C, I> {
    fn drop(&mut self) {
        self.slot.give_back(self.begun.take());
    }
}

impl<S, C, I> FromRequestParts<S> for Transaction<C, I>
where
    S: Sync,
    C: TenantConnection + 'static,
    I: ToTenantKey,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let scope = scope_of(parts)?;
        let of_request = parts.extensions.get::<OfRequest<C>>().cloned();
        let of_request = of_request.ok_or_else(|| {
            Problem::misassembled(&format!(
                "a handler takes a transaction on `{}`, and no layer has put one into the request: add `.layer(TransactionLayer::new(pool))` \
                 behind the route, in front of `.layer(edge.layer())`",
                type_name::<C>()
            ))
        })?;
        let slot = found(of_request.slot(), "a transaction", type_name::<I>())?;
        let begun = slot.lend().ok_or_else(|| {
            Problem::misassembled(
                "a handler takes the transaction of its request twice: take it once, and hand `&mut` of it on",
            )
        })?;
        // What it reads would be the other's, whatever scope is beside it.
        if begun.as_ref().is_some_and(|tx| tx.scope().tenant() != scope.tenant()) {
            slot.give_back(begun);
            return Err(Problem::misassembled(
                "the transaction of a request was begun for another tenant than the one that the request's scope is of now: leave the scope \
                 that an edge has put into a request, and begin a transaction of the pool's own for another one",
            ));
        }
        Ok(Self { of_request, slot, scope, begun })
    }
}

impl<C: TenantConnection, I: ToTenantKey> fmt::Debug for Transaction<C, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transaction")
            .field("principal", &self.scope.admitted().principal())
            .field("has_begun", &self.begun.is_some())
            .finish_non_exhaustive()
    }
}
