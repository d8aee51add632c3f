//! The tenant's id as a statement binds it, and the tenant that the statement may bind.

use std::any::Any;
use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use diesel::backend::Backend;
use diesel::expression::{AsExpression, TypedExpressionType};
use diesel::internal::derives::as_expression::Bound;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::{Error, QueryResult};
use diesel::sql_types::SqlType;

/// The bound id of a tenant. Every condition and every stamp of the crate prints it, and nothing else prints an id.
#[derive(Debug)]
pub struct BoundTenant<I, E> {
    id: I,
    bound: E,
}

impl<I, E> BoundTenant<I, E> {
    pub(crate) fn new(id: I, bound: E) -> Self {
        Self { id, bound }
    }
}

/// The id is bound anew: Diesel's `Bound` is cloned only where its SQL type is, which an SQL type of the application's own
/// need not be, and a FROM clause that cannot be cloned cannot be joined.
impl<I, ST, V> Clone for BoundTenant<I, Bound<ST, V>>
where
    ST: SqlType + TypedExpressionType,
    I: AsExpression<ST, Expression = Bound<ST, V>> + Clone,
{
    fn clone(&self) -> Self {
        Self::new(self.id.clone(), self.id.clone().as_expression())
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
    DB: Backend,
{
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        permit(|only| only.allows(&self.id))?;
        self.bound.walk_ast(out)
    }
}

impl<I, E: QueryId> QueryId for BoundTenant<I, E> {
    type QueryId = E::QueryId;

    const HAS_STATIC_QUERY_ID: bool = E::HAS_STATIC_QUERY_ID;
}

/// A statement of a tenant transaction that would touch another tenant, or every tenant.
///
/// It is the source of the [`QueryBuilderError`](Error::QueryBuilderError) that the statement returns. Nothing was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum WrongTenant {
    /// A part of the statement is scoped to another tenant than the transaction's.
    Another,
    /// A part of the statement is opened across tenants.
    Every,
}

impl fmt::Display for WrongTenant {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Another => {
                "the statement is scoped to another tenant than the transaction it was given to; nothing was sent. Scope \
                 it with the scope that opened the transaction, or open a transaction for its own scope"
            }
            Self::Every => {
                "the statement is opened across tenants and the transaction is one tenant's; nothing was sent. Run it in \
                 `tenants.across(&cross_tenant)`"
            }
        })
    }
}

impl std::error::Error for WrongTenant {}

/// The only tenant whose statements may be printed.
trait OnlyTenant {
    fn allows(&self, id: &dyn Any) -> bool;
}

impl<I: PartialEq + 'static> OnlyTenant for I {
    fn allows(&self, id: &dyn Any) -> bool {
        id.downcast_ref::<I>().is_some_and(|id| id == self)
    }
}

thread_local! {
    /// Set while a tenant transaction looks through a statement, on the thread that does so: printing a statement is
    /// synchronous, and Diesel hands a fragment no context of the caller's.
    static ONLY: RefCell<Option<Rc<dyn OnlyTenant>>> = const { RefCell::new(None) };
}

fn permit(allows: impl FnOnce(&dyn OnlyTenant) -> bool) -> QueryResult<()> {
    // Cloned out: comparing ids is the user's code, and may print a statement itself.
    match ONLY.with_borrow(Clone::clone) {
        Some(only) if !allows(&*only) => Err(refused(WrongTenant::Another)),
        _ => Ok(()),
    }
}

/// Refuses a source that is opened across tenants while only one tenant's may be printed.
pub(crate) fn permit_every_tenant() -> QueryResult<()> {
    if being_checked() { Err(refused(WrongTenant::Every)) } else { Ok(()) }
}

/// Whether a tenant transaction is looking through a statement on this thread.
fn being_checked() -> bool {
    ONLY.with_borrow(Option::is_some)
}

fn refused(reason: WrongTenant) -> Error {
    Error::QueryBuilderError(Box::new(reason))
}

/// Walks through a statement: an error if it touches another tenant than `tenant`, and otherwise whether it is free of
/// raw SQL, as far as Diesel tells it apart.
///
/// Diesel marks a `sql_query` and a `sql::<_>` fragment as unfit for its statement cache, and on PostgreSQL nothing else in
/// a SELECT.
/// It only ever refuses more than is refused without it, so it is nothing to keep from anybody.
pub fn look_through<I, DB, Q>(tenant: &I, statement: &Q, backend: &DB) -> QueryResult<bool>
where
    I: PartialEq + Clone + 'static,
    DB: Backend,
    Q: QueryFragment<DB> + ?Sized,
{
    /// Puts back what was there before, also when the walk panics.
    struct Restore(Option<Rc<dyn OnlyTenant>>);
    impl Drop for Restore {
        fn drop(&mut self) {
            ONLY.set(self.0.take());
        }
    }

    let _restore = Restore(ONLY.replace(Some(Rc::new(tenant.clone()))));
    statement.is_safe_to_cache_prepared(backend)
}
