//! The scoped source: a Diesel table that has only the rows it may have.

use std::fmt;
use std::marker::PhantomData;

use diesel::expression::{Expression, SelectableExpression, ValidGrouping};
use diesel::internal::table_macro::{FromClause, SelectStatement};
use diesel::query_builder::{AsQuery, Query, QueryId};
use diesel::query_source::{QuerySource, Table, TableNotEqual};
use tenancy_core::Access;

use super::fragment::TableName;
use super::rule::{OpenTo, SameTenant};
use super::stands::Ours;
use super::{
    Among, Beside, CrossTenantFor, EveryTenant, First, InTransaction, OrShared, OverShared, Reach, ScopeFor,
    Selection, SourceFragment, Stands, Unfiltered, Within,
};
use crate::statement::ColumnNames;
use crate::table::{HasSharedRows, TenantTable};

/// Table `T`, reaching as far as `R`: [`Within`](crate::Within) one tenant, or [`EveryTenant`].
///
/// `agents::table.scoped(&scope)` makes it. It is a Diesel [`Table`]: filters, joins, groupings, subqueries, unions
/// and locks work on it as on any other. Its FROM clause is a subselect of one tenant's rows, so no later `or_filter`,
/// outer join or raw predicate can widen it; the databases plan it like the filter written by hand. An ON clause of your
/// own need not compare the tenants. On PostgreSQL it had better not: the statement may then be planned anew each time.
///
/// # Examples
///
/// ```
/// # use tenancy_diesel::prelude::*;
/// # tenancy_diesel::table! { agents (id) { id -> Integer, tenant_id -> Integer, name -> Text, } }
/// # fn list(scope: &Scoped<i32>) {
/// use diesel::prelude::*;
///
/// let query = agents::table.scoped(scope).filter(agents::name.eq("Ada")).or_filter(agents::id.eq(3));
/// # #[cfg(feature = "sqlite")]
/// assert!(diesel::debug_query::<diesel::sqlite::Sqlite, _>(&query).to_string().contains(
///     "FROM (SELECT * FROM `agents` WHERE `agents`.`tenant_id` = ?) AS `agents` WHERE"
/// ));
/// # }
/// # #[cfg(feature = "testing")]
/// # list(&tenancy_diesel::testing::scope(7));
/// ```
pub struct ScopedTable<T, R> {
    reach: R,
    table: PhantomData<T>,
}

impl<T: TenantTable, R> ScopedTable<T, R> {
    pub(crate) fn reaching(reach: R) -> Self {
        Self { reach, table: PhantomData }
    }

    pub(crate) fn reach(&self) -> &R {
        &self.reach
    }

    pub(crate) fn into_reach(self) -> R {
        self.reach
    }
}

impl<T: TenantTable> ScopedTable<T, EveryTenant> {
    #[doc(hidden)]
    #[track_caller]
    pub fn across<C: CrossTenantFor<T>>(cross_tenant: C) -> Self {
        Self::reaching(EveryTenant::recorded::<T, C>(&cross_tenant, Access::Read))
    }
}

impl<T: TenantTable, R> ScopedTable<T, R> {
    #[doc(hidden)]
    pub fn within<S: ScopeFor<T, Within = R>>(scope: S) -> Self {
        Self::reaching(scope.into_within())
    }
}

impl<T: TenantTable, I, B> ScopedTable<T, Within<I, B>> {
    /// The tenant's rows without the table's filter, by which it is declared: `#[tenant_scoped(tenant_id, filter = …)]`.
    pub fn unfiltered(self) -> ScopedTable<T, Within<I, B, Unfiltered>> {
        ScopedTable::reaching(self.reach.viewed())
    }

    /// The tenant's rows, and those that all tenants share. For reading.
    pub fn or_shared(self) -> ScopedTable<T, Within<I, B, OrShared>>
    where
        T: HasSharedRows,
    {
        ScopedTable::reaching(self.reach.viewed())
    }

