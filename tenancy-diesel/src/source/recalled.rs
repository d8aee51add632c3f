//! The tenant of a source that Diesel has taken and does not give back.

use std::any::Any;
use std::cell::{Cell, RefCell};

use diesel::internal::table_macro::FromClause;

use super::{ScopedTable, Within};
use crate::table::TenantTable;

thread_local! {
    /// Whether somebody asks: only while a FROM clause is cloned, on that thread. A thread-local, because the source in Diesel's
    /// FROM clause can be read by nobody else; but it is cloned with it, and by its own code.
    static ASKED: Cell<bool> = const { Cell::new(false) };
    static ANSWER: RefCell<Option<Box<dyn Any>>> = const { RefCell::new(None) };
}

/// What a reach says whenever it is cloned.
pub(super) fn tell<I: Clone + 'static>(tenant: &I) {
    if ASKED.get() {
        // Cloned first: that is the user's code, which may clone a reach itself. The outermost comes last.
        let tenant: Box<dyn Any> = Box::new(tenant.clone());
        ANSWER.set(Some(tenant));
    }
}

/// The reach of the table in a FROM clause.
///
/// # Panics
///
/// If Diesel's FROM clause no longer clones its source. The statement is then never built.
pub(crate) fn reach_of<T, I, B, V>(from: &FromClause<ScopedTable<T, Within<I, B, V>>>) -> Within<I, B, V>
where
    T: TenantTable,
    I: Clone + 'static,
    ScopedTable<T, Within<I, B, V>>: diesel::QuerySource,
    FromClause<ScopedTable<T, Within<I, B, V>>>: Clone,
{
    /// Nothing is told after this, also when a clone panics.
    struct Asked;
    impl Drop for Asked {
        fn drop(&mut self) {
            ASKED.set(false);
            ANSWER.set(None);
        }
    }

    let _asked = Asked;
    ASKED.set(true);
    drop(from.clone());
    match ANSWER.take().map(<Box<dyn Any>>::downcast::<I>) {
        Some(Ok(tenant)) => Within::new(*tenant),
        _ => unreachable!("Diesel's FROM clause clones its source, and that tells its tenant"),
    }
}
