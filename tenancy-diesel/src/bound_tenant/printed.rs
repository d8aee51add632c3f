//! The declared tables that a statement prints, while it is looked through.

use std::cell::RefCell;

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

thread_local! {
    /// Set for as long as a statement is printed to be looked through.
    static PRINTED: RefCell<Option<Vec<PrintedTable>>> = const { RefCell::new(None) };
}

/// Takes note that table `T` is printed.
pub(crate) fn tell_table<T: DeclaredTable>(global: bool) {
    PRINTED.with_borrow_mut(|printed| {
        if let Some(printed) = printed {
            printed.push(PrintedTable { schema: T::SCHEMA, name: T::NAME, global });
        }
    });
}

/// Runs `print`, and collects the tables that it prints.
pub(super) fn collect<Printed>(print: impl FnOnce() -> Printed) -> (Printed, Vec<PrintedTable>) {
    /// Puts back what was there before, also when printing panics.
    struct Restore(Option<Vec<PrintedTable>>);
    impl Drop for Restore {
        fn drop(&mut self) {
            PRINTED.set(self.0.take());
        }
    }

    let _restore = Restore(PRINTED.replace(Some(Vec::new())));
    let printed = print();
    (printed, PRINTED.take().unwrap_or_default())
}
