//! UPDATE within a tenant.

use std::marker::PhantomData;

use diesel::expression::{
    AppearsOnTable, Expression, MixedAggregates, SelectableExpression, ValidGrouping, is_aggregate,
};
use diesel::expression_methods::EqAll;
use diesel::query_builder::{AsChangeset, AsQuery, AstPass, Query, QueryFragment, QueryId};
use diesel::query_dsl::RunQueryDsl;
use diesel::result::{EmptyChangeset, Error, QueryResult};
use diesel::sql_types::BoolOrNullableBool;

use super::boxed::{BoxedConditions, Origin};
use super::predicate::{AlternativeTo, AndFilter, Conditions, Everything, walk_where};
use super::returning::{NoReturning, Returning};
use super::selected::OfTheTarget;
use super::target::{ChangeTarget, MayWrite};
use super::under::Assigned;
use crate::dialect::TenantBackend;
use crate::source::{Condition, Reach, ScopedTable};
use crate::table::{TenantTable, push_table};

/// Starts an update of the rows of one tenant: the twin of `diesel::update`.
///
/// If it finds no row it changes none and returns 0. It does not tell another tenant's row from one that does not exist.
///
/// Filters may stand on the table, as in Diesel, and after `update(…)`. `or_filter` and raw predicates do not widen it either.
///
/// # Examples
///
/// ```
/// # use tenancy_diesel::prelude::*;
/// # tenancy_diesel::table! { agents (id) { id -> Integer, tenant_id -> Integer, name -> Text, } }
/// # fn rename(scope: &Scoped<i32>) {
/// use diesel::prelude::*;
///
/// let statement = tenancy_diesel::update(agents::table.scoped(scope)).find(3).set(agents::name.eq("Ada"));
/// # #[cfg(feature = "sqlite")]
/// assert!(diesel::debug_query::<diesel::sqlite::Sqlite, _>(&statement).to_string().starts_with(
///     "UPDATE `agents` SET `name` = ? WHERE `agents`.`tenant_id` = ? AND ((`agents`.`id` = ?))"
/// ));
/// let statement = tenancy_diesel::update(agents::table.scoped(scope).find(3)).set(agents::name.eq("Ada"));
/// # #[cfg(feature = "sqlite")]
/// assert!(diesel::debug_query::<diesel::sqlite::Sqlite, _>(&statement).to_string().starts_with(
///     "UPDATE `agents` SET `name` = ? WHERE ((`agents`.`id` = ?) AND TRUE) AND `agents`.`tenant_id` = ?"
/// ));
/// # }
/// # #[cfg(feature = "testing")]
/// # rename(&tenancy_diesel::testing::scope(7));
/// ```
pub fn update<Target, T, R, C, P, By>(target: Target) -> IncompleteUpdate<T, R, C, P>
where
    Target: ChangeTarget<Table = T, Reach = R, Predicate = P, Writer = By>,
    R: Reach<T, Condition = C>,
    By: MayWrite<T>,
    P: OfTheTarget,
{
    let (condition, predicate) = target.into_parts();
    IncompleteUpdate { condition, predicate, target: PhantomData }
}

/// An update without its `set`.
#[derive(Debug, Clone)]
#[must_use = "an update runs when it is executed"]
pub struct IncompleteUpdate<T, R, C, P = Everything> {
    condition: C,
    predicate: P,
    target: PhantomData<(T, R)>,
}

impl<T: TenantTable, R, C, P> IncompleteUpdate<T, R, C, P> {
    fn map<Q>(self, change: impl FnOnce(P) -> Q) -> IncompleteUpdate<T, R, C, Q> {
        IncompleteUpdate { condition: self.condition, predicate: change(self.predicate), target: PhantomData }
    }

    /// Adds a condition. It stands in parentheses of its own beside the tenant's.
    pub fn filter<Predicate>(self, predicate: Predicate) -> IncompleteUpdate<T, R, C, P::Output>
    where
        P: AndFilter<Predicate>,
        Predicate: AppearsOnTable<ScopedTable<T, R>>,
        Predicate::SqlType: BoolOrNullableBool,
    {
        self.map(|rest| rest.and_filter(predicate))
    }

