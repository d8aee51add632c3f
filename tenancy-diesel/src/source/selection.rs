//! The default selection of a scoped source: its columns, which may only stand beside sources of the same tenant.

use std::marker::PhantomData;

use diesel::backend::Backend;
use diesel::expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping};
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;

use super::{Among, Stands};

/// Columns `C` of a source that reaches as far as `R`.
///
/// Diesel asks of every join, and of every subquery together with the query around it, whether the default selections
/// of its sources appear on it. That is where two tenants in one query are found out.
#[derive(Debug, Clone, Copy)]
pub struct Selection<C, R> {
    columns: C,
    reach: PhantomData<fn() -> R>,
}

impl<C, R> Selection<C, R> {
    pub(crate) fn new(columns: C) -> Self {
        Self { columns, reach: PhantomData }
    }
}

impl<C: Expression, R> Expression for Selection<C, R> {
    type SqlType = C::SqlType;
}

impl<C, R, QS> AppearsOnTable<QS> for Selection<C, R>
where
    C: AppearsOnTable<QS>,
    QS: Stands<Among<R>>,
{
}

impl<C, R, QS> SelectableExpression<QS> for Selection<C, R>
where
    C: SelectableExpression<QS>,
    QS: Stands<Among<R>>,
{
}

impl<C: ValidGrouping<G>, R, G> ValidGrouping<G> for Selection<C, R> {
    type IsAggregate = C::IsAggregate;
}

impl<C: QueryFragment<DB>, R, DB: Backend> QueryFragment<DB> for Selection<C, R> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.columns.walk_ast(out)
    }
}

impl<C: QueryId, R> QueryId for Selection<C, R> {
    type QueryId = C::QueryId;

    const HAS_STATIC_QUERY_ID: bool = C::HAS_STATIC_QUERY_ID;
}
