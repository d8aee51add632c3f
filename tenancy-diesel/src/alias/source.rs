//! The aliased table as a source.

use std::fmt;
use std::marker::PhantomData;

use diesel::expression::{Expression, SelectableExpression, ValidGrouping};
use diesel::internal::table_macro::{FromClause, NoFromClause, SelectStatement};
use diesel::query_builder::{AsQuery, AstPass, Query, QueryFragment, QueryId};
use diesel::query_source::{AppearsInFromClause, Never, QuerySource, Table, TableNotEqual};
use diesel::result::QueryResult;
use tenancy_core::Unbranded;

use super::{AliasColumns, AliasCount, AliasField, AliasName, TableAlias};
use crate::dialect::TenantBackend;
use crate::selection::Selection;
use crate::source::{AnyTenant, EveryTenant, NoOwner, Reach, ScopedTable, TenantIs, Unowned, Within};
use crate::source::{walk_every_tenant, walk_source, walk_unrestricted};
use crate::table::{DeclaredTable, GlobalTable, TenantTable};

/// The table that goes by alias `A`, reaching as far as `R`. A Diesel [`Table`]; join it with an explicit `on`.
pub struct ScopedAlias<A, R> {
    reach: R,
    alias: PhantomData<A>,
}

impl<A, R> ScopedAlias<A, R> {
    pub(super) fn reaching(reach: R) -> Self {
        Self { reach, alias: PhantomData }
    }
}

/// The FROM clause of a scoped alias.
#[derive(Debug, Clone, Copy)]
pub struct AliasFragment<A, C> {
    condition: C,
    alias: PhantomData<A>,
}

impl<A, E, DB> QueryFragment<DB> for AliasFragment<A, TenantIs<E>>
where
    DB: TenantBackend,
    A: TableAlias<Target: TenantTable>,
    E: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        walk_source::<A::Target, E, DB>(&self.condition.0, A::NAME, out)
    }
}

impl<A, DB> QueryFragment<DB> for AliasFragment<A, AnyTenant>
where
    DB: TenantBackend,
    A: TableAlias<Target: TenantTable>,
{
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        walk_every_tenant::<A::Target, DB>(A::NAME, out)
    }
}

impl<A, DB> QueryFragment<DB> for AliasFragment<A, NoOwner>
where
    DB: TenantBackend,
    A: TableAlias<Target: GlobalTable>,
{
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        walk_unrestricted::<A::Target, DB>(A::NAME, out)
    }
}

/// The default selection of alias `A`.
type Columns<A, R> = Selection<<<A as TableAlias>::Target as AliasColumns<A>>::Columns, R>;

impl<A, R> QuerySource for ScopedAlias<A, R>
where
    A: TableAlias,
    R: Reach<A::Target>,
    Columns<A, R>: SelectableExpression<Self>,
{
    type FromClause = AliasFragment<A, R::Condition>;
    type DefaultSelection = Columns<A, R>;

    fn from_clause(&self) -> Self::FromClause {
        AliasFragment { condition: self.reach.condition(), alias: PhantomData }
    }

    fn default_selection(&self) -> Self::DefaultSelection {
        Selection::new(A::Target::columns())
    }
}

impl<A, R> AsQuery for ScopedAlias<A, R>
where
    A: TableAlias,
    Self: QuerySource<DefaultSelection = Columns<A, R>>,
    Columns<A, R>: Expression,
    SelectStatement<FromClause<Self>>: Query<SqlType = <Columns<A, R> as Expression>::SqlType>,
{
    type SqlType = <Columns<A, R> as Expression>::SqlType;
    type Query = SelectStatement<FromClause<Self>>;

    fn as_query(self) -> Self::Query {
        SelectStatement::simple(self)
    }
}

impl<A, R> Table for ScopedAlias<A, R>
where
    A: TableAlias,
    Self: QuerySource + AsQuery,
    AliasField<A, <A::Target as DeclaredTable>::Key>: SelectableExpression<Self> + ValidGrouping<()>,
    Columns<A, R>: SelectableExpression<Self> + ValidGrouping<()>,
{
    type PrimaryKey = AliasField<A, <A::Target as DeclaredTable>::Key>;
    type AllColumns = Columns<A, R>;

    fn primary_key(&self) -> Self::PrimaryKey {
        AliasField::new(A::Target::key())
    }

    fn all_columns() -> Self::AllColumns {
        Selection::new(A::Target::columns())
    }
}

/// Under its own name, an alias is no table.
impl<A, R, X> TableNotEqual<X> for ScopedAlias<A, R>
where
    Self: Table,
    X: Table,
{
}

impl<A, B, R> AppearsInFromClause<AliasName<B>> for ScopedAlias<A, R>
where
    A: AliasCount<B>,
{
    type Count = A::Count;
}

impl<A, T, R> AppearsInFromClause<AliasName<A>> for ScopedTable<T, R> {
    type Count = Never;
}

impl<A> AppearsInFromClause<AliasName<A>> for NoFromClause {
    type Count = Never;
}

impl<A: 'static, I, B> QueryId for ScopedAlias<A, Within<I, B>> {
    type QueryId = ScopedAlias<A, Within<(), Unbranded>>;
}

impl<A: 'static> QueryId for ScopedAlias<A, Unowned> {
    type QueryId = Self;
}

impl<A: 'static> QueryId for ScopedAlias<A, EveryTenant> {
    type QueryId = Self;
}

impl<A, R: Clone> Clone for ScopedAlias<A, R> {
    fn clone(&self) -> Self {
        Self { reach: self.reach.clone(), alias: PhantomData }
    }
}

impl<A, R: Copy> Copy for ScopedAlias<A, R> {}

impl<A: TableAlias, R: fmt::Debug> fmt::Debug for ScopedAlias<A, R> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ScopedAlias").field("alias", &A::NAME).field("reach", &self.reach).finish()
    }
}