    /// Adds an alternative to the conditions that were given so far. The tenant's condition stands beside all of them.
    pub fn or_filter<Predicate>(self, predicate: Predicate) -> IncompleteUpdate<T, R, C, Predicate::Output>
    where
        Predicate: AlternativeTo<P> + AppearsOnTable<ScopedTable<T, R>>,
        Predicate::SqlType: BoolOrNullableBool,
    {
        self.map(|rest| predicate.or_after(rest))
    }

    /// Adds the condition that the row's key within the tenant is `key`.
    pub fn find<Key>(self, key: Key) -> IncompleteUpdate<T, R, C, P::Output>
    where
        T::Key: EqAll<Key>,
        P: AndFilter<<T::Key as EqAll<Key>>::Output>,
        <T::Key as EqAll<Key>>::Output: AppearsOnTable<ScopedTable<T, R>>,
        <<T::Key as EqAll<Key>>::Output as Expression>::SqlType: BoolOrNullableBool,
    {
        self.filter(T::key().eq_all(key))
    }

    /// Puts the conditions in a box, so that more of them are added where the program decides it.
    ///
    /// # Examples
    ///
    /// ```
    /// # use tenancy_diesel::prelude::*;
    /// # tenancy_diesel::table! { agents (id) { id -> Integer, tenant_id -> Integer, name -> Text, } }
    /// # #[cfg(feature = "sqlite")]
    /// fn rename(scope: &Scoped<i32>, from: Option<&str>, connection: &mut SqliteConnection) -> QueryResult<usize> {
    ///     let mut statement = tenancy_diesel::update(agents::table.scoped(scope)).into_boxed();
    ///     if let Some(from) = from {
    ///         statement = statement.filter(agents::name.eq(from));
    ///     }
    ///     statement.set(agents::name.eq("Ada")).execute(connection)
    /// }
    /// # use diesel::prelude::*;
    /// ```
    pub fn into_boxed<'a, DB>(self) -> IncompleteUpdate<T, R, C, BoxedConditions<'a, DB, P::Origin>>
    where
        DB: TenantBackend,
        P: Origin + Conditions<DB> + Send + 'a,
    {
        self.map(BoxedConditions::new)
    }

    /// What to change: anything that Diesel's `set` takes for the bare table, without the tenant column.
    pub fn set<Changes>(self, changes: Changes) -> ScopedUpdate<T, R, C, P, Assigned<T, Changes::Changeset>>
    where
        Changes: AsChangeset<Target = T>,
    {
        self.assigning(Assigned::new(changes.as_changeset()))
    }

    pub(super) fn assigning<Changes>(self, changes: Changes) -> ScopedUpdate<T, R, C, P, Changes> {
        ScopedUpdate {
            condition: self.condition,
            predicate: self.predicate,
            changes,
            returning: NoReturning,
            target: PhantomData,
        }
    }
}

/// `UPDATE … SET … WHERE tenant = … AND (…)`
#[derive(Debug, Clone)]
#[must_use = "an update runs when it is executed"]
pub struct ScopedUpdate<T, R, C, P, Changes, Ret = NoReturning> {
    condition: C,
    predicate: P,
    changes: Changes,
    returning: Ret,
    target: PhantomData<(T, R)>,
}

impl<T, R, C, P, Changes> ScopedUpdate<T, R, C, P, Changes> {
    /// The same statement with other changes, made of its condition and the present ones.
    pub(super) fn map_changes<Other>(
        self,
        map: impl FnOnce(&C, Changes) -> Other,
    ) -> ScopedUpdate<T, R, C, P, Other> {
        ScopedUpdate {
            changes: map(&self.condition, self.changes),
            condition: self.condition,
            predicate: self.predicate,
            returning: NoReturning,
            target: PhantomData,
        }
    }

    fn map<Q>(self, change: impl FnOnce(P) -> Q) -> ScopedUpdate<T, R, C, Q, Changes> {
        ScopedUpdate {
            condition: self.condition,
            predicate: change(self.predicate),
            changes: self.changes,
            returning: self.returning,
            target: PhantomData,
        }
    }

