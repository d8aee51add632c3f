//! DELETE within a tenant.

use std::marker::PhantomData;

use diesel::expression::{
    AppearsOnTable, Expression, MixedAggregates, SelectableExpression, ValidGrouping, is_aggregate,
};
use diesel::expression_methods::EqAll;
use diesel::query_builder::{AsQuery, AstPass, Query, QueryFragment, QueryId};
use diesel::query_dsl::RunQueryDsl;
use diesel::result::QueryResult;
use diesel::sql_types::BoolOrNullableBool;

use super::boxed::{BoxedConditions, Origin};
use super::predicate::{AlternativeTo, AndFilter, Conditions, Everything, walk_where};
use super::returning::{NoReturning, Returning};
use super::selected::OfTheTarget;
use super::target::{ChangeTarget, MayWrite};
use crate::dialect::TenantBackend;
use crate::source::{Condition, Reach, ScopedTable};
use crate::table::{TenantTable, push_table};

/// Starts a delete of rows of one tenant: the twin of `diesel::delete`.
///
/// Without a filter it deletes all of that tenant's rows. If it finds no row it returns 0.
///
/// # Examples
///
/// ```
/// # use tenancy_diesel::prelude::*;
/// # tenancy_diesel::table! { agents (id) { id -> Integer, tenant_id -> Integer, name -> Text, } }
/// # fn remove(scope: &Scoped<i32>) {
/// use diesel::prelude::*;
///
/// let statement = tenancy_diesel::delete(agents::table.scoped(scope)).filter(agents::name.like("A%"));
/// # #[cfg(feature = "sqlite")]
/// # diesel::debug_query::<diesel::sqlite::Sqlite, _>(&statement).to_string();
/// # }
/// ```
pub fn delete<Target, T, R, C, P, By>(target: Target) -> ScopedDelete<T, R, C, P>
where
    Target: ChangeTarget<Table = T, Reach = R, Predicate = P, Writer = By>,
    R: Reach<T, Condition = C>,
    By: MayWrite<T>,
    P: OfTheTarget,
{
    let (condition, predicate) = target.into_parts();
    ScopedDelete { condition, predicate, returning: NoReturning, target: PhantomData }
}

/// `DELETE FROM … WHERE tenant = … AND (…)`
#[derive(Debug, Clone)]
#[must_use = "a delete runs when it is executed"]
pub struct ScopedDelete<T, R, C, P = Everything, Ret = NoReturning> {
    condition: C,
    predicate: P,
    returning: Ret,
    target: PhantomData<(T, R)>,
}

impl<T: TenantTable, R, C, P> ScopedDelete<T, R, C, P> {
    fn map<Q>(self, change: impl FnOnce(P) -> Q) -> ScopedDelete<T, R, C, Q> {
        ScopedDelete {
            condition: self.condition,
            predicate: change(self.predicate),
            returning: self.returning,
            target: PhantomData,
        }
    }

    /// Adds a condition. It stands in parentheses of its own beside the tenant's.
    pub fn filter<Predicate>(self, predicate: Predicate) -> ScopedDelete<T, R, C, P::Output>
    where
        P: AndFilter<Predicate>,
        Predicate: AppearsOnTable<ScopedTable<T, R>>,
        Predicate::SqlType: BoolOrNullableBool,
    {
        self.map(|rest| rest.and_filter(predicate))
    }

    /// Adds an alternative to the conditions that were given so far. The tenant's condition stands beside all of them.
    ///
    /// # Examples
    ///
    /// ```
    /// # use tenancy_diesel::prelude::*;
    /// # tenancy_diesel::table! { agents (id) { id -> Integer, tenant_id -> Integer, name -> Text, } }
    /// # fn remove(scope: &Scoped<i32>) {
    /// use diesel::prelude::*;
    ///
    /// let statement = tenancy_diesel::delete(agents::table.scoped(scope))
    ///     .filter(agents::name.eq("Ada"))
    ///     .or_filter(agents::id.eq(3));
    /// # #[cfg(feature = "sqlite")]
    /// assert!(diesel::debug_query::<diesel::sqlite::Sqlite, _>(&statement).to_string().starts_with(
    ///     "DELETE FROM `agents` WHERE `agents`.`tenant_id` = ? AND (((`agents`.`name` = ?)) OR ((`agents`.`id` = ?)))"
    /// ));
    /// # }
    /// # #[cfg(feature = "testing")]
    /// # remove(&tenancy_diesel::testing::scope(7));
    /// ```
    pub fn or_filter<Predicate>(self, predicate: Predicate) -> ScopedDelete<T, R, C, Predicate::Output>
    where
        Predicate: AlternativeTo<P> + AppearsOnTable<ScopedTable<T, R>>,
        Predicate::SqlType: BoolOrNullableBool,
    {
        self.map(|rest| predicate.or_after(rest))
    }

