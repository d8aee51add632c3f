//! The tenants whose statements may be printed, while a transaction looks through a statement.

use std::any::Any;
use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

use diesel::query_builder::{QueryBuilder as _, QueryFragment};
use diesel::result::QueryResult;

use super::WrongTenant;
use super::printed::{PrintedTable, collect};
use crate::dialect::TenantBackend;
use crate::reviewed_sql::ReviewedSql;
use crate::source::Unadmitted;

/// The only tenants whose statements may be printed: one, those of a set, or none.
trait Permits {
    fn permits(&self, id: &dyn Any) -> bool;
}

impl<I: PartialEq + 'static> Permits for Arc<[I]> {
    fn permits(&self, id: &dyn Any) -> bool {
        id.downcast_ref::<I>().is_some_and(|id| self.contains(id))
    }
}

struct One<I>(I);

impl<I: PartialEq + 'static> Permits for One<I> {
    fn permits(&self, id: &dyn Any) -> bool {
        id.downcast_ref::<I>().is_some_and(|id| *id == self.0)
    }
}

/// Whose statements may be printed.
#[derive(Clone)]
pub struct Only(Rc<dyn Permits>);

impl Only {
    /// One tenant's.
    pub fn one<I: PartialEq + Clone + 'static>(tenant: &I) -> Self {
        Self(Rc::new(One(tenant.clone())))
    }

    /// Those of several tenants.
    pub fn any_of<I: PartialEq + 'static>(tenants: Arc<[I]>) -> Self {
        Self(Rc::new(tenants))
    }

    /// Nobody's.
    pub fn nobody() -> Self {
        Self::any_of::<()>(Arc::default())
    }
}

impl fmt::Debug for Only {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Only").finish_non_exhaustive()
    }
}

thread_local! {
    /// Set for as long as a statement is looked through, on that thread. A thread-local, because Diesel hands a fragment
    /// no context of the caller's; printing a statement is synchronous, so no other task comes in between.
    static ONLY: RefCell<Option<Only>> = const { RefCell::new(None) };
}

/// An error if a statement is being looked through that may not print tenant `id`.
pub(super) fn permit_tenant(id: &dyn Any) -> QueryResult<()> {
    // Cloned out: comparing ids is the user's code, and may print a statement itself.
    match ONLY.with_borrow(Clone::clone) {
        Some(only) if !only.0.permits(id) => Err(WrongTenant::Another.into()),
        _ => Ok(()),
    }
}

/// An error if a statement is being looked through that may not print every tenant.
pub(crate) fn permit_every_tenant() -> QueryResult<()> {
    if ONLY.with_borrow(Option::is_some) { Err(WrongTenant::Every.into()) } else { Ok(()) }
}

/// The same of what may be printed only before anybody is admitted.
pub(crate) fn permit_strangers() -> QueryResult<()> {
    match ONLY.with_borrow(Clone::clone) {
        Some(only) if !only.0.permits(&Unadmitted::nobody()) => Err(WrongTenant::BeforeAdmission.into()),
        _ => Ok(()),
    }
}

/// What a statement is, as far as it can be told before it is sent.
#[derive(Debug)]
pub struct LookedThrough {
    /// Whether it is free of raw SQL, as far as Diesel can tell: it marks `sql_query` and `sql::<_>` fragments as unfit for its
    /// statement cache and, on PostgreSQL, nothing else in a SELECT.
    pub free_of_raw_sql: bool,
    /// What the server gets.
    pub sql: String,
    /// The declared tables in it.
    pub tables: Vec<PrintedTable>,
    /// The reviewed fragments in it.
    pub reviewed: Vec<&'static ReviewedSql>,
}

/// Walks through a statement, and prints it. An error if it touches other tenants than `only`.
///
/// Public for the pool. Whoever else calls it can only get more statements refused than without it.
///
/// # Errors
///
/// A `QueryBuilderError` with [`WrongTenant`], or whatever else keeps the statement from being printed.
pub fn look_through<DB, Q>(only: Only, statement: &Q, backend: &DB) -> QueryResult<LookedThrough>
where
    DB: TenantBackend,
    Q: QueryFragment<DB> + ?Sized,
{
    /// Puts back what was there before, also when the walk panics.
    struct Restore(Option<Only>);
    impl Drop for Restore {
        fn drop(&mut self) {
            ONLY.set(self.0.take());
        }
    }

    let _restore = Restore(ONLY.replace(Some(only)));
    let free_of_raw_sql = statement.is_safe_to_cache_prepared(backend)?;
    let (sql, printed) = collect(|| {
        let mut builder = backend.query_builder();
        statement.to_sql(&mut builder, backend).map(|()| builder.finish())
    });
    Ok(LookedThrough { free_of_raw_sql, sql: sql?, tables: printed.tables, reviewed: printed.reviewed })
}