    /// Adds a condition. It stands in parentheses of its own beside the tenant's.
    pub fn filter<Predicate>(self, predicate: Predicate) -> ScopedUpdate<T, R, C, P::Output, Changes>
    where
        P: AndFilter<Predicate>,
        Predicate: AppearsOnTable<ScopedTable<T, R>>,
        Predicate::SqlType: BoolOrNullableBool,
    {
        self.map(|rest| rest.and_filter(predicate))
    }

    /// Adds an alternative to the conditions that were given so far. The tenant's condition stands beside all of them.
    pub fn or_filter<Predicate>(
        self,
        predicate: Predicate,
    ) -> ScopedUpdate<T, R, C, Predicate::Output, Changes>
    where
        Predicate: AlternativeTo<P> + AppearsOnTable<ScopedTable<T, R>>,
        Predicate::SqlType: BoolOrNullableBool,
    {
        self.map(|rest| predicate.or_after(rest))
    }

    /// Puts the conditions in a box: see [`IncompleteUpdate::into_boxed`].
    pub fn into_boxed<'a, DB>(self) -> ScopedUpdate<T, R, C, BoxedConditions<'a, DB, P::Origin>, Changes>
    where
        DB: TenantBackend,
        P: Origin + Conditions<DB> + Send + 'a,
    {
        self.map(BoxedConditions::new)
    }

    /// What to return of each changed row.
    pub fn returning<Expr>(self, expression: Expr) -> ScopedUpdate<T, R, C, P, Changes, Returning<Expr>>
    where
        ScopedUpdate<T, R, C, P, Changes, Returning<Expr>>: Query,
    {
        ScopedUpdate {
            condition: self.condition,
            predicate: self.predicate,
            changes: self.changes,
            returning: Returning(expression),
            target: PhantomData,
        }
    }
}

impl<T, R, C, P, Changes, Ret, DB> QueryFragment<DB> for ScopedUpdate<T, R, C, P, Changes, Ret>
where
    DB: TenantBackend,
    T: TenantTable,
    C: Condition<T, DB>,
    P: Conditions<DB>,
    Changes: QueryFragment<DB>,
    Ret: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        if self.changes.is_noop(out.backend())? {
            return Err(Error::QueryBuilderError(Box::new(EmptyChangeset)));
        }
        // Diesel never keeps an UPDATE prepared, because which columns a changeset prints depends on its values. This one has
        // no static id and so is kept under its text: one more statement for each combination of optional fields.
        out.push_sql("UPDATE ");
        push_table::<T, DB>(&mut out)?;
        out.push_sql(" SET ");
        self.changes.walk_ast(out.reborrow())?;
        walk_where::<T, C, P, DB>(&self.condition, &self.predicate, out.reborrow())?;
        self.returning.walk_ast(out.reborrow())
    }
}

impl<T, R, C, P, Changes, Ret> QueryId for ScopedUpdate<T, R, C, P, Changes, Ret> {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<T, R, C, P, Changes> AsQuery for ScopedUpdate<T, R, C, P, Changes>
where
    T: TenantTable,
    ScopedUpdate<T, R, C, P, Changes, Returning<T::AllColumns>>: Query,
{
    type SqlType = <Self::Query as Query>::SqlType;
    type Query = ScopedUpdate<T, R, C, P, Changes, Returning<T::AllColumns>>;

    fn as_query(self) -> Self::Query {
        self.returning(T::all_columns())
    }
}

impl<T, R, C, P, Changes, Expr> Query for ScopedUpdate<T, R, C, P, Changes, Returning<Expr>>
where
    Expr: SelectableExpression<ScopedTable<T, R>> + ValidGrouping<()>,
    Expr::IsAggregate: MixedAggregates<is_aggregate::No, Output = is_aggregate::No>,
{
    type SqlType = Expr::SqlType;
}

impl<T, R, C, P, Changes, Ret, Conn> RunQueryDsl<Conn> for ScopedUpdate<T, R, C, P, Changes, Ret> {}
