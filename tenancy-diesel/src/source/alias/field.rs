//! The columns of an aliased table.

use std::marker::PhantomData;

use diesel::backend::Backend;
use diesel::expression::{
    AppearsOnTable, AsExpression, Expression, SelectableExpression, ValidGrouping, is_aggregate,
};
use diesel::expression_methods::{EqAll, ExpressionMethods};
use diesel::internal::table_macro::{FromClause, Inner, Join, JoinOn, LeftOuter, Pick, SelectStatement};
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::query_source::{AppearsInFromClause, Never, Once, QuerySource};
use diesel::result::QueryResult;
use diesel::sql_types;

use super::{AliasName, TableAlias};

/// Column `C` of the table that goes by alias `A`.
#[derive(Debug, Clone, Copy)]
pub struct AliasField<A, C> {
    column: C,
    alias: PhantomData<A>,
}

impl<A, C> AliasField<A, C> {
    #[doc(hidden)]
    pub fn new(column: C) -> Self {
        Self { column, alias: PhantomData }
    }
}

impl<A: 'static, C: QueryId> QueryId for AliasField<A, C> {
    type QueryId = AliasField<A, C::QueryId>;

    const HAS_STATIC_QUERY_ID: bool = C::HAS_STATIC_QUERY_ID;
}

impl<A, C: Expression> Expression for AliasField<A, C> {
    type SqlType = C::SqlType;
}

impl<A, C, DB> QueryFragment<DB> for AliasField<A, C>
where
    A: TableAlias,
    C: QueryFragment<DB>,
    DB: Backend,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let skip = out.should_skip_from();
        if !skip {
            out.push_identifier(A::NAME)?;
            out.push_sql(".");
            // The column then prints its own name only, not that of its table.
            out.skip_from(true);
        }
        self.column.walk_ast(out.reborrow())?;
        out.skip_from(skip);
        Ok(())
    }
}

impl<A, C, QS> AppearsOnTable<QS> for AliasField<A, C>
where
    C: Expression,
    QS: AppearsInFromClause<AliasName<A>, Count = Once>,
{
}

impl<A, C, Left, Right> SelectableExpression<Join<Left, Right, LeftOuter>> for AliasField<A, C>
where
    Self: AppearsOnTable<Join<Left, Right, LeftOuter>> + SelectableExpression<Left>,
    Left: QuerySource,
    Right: AppearsInFromClause<AliasName<A>, Count = Never> + QuerySource,
{
}

impl<A, C, Left, Right> SelectableExpression<Join<Left, Right, Inner>> for AliasField<A, C>
where
    Self: AppearsOnTable<Join<Left, Right, Inner>>,
    Left: AppearsInFromClause<AliasName<A>> + QuerySource,
    Right: AppearsInFromClause<AliasName<A>> + QuerySource,
    (Left::Count, Right::Count): Pick<Left, Right>,
    Self: SelectableExpression<<(Left::Count, Right::Count) as Pick<Left, Right>>::Selection>,
{
}

impl<A, C, Joined, On> SelectableExpression<JoinOn<Joined, On>> for AliasField<A, C> where
    Self: SelectableExpression<Joined> + AppearsOnTable<JoinOn<Joined, On>>
{
}

impl<A, C, From> SelectableExpression<SelectStatement<FromClause<From>>> for AliasField<A, C>
where
    Self: SelectableExpression<From> + AppearsOnTable<SelectStatement<FromClause<From>>>,
    From: QuerySource,
{
}

impl<A, C> ValidGrouping<()> for AliasField<A, C> {
    type IsAggregate = is_aggregate::No;
}

impl<A, C, G> ValidGrouping<AliasField<A, G>> for AliasField<A, C>
where
    C: ValidGrouping<G, IsAggregate = is_aggregate::Yes>,
{
    type IsAggregate = is_aggregate::Yes;
}

impl<A, C, T> EqAll<T> for AliasField<A, C>
where
    Self: ExpressionMethods,
    <Self as Expression>::SqlType: sql_types::SqlType,
    T: AsExpression<<Self as Expression>::SqlType>,
    diesel::dsl::Eq<Self, T>: Expression<SqlType = sql_types::Bool>,
{
    type Output = diesel::dsl::Eq<Self, T>;

    fn eq_all(self, rhs: T) -> Self::Output {
        self.eq(rhs)
    }
}
