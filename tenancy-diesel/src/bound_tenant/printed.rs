//! The declared tables and the reviewed fragments that a statement prints, while it is looked through.

use std::cell::RefCell;

use crate::reviewed_sql::ReviewedSql;
use crate::table::DeclaredTable;

/// A declared table that was printed where it is a table, not as the prefix of a column. A global one may be told as both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PrintedTable {
    /// The schema it is qualified with.
    pub schema: Option<&'static str>,
    /// Its name.
    pub name: &'static str,
    /// Whether every tenant may see it, however often.
    pub global: bool,
}

/// What a statement has printed so far.
#[derive(Debug, Default)]
pub(super) struct Printed {
    pub(super) tables: Vec<PrintedTable>,
    pub(super) reviewed: Vec<&'static ReviewedSql>,
}

thread_local! {
    /// Set for as long as a statement is printed to be looked through.
    static PRINTED: RefCell<Option<Printed>> = const { RefCell::new(None) };
}

/// Takes note that table `T` is printed.
pub(crate) fn tell_table<T: DeclaredTable>(global: bool) {
    tell(PrintedTable { schema: T::SCHEMA, name: T::NAME, global });
}

/// Takes note of a table that is printed.
pub(crate) fn tell(table: PrintedTable) {
    PRINTED.with_borrow_mut(|printed| {
        if let Some(printed) = printed {
            printed.tables.push(table);
        }
    });
}

/// Takes note that a reviewed fragment is printed.
pub(crate) fn tell_reviewed(fragment: &'static ReviewedSql) {
    PRINTED.with_borrow_mut(|printed| {
        if let Some(printed) = printed {
            printed.reviewed.push(fragment);
        }
    });
}

/// Puts back what was there before, also when printing panics.
struct Restore(Option<Printed>);

impl Drop for Restore {
    fn drop(&mut self) {
        PRINTED.set(self.0.take());
    }
}

/// Runs `print`, and collects what it prints.
pub(super) fn collect<Outcome>(print: impl FnOnce() -> Outcome) -> (Outcome, Printed) {
    let _restore = Restore(PRINTED.replace(Some(Printed::default())));
    let outcome = print();
    (outcome, PRINTED.take().unwrap_or_default())
}

/// Runs `print`, whose text is looked at and not sent: what it prints accounts for nothing in the statement.
pub(crate) fn untold<Outcome>(print: impl FnOnce() -> Outcome) -> Outcome {
    let _restore = Restore(PRINTED.take());
    print()
}
