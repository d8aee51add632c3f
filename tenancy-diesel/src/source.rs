//! The scoped source: a Diesel table that has only the rows it may have.

use std::fmt;
use std::marker::PhantomData;

use diesel::expression::{Expression, SelectableExpression, ValidGrouping};
use diesel::internal::table_macro::{FromClause, SelectStatement};
use diesel::query_builder::{AsQuery, AstPass, Query, QueryFragment, QueryId};
use diesel::query_source::{QuerySource, Table, TableNotEqual};
use diesel::result::QueryResult;
use tenancy_core::{Access, Unbranded};

use crate::bound_tenant::permit_every_tenant;
use crate::dialect::{SourceForm, TenantBackend};
use crate::scope_for::{CrossTenantFor, ScopeFor, TenantIdFor};
use crate::selection::Selection;
use crate::table::{DeclaredTable, GlobalTable, TenantTable, push_qualified_name};

/// Table `T`, reaching as far as `R`: [`Within`] one tenant, or [`EveryTenant`].
///
/// `agents::table.scoped(&scope)` makes it. It is a Diesel [`Table`]: filters, joins, groupings, subqueries, unions
/// and locks apply as to any other. Its FROM clause is a subselect of one tenant's rows, so no later `or_filter`, outer
/// join or raw predicate can widen it; the databases plan it like the filter written by hand. An ON clause of your own need
/// not compare the tenants: on PostgreSQL that can cost a plan each time that the statement runs.
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

/// The reach of one tenant: its id and, when two scopes are told apart, the brand.
pub struct Within<I, B = Unbranded> {
    tenant: I,
    brand: PhantomData<fn() -> B>,
}

/// The reach of a [`CrossTenant`](tenancy_core::CrossTenant) capability: every row.
#[derive(Debug, Clone, Copy)]
pub struct EveryTenant(());

/// The reach of a global table under an alias: every row, which every tenant may see.
#[derive(Debug, Clone, Copy)]
pub struct Unowned;

impl<I, B> Within<I, B> {
    pub(crate) fn new(tenant: I) -> Self {
        Self { tenant, brand: PhantomData }
    }
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

impl EveryTenant {
    #[track_caller]
    pub(crate) fn recorded<T: TenantTable, C: CrossTenantFor<T>>(cross_tenant: &C, access: Access) -> Self {
        cross_tenant.capability().record_use(T::NAME, access);
        Self(())
    }
}

mod sealed {
    pub trait Sealed {}
    impl<I, B> Sealed for super::Within<I, B> {}
    impl Sealed for super::EveryTenant {}
    impl Sealed for super::Unowned {}
}

/// How far a source or a statement on table `T` reaches. Sealed.
pub trait Reach<T>: Clone + sealed::Sealed {
    /// The condition on the tenant column.
    type Condition;

    /// The condition, with the tenant bound.
    fn condition(&self) -> Self::Condition;
}

/// The condition that a row is one tenant's.
#[derive(Debug, Clone, Copy, QueryId)]
pub struct TenantIs<E>(pub(crate) E);

/// No condition: only a [`CrossTenant`](tenancy_core::CrossTenant) capability gives it.
#[derive(Debug, Clone, Copy, QueryId)]
pub struct AnyTenant;

impl<T, I: TenantIdFor<T>, B> Reach<T> for Within<I, B> {
    type Condition = TenantIs<I::Bind>;

    fn condition(&self) -> Self::Condition {
        TenantIs(self.tenant.bind())
    }
}

/// No condition, of a table that every tenant may see.
#[derive(Debug, Clone, Copy, QueryId)]
pub struct NoOwner;

impl<T: GlobalTable> Reach<T> for Unowned {
    type Condition = NoOwner;

    fn condition(&self) -> Self::Condition {
        NoOwner
    }
}

impl<T> Reach<T> for EveryTenant {
    type Condition = AnyTenant;

    fn condition(&self) -> Self::Condition {
        AnyTenant
    }
}

/// The FROM clause of a scoped source.
#[derive(Debug, Clone, Copy)]
pub struct SourceFragment<T, C> {
    condition: C,
    table: PhantomData<T>,
}

impl<T, C> SourceFragment<T, C> {
    pub(crate) fn new(condition: C) -> Self {
        Self { condition, table: PhantomData }
    }
}

impl<T, E, DB> QueryFragment<DB> for SourceFragment<T, TenantIs<E>>
where
    DB: TenantBackend,
    T: TenantTable,
    E: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        walk_source::<T, E, DB>(&self.condition.0, T::NAME, out)
    }
}