    /// The tenant's rows, and those shared ones of whose `key` the tenant has no row of its own: a tenant's settings over the
    /// defaults. For reading.
    ///
    /// `key` is a column, or a tuple of columns, that identifies a row within a tenant.
    pub fn over_shared<Key, Shape>(self, _key: Key) -> ScopedTable<T, Within<I, B, OverShared<Key, Shape>>>
    where
        T: HasSharedRows,
        Key: ColumnNames<T, Shape>,
    {
        ScopedTable::reaching(self.reach.viewed())
    }
}

impl<T: TenantTable> ScopedTable<T, EveryTenant> {
    /// Every tenant's rows without the table's filter.
    pub fn unfiltered(self) -> ScopedTable<T, EveryTenant<Unfiltered>> {
        ScopedTable::reaching(self.reach.unfiltered())
    }
}

impl<T, R: SameTenant<Other>, Other> Stands<Among<Other>> for ScopedTable<T, R> {
    type Proof = Ours<Self, Among<Other>>;
}

impl<T, S, R> Stands<First<R>> for ScopedTable<T, S> {
    type Proof = Ours<Self, First<R>>;
}

impl<T, R: SameTenant<Other>, Other> Stands<Beside<Other>> for ScopedTable<T, R> {
    type Proof = Ours<Self, Beside<Other>>;
}

impl<T, R: OpenTo<Tx>, Tx> Stands<InTransaction<Tx>> for ScopedTable<T, R> {
    type Proof = Ours<Self, InTransaction<Tx>>;
}

impl<T, R> QuerySource for ScopedTable<T, R>
where
    T: TenantTable,
    R: Reach<T>,
    Selection<T::AllColumns, R>: SelectableExpression<Self>,
{
    type FromClause = SourceFragment<TableName<T>, R::Condition>;
    type DefaultSelection = Selection<T::AllColumns, R>;

    fn from_clause(&self) -> Self::FromClause {
        SourceFragment::new(self.reach.condition())
    }

    fn default_selection(&self) -> Self::DefaultSelection {
        Selection::new(T::all_columns())
    }
}

impl<T, R> AsQuery for ScopedTable<T, R>
where
    T: TenantTable,
    Self: QuerySource<DefaultSelection = Selection<T::AllColumns, R>>,
    T::AllColumns: Expression,
    SelectStatement<FromClause<Self>>: Query<SqlType = <T::AllColumns as Expression>::SqlType>,
{
    type SqlType = <T::AllColumns as Expression>::SqlType;
    type Query = SelectStatement<FromClause<Self>>;

    fn as_query(self) -> Self::Query {
        SelectStatement::simple(self)
    }
}

impl<T, R> Table for ScopedTable<T, R>
where
    T: TenantTable,
    T::Key: SelectableExpression<Self> + ValidGrouping<()>,
    Selection<T::AllColumns, R>: SelectableExpression<Self> + ValidGrouping<()>,
    Self: QuerySource + AsQuery,
{
    type PrimaryKey = T::Key;
    type AllColumns = Selection<T::AllColumns, R>;

    fn primary_key(&self) -> Self::PrimaryKey {
        T::key()
    }

    fn all_columns() -> Self::AllColumns {
        Selection::new(T::all_columns())
    }
}

// `HasTable` is left out on purpose: with it, Diesel's `update` and `delete` would take a filtered scoped select and
// keep its predicate without its tenant.

impl<T, R, X> TableNotEqual<X> for ScopedTable<T, R>
where
    T: TableNotEqual<X>,
    Self: Table,
    X: Table,
{
}

impl<T: 'static, R: QueryId> QueryId for ScopedTable<T, R> {
    type QueryId = ScopedTable<T, R::QueryId>;

    const HAS_STATIC_QUERY_ID: bool = R::HAS_STATIC_QUERY_ID;
}

impl<T, R: Clone> Clone for ScopedTable<T, R> {
    fn clone(&self) -> Self {
        Self { reach: self.reach.clone(), table: PhantomData }
    }
}

impl<T, R: Copy> Copy for ScopedTable<T, R> {}

impl<T: TenantTable, R: fmt::Debug> fmt::Debug for ScopedTable<T, R> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ScopedTable").field("table", &T::NAME).field("reach", &self.reach).finish()
    }
}
