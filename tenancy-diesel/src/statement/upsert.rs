//! The steps from an insert to what it does on a conflict.

use std::marker::PhantomData;

use diesel::expression::AppearsOnTable;
use diesel::query_builder::AsChangeset;
use diesel::sql_types::BoolOrNullableBool;

use super::conflict::{DoNothing, DoUpdate, OnConflict};
use super::insert::ScopedInsert;
use super::predicate::{AlternativeTo, AndFilter, Everything};
use super::returning::NoReturning;
use super::rows::Stamped;
use crate::source::ScopedTable;
use crate::table::TenantTable;

/// An ON CONFLICT without its action.
#[derive(Debug, Clone)]
#[must_use = "say `do_nothing()` or `do_update().set(…)`"]
pub struct IncompleteOnConflict<T, R, Values, Key, Indexed = Everything> {
    rows: Values,
    indexed: Indexed,
    target: PhantomData<(T, R, Key)>,
}

/// A DO UPDATE without its `set`.
#[derive(Debug, Clone)]
#[must_use = "say `set(…)`"]
pub struct IncompleteDoUpdate<T, R, Values, Key, Indexed = Everything> {
    rows: Values,
    indexed: Indexed,
    target: PhantomData<(T, R, Key)>,
}

/// An upsert: rows, what is changed where their key is there already, and under which conditions `P`.
pub type ScopedUpsert<T, R, Values, E, Key, Changes, Indexed, P = Everything> =
    ScopedInsert<T, R, Values, OnConflict<(T, Key), DoUpdate<T, E, Changes, P>, Indexed>>;

impl<T, R, Values, Key, Indexed> IncompleteOnConflict<T, R, Values, Key, Indexed> {
    pub(crate) fn new(rows: Values, indexed: Indexed) -> Self {
        Self { rows, indexed, target: PhantomData }
    }

    /// The condition of a partial unique index, as it was created: the key is unique only among the rows that fulfil it. PostgreSQL
    /// and SQLite. A bound value matches no index there: write `is_null()` and the like, or a literal.
    ///
    /// # Examples
    ///
    /// ```
    /// # use tenancy_diesel::prelude::*;
    /// # tenancy_diesel::table! {
    /// #     agents (id) { id -> Integer, tenant_id -> Integer, name -> Text, left_at -> Nullable<Integer>, }
    /// # }
    /// # fn hire(scope: &Scoped<i32>) {
    /// use diesel::prelude::*;
    ///
    /// // CREATE UNIQUE INDEX ON agents (tenant_id, name) WHERE left_at IS NULL
    /// let statement = tenancy_diesel::insert_into(agents::table.scoped(scope))
    ///     .values(agents::name.eq("Ada"))
    ///     .on_conflict(agents::name)
    ///     .filter_target(agents::left_at.is_null())
    ///     .do_nothing();
    /// # #[cfg(feature = "sqlite")]
    /// assert!(diesel::debug_query::<diesel::sqlite::Sqlite, _>(&statement).to_string().contains(
    ///     "ON CONFLICT (`tenant_id`, `name`) WHERE ((`agents`.`left_at` IS NULL)) DO NOTHING"
    /// ));
    /// # }
    /// # #[cfg(feature = "testing")]
    /// # hire(&tenancy_diesel::testing::scope(7));
    /// ```
    pub fn filter_target<Predicate>(
        self,
        predicate: Predicate,
    ) -> IncompleteOnConflict<T, R, Values, Key, Indexed::Output>
    where
        Indexed: AndFilter<Predicate>,
        Predicate: AppearsOnTable<ScopedTable<T, R>>,
        Predicate::SqlType: BoolOrNullableBool,
    {
        IncompleteOnConflict::new(self.rows, self.indexed.and_filter(predicate))
    }

    /// Keeps the row that is there.
    pub fn do_nothing(self) -> ScopedInsert<T, R, Values, OnConflict<(T, Key), DoNothing, Indexed>> {
        ScopedInsert::new(self.rows, OnConflict::new(self.indexed, DoNothing), NoReturning)
    }

    /// Changes the row that is there, if it is the same tenant's.
    pub fn do_update(self) -> IncompleteDoUpdate<T, R, Values, Key, Indexed> {
        IncompleteDoUpdate { rows: self.rows, indexed: self.indexed, target: PhantomData }
    }
}

impl<T, R, Values, Key, Indexed> IncompleteDoUpdate<T, R, Values, Key, Indexed>
where
    T: TenantTable,
    Values: Stamped,
{
    /// What to change; `diesel::upsert::excluded(column)` is the value that was to be inserted.
    pub fn set<Changes>(
        self,
        changes: Changes,
    ) -> ScopedUpsert<T, R, Values, Values::Tenant, Key, Changes::Changeset, Indexed>
    where
        Changes: AsChangeset<Target = T>,
    {
        let action = DoUpdate::new(self.rows.tenant(), changes.as_changeset());
        ScopedInsert::new(self.rows, OnConflict::new(self.indexed, action), NoReturning)
    }
}

impl<T, R, Values, E, Key, Changes, Indexed, P> ScopedUpsert<T, R, Values, E, Key, Changes, Indexed, P> {
    /// Changes the row that is there only if it also fulfils a condition, which stands in parentheses beside the tenant's.
    ///
    /// A row that does not is left as it is, and counts as no row.
    ///
    /// # Examples
    ///
    /// ```
    /// # use tenancy_diesel::prelude::*;
    /// # tenancy_diesel::table! {
    /// #     agents (id) { id -> Integer, tenant_id -> Integer, name -> Text, version -> Integer, }
    /// # }
    /// # fn store(scope: &Scoped<i32>) {
    /// use diesel::{prelude::*, upsert::excluded};
    ///
    /// let statement = tenancy_diesel::insert_into(agents::table.scoped(scope))
    ///     .values((agents::id.eq(3), agents::name.eq("Ada"), agents::version.eq(2)))
    ///     .on_conflict(agents::id)
    ///     .do_update()
    ///     .set(agents::name.eq(excluded(agents::name)))
    ///     .filter(agents::version.lt(excluded(agents::version)));
    /// # #[cfg(feature = "sqlite")]
    /// assert!(diesel::debug_query::<diesel::sqlite::Sqlite, _>(&statement).to_string().contains(
    ///     "WHERE `agents`.`tenant_id` = ? AND ((`agents`.`version` < excluded.`version`))"
    /// ));
    /// # }
    /// # #[cfg(feature = "testing")]
    /// # store(&tenancy_diesel::testing::scope(7));
    /// ```
    pub fn filter<Predicate>(
        self,
        predicate: Predicate,
    ) -> ScopedUpsert<T, R, Values, E, Key, Changes, Indexed, P::Output>
    where
        P: AndFilter<Predicate>,
        Predicate: AppearsOnTable<T>,
        Predicate::SqlType: BoolOrNullableBool,
    {
        let conflict = self.conflict.map(|action| action.map(|rest| rest.and_filter(predicate)));
        ScopedInsert::new(self.rows, conflict, NoReturning)
    }

    /// Adds an alternative to the conditions that were given so far. The tenant's condition stands beside all of them.
    pub fn or_filter<Predicate>(
        self,
        predicate: Predicate,
    ) -> ScopedUpsert<T, R, Values, E, Key, Changes, Indexed, Predicate::Output>
    where
        Predicate: AlternativeTo<P> + AppearsOnTable<T>,
        Predicate::SqlType: BoolOrNullableBool,
    {
        let conflict = self.conflict.map(|action| action.map(|rest| predicate.or_after(rest)));
        ScopedInsert::new(self.rows, conflict, NoReturning)
    }
}