impl<T, DB> QueryFragment<DB> for SourceFragment<T, AnyTenant>
where
    DB: TenantBackend,
    T: TenantTable,
{
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        walk_every_tenant::<T, DB>(T::NAME, out)
    }
}

/// One tenant's rows of `T`, under the name `alias`.
pub(crate) fn walk_source<'b, T, E, DB>(
    tenant: &'b E,
    alias: &str,
    mut out: AstPass<'_, 'b, DB>,
) -> QueryResult<()>
where
    DB: TenantBackend,
    T: TenantTable,
    E: QueryFragment<DB>,
{
    // The tenant column is always qualified: SQLite reads an unknown bare `"tenant_id"` as a string.
    match DB::SOURCE {
        SourceForm::Derived => {
            out.push_sql("(SELECT * FROM ");
            push_qualified_name::<T, DB>(&mut out)?;
            out.push_sql(" WHERE ");
            push_tenant_column::<T, DB>(T::NAME, &mut out)?;
            out.push_sql(" = ");
            tenant.walk_ast(out.reborrow())?;
            out.push_sql(") AS ");
            out.push_identifier(alias)
        }
        SourceForm::Joined => {
            out.push_sql("(");
            walk_unrestricted::<T, DB>(alias, out.reborrow())?;
            out.push_sql(" INNER JOIN (SELECT 1 AS one) AS ");
            out.push_identifier(&format!("{alias}__tenant"))?;
            out.push_sql(" ON ");
            push_tenant_column::<T, DB>(alias, &mut out)?;
            out.push_sql(" = ");
            tenant.walk_ast(out.reborrow())?;
            out.push_sql(")");
            Ok(())
        }
    }
}

/// Every tenant's rows of `T`, under the name `alias`, in a form that can only be read from: `DELETE FROM` it is no SQL.
pub(crate) fn walk_every_tenant<'b, T, DB>(alias: &str, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()>
where
    DB: TenantBackend,
    T: TenantTable,
{
    permit_every_tenant()?;
    match DB::SOURCE {
        SourceForm::Derived => {
            out.push_sql("(SELECT * FROM ");
            push_qualified_name::<T, DB>(&mut out)?;
            out.push_sql(") AS ");
            out.push_identifier(alias)
        }
        SourceForm::Joined => {
            out.push_sql("(");
            walk_unrestricted::<T, DB>(alias, out.reborrow())?;
            out.push_sql(")");
            Ok(())
        }
    }
}

/// Every row of `T`, under the name `alias`.
pub(crate) fn walk_unrestricted<'b, T, DB>(alias: &str, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()>
where
    DB: TenantBackend,
    T: DeclaredTable,
{
    push_qualified_name::<T, DB>(&mut out)?;
    if T::SCHEMA.is_some() || alias != T::NAME {
        out.push_sql(" AS ");
        out.push_identifier(alias)?;
    }
    Ok(())
}

/// `"t"."tenant_id"`
pub(crate) fn push_tenant_column<T: TenantTable, DB: TenantBackend>(
    qualifier: &str,
    out: &mut AstPass<'_, '_, DB>,
) -> QueryResult<()> {
    out.push_identifier(qualifier)?;
    out.push_sql(".");
    out.push_identifier(T::TENANT_COLUMN)
}

impl<T, R> QuerySource for ScopedTable<T, R>
where
    T: TenantTable,
    R: Reach<T>,
    Selection<T::AllColumns, R>: SelectableExpression<Self>,
{
    type FromClause = SourceFragment<T, R::Condition>;
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

/// The SQL does not depend on the id's Rust type nor on the brand, so all scopes share one prepared statement.
impl<T: 'static, I, B> QueryId for ScopedTable<T, Within<I, B>> {
    type QueryId = ScopedTable<T, Within<()>>;
}

impl<T: 'static> QueryId for ScopedTable<T, EveryTenant> {
    type QueryId = Self;
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

impl<I: Clone, B> Clone for Within<I, B> {
    fn clone(&self) -> Self {
        Self::new(self.tenant.clone())
    }
}

impl<I: Copy, B> Copy for Within<I, B> {}

impl<I: fmt::Debug, B> fmt::Debug for Within<I, B> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Within").field(&self.tenant).finish()
    }
}
