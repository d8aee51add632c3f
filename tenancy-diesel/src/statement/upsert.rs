//! The steps from an insert to what it does on a conflict.

use std::marker::PhantomData;

use diesel::query_builder::AsChangeset;

use super::conflict::{DoNothing, DoUpdate, OnConflict};
use super::insert::ScopedInsert;
use super::returning::NoReturning;
use super::rows::Stamped;
use crate::table::TenantTable;

/// An ON CONFLICT without its action.
#[derive(Debug, Clone)]
#[must_use = "say `do_nothing()` or `do_update().set(…)`"]
pub struct IncompleteOnConflict<T, R, Values, Key> {
    rows: Values,
    target: PhantomData<(T, R, Key)>,
}

/// A DO UPDATE without its `set`.
#[derive(Debug, Clone)]
#[must_use = "say `set(…)`"]
pub struct IncompleteDoUpdate<T, R, Values, Key> {
    rows: Values,
    target: PhantomData<(T, R, Key)>,
}

impl<T, R, Values, Key> IncompleteOnConflict<T, R, Values, Key> {
    pub(crate) fn new(rows: Values) -> Self {
        Self { rows, target: PhantomData }
    }

    /// Keeps the row that is there.
    pub fn do_nothing(self) -> ScopedInsert<T, R, Values, OnConflict<(T, Key), DoNothing>> {
        ScopedInsert::new(self.rows, OnConflict::new(DoNothing), NoReturning)
    }

    /// Changes the row that is there, if it is the same tenant's.
    pub fn do_update(self) -> IncompleteDoUpdate<T, R, Values, Key> {
        IncompleteDoUpdate { rows: self.rows, target: PhantomData }
    }
}

impl<T, R, Values, Key> IncompleteDoUpdate<T, R, Values, Key>
where
    T: TenantTable,
    Values: Stamped,
{
    /// What to change; `diesel::upsert::excluded(column)` is the value that was to be inserted.
    pub fn set<Changes>(
        self,
        changes: Changes,
    ) -> ScopedInsert<T, R, Values, OnConflict<(T, Key), DoUpdate<T, Values::Tenant, Changes::Changeset>>>
    where
        Changes: AsChangeset<Target = T>,
    {
        let action = DoUpdate::new(self.rows.tenant(), changes.as_changeset());
        ScopedInsert::new(self.rows, OnConflict::new(action), NoReturning)
    }
}
