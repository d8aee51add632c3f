//! A scoped table with filters on it, as what is updated or deleted from: Diesel's commonest form of both.

use diesel::expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping, is_aggregate};
use diesel::internal::derives::multiconnection::SelectStatementAccessor;
use diesel::internal::table_macro::{FromClause, SelectStatement};
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::query_dsl::methods::{FilterDsl, OrFilterDsl};
use diesel::query_source::QuerySource;
use diesel::result::QueryResult;
use diesel::sql_types::Bool;

use super::predicate::{AlternativeTo, AndFilter, Before, Conditions, Everything, Filtered};
use super::target::{ChangeTarget, sealed};
use crate::dialect::TenantBackend;
use crate::source::{OwnRows, Reach, ScopedTable, TenantIdFor, Within, reach_of};
use crate::table::TenantTable;

/// A table within one tenant.
type Source<T, I, B, V> = ScopedTable<T, Within<I, B, V>>;

/// A select of it to which nothing was done.
type Plain<F> = SelectStatement<FromClause<F>>;

/// The clauses of such a select that a target may not have changed. Diesel names them nowhere.
type Select<F> = <Plain<F> as SelectStatementAccessor>::Select;
type Distinct<F> = <Plain<F> as SelectStatementAccessor>::Distinct;

/// A select of which the WHERE clause alone is used. It is in parentheses, whatever it was.
#[derive(Debug, Clone, Copy, QueryId)]
pub struct Selected<Q>(Q);

impl<F, S, D, W, O, L, G, H, Lc> sealed::Changed for SelectStatement<FromClause<F>, S, D, W, O, L, G, H, Lc> where
    F: sealed::Changed + QuerySource
{
}

#[diagnostic::do_not_recommend]
impl<T, I, B, V, W, Q> ChangeTarget
    for SelectStatement<
        FromClause<Source<T, I, B, V>>,
        Select<Source<T, I, B, V>>,
        Distinct<Source<T, I, B, V>>,
        W,
    >
where
    T: TenantTable,
    I: TenantIdFor<T>,
    V: OwnRows<T>,
    Source<T, I, B, V>: QuerySource,
    FromClause<Source<T, I, B, V>>: Clone,
    Self: FilterDsl<Always, Output = Q>,
{
    type Table = T;
    type Reach = Within<I, B, V>;
    type Writer = T::Belonging;
    type Predicate = Selected<Q>;

    fn into_parts(self) -> (<Within<I, B, V> as Reach<T>>::Condition, Self::Predicate) {
        let reach = reach_of(&self.from);
        (reach.condition(), Selected(FilterDsl::filter(self, Always)))
    }
}

/// Conditions that came with a target, and speak of its table and of its tenant. Asked where a statement begins, and not of the
/// target, so that the compiler says which of the two mistakes it is.
pub trait OfTheTarget {}

impl OfTheTarget for Everything {}
/// What Diesel asks of a WHERE clause.
impl<Q: Query> OfTheTarget for Selected<Q> {}

impl<DB, Q> Conditions<DB> for Selected<Q>
where
    DB: TenantBackend,
    Q: SelectStatementAccessor<Where: QueryFragment<DB>>,
{
    fn walk_selected<'b>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<Before> {
        self.0.where_clause().walk_ast(out)?;
        Ok(Before::And)
    }

    fn walk_conditions<'b>(&'b self, before: Before, _: AstPass<'_, 'b, DB>) -> QueryResult<Before> {
        Ok(before)
    }
}

impl<Q, Predicate> AndFilter<Predicate> for Selected<Q> {
    type Output = Filtered<Self, Predicate>;

    fn and_filter(self, predicate: Predicate) -> Self::Output {
        Filtered { rest: self, predicate }
    }
}

/// The OR is Diesel's own, which puts both of its sides in one parenthesis.
impl<Q: OrFilterDsl<Predicate>, Predicate> AlternativeTo<Selected<Q>> for Predicate {
    type Output = Selected<Q::Output>;

    fn or_after(self, rest: Selected<Q>) -> Self::Output {
        Selected(OrFilterDsl::or_filter(rest.0, self))
    }
}

/// `TRUE`. Diesel puts two conditions in parentheses and one, which may be raw, in none; so each gets a second one.
#[derive(Debug, Clone, Copy, QueryId)]
pub struct Always;

impl Expression for Always {
    type SqlType = Bool;
}

impl<QS> AppearsOnTable<QS> for Always {}
impl<QS> SelectableExpression<QS> for Always {}

impl<G> ValidGrouping<G> for Always {
    type IsAggregate = is_aggregate::Never;
}

impl<DB: TenantBackend> QueryFragment<DB> for Always {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("TRUE");
        Ok(())
    }
}