    /// Adds the condition that the row's key within the tenant is `key`.
    pub fn find<Key>(self, key: Key) -> ScopedDelete<T, R, C, P::Output>
    where
        T::Key: EqAll<Key>,
        P: AndFilter<<T::Key as EqAll<Key>>::Output>,
        <T::Key as EqAll<Key>>::Output: AppearsOnTable<ScopedTable<T, R>>,
        <<T::Key as EqAll<Key>>::Output as Expression>::SqlType: BoolOrNullableBool,
    {
        self.filter(T::key().eq_all(key))
    }

    /// Puts the conditions in a box, so that more of them are added where the program decides it.
    pub fn into_boxed<'a, DB>(self) -> ScopedDelete<T, R, C, BoxedConditions<'a, DB, P::Origin>>
    where
        DB: TenantBackend,
        P: Origin + Conditions<DB> + Send + 'a,
    {
        self.map(BoxedConditions::new)
    }

    /// What to return of each deleted row.
    pub fn returning<Expr>(self, expression: Expr) -> ScopedDelete<T, R, C, P, Returning<Expr>>
    where
        ScopedDelete<T, R, C, P, Returning<Expr>>: Query,
    {
        ScopedDelete {
            condition: self.condition,
            predicate: self.predicate,
            returning: Returning(expression),
            target: PhantomData,
        }
    }
}

impl<T, R, C, P, Ret, DB> QueryFragment<DB> for ScopedDelete<T, R, C, P, Ret>
where
    DB: TenantBackend,
    T: TenantTable,
    C: Condition<T, DB>,
    P: Conditions<DB>,
    Ret: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("DELETE FROM ");
        push_table::<T, DB>(&mut out)?;
        walk_where::<T, C, P, DB>(&self.condition, &self.predicate, out.reborrow())?;
        self.returning.walk_ast(out.reborrow())
    }
}

impl<T, R, C, P, Ret> QueryId for ScopedDelete<T, R, C, P, Ret>
where
    T: 'static,
    C: QueryId,
    P: QueryId,
    Ret: QueryId,
{
    type QueryId = ScopedDelete<T, (), C::QueryId, P::QueryId, Ret::QueryId>;

    const HAS_STATIC_QUERY_ID: bool =
        C::HAS_STATIC_QUERY_ID && P::HAS_STATIC_QUERY_ID && Ret::HAS_STATIC_QUERY_ID;
}

impl<T, R, C, P> AsQuery for ScopedDelete<T, R, C, P>
where
    T: TenantTable,
    ScopedDelete<T, R, C, P, Returning<T::AllColumns>>: Query,
{
    type SqlType = <Self::Query as Query>::SqlType;
    type Query = ScopedDelete<T, R, C, P, Returning<T::AllColumns>>;

    fn as_query(self) -> Self::Query {
        self.returning(T::all_columns())
    }
}

impl<T, R, C, P, Expr> Query for ScopedDelete<T, R, C, P, Returning<Expr>>
where
    Expr: SelectableExpression<ScopedTable<T, R>> + ValidGrouping<()>,
    Expr::IsAggregate: MixedAggregates<is_aggregate::No, Output = is_aggregate::No>,
{
    type SqlType = Expr::SqlType;
}

impl<T, R, C, P, Ret, Conn> RunQueryDsl<Conn> for ScopedDelete<T, R, C, P, Ret> {}
