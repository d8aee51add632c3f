//! The aliased table as a source.

use std::fmt;
use std::marker::PhantomData;

use diesel::expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping};
use diesel::internal::table_macro::{FromClause, NoFromClause, SelectStatement};
use diesel::query_builder::{AsQuery, Query, QueryId};
use diesel::query_source::{AppearsInFromClause, Never, QuerySource, Table, TableNotEqual};

use super::{AliasColumns, AliasCount, AliasField, AliasName, TableAlias};
use crate::known::Known;
use crate::source::rule::{OpenTo, SameTenant};
use crate::source::stands::Ours;
use crate::source::{
    Among, Beside, First, InTransaction, Reach, ScopedTable, Selection, SourceFragment, Stands, Within,
    WithinAny,
};
use crate::table::DeclaredTable;

/// The table that goes by alias `A`, reaching as far as `R`. A Diesel [`Table`]; join it with an explicit `on`.
pub struct ScopedAlias<A, R> {
    pub(super) reach: R,
    alias: PhantomData<A>,
}

impl<A, R> ScopedAlias<A, R> {
    pub(super) fn reaching(reach: R) -> Self {
        Self { reach, alias: PhantomData }
    }
}

impl<A, R: SameTenant<Other>, Other> Stands<Among<Other>> for ScopedAlias<A, R> {
    type Proof = Ours<Self, Among<Other>>;
}

impl<A, S, R> Stands<First<R>> for ScopedAlias<A, S> {
    type Proof = Ours<Self, First<R>>;
}

impl<A, R: SameTenant<Other>, Other> Stands<Beside<Other>> for ScopedAlias<A, R> {
    type Proof = Ours<Self, Beside<Other>>;
}

impl<A, R: OpenTo<Tx>, Tx> Stands<InTransaction<Tx>> for ScopedAlias<A, R> {
    type Proof = Ours<Self, InTransaction<Tx>>;
}

/// A reach that opens the table under alias `A`.
pub trait Aliased<A> {
    /// The [`ScopedAlias`]. Where the reach is not known, neither is this.
    type Source;

    #[doc(hidden)]
    fn aliased(self) -> Self::Source;
}

impl<A, I, B> Aliased<A> for Within<I, B> {
    type Source = <I as Known>::Given<ScopedAlias<A, Self>>;

    fn aliased(self) -> Self::Source {
        ScopedAlias::reaching(self)
    }
}

impl<A, I> Aliased<A> for WithinAny<I> {
    type Source = <I as Known>::Given<ScopedAlias<A, Self>>;

    fn aliased(self) -> Self::Source {
        ScopedAlias::reaching(self)
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
    type FromClause = SourceFragment<AliasName<A>, R::Condition>;
    type DefaultSelection = Columns<A, R>;

    fn from_clause(&self) -> Self::FromClause {
        SourceFragment::new(self.reach.condition())
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

impl<A, C, R> SelectableExpression<ScopedAlias<A, R>> for AliasField<A, C> where
    Self: AppearsOnTable<ScopedAlias<A, R>>
{
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

impl<A: 'static, R: QueryId> QueryId for ScopedAlias<A, R> {
    type QueryId = ScopedAlias<A, R::QueryId>;

    const HAS_STATIC_QUERY_ID: bool = R::HAS_STATIC_QUERY_ID;
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
